#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes do not hear each other for a while; the client hears both.  Without fencing both serve.  When the network is
# joined again, one of them releases the group at once, and no daemon restarts.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
for n in 1 2; do before[n]="$(guardian_pid $n) $(engine_pid $n) $(generation $n)"; done
mark=$(log_mark 1) mark2=$(log_mark 2)
probe_start
owners_start
net_split
check 'in the split network the second node serves too' soon address_on 2
check 'the first node sees it as dead' soon node_is 1 2 dead
heal=$(now_ms)
net_join
check 'when the network is joined one of them serves' soon settled
look_on 2
check 'two seconds later this is still so' settled
settled=$(now_ms)
measure_stop
at_most 'one node releases the group soon, ms of two owners after the heal' "$(two_owners_ms "$heal")" "$WIDE_MS"
at_most 'the time without an owner is short, ms' "$(nobody_ms "$heal" "$settled")" "$WIDE_MS"
at_most 'the outage for the client is short, ms' "$(longest_outage "$heal")" "$WIDE_MS"
for n in 1 2; do
	is "node$n: guardian, engine and generation are the same" "$(guardian_pid $n) $(engine_pid $n) $(generation $n)" "${before[n]}"
done
check 'the first node logs the end of the partition' log_has 1 "Cluster node ${NODE_NAME[2]} returning after partition" "$mark"
check 'the second node logs the end of the partition' log_has 2 "Cluster node ${NODE_NAME[1]} returning after partition" "$mark2"
check 'the service answers' soon serving
done_testing
