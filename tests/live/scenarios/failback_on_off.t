#!/bin/bash
# SPDX-License-Identifier: MIT
# The home node of a group comes back.  With auto_failback off the group stays, with on it returns (also other scenarios).
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

note 'auto_failback off'
cluster_running web sed -e 's/^auto_failback .*/auto_failback off/'
node_power_off 1
check 'the second node takes over' soon only_owner 2
check 'the client reads its page' soon served_by 2
probe_start
owners_start
node_boot 1
check 'the first node starts again' node_start 1
check 'both are at rest, the second still serves' soon settled_on 2
look_on 2
check 'two seconds later the second still serves' settled_on 2
measure_stop
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
is 'there are never two owners' "$(two_owners_ms)" 0
check 'an operator can move the group home' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'then the first node serves' soon settled_on 1

note 'auto_failback on, by heartbeat -r after an edit of ha.cf'
for n in 1 2; do
	pair_install $n web
	check "node$n reads its configuration again" node_exec $n timeout "$LIMIT_S" /usr/sbin/heartbeat -r
done
check 'the first node still serves' soon settled_on 1
node_power_off 1
check 'the second node takes over' soon only_owner 2
node_boot 1
check 'the first node starts again' node_start 1
check 'the first node gets its group back without a command' soon settled_on 1
check 'the client reads its page' soon served_by 1
done_testing
