#!/bin/bash
# SPDX-License-Identifier: MIT
# Either node loses its power and comes back; auto_failback on.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
# initdead is much longer (mixed_running): a node that waits for initdead is detected on any machine.
DEADTIME_MS=2000 WARNTIME_MS=1000

mixed_running web
owners_start
wire_start 1
check 'the first node announces its deadtime' soon announces_deadtime 1
mark=$(log_mark 2)
node_power_off 1
check 'the second node serves' soon only_owner 2
wire_stop
last=$(wire_figure last)
silent=$(($(logged_ms 2 "node ${NODE_NAME[1]}: is dead" "$mark") - last)) stamp_ms=1
! has_ref 2 || stamp_ms=1020 # it logs whole seconds, and its clock has ticks of 10 ms
note "after the last packet of the first node, ms: until it is dead $silent," \
	"until the second has its address $(($(owner_since_ms 2 "$last") - last))"
check 'the second node waits for deadtime' test $silent -ge $((DEADTIME_MS - stamp_ms))
at_most 'the second node does not wait for initdead, ms' $silent $((DEADTIME_MS + WIDE_MS))
check 'the client reads the second node' soon served_by 2
check 'the second node holds all' soon rsc_is 2 all
boot 1
check 'the first node starts again' start 1
check 'the group moves home, both are at rest' soon settled_on 1
mark=$(log_mark 1)
node_power_off 2
check 'the first node sees the second as dead' soon node_is 1 2 dead
check 'the first node still serves' soon served_by 1
check 'the first node starts no script' test "$(log_count 1 'Running .*httpd +st' "$mark")" -eq 0
boot 2
check 'the second node starts again' start 2
check 'both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
