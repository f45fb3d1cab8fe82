#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine of the owner stands still for a while.  Its addresses stay in the kernel meanwhile, that cannot be helped
# without fencing; but when it goes on it gives way at once and does not judge others by its own gap.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
freeze() { kill -STOP "$engine"; }
thaw() { kill -CONT "$engine"; }
DEADTIME_MS=5000 WARNTIME_MS=2500 INITDEAD_MS=10000 # so much longer than the short freeze that a busy machine does not make it a long one

cluster_running web
# As it is numbered here: the shell signals it itself, at once.  A process into the node takes its time on a busy machine.
engine=$(pgrep --ns "${NODE_PID[1]}" --nslist pid -f '^heartbeat: engine')
before="$(guardian_pid 1) $(generation 1)"
mark=$(log_mark 1)

note 'shorter than deadtime'
probe_start
owners_start
freeze
sleep 0.5 # the subject: it stands still for so long at least
thaw
check 'it knows that it stood still, for less than deadtime' soon log_has 1 'WARN: This node stood still' "$mark"
check 'the first node serves, both are at rest' soon settled_on 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'the client has not noticed: longest outage in ms' "$(longest_outage)" "$UNNOTICED_MS"

note 'longer'
probe_start
owners_start
freeze
check 'the second node takes over' soon address_on 2
thaw
go_on=$(now_ms)
check 'it goes on: one serves, both are at rest' soon settled
look_on 1
check 'still' settled
end=$(now_ms)
measure_stop
at_most 'it gave way, ms of two owners after it went on' "$(two_owners_ms "$go_on")" "$WIDE_MS"
at_most 'ms without an owner' "$(nobody_ms "$go_on" "$end")" "$WIDE_MS"
check_not 'it did not declare its peer dead by its own gap' log_has 1 "node ${NODE_NAME[2]}: is dead" "$mark"
is 'same guardian, same generation' "$(guardian_pid 1) $(generation 1)" "$before"
check 'the service answers' soon serving
done_testing
