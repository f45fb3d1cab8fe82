#!/bin/bash
# SPDX-License-Identifier: MIT
# A mixed cluster with random moves: from either node, standby or takeover, any half.  No group is lost, and none has two
# owners.  INTEROP_MIXED_S: how long, and MOVES_MIN at least; tests/bench/mixed runs an hour.
# INTEROP_SEED: the same moves again.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
MIXED_S=${INTEROP_MIXED_S:-60} MOVES_MIN=12 SECOND=192.168.1.101
PAUSE_MIN=${INTEROP_PAUSE_MIN:-0} PAUSE_MAX=${INTEROP_PAUSE_MAX:-2} # seconds between the end of a move and the next one
CLASSIC_WINDOW_MS=10000 # also two nodes with 3.0.6 have two owners for a second, on an idle machine
RANDOM=${INTEROP_SEED:=$((RANDOM + REF))}

INITDEAD_MS=$LONG_INITDEAD_MS
cluster_mixed mutual
check 'both daemons start' both_start
each_owned() { # each address is on one node
	{ only_owner 1 || only_owner 2; } && { only_owner 1 $SECOND || only_owner 2 $SECOND; }
}
check 'each group is owned, both are at rest' soon each_owned
soon both_at_rest
note "moves for $MIXED_S s, seed $INTEROP_SEED"
owners_start
moves=0 refused=0 lost=0 marks=("" "$(log_mark 1)" "$(log_mark 2)")
end=$(($(now_ms) + MIXED_S * 1000))
commands=(hb_standby hb_standby hb_takeover) halves=(all local foreign)
while [ "$(now_ms)" -lt "$end" ] || [ $moves -lt $MOVES_MIN ]; do
	node=$((RANDOM % 2 + 1)) command=${commands[RANDOM % 3]} half=${halves[RANDOM % 3]}
	command_on $node "$command" "$half" >/dev/null 2>&1 || refused=$((refused + 1)) # when there is nothing to move
	moves=$((moves + 1))
	if ! { soon both_at_rest && soon each_owned; }; then
		lost=$((lost + 1))
		note "after $command $half on node$node: $(rscstatus 1), $(rscstatus 2)"
	fi
	pause_ms=$((1000 * PAUSE_MIN + RANDOM % (1000 * (PAUSE_MAX - PAUSE_MIN) + 1)))
	# the test needs moves at random moments
	sleep "$(printf '%d.%03d' $((pause_ms / 1000)) $((pause_ms % 1000)))"
done
measure_stop
two=$(awk '$1 == "two-owners" && $3 - $2 > max {max = $3 - $2} END {print max + 0}' "$LIVE/owners")
note "$moves moves, $refused refused; two owners of the first address at most $two ms, $(two_owners_ms) ms in all"
is 'no group is lost' "$lost" 0
at_most 'the longest time with two owners is short, ms' "$two" "$CLASSIC_WINDOW_MS"
is 'ours declared no node dead' "$(log_count "$OURS" 'is dead' "${marks[OURS]}")" 0
check_not 'ours acknowledged 3.0.6 all the time' log_has "$REF" 'hist queue is filling' "${marks[REF]}"
done_testing
