#!/bin/bash
# SPDX-License-Identifier: MIT
# The driver snmp, and Debian's fence_apc_snmp, with a power distribution unit that snmpd plays.
. "$(dirname "$0")/lib.sh"
st_begin "$@"
# The objects of a unit with two outlets; the file outlet.N has 1 (on) or 2 (off), the file orders every order.
cat >pdu <<'S'
#!/bin/bash
# The protocol of "pass" of snmpd.
names='.1.3.6.1.4.1.318.1.1.12.3.3.1.1.2' control='.1.3.6.1.4.1.318.1.1.12.3.3.1.1.4'
names5='.1.3.6.1.4.1.318.1.1.12.3.5.1.1.2' state='.1.3.6.1.4.1.318.1.1.12.3.5.1.1.4'
all="$names.1 $names.2 $control.1 $control.2 $names5.1 $names5.2 $state.1 $state.2"
show() {
	local n=${1##*.}
	case $1 in
	$names.? | $names5.?) printf '%s\nstring\nnode%s\n' "$1" "$n" ;;
	$control.? | $state.?) printf '%s\ninteger\n%s\n' "$1" "$(cat "/mnt/outlet.$n")" ;;
	esac
}
case $1 in
-g) show "$2" ;;
-n) for oid in $all; do
		if [ "$(printf '%s\n%s\n' "$2" "$oid" | sort -V | head -n 1)" = "$2" ] && [ "$2" != "$oid" ]; then show "$oid"; exit; fi
	done ;;
-s) echo "${2##*.} $4" >>/mnt/orders
	[ -e /mnt/deaf ] || echo "$4" >"/mnt/outlet.${2##*.}" ;;
esac
S
chmod 755 pdu
cat >snmpd.conf <<S
agentaddress udp:127.0.0.1:161
rwcommunity S3cret-community 127.0.0.1
rwuser v3user priv
createUser v3user SHA "S3cret-authpass" AES "S3cret-privpass"
sysObjectID .1.3.6.1.4.1.318.1.3.4.5
pass .1.3.6.1.4.1.318.1.1.12.3.3.1.1 /bin/bash $TEMP/pdu
pass .1.3.6.1.4.1.318.1.1.12.3.5.1.1 /bin/bash $TEMP/pdu
S
outlets() { # STATE-OF-1 STATE-OF-2; forgets the orders
	echo "$1" >outlet.1
	echo "$2" >outlet.2
	# snmpd keeps the last answer for 30 s; another question makes it forget.
	snmpget -v 1 -t 1 -r 0 -c S3cret-community 127.0.0.1 .1.3.6.1.4.1.318.1.1.12.3.5.1.1.2.1 >/dev/null 2>&1
	: >orders
}
orders() { tr '\n' ' ' <orders; }
outlets 1 1
mkdir -p state
MIBS='' SNMP_PERSISTENT_DIR=$TEMP/state snmpd -f -C -c snmpd.conf -Lo -p $TEMP/pid >snmpd.log 2>&1 &
SNMPD=$!
printf 'hostlist=node1:1,node2:2\npduip=127.0.0.1\ncommunity=S3cret-community\n' >conf
answers() { "$BUILD/sbin/stonith" -t snmp -F conf -S >/dev/null 2>&1; }
soon answers || { echo 'Bail out! snmpd does not answer'; cat snmpd.log; exit 1; }

stonith -t snmp -n
want 0 'hostlist  pduip  community  ' '' 'the parameters have the order of external/rackpdu'
stonith -d -t snmp -F conf -lS
want 0 $'node1\nnode2' 'snmp device OK' 'the unit is reachable'
stonith -d -t snmp -F conf node2
want 0 '' 'node2 is off, read twice' 'reset'
is 'the outlet of this host is switched off, then on' "$(orders)" '2 2 2 1 '
outlets 1 1
stonith -d -t snmp hostlist='node1 node2' pduip=127.0.0.1 community=S3cret-community version=2c -T off node2
want 0 '' 'Host snmp-off: node2' 'an outlet is found by its name'
is 'the other one stays on' "$(cat outlet.1 outlet.2 | tr '\n' ' ')" '1 2 '
stonith -d -t snmp hostlist=AUTO pduip=127.0.0.1 community=S3cret-community -l
want 0 $'node1\nnode2' '' 'AUTO lists the names of the outlets'
outlets 1 2
stonith -d -t snmp -F conf -T off node2
want 0 '' 'off already' 'off already is a success'
is 'without any order' "$(orders)" ''
outlets 1 1
: >deaf
stonith -d --timeout 3 -t snmp -F conf -T off node2
want 6 '' 'off of host node2 failed' 'an order without effect is no success'
rm deaf
outlets 1 1
stonith -d -t snmp hostlist=node3 pduip=127.0.0.1 community=S3cret-community -T off node3
want 2 '' '0 outlets have the name node3' 'a name without an outlet is a failure'
is 'and nothing happened' "$(orders)" ''
stonith -d --timeout 20 -t snmp hostlist=node2:2 pduip=127.0.0.1 community=other -S
want 2 '' 'Timeout' 'a wrong community: 2'
stonith -d -t snmp hostlist=node2:2 pduip=127.0.0.1 -S
want 3 '' 'missing: community (version 1)' 'a missing community: 3'
stonith -d -t snmp hostlist=node2:2 pduip=127.0.0.1 version=3 userid=v3user passwd=S3cret-authpass priv_passwd=S3cret-privpass -T off node2
want 0 '' 'Host snmp-off: node2' 'version 3 with both passphrases'
outlets 1 1

printf 'hostlist=node2:2\nip=127.0.0.1\ncommunity=S3cret-community\nsnmp_version=1\n' >agent
stonith -d -t fence/apc_snmp -F agent -S
want 0 '' 'fence/apc_snmp device OK' 'fence/apc_snmp: the unit is reachable'
stonith -d -t fence/apc_snmp -F agent node2
want 0 '' 'node2 is off, read twice' 'fence/apc_snmp: reset'
is 'fence/apc_snmp: off, then on' "$(orders)" '2 2 2 1 '
printf 'ip=127.0.0.1\ncommunity=S3cret-community\nsnmp_version=1\n' >agent
chmod 600 agent
stonith -d -t fence/apc_snmp -F agent -l
want 0 $'node1\nnode2' '' 'fence/apc_snmp: without hostlist the agent lists the hosts'

spy_begin
stonith -d -t snmp -F conf node2
want 0 '' '*' 'an action that is watched'
spy_end
grep -q snmpset seen && ! grep -q S3cret seen
is 'no program gets the community as argument' $? 0
is 'no file with it is left' "$(ls /run)" ''
kill -STOP $SNMPD
stonith -d --timeout 2 -t snmp -F conf -T off node2
want 6 '' 'off of host node2 failed' 'a unit that does not answer: 6, at the limit'
is 'no file is left here either' "$(ls /run)" ''
kill -CONT $SNMPD
st_end
