#!/bin/bash
# SPDX-License-Identifier: MIT
# One of two media does not work at the start, when the engine is killed, and at a reload.  The node uses the other one,
# and the missing one as soon as it works.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"
engine_is_new() { [ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]; }

cluster_new web sed -e 's/^bcast .*/bcast eth0 eth1/'
node_exec 1 ip addr flush dev eth1
check 'the first node starts while eth1 has no address' node_start 1
check 'standard error has the reason with its line' grep -q 'ha\.cf:9: warning: bcast eth1: the interface has no IPv4 broadcast address' "$LIVE/node1/stderr"
check 'cl_status doubts has it too' soon doubts_have 1 '^bcast eth1: the interface has no IPv4 broadcast address'
check 'the second node starts' node_start 2
check 'the first node serves and both are at rest' soon settled_on 1
mark=$(log_mark 1)
node_exec 1 ip addr add 10.0.0.11/24 brd + dev eth1
check 'when eth1 has an address, it is used' soon link_is 2 1 eth1 up
check 'then cl_status doubts prints nothing' soon cl_status 1 doubts
is 'the log reports that once' "$(log_count 1 'UDP Broadcast heartbeat started on port 694 .694. interface eth1' "$mark")" 1

owners_start
probe_start
mark=$(log_mark 1) mark2=$(log_mark 2) engine=$(engine_pid 1)
node_exec 1 ip link del eth1
node_exec 1 kill -9 "$engine"
check 'the engine is killed while eth1 does not exist, and there is a new engine' soon engine_is_new
check 'the first node serves and both are at rest' soon settled_on 1
check 'the log has the reason' log_has 1 'ha\.cf:9: warning: bcast eth1: no such interface' "$mark"

node_exec 1 sed -i 's/^keepalive .*/keepalive 190ms/' /etc/ha.d/ha.cf
check 'with a changed time heartbeat -r succeeds' node_exec 1 heartbeat -r
time_is() { [ "$(cl_status 1 hbparameter -p keepalive)" = "$1" ]; }
check 'the changed time is in use' soon time_is 190ms
check 'the first node serves and both are at rest' soon settled_on 1
look_on $((2 * DEADTIME_MS / 1000))
check 'this stays so' settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
check_not 'the second node does not declare the first dead' log_has 2 "node ${NODE_NAME[1]}: is dead" "$mark2"

check 'the first node stops' node_stop 1
node_exec 1 ip addr flush dev eth0
node_start 1
is 'without any medium the start is refused, exit code' $? 6
done_testing
