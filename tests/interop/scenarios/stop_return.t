#!/bin/bash
# SPDX-License-Identifier: MIT
# Each node is stopped by heartbeat -k and started again; auto_failback on.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_running web
probe_start
owners_start
mark=$(log_mark 2)
stopping=$(now_ms)
check 'the owner stops' stop 1
check 'the second node serves' soon only_owner 2
note "from the stop command until the second node has the address: $(($(owner_since_ms 2 "$stopping") - stopping)) ms;" \
	"without an owner: $(nobody_ms "$stopping" "$(now_ms)") ms"
decided() { log_since 2 "$mark" | grep -oE 'Resources being acquired|none -> starting|is dead' | head -n 1; }
check_not 'the second node takes over because the first has left, before deadtime' test "$(decided)" = 'is dead'
check 'the client reads the second node' soon served_by 2
is 'the second node started httpd once' "$(log_count 2 'Running .*httpd +start' "$mark")" 1
check 'the second node holds all' soon rsc_is 2 all
check_not 'no node was fenced' log_has 2 'STONITH device' "$mark"
check 'the owner starts again' start 1
check 'the group moves home, both are at rest' soon settled_on 1
check 'the client reads the first node' soon served_by 1
mark=$(log_mark 1)
check 'the second node stops' stop 2
look_on $((DEADTIME_MS / 1000 + 1)) # it is silent for longer than deadtime
check 'the first node still serves' only_owner 1
check 'the first node starts no script' test "$(log_count 1 'Running .*httpd +st' "$mark")" -eq 0
check 'the second node starts again' start 2
check 'both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
note "longest outage of the client: $(longest_outage) ms, for the scripts of 3.0.6"
done_testing
