#!/bin/bash
# SPDX-License-Identifier: MIT
# 3.0.6 runs its own ipfail program, ours has it built in.  Each of them is the owner once: it loses its path to the router,
# not its carrier and not its peer.  One move.  Both lose it: none.  A path that comes and goes every 100 ms: one at most.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
interop_enter ref1 ref2

KEEPALIVE_MS=1000 # two of them, and 3 s, are the time in which both nodes must notice the same loss

router_does() { # add|del N...: the router does not answer these nodes, from the same moment on
	local verb=$1
	shift
	printf "route $verb blackhole 192.168.1.1%s/32\n" "$@" | in_net "$ROUTER_PID" ip -batch -
}
router_is() { [ "$(cl_status "$1" nodestatus 192.168.1.254)" = "$2" ]; } # N ping|dead
# Both log it when they start a group.
starts_of() { echo $(($(log_count 1 "$STARTS" "$mark1") + $(log_count 2 "$STARTS" "$mark2"))); }
STARTS='Running .*/IPaddr .*start|Running .*IPaddr::.* start'
marks() { mark1=$(log_mark 1) mark2=$(log_mark 2); }
compared() { log_has "$REF" 'ipfail: .*Ping node count is balanced' "$(started_mark "$REF")"; }

mixed_running web sed -e 's/^bcast .*/bcast eth1/' -e '$a deadping 3' \
	-e '$a respawn hacluster /usr/libexec/heartbeat/ipfail' -e '$a auto_failback off'
for n in 1 2; do check "node$n sees the router" soon router_is "$n" ping; done
check 'the ipfail program of 3.0.6 has compared its count with ours' soon compared

note 'the owner, node1, loses the router'
marks
router_does add 1
check 'the second node serves' soon settled_on 2
check 'node1 has said why' log_has 1 'Giving up because we (have less visible|were told that we have less) ping nodes' "$mark1"
is 'the group was started once' "$(starts_of)" 1

note 'it is back, and then both lose it'
router_does del 1
check 'node1 sees it again' soon router_is 1 ping
marks
router_does add 1 2
for n in 1 2; do check "node$n does not see it" soon router_is "$n" dead; done
look_on 3
check 'nothing moves' settled_on 2
is 'no script ran' "$(starts_of)" 0
router_does del 1 2
for n in 1 2; do check "node$n sees it again" soon router_is "$n" ping; done

note 'the path of the owner, node2, comes and goes every 100 ms'
marks
for _ in $(seq 15); do
	router_does add 2
	sleep 0.1
	router_does del 2
	sleep 0.1
done
look_on 3
at_most 'starts of the group' "$(starts_of)" 1
done_testing
