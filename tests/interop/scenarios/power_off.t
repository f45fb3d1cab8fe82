#!/bin/bash
# SPDX-License-Identifier: MIT
# Either node loses its power and comes back; auto_failback on.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_joined web
owners_start
node_power_off 1
check 'the second node serves' wait_for 8 only_owner 2
check 'the client reads it there' wait_for 3 served_by 2
check 'it holds all' wait_for 8 rsc_is 2 all
boot 1
check 'the first node starts again' start 1
check 'the group goes home, both are at rest' wait_for 20 settled_on 1
mark=$(log_mark 1)
node_power_off 2
check 'the first node sees it dead' wait_for 8 node_is 1 2 dead
check 'and goes on serving' served_by 1
check 'and starts nothing' test "$(log_count 1 'Running .*httpd +st' "$mark")" -eq 0
boot 2
check 'the second node starts again' start 2
check 'both are at rest' wait_for 20 settled_on 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
done_testing
