#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine of the owner is frozen for a while.  Meanwhile its addresses stay in the kernel; only fencing could prevent
# that.  When it continues it releases the group at once, and does not declare its peer dead because of its own gap.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
freeze() { kill -STOP "$engine"; }
thaw() { kill -CONT "$engine"; }
DEADTIME_MS=5000 WARNTIME_MS=2500 INITDEAD_MS=10000 # much longer than the short freeze, also on a busy machine

cluster_running web
# The process number in this namespace: the shell can send signals at once, without a slow nsenter into the node.
engine=$(pgrep --ns "${NODE_PID[1]}" --nslist pid -f '^heartbeat: engine')
before="$(guardian_pid 1) $(generation 1)"
mark=$(log_mark 1)

note 'shorter than deadtime'
probe_start
owners_start
freeze
sleep 0.5 # the freeze lasts at least so long
thaw
check 'the owner logs that it was frozen for less than deadtime' soon log_has 1 'WARN: This node stood still' "$mark"
check 'the first node serves, both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"

note 'longer'
probe_start
owners_start
freeze
check 'the second node takes over' soon address_on 2
thaw
go_on=$(now_ms)
check 'after the thaw one node serves and both are at rest' soon settled
look_on 1
check 'one second later this is still so' settled
end=$(now_ms)
measure_stop
at_most 'the second owner ends soon after the thaw, ms of two owners' "$(two_owners_ms "$go_on")" "$WIDE_MS"
at_most 'the time without an owner is short, ms' "$(nobody_ms "$go_on" "$end")" "$WIDE_MS"
check_not 'the first node did not declare its peer dead because of its own gap' log_has 1 "node ${NODE_NAME[2]}: is dead" "$mark"
is 'guardian and generation are the same' "$(guardian_pid 1) $(generation 1)" "$before"
check 'the service answers' soon serving
done_testing
