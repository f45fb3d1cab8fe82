#!/bin/bash
# SPDX-License-Identifier: MIT
# No machine has an IPv4 address.  Heartbeats go by ucast6 (to host names with link-local addresses) and mcast6, the
# router is pinged by ping6 with its name, and the service address is an IPv6 address.  Then each of the two media carries a move alone.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
node_says() { [ "$(cl_status "$1" nodestatus "$2")" = "$3" ]; } # N NODE STATUS
service=fd00:1::100
address_on() { [ -n "${NODE_PID[$1]:-}" ] && [ -n "$(in_net "${NODE_PID[$1]}" ip -6 -o addr show to $service/128)" ]; }
serving() { client timeout 10 curl -s --max-time 5 "http://[$service]/"; }
router=router.example.com
lines() { # the ha.cf lines instead of bcast, and the IPv6 router
	sed -e "s/^bcast .*/ucast6 eth0 n1.example.com\nucast6 eth0 n2.example.com\nmcast6 eth0 ff02::694 694 1 0/" -e "s/^ping .*/ping6 $router\ndeadping 1/"
}
names_known() { # N
	node_exec "$1" grep -qx 'n1.example.com fe80::11' /var/lib/heartbeat/names &&
		node_exec "$1" grep -qx 'n2.example.com fe80::12' /var/lib/heartbeat/names
}

cluster_new web
in_net "$ROUTER_PID" sh -c 'ip addr flush dev eth0; ip addr add fd00:1::fe/64 dev eth0 nodad'
client sh -c 'ip addr flush dev eth0; ip addr add fd00:1::50/64 dev eth0 nodad'
for n in 1 2; do
	in_net "${NODE_PID[n]}" sh -c "ip addr flush dev eth0; ip addr add fe80::1$n/64 dev eth0 nodad; ip addr add fd00:1::1$n/64 dev eth0 nodad"
done
for n in 1 2; do
	pair_install "$n" web lines
	printf 'hosts: files\n' | node_put "$n" /etc/nsswitch.conf 644
	printf '::1 localhost\nfe80::11 n1.example.com\nfe80::12 n2.example.com\nfd00:1::fe %s\n' "$router" | node_put "$n" /etc/hosts 644
	echo "${NODE_NAME[1]} IPv6addr::fd00:1:0:0:0:0:0:100/64/eth0 httpd" | node_put "$n" /etc/ha.d/haresources 644
done
check_not 'no machine has an IPv4 address' sh -c "nsenter -t ${NODE_PID[1]} -n ip -4 -o addr show dev eth0 | grep ."
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'the client reads its page' soon served_by 1
uni=eth0:n2.example.com multi=eth0:ff02::694
check 'the second node is seen by mcast6' soon link_is 1 2 $multi up
check 'the second node is seen by ucast6' soon link_is 1 2 "$uni" up
check 'the log names its address' log_has 1 'ucast6: started on port 694 interface eth0 to fe80::12'
for n in 1 2; do
	check "node$n remembers the addresses of both names" soon names_known "$n"
done
check 'the router is a ping node that answers' soon node_says 1 $router ping

note 'the router does not answer any more'
mark=$(log_mark 1)
in_net "$ROUTER_PID" ip link set eth0 down
check 'after deadping it is dead' soon node_says 1 $router dead
check 'the log reports it' soon log_has 1 'node router\.example\.com: is dead' "$mark"
check 'no resource moves' settled_on 1
in_net "$ROUTER_PID" sh -c 'ip link set eth0 up; ip addr replace fd00:1::fe/64 dev eth0 nodad'
check 'when it is back it is a ping node again' soon node_says 1 $router ping

# Drop one kind of heartbeat between the nodes: the other one carries a move.
drop() { printf '%s\n' "table bridge six { chain forward { type filter hook forward priority 0; udp dport 694 ip6 daddr $1 drop; }; }" | switch nft -f -; }
drop ff02::694
check 'without multicast its link is dead' soon link_is 1 2 $multi dead
check 'hb_standby' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby
check 'by ucast6 alone the second node takes the group' soon settled_on 2
switch nft delete table bridge six
check 'with multicast its link is up' soon link_is 1 2 $multi up
drop fe80::/10
check 'without unicast its link is dead' soon link_is 1 2 "$uni" dead
check 'hb_takeover' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover
check 'by mcast6 alone the first node takes the group' soon settled_on 1
switch nft delete table bridge six

note 'the interface of the second node is deleted and created again'
node_exec 2 ip link del eth0
check 'the second node is dead for the first one' soon node_is 1 2 dead
plug n2eth0 br0 "${NODE_PID[2]}" eth0 "${NODE_MAC[2]}"
in_net "${NODE_PID[2]}" sh -c 'ip link set eth0 up; ip addr add fe80::12/64 dev eth0 nodad; ip addr add fd00:1::12/64 dev eth0 nodad'
check 'then both see each other again' soon settled
check 'by ucast6 too' soon link_is 1 2 "$uni" up
node_power_off 1
check 'without power on the first node the second one serves' soon served_by 2
done_testing
