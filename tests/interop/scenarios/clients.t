#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's own client programs, unmodified, with our daemon on both nodes: cl_status, api_test, dopd with
# drbd-peer-outdater, ipfail.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# Only the clients and their libraries, in a directory of their own, and the accounts that the package would make.
CLIENTS=/opt/clients
clients_install() { # N
	local file
	node_exec "$1" mkdir -p $CLIENTS
	(cd "$REFERENCE" && tar -cf - usr/bin/cl_status usr/libexec/heartbeat/{api_test,dopd,drbd-peer-outdater,ipfail} \
		$(find usr/lib -maxdepth 2 -name 'lib*.so*')) | node_exec "$1" tar -C $CLIENTS -xf -
	for file in passwd group; do node_put "$1" "/etc/$file" 644 <"$REFERENCE/etc/$file"; done
}
client_of() { # N USER PROGRAM ARGUMENT...: with a time limit
	local n=$1 user=$2 group=$2 program=$3
	shift 3
	[ "$user" = root ] || group=haclient
	case $program in cl_status) program=bin/cl_status ;; *) program=libexec/heartbeat/$program ;; esac
	node_exec "$n" env LD_LIBRARY_PATH="$CLIENTS/usr/lib:$(echo "$REFERENCE"/usr/lib/*-linux-gnu | sed "s|$REFERENCE|$CLIENTS|")" \
		timeout "$LIMIT_S" setpriv --reuid "$user" --regid "$group" --init-groups "$CLIENTS/usr/$program" "$@"
}
debian_says() { client_of 1 root cl_status "$@" 2>&1; }
prints() { grep -qE -- "$2" "$LIVE/$1"; } # FILE PATTERN

stage_install
net_up
for n in 1 2; do
	node_boot "$n"
	clients_install "$n"
	pair_install "$n" web sed '$a apiauth dopd uid=hacluster gid=haclient'
	httpd_install "$n"
done
check 'both daemons start' both_start
check 'the first node serves and both are at rest' soon settled_on 1

# --- cl_status --------------------------------------------------------------------------------------------------------
is 'cl_status listnodes' "$(debian_says listnodes)" $'192.168.1.254\nnode2.magedu.com\nnode1.magedu.com'
is 'cl_status hbstatus -v' "$(debian_says hbstatus -v)" "$(node_exec 1 /usr/bin/cl_status hbstatus -v)"
is 'cl_status nodestatus' "$(debian_says nodestatus node2.magedu.com)" active
is 'cl_status hblinkstatus' "$(debian_says hblinkstatus node2.magedu.com eth0)" up
is 'cl_status rscstatus -m' "$(debian_says rscstatus -m)" 'This node is holding local resources.'
is 'cl_status clientstatus asks the other node' "$(debian_says clientstatus node2.magedu.com dopd 5000)" offline
is 'cl_status test' "$(debian_says test)" $'Dead time: 3000\n keeplive time: 200\n mynodeid: node1.magedu.com\n rsc: local'

# --- api_test: all requests of the library, messages to all nodes, answers ----------------------------------------------
client_of 1 hacluster api_test >"$LIVE/api_test" 2>&1 &
job=$!
check 'api_test walks through the nodes' soon prints api_test 'Cluster node: node1.magedu.com: status: active'
check 'and their links' prints api_test 'node node2.magedu.com: intf: eth0 ifstatus: up'
check 'it is online' prints api_test 'node1.magedu.com/api_test status: \[online\]'
check 'both nodes report the status of the client to it' soon prints api_test 'Client node2.magedu.com/ping now has status \[offline\]'
check 'its message arrives, and ten answers' soon prints api_test 'Got message 11 of type \[pingreply\]'
check 'our cl_status sees it from the other node' eval '[ "$(cl_status 2 clientstatus node1.magedu.com ping 20000)" = online ]'
check_not 'it reports no error but the parameter that 3.0.6 does not have either' \
	eval 'grep -v normalpoll "$LIVE/api_test" | grep -q ERROR'
kill "$job"
wait "$job" 2>/dev/null

# --- dopd and drbd-peer-outdater ----------------------------------------------------------------------------------------
for n in 1 2; do
	printf '#!/bin/sh\necho "$*" >>/tmp/drbdadm\n' | node_put "$n" /usr/sbin/drbdadm 755
	client_of "$n" hacluster dopd >"$LIVE/dopd$n" 2>&1 &
done
dopd_is_online() { [ "$(debian_says clientstatus "${NODE_NAME[$1]}" dopd 5000)" = online ]; }
check 'dopd is online on both nodes' eval 'soon dopd_is_online 1 && soon dopd_is_online 2'
client_of 1 hacluster drbd-peer-outdater -r r0 -p node2.magedu.com -t 60 >"$LIVE/outdater" 2>&1
is 'drbd-peer-outdater reports that the peer is outdated' "$?" 4
is 'its dopd has called drbdadm there' "$(node_exec 2 cat /tmp/drbdadm)" 'outdate r0'

# --- ipfail -------------------------------------------------------------------------------------------------------------
for n in 1 2; do client_of "$n" hacluster ipfail >"$LIVE/ipfail$n" 2>&1 & done
for n in 1 2; do check "ipfail waits for messages on node$n" soon prints "ipfail$n" 'Waiting for messages'; done
net_no_ping() { # N: it does not reach the router, and everything else
	printf '%s\n' 'table bridge live { chain forward { type filter hook forward priority 0;' \
		"iifname n${1}eth0 ip protocol icmp drop; }; }" | switch nft -f -
}
node_sees() { [ "$(cl_status "$1" nodestatus "$2")" = "$3" ]; } # N NODE STATUS
net_no_ping 1
check 'the ping node is dead for the first node' soon node_sees 1 192.168.1.254 dead
check 'its ipfail gives everything up' soon log_has 1 'node1.magedu.com wants to go standby \[all\]'
check 'the second node serves' soon settled_on 2
switch nft delete table bridge live
done_testing
