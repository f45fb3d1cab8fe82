#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine of the owner stands still for a while.  Its addresses stay in the kernel meanwhile, that cannot be helped
# without fencing; but when it goes on it gives way at once and does not judge others by its own gap.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
freeze() { kill -STOP "$engine"; }
thaw() { kill -CONT "$engine"; }

cluster_running web
# As it is numbered here: the shell signals it itself, at once.  A process into the node takes its time on a busy machine.
engine=$(pgrep --ns "${NODE_PID[1]}" --nslist pid -f '^heartbeat: engine')
before="$(guardian_pid 1) $(generation 1)"
mark=$(log_mark 1)

note 'shorter than deadtime'
probe_start
owners_start
freeze
sleep 0.5
thaw
sleep 1.5
check 'the first node serves, both are at rest' wait_for 5 settled_on 1
check 'it knows that it stood still, for less than deadtime' log_has 1 'WARN: This node stood still' "$mark"
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'the client has not noticed: longest outage in ms' "$(longest_outage)" 100

note 'longer'
probe_start
owners_start
freeze
check 'the second node takes over' wait_for 5 address_on 2
sleep 1
thaw
go_on=$(now_ms)
check 'it goes on: one serves, both are at rest' wait_for 10 settled
sleep 1
check 'still' settled
end=$(now_ms)
measure_stop
at_most 'it gave way within a few keepalives, ms of two owners after it went on' "$(two_owners_ms "$go_on")" $((5 * KEEPALIVE_MS))
at_most 'nobody served for less than deadtime, ms' "$(nobody_ms "$go_on" "$end")" $DEADTIME_MS
check_not 'it did not declare its peer dead by its own gap' log_has 1 "node ${NODE_NAME[2]}: is dead" "$mark"
is 'same guardian, same generation' "$(guardian_pid 1) $(generation 1)" "$before"
check 'the service answers' wait_for 3 serving
done_testing
