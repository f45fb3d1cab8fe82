#!/bin/bash
# SPDX-License-Identifier: MIT
# The measuring instruments themselves, with addresses moved by hand: a detector that cannot see would let every other
# scenario pass.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

take() { node_exec "$1" ip addr add "$VIP/24" dev eth0; }
leave() { node_exec "$1" ip addr del "$VIP/24" dev eth0; }
announce() { client ip neigh flush dev eth0; } # in place of a gratuitous ARP

STAGE='' # no daemon here
net_up
node_boot 1
node_boot 2
check 'the nodes reach the router' node_exec 1 ping -q -c 1 -W 2 192.168.1.254
check 'the nodes reach each other' node_exec 2 ping -q -c 1 -W 2 192.168.1.11
is 'a node has its own name' "$(node_exec 1 uname -n)" node1.magedu.com
is 'a node sees only its own processes' "$(node_exec 1 cat /proc/1/comm)" holder

take 1
probe_start
owners_start
check 'the referee sees the owner' soon referee_sees "owner ${NODE_MAC[1]}"
check 'so does the client' soon measures probe "owner ${NODE_MAC[1]} since"
# As long as each lasts at least: from when it is seen.  At most: until the command that ends it has returned.
leaving=$(now_ms)
leave 1
check 'the referee sees nobody' soon referee_sees none
sleep 0.3
take 2
announce
check 'the referee sees the next owner' soon referee_sees "owner ${NODE_MAC[2]}"
check 'so does the client' soon measures probe "owner ${NODE_MAC[2]} since"
taken=$(now_ms)
both=$(now_ms)
take 1
check 'the referee sees two owners' soon referee_sees two-owners
sleep 0.3
leave 1
check 'the referee sees one again' soon referee_sees "owner ${NODE_MAC[2]}"
measure_stop
hole=$(longest_outage)
check "the client sees the hole of 0.3 s at least, $hole ms" test "$hole" -ge 200
at_most 'and not a longer one, in ms' "$hole" $((taken - leaving))
check 'the referee sees nobody for 0.3 s' test "$(nobody_ms 0 "$both")" -ge 250
check 'the referee sees two owners for 0.3 s' test "$(two_owners_ms "$both")" -ge 250
is 'and none before' "$(grep -c '^two-owners' "$LIVE/owners")" 1

ping2() { node_exec 1 ping -q -c 1 -W 0.3 192.168.1.12; }
net_split
check_not 'a split network parts the nodes' ping2
check 'but not a node and the client' client ping -q -c 1 -W 2 192.168.1.12
net_join
check 'a joined one is whole again' soon ping2
node_cut 2
check_not 'a pulled cable parts a node from all' client ping -q -c 1 -W 0.3 192.168.1.12
node_heal 2
check 'a plugged one is good at once' soon client ping -q -c 1 -W 0.3 192.168.1.12

httpd_install 2
check 'the httpd starts' node_exec 2 /etc/init.d/httpd start
check 'starts again without harm' node_exec 2 /etc/init.d/httpd start
is 'says so' "$(node_exec 2 /etc/init.d/httpd status | sed 's/ (.*//')" 'httpd is running'
check 'and serves the name of its node to the client' soon served_by 2

take 1
owners_start
echo kept | node_put 2 /etc/kept 644
echo lost | node_put 2 /run/lost 644
node_power_off 2
check_not 'a node without power answers nobody' client ping -q -c 1 -W 0.3 192.168.1.12
seen=$(now_ms)
leave 1
check 'the referee sees nobody' soon referee_sees none
kill -STOP "$OWNERS_JOB" # the address is there, and the referee is late
take 1
{ sleep 0.5 && kill -CONT "$OWNERS_JOB"; } &
check 'the first owner after a moment is waited for' test -n "$(owner_since_ms 1 "$seen")"
check 'the referee sees on when a port of the switch is gone' soon referee_sees "owner ${NODE_MAC[1]}"
measure_stop
node_boot 2
is 'its disk survives' "$(node_exec 2 cat /etc/kept)" kept
check_not 'its memory does not' node_exec 2 test -e /run/lost
is 'the stopped httpd says so' "$(node_exec 2 /etc/init.d/httpd status)" 'httpd is not running'
check 'and stops again without harm' node_exec 2 /etc/init.d/httpd stop
done_testing
