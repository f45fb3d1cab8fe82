#!/bin/bash
# SPDX-License-Identifier: MIT
# A test of the measuring programs, with addresses moved by hand.  With a broken detector every other scenario would
# pass.
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
check 'the client sees the owner' soon measures probe "owner ${NODE_MAC[1]} since"
# Each state lasts at least from the moment when it is seen, and at most until the command that ends it has returned.
leaving=$(now_ms)
leave 1
check 'the referee sees no owner' soon referee_sees none
sleep 0.3
take 2
announce
check 'the referee sees the next owner' soon referee_sees "owner ${NODE_MAC[2]}"
check 'the client sees the next owner' soon measures probe "owner ${NODE_MAC[2]} since"
taken=$(now_ms)
both=$(now_ms)
take 1
check 'the referee sees two owners' soon referee_sees two-owners
sleep 0.3
leave 1
check 'the referee sees one owner again' soon referee_sees "owner ${NODE_MAC[2]}"
measure_stop
hole=$(longest_outage)
check "the client sees an outage of 0.3 s, $hole ms" test "$hole" -ge 200
at_most 'the client sees no longer outage, ms' "$hole" $((taken - leaving))
check 'the referee sees no owner for 0.3 s' test "$(nobody_ms 0 "$both")" -ge 250
check 'the referee sees two owners for 0.3 s' test "$(two_owners_ms "$both")" -ge 250
is 'the referee sees two owners only once' "$(grep -c '^two-owners' "$LIVE/owners")" 1

ping2() { node_exec 1 ping -q -c 1 -W 0.3 192.168.1.12; }
net_split
check_not 'in a split network the nodes do not reach each other' ping2
check 'in a split network the client reaches a node' client ping -q -c 1 -W 2 192.168.1.12
net_join
check 'in a joined network the nodes reach each other' soon ping2
node_cut 2
check_not 'with a pulled cable the client does not reach the node' client ping -q -c 1 -W 0.3 192.168.1.12
node_heal 2
check 'with the cable back the client reaches the node' soon client ping -q -c 1 -W 0.3 192.168.1.12

httpd_install 2
check 'the httpd starts' node_exec 2 /etc/init.d/httpd start
check 'a second start of the httpd succeeds' node_exec 2 /etc/init.d/httpd start
is 'the httpd reports that it runs' "$(node_exec 2 /etc/init.d/httpd status | sed 's/ (.*//')" 'httpd is running'
check 'the httpd serves the name of its node to the client' soon served_by 2

take 1
owners_start
echo kept | node_put 2 /etc/kept 644
echo lost | node_put 2 /run/lost 644
node_power_off 2
check_not 'a node without power does not answer' client ping -q -c 1 -W 0.3 192.168.1.12
seen=$(now_ms)
leave 1
check 'the referee sees no owner' soon referee_sees none
kill -STOP "$OWNERS_JOB" # the node has the address, and the referee is late
take 1
{ sleep 0.5 && kill -CONT "$OWNERS_JOB"; } &
check 'owner_since_ms waits for the first owner after a moment' test -n "$(owner_since_ms 1 "$seen")"
check 'the referee continues when a port of the switch is gone' soon referee_sees "owner ${NODE_MAC[1]}"
measure_stop
node_boot 2
is 'a power cut keeps the disk' "$(node_exec 2 cat /etc/kept)" kept
check_not 'a power cut loses /run' node_exec 2 test -e /run/lost
is 'the stopped httpd reports that it does not run' "$(node_exec 2 /etc/init.d/httpd status)" 'httpd is not running'
check 'a second stop of the httpd succeeds' node_exec 2 /etc/init.d/httpd stop
done_testing
