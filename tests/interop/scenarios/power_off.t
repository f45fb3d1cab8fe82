#!/bin/bash
# SPDX-License-Identifier: MIT
# Either node loses its power and comes back; auto_failback on.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
DEADTIME_MS=1000 WARNTIME_MS=600 INITDEAD_MS=3000

mixed_joined web
owners_start
sleep 0.3
off=$(now_ms)
node_power_off 1
check 'the second node serves' wait_for 20 only_owner 2
took=$(($(owner_since_ms 2 "$off") - off))
# Beyond deadtime: 3.0.6 has its scripts to run; ours has one keepalive.  The rest is room for a busy machine.
if [ "$OURS" = 2 ]; then
	at_most 'ours has taken over, ms after the power cut' $took "$(roomy $((DEADTIME_MS + KEEPALIVE_MS)))"
else
	at_most '3.0.6 has taken over, ms after the power cut' $took "$(roomy $((DEADTIME_MS + 1000)))"
fi
check 'the client reads it there' wait_for 3 served_by 2
check 'it holds all' wait_for 20 rsc_is 2 all
boot 1
check 'the first node starts again' start 1
check 'the group goes home, both are at rest' wait_for 40 settled_on 1
mark=$(log_mark 1)
node_power_off 2
check 'the first node sees it dead' wait_for 15 node_is 1 2 dead
check 'and goes on serving' served_by 1
check 'and starts nothing' test "$(log_count 1 'Running .*httpd +st' "$mark")" -eq 0
boot 2
check 'the second node starts again' start 2
check 'both are at rest' wait_for 40 settled_on 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
done_testing
