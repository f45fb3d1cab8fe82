#!/bin/bash
# SPDX-License-Identifier: MIT
# The measuring instruments themselves, with addresses moved by hand: a detector that cannot see would let every other
# scenario pass.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

take() { node_exec "$1" ip addr add "$VIP/24" dev eth0; }
leave() { node_exec "$1" ip addr del "$VIP/24" dev eth0; }
announce() { client ip neigh flush dev eth0; } # in place of a gratuitous ARP

begin=$(now_ms)
STAGE='' # no daemon here
net_up
node_boot 1
node_boot 2
at_most 'the whole test network is up within a moment, in ms' $(($(now_ms) - begin)) 5000
check 'the nodes reach the router' node_exec 1 ping -q -c 1 -W 2 192.168.1.254
check 'the nodes reach each other' node_exec 2 ping -q -c 1 -W 2 192.168.1.11
is 'a node has its own name' "$(node_exec 1 uname -n)" node1.magedu.com
is 'a node sees only its own processes' "$(node_exec 1 cat /proc/1/comm)" holder

take 1
owners_start
probe_start
sleep 0.5
leave 1
sleep 0.3
take 2
announce
sleep 0.5
both=$(now_ms)
take 1
sleep 0.3
leave 1
sleep 0.2
measure_stop
hole=$(longest_outage)
check 'the client sees the hole of 0.3 s' test "$hole" -ge 250
at_most 'and not a longer one, in ms' "$hole" 1500
check 'the client sees who answers' grep -q "^owner ${NODE_MAC[2]} since" "$LIVE/probe"
check 'the referee sees nobody for 0.3 s' test "$(nobody_ms 0 "$both")" -ge 250
check 'the referee sees two owners for 0.3 s' test "$(two_owners_ms "$both")" -ge 250
is 'and none before' "$(grep -c '^two-owners' "$LIVE/owners")" 1

ping2() { node_exec 1 ping -q -c 1 -W 0.3 192.168.1.12; }
net_split
check_not 'a split network parts the nodes' ping2
check 'but not a node and the client' client ping -q -c 1 -W 2 192.168.1.12
net_join
check 'a joined one is whole again' wait_for 2 ping2
node_cut 2
check_not 'a pulled cable parts a node from all' client ping -q -c 1 -W 0.3 192.168.1.12
node_heal 2
check 'a plugged one is good at once' wait_for 2 client ping -q -c 1 -W 0.3 192.168.1.12

httpd_install 2
check 'the httpd starts' node_exec 2 /etc/init.d/httpd start
check 'starts again without harm' node_exec 2 /etc/init.d/httpd start
is 'says so' "$(node_exec 2 /etc/init.d/httpd status | sed 's/ (.*//')" 'httpd is running'
check 'and serves the name of its node to the client' wait_for 3 served_by 2

take 1
owners_start
sleep 0.1
echo kept | node_put 2 /etc/kept 644
echo lost | node_put 2 /run/lost 644
node_power_off 2
check_not 'a node without power answers nobody' client ping -q -c 1 -W 0.3 192.168.1.12
seen=$(now_ms)
leave 1
sleep 0.1
take 1
sleep 0.1
measure_stop
check 'the referee sees on when a port of the switch is gone' test -n "$(owner_since_ms 1 "$seen")"
node_boot 2
is 'its disk survives' "$(node_exec 2 cat /etc/kept)" kept
check_not 'its memory does not' node_exec 2 test -e /run/lost
is 'the stopped httpd says so' "$(node_exec 2 /etc/init.d/httpd status)" 'httpd is not running'
check 'and stops again without harm' node_exec 2 /etc/init.d/httpd stop
done_testing
