#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes do not hear each other for a while, the client hears both.  Without fencing both serve; when the network is
# whole again one gives way at once and nobody restarts.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
for n in 1 2; do before[n]="$(guardian_pid $n) $(engine_pid $n) $(generation $n)"; done
mark=$(log_mark 1) mark2=$(log_mark 2)
probe_start
owners_start
net_split
check 'parted, the second node serves as well' soon address_on 2
check 'to the first node it is dead' soon node_is 1 2 dead
heal=$(now_ms)
net_join
check 'the network is whole: one of them serves' soon settled
look_on 2
check 'still' settled
settled=$(now_ms)
measure_stop
at_most 'the second owner gave way, ms of two owners after the heal' "$(two_owners_ms "$heal")" "$WIDE_MS"
at_most 'ms without an owner' "$(nobody_ms "$heal" "$settled")" "$WIDE_MS"
at_most 'the client missed it for, ms' "$(longest_outage "$heal")" "$WIDE_MS"
for n in 1 2; do
	is "node$n: same guardian, same engine, same generation" "$(guardian_pid $n) $(engine_pid $n) $(generation $n)" "${before[n]}"
done
check 'the first node says what happened' log_has 1 "Cluster node ${NODE_NAME[2]} returning after partition" "$mark"
check 'so does the second' log_has 2 "Cluster node ${NODE_NAME[1]} returning after partition" "$mark2"
check 'the service answers' soon serving
done_testing
