#!/bin/bash
# SPDX-License-Identifier: MIT
# Three datagrams end 3.0.6, and the sender needs no key
# (doc/protocol.md 12).  10,000 a second of them are sent to ours: a counter
# increases and one line is logged.  At the end each is sent once to 3.0.6, to prove that these datagrams end it.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
KILLERS=('###\n3:abc,%%%\n5:1 abc,' '###\n8:(9)t=abc,%%%\n5:1 abc,' '###\n28:(3)nodelist=99999999999:a,,%%%\n5:1 abc,')

has_died() { log_has "$REF" 'Master Control process died|Emergency Shutdown' "$mark"; }
# Either it died, or it has sent 20 statuses since: it has read the datagram, and lives.
is_decided() { has_died || [ "$(statuses_of "$REF")" -ge 20 ] || has_died; }
statuses_of() { # N: in the next 50 packets that the other node receives, at most 20 s
	heard_statuses "$1" 50 20 t | wc -l
}
mixed_running web
owners_start
mark=$(log_mark "$OURS") peer_mark=$(log_mark "$REF") lines=$(log_mark "$OURS") ours_before="$(engine_pid "$OURS") $(generation "$OURS")" begin=$(now_ms)
forge_to_ours -r 10000 -s 5 -- "${KILLERS[@]}" >"$LIVE/forged"
note "$(cat "$LIVE/forged")"
check 'at least 1,000 datagrams were sent' grep -qE '^sent [0-9]{4,} ' "$LIVE/forged"
check_not 'ours declared no node dead' log_has "$OURS" 'is dead' "$mark"
check_not '3.0.6 did not declare ours dead' log_has "$REF" "node ${NODE_NAME[OURS]}: is dead" "$peer_mark"
check 'the group has not moved' settled_on 1
is 'ours is the same process in the same generation' "$(engine_pid "$OURS") $(generation "$OURS")" "$ours_before"
at_most 'the log of ours stays short, lines' $(($(log_mark "$OURS") - lines)) 6
check 'the log reports refused or dropped datagrams' log_has "$OURS" 'refused|dropped' "$mark"
measure_stop
at_most 'the address always has an owner, ms without one' "$(nobody_ms "$begin" "$(now_ms)")" "$UNNOTICED_MS"
is 'there are never two owners' "$(two_owners_ms)" 0

killed=0
for killer in "${KILLERS[@]}"; do
	mark=$(log_mark "$REF")
	client "$LIVE_HELP/forge" "192.168.1.1$REF" 694 "$killer" >/dev/null
	soon is_decided
	if has_died; then
		killed=$((killed + 1))
		note "3.0.6 was ended $killed times"
		node_power_off "$REF" # its resources would keep running without it
		check 'ours takes over the group' soon only_owner "$OURS"
		boot "$REF"
		check '3.0.6 starts again' start "$REF"
		check 'both are at rest' soon settled_on 1
	fi
done
check 'one of these datagrams ends 3.0.6' test "$killed" -ge 1
done_testing
