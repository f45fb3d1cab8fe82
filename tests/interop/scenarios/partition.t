#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes do not hear each other for a while.  When the network is joined again, 3.0.6 releases everything and restarts
# itself.  At the end there is exactly one owner.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

each_alone() { node_is 1 2 dead && node_is 2 1 dead; }

mixed_running web
owners_start
generation_before=$(generation "$REF")
ours_before="$(guardian_pid "$OURS") $(engine_pid "$OURS") $(generation "$OURS")"
split=$(now_ms)
net_split
check 'in the split network the second node serves too' soon rsc_is 2 all
check 'the second node has the address' address_on 2
check 'each node sees the other as dead' soon each_alone
mark=$(log_mark "$REF") heal=$(now_ms)
note "split for $((heal - split)) ms"
net_join
check '3.0.6 restarts itself' soon log_has "$REF" 'Heartbeat generation' "$mark"
echo "$mark" >"$LIVE/node$REF/started"
check 'one of them serves, both are at rest' soon settled
settled=$(now_ms)
look_on 3
check 'three seconds later this is still so' settled
measure_stop
note "after the heal, ms: two owners, until 3.0.6 has released, $(two_owners_ms "$heal");" \
	"no owner $(nobody_ms "$heal" "$settled"); until both are at rest $((settled - heal))"
is 'there are no two owners afterwards, ms' "$(two_owners_ms "$settled")" 0
check '3.0.6 has a new generation' test "$(generation "$REF")" -gt "$generation_before"
is 'ours has not restarted' "$(guardian_pid "$OURS") $(engine_pid "$OURS") $(generation "$OURS")" "$ours_before"
check 'the service answers' soon serving
done_testing
