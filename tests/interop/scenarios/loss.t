#!/bin/bash
# SPDX-License-Identifier: MIT
# Datagrams are lost at random, first 10 %, then 30 %; deadtime is 5 keepalives.  Ours never declares the peer dead, and its
# acknowledgements keep the peer's history of sent messages short.  INTEROP_LOSS_S: seconds of each (full test: 120).
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
DEADTIME_MS=1000 WARNTIME_MS=600
LOSS_S=${INTEROP_LOSS_S:-15}

mixed_running web
owners_start
for percent in 10 30; do
	mark=$(log_mark "$OURS") peer_mark=$(log_mark "$REF")
	loss_begin "$percent"
	look_on "$LOSS_S"
	lost=$(loss_end)
	note "$percent % for $LOSS_S s: $lost datagrams lost; ours: $(log_count "$OURS" 'Late heartbeat' "$mark") late, $(log_count "$OURS" 'is dead' "$mark") dead;" \
		"3.0.6: $(log_count "$REF" 'Late heartbeat' "$peer_mark") late, $(log_count "$REF" 'is dead' "$peer_mark") dead"
	check "$percent %: datagrams were lost" test "$lost" -gt 0
	is "$percent %: ours declared no node dead" "$(log_count "$OURS" 'is dead' "$mark")" 0
	check_not "$percent %: ours acknowledged 3.0.6 all the time" log_has "$REF" 'hist queue is filling' "$peer_mark"
	check_not "$percent %: 3.0.6 accepts all acknowledgements of ours" log_has "$REF" 'corrupted ackseq' "$peer_mark"
	at_most "$percent %: 3.0.6 refuses few requests of ours" "$(log_count "$REF" 'Cannot rexmit' "$peer_mark")" $((LOSS_S / 10))
done
check 'without loss both are at rest' soon settled_on 1
check 'hb_standby still moves the group' command_on 1 hb_standby all
check 'the second node serves, both are at rest' soon settled_on 2
measure_stop
at_most 'there are never two owners, ms' "$(two_owners_ms)" 0
done_testing
