#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes do not hear each other for a while.  When the network is whole again 3.0.6 releases everything and restarts
# itself; in the end there is exactly one owner.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_joined web
owners_start
generation_before=$(generation "$REF")
ours_before="$(guardian_pid "$OURS") $(engine_pid "$OURS") $(generation "$OURS")"
split=$(now_ms)
net_split
sleep 8
check 'parted, the second node serves as well' wait_for 2 address_on 2
heal=$(now_ms)
note "parted for $((heal - split)) ms"
net_join
mark=$(log_mark "$REF")
check '3.0.6 restarts itself' wait_for 30 log_has "$REF" 'Heartbeat generation' "$mark"
check 'one of them serves, both are at rest' wait_for 60 settled
at_most 'ms after the heal until there is one owner, and both are at rest' $(($(now_ms) - heal)) "$(roomy 20000)"
sleep 3
check 'still' settled
settled=$(now_ms)
measure_stop
at_most 'ms of two owners after the heal: until 3.0.6 has released' "$(two_owners_ms "$heal")" "$(roomy 4000)"
note "ms of nobody after the heal: $(nobody_ms "$heal" "$settled")"
check '3.0.6 has a new generation' test "$(generation "$REF")" -gt "$generation_before"
is 'ours has not restarted' "$(guardian_pid "$OURS") $(engine_pid "$OURS") $(generation "$OURS")" "$ours_before"
check 'the service answers' wait_for 3 serving
done_testing
