#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --check finds what the machine does beside heartbeat: it starts a service or adds an address at boot, a program
# manages the interface.  The start of the daemon logs the same.  Beside a running daemon the check changes nothing.
LIVE_MEDIA=2
. "$(dirname "$0")/../lib.sh"
INITDEAD_MS=10000 # less is a warning
live_enter "$@"

two_media() { sed 's/^bcast.*/bcast eth0 eth1/'; }
cluster_new web two_media
for n in 1 2; do
	printf 'auth 1\n1 sha1 0123456789abcdef0123456789abcdef\n' | node_put "$n" /etc/ha.d/authkeys 600
	# What this host has of its own is not of the node.
	node_exec "$n" sh -c 'rm -rf /etc/systemd/system/*.wants/httpd* /etc/rc?.d/S??httpd /run/systemd /run/NetworkManager'
done
run() { # [ARGUMENT...]: sets code
	node_exec 1 timeout "$LIMIT_S" /usr/sbin/heartbeat --check "$@" >"$LIVE/found" 2>"$LIVE/stderr" </dev/null
	code=$?
}
found() { # SENTENCE EXIT-CODE [PATTERN]
	is "$1: exit $2" "$code" "$2"
	[ -z "${3:-}" ] || check "$1" grep -qE -- "$3" "$LIVE/found"
	[ "$code" = "$2" ] || note "$(cat "$LIVE/found")"
}

run
found 'a machine that is ready' 0
is 'prints nothing' "$(cat "$LIVE/found")" ''

node_exec 1 ip link set eth1 down
run
found 'an interface that is down' 1 'ha.cf:.*warning: bcast eth1: the interface is down; "ip link set eth1 up"'
node_exec 1 ip link set eth1 up
node_cut 1 eth1
run
found 'an interface without carrier' 1 'ha.cf:.*warning: bcast eth1: the interface has no carrier'
node_heal 1 eth1
node_exec 1 ip addr flush dev eth1
run
found 'an interface without an address' 1 'ha.cf:.*warning: bcast eth1: the interface has no IPv4 address'
node_exec 1 ip addr add 10.0.0.11/24 broadcast + dev eth1

printf 'hosts: files dns\n' | node_put 1 /etc/nsswitch.conf 644
printf '192.168.1.254 gw gw.example.com\nfd00::1 gw6\n' | node_put 1 /etc/hosts 644
printf 'nameserver 192.168.1.254\n' | node_put 1 /etc/resolv.conf 644 # it refuses: no program listens there
node_exec 1 sh -c 'cp /etc/ha.d/ha.cf /etc/ha.d/ha.cf.before; printf "ping gw gw6 10.0.0.8\nping6 gw6  fd00::9\nping_group g gw.example.com 10.0.0.9\n" >>/etc/ha.d/ha.cf'
run
found 'names that /etc/hosts has' 0
node_exec 1 sh -c 'printf "ping one.no.example\nping6 fd00::7  two.no.example gw\nping_group g gw three.no.example\nucast eth0 gw6\n" >>/etc/ha.d/ha.cf'
run
found 'a name without an address' 1 'ha.cf:[0-9]+:6: warning: ping: host "one.no.example" has no address on this machine: .*; heartbeat asks again'
for pattern in ':16: warning: ping6: host "two.no.example" has no IPv6 address' ':31: warning: ping6: host "gw" has no IPv6 address' \
	':17: warning: ping_group: host "three.no.example" has no address' ':12: warning: ucast: host "gw6" has no IPv4 address'; do
	check "it names the place: $pattern" grep -qE -- "$pattern" "$LIVE/found"
done
printf 'nameserver 10.99.99.99\noptions timeout:20 attempts:1\n' | node_put 1 /etc/resolv.conf 644
node_exec 1 sh -c 'cp /etc/ha.d/ha.cf.before /etc/ha.d/ha.cf; printf "ping one.no.example\nping two.no.example\n" >>/etc/ha.d/ha.cf'
run
found 'a resolver that does not answer' 1 'ping: host "two.no.example" has no address on this machine: the resolver does not answer'
node_exec 1 mv /etc/ha.d/ha.cf.before /etc/ha.d/ha.cf

node_exec 1 ip addr add "$VIP/24" dev eth0
run
found 'a service address that is here already' 2 "haresources:.* critical: .*the address is on eth0 although heartbeat does not run.*ip addr del $VIP/24 dev eth0"
node_exec 1 ip addr del "$VIP/24" dev eth0

printf 'iface eth0:0 inet static\n  address %s\n' "$VIP" | node_put 1 /etc/network/interfaces.d/service 644
run
found 'a service address in the network configuration' 2 'haresources:.* critical: .*in line 2 of /etc/network/interfaces.d/service'
node_exec 1 rm /etc/network/interfaces.d/service

index=$(node_exec 1 cat /sys/class/net/eth0/ifindex)
printf 'ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/eth0.network\n' | node_put 1 "/run/systemd/netif/links/$index" 644
run
found 'systemd-networkd manages the interface of the address' 1 'haresources:.* warning: .*systemd-networkd manages eth0.*KeepConfiguration=static'
node_exec 1 rm -r /run/systemd

node_exec 1 ln -s ../init.d/httpd /etc/rc3.d/S20httpd
run
found 'a link of a runlevel' 2 'haresources:1:.* critical: "httpd": the system of this machine starts it at every boot \(/etc/rc3.d/S20httpd\).*update-rc.d httpd disable'
node_exec 1 rm /etc/rc3.d/S20httpd
printf '[Service]\nExecStart=/bin/true\n' | node_put 1 /etc/systemd/system/httpd.service 644
node_exec 1 sh -c 'mkdir -p /etc/systemd/system/multi-user.target.wants && ln -s ../httpd.service /etc/systemd/system/multi-user.target.wants/httpd.service'
run
found 'a unit that the system starts' 2 'haresources:1:.* critical: "httpd": .*systemctl disable httpd.service'

check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'the start of the daemon has logged the same, at CRIT' log_has 1 'CRIT: .*haresources:1:.*systemctl disable httpd.service'
check_not 'the other node, where nothing is wrong, has not' log_has 2 'CRIT:'
node_exec 1 rm /etc/systemd/system/multi-user.target.wants/httpd.service
mark=$(log_mark 1)
run
found 'beside the daemon that holds the address' 0
check 'the check moves nothing' settled_on 1
check_not 'and logs nothing' log_has 1 '.' "$mark"

node_exec 1 sh -c 'mkdir /copy && cp /etc/ha.d/* /copy/ 2>/dev/null; rm -f /copy/ha.cf'
run /copy
found 'a copy without ha.cf' 2 '^/copy/ha.cf: error: cannot be read: No such file'
check 'no process of a check is left' sh -c '! "$@"' sh nsenter -t "${NODE_PID[1]}" -p -m -r -w pgrep -f -- --check
done_testing
