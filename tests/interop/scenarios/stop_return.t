#!/bin/bash
# SPDX-License-Identifier: MIT
# Each node is stopped in an orderly way and started again; auto_failback on.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_joined web
probe_start
owners_start
sleep 0.3
mark=$(log_mark 2)
stopping=$(now_ms)
check 'the owner stops' stop 1
check 'the second node serves' wait_for 20 only_owner 2
note "from the word to stop until the second node has the address: $(($(owner_since_ms 2 "$stopping") - stopping)) ms;" \
	"nobody had it for $(nobody_ms "$stopping" "$(now_ms)") ms"
if [ "$REF" = 1 ]; then limit=$(roomy 2000); else limit=30000; fi # the scripts of 3.0.6 have their own pace
at_most 'ms without an owner' "$(nobody_ms "$stopping" "$(now_ms)")" "$limit"
check 'the client reads it there' wait_for 20 served_by 2
is 'it started httpd once' "$(log_count 2 'Running .*httpd +start' "$mark")" 1
check 'after deadtime still so, the second node holds all' wait_for 20 rsc_is 2 all
check_not 'nothing was fenced' log_has 2 'STONITH device' "$mark"
check 'the owner starts again' start 1
check 'the group goes home, both are at rest' wait_for 40 settled_on 1
check 'the client reads the first node' wait_for 3 served_by 1
mark=$(log_mark 1)
check 'the second node stops' stop 2
sleep $((DEADTIME_MS / 1000 + 1))
check 'the first goes on serving' only_owner 1
check 'and starts nothing' test "$(log_count 1 'Running .*httpd +st' "$mark")" -eq 0
check 'the second starts again' start 2
check 'both are at rest' wait_for 40 settled_on 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'longest outage of the client in ms: scripts of 3.0.6' "$(longest_outage)" 30000
done_testing
