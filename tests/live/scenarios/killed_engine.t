#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon's processes are killed on the owner.  The guardian starts the engine again, the engine starts the guardian
# again.  When both are gone, the next start of the daemon repairs the state.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
guardian=$(guardian_pid 1) engine=$(engine_pid 1)
check 'the guardian has an engine' test -n "$engine"
probe_start
owners_start
node_exec 1 kill -9 "$engine"
engine_is_new() { [ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]; }
check 'after the engine is killed there is a new engine' soon engine_is_new
is 'the guardian is the same' "$(guardian_pid 1)" "$guardian"
check 'one node serves and both are at rest' soon settled
check 'the client reads a page' soon serving
look_on 1
check 'one second later this is still so' settled
measure_stop
at_most 'the time with two owners is short, ms' "$(two_owners_ms)" "$WIDE_MS"
at_most 'the outage for the client is short, ms' "$(longest_outage)" "$WIDE_MS"

check 'the first node serves again' soon settled_on 1
engine=$(engine_pid 1) mark=$(log_mark 1)
probe_start
owners_start
node_exec 1 kill -9 "$guardian"
guardian_is_new() { [ -n "$(guardian_pid 1)" ] && [ "$(guardian_pid 1)" != "$guardian" ]; }
check 'after the guardian is killed there is a new guardian' soon guardian_is_new
check 'the log reports that' soon log_has 1 'WARN: a new guardian watches the engine' "$mark"
is 'the engine is the same' "$(engine_pid 1)" "$engine"
node_exec 1 kill -9 "$engine"
check 'after the engine is killed the new guardian starts another one' soon engine_is_new
check 'the first node serves and both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"

# Both are stopped first: otherwise the process that is killed last starts the other one again.
node_exec 1 kill -STOP "$(guardian_pid 1)" "$(engine_pid 1)"
node_exec 1 kill -9 "$(guardian_pid 1)" "$(engine_pid 1)"
check 'after guardian and engine are killed the second node takes over' soon address_on 2
owners_start
check 'the first node starts again' node_start 1
begin=$(now_ms)
check 'the pair settles with one owner' soon settled
look_on 1
check 'one second later there is still one owner' settled
measure_stop
at_most 'the start releases the old address soon, ms of two owners' "$(two_owners_ms "$begin")" "$WIDE_MS"
check 'the client reads a page' soon serving
done_testing
