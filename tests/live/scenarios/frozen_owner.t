#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine of the owner is frozen.  Its guardian kills it before the peer has counted deadtime, and a new engine keeps
# the resources.  When the guardian is frozen too, only fencing could prevent two owners; after the thaw one of them
# releases.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
DEADTIME_MS=5000 WARNTIME_MS=2500 INITDEAD_MS=10000 # much longer than the short freeze, also on a busy machine

# Process numbers in this namespace: the shell can send signals at once, without a slow nsenter into the node.
daemon_processes() { pgrep --ns "${NODE_PID[1]}" --nslist pid -f "^heartbeat: $1"; }

cluster_running web
engine=$(daemon_processes engine)
before="$(guardian_pid 1) $(generation 1)"
mark=$(log_mark 1)

note 'shorter than the guardian waits'
probe_start
owners_start
kill -STOP "$engine"
sleep 0.5 # the freeze lasts at least so long
kill -CONT "$engine"
check 'the owner logs that it was frozen for less than deadtime' soon log_has 1 'WARN: This node stood still' "$mark"
check 'the first node serves, both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
is 'guardian and generation are the same' "$(guardian_pid 1) $(generation 1)" "$before"

note 'longer'
probe_start
owners_start
mark=$(log_mark 1)
kill -STOP "$engine"
check 'the guardian kills it' soon log_has 1 'CRIT: the engine stands still: it is killed' "$mark"
check 'one node serves and both are at rest' soon settled
look_on 1
check 'one second later this is still so' settled
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the service answers' soon serving
is 'the guardian is the same' "$(guardian_pid 1)" "${before% *}"

note 'the guardian as well'
check 'the first node serves, both are at rest' soon settled_on 1
owners_start
mark=$(log_mark 1)
guardian=$(daemon_processes guardian) engine=$(daemon_processes engine)
kill -STOP "$guardian" "$engine"
check 'the second node takes over' soon address_on 2
kill -CONT "$guardian" "$engine"
thawed=$(now_ms)
check 'after the thaw one node serves and both are at rest' soon settled
look_on 1
check 'one second later this is still so' settled
end=$(now_ms)
measure_stop
at_most 'the second owner ends soon after the thaw, ms of two owners' "$(two_owners_ms "$thawed")" "$WIDE_MS"
at_most 'the time without an owner is short, ms' "$(nobody_ms "$thawed" "$end")" "$WIDE_MS"
check_not 'the first node did not declare its peer dead because of its own gap' log_has 1 "node ${NODE_NAME[2]}: is dead" "$mark"
check 'the service answers' soon serving

note 'the guardian alone'
check 'one node serves, both are at rest' soon settled
mark=$(log_mark 1) guardian=$(daemon_processes guardian) before=$(guardian_pid 1)
kill -STOP "$guardian"
check 'the engine kills it' soon log_has 1 'CRIT: the guardian process stands still' "$mark"
check 'another one watches the engine' soon log_has 1 'WARN: a new guardian watches the engine' "$mark"
check_not 'the pid file names another process' test "$(guardian_pid 1)" = "$before"
check 'heartbeat -k ends' node_stop 1
check 'nothing of it is left' soon eval '! node_exec 1 pgrep -f "^heartbeat"'
done_testing
