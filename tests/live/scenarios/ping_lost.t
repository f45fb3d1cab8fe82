#!/bin/bash
# SPDX-License-Identifier: MIT
# ipfail: the owner loses its path to the routers, not its carrier and not its peer.  One move.  Both lose it: none.  A path
# that comes and goes: one at most.  A node that is cut off from everything takes nothing over and releases what it has.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"

# Two keepalives are the time in which both nodes must notice the same loss.
KEEPALIVE_MS=500 WARNTIME_MS=1500 DEADTIME_MS=3000 INITDEAD_MS=5000

# The routers do not answer these nodes, from the same moment on.
routers_do() { # add|del N...
	local verb=$1
	shift
	printf "route $verb blackhole 192.168.1.1%s/32\n" "$@" | in_net "$ROUTER_PID" ip -batch -
}
routers_lost() { routers_do add "$@"; }
routers_back() { routers_do del "$@"; }
pings_are() { [ "$(cl_status "$1" nodestatus 192.168.1.254)" = "$2" ] && [ "$(cl_status "$1" nodestatus 192.168.1.253)" = "$2" ]; }
starts_of() { echo $(($(log_count 1 'Running .* start' "$mark1") + $(log_count 2 'Running .* start' "$mark2"))); }
marks() { mark1=$(log_mark 1) mark2=$(log_mark 2); }

cluster_running web sed -e 's/^bcast .*/bcast eth1/' -e '$a ping 192.168.1.254 192.168.1.253' -e '$a deadping 3' -e '$a ipfail on' \
	-e '$a auto_failback off'
in_net "$ROUTER_PID" ip addr add 192.168.1.253/24 dev eth0
check 'node1 sees both routers' soon pings_are 1 ping
check 'node2 sees both routers' soon pings_are 2 ping
owners_start

note 'the owner loses the routers'
marks
routers_lost 1
check 'the second node gets the group' soon settled_on 2
check 'the client reads its page' soon served_by 2
check 'the first node says why' log_has 1 'WARN: ipfail: 0 of 2 ping nodes answer here, 2 at node2'
check 'with the text of Heartbeat 3.0.6' log_has 1 'info: Giving up because we have less visible ping nodes\.'
look_on 3
is 'each script was started once' "$(starts_of)" "$(log_count 2 'Running .* start' "$mark2")"

note 'the routers are back: with auto_failback off the group stays'
marks
routers_back 1
check 'both sides say that the counts are equal' soon log_has 1 'info: Ping node count is balanced\.' "$mark1"
look_on 3
check 'the group is still on the second node' settled_on 2
is 'no script ran' "$(starts_of)" 0

note 'both lose the routers'
marks
routers_lost 1 2
check 'node1 sees none' soon pings_are 1 dead
check 'node2 sees none' soon pings_are 2 dead
look_on 4
check 'nothing moves' settled_on 2
is 'no script ran' "$(starts_of)" 0
routers_back 1 2
check 'node2 sees them again' soon pings_are 2 ping
check 'node1 sees them again' soon pings_are 1 ping

note 'the path of the owner comes and goes every 100 ms'
marks
for _ in $(seq 15); do
	routers_lost 2
	sleep 0.1
	routers_back 2
	sleep 0.1
done
look_on 3
at_most 'starts of scripts, one move at most' "$(starts_of)" 3

note 'the first node is cut off from everything but the clients'
check 'node2 sees the routers' soon pings_are 2 ping
marks
routers_lost 1
node_cut 1 eth1
check 'it says that it is cut off' soon log_has 1 'CRIT: ipfail: node2.* is silent, and none of 2 ping nodes answers' "$mark1"
look_on 3
check 'it takes nothing over' only_owner 2
is 'no script ran' "$(starts_of)" 0
node_heal 1 eth1
routers_back 1
check 'it is a node like before' soon settled_on 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
