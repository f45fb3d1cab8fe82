#!/bin/bash
# SPDX-License-Identifier: MIT
# A hostile peer with the key, and a recording of a dead peer: ours keeps its resources and its node table, continues to
# work, and accepts
# the real peer afterwards.  The client sends in the name of 3.0.6, which has no power.  doc/protocol.md 10
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
HUGE=7fffffff

mixed_running web
owners_start
nodes() { cl_status "$OURS" listnodes | sort | tr '\n' ' '; }
uuid_of() { node_exec "$1" od -An -v -tx1 /var/lib/heartbeat/hb_uuid | tr -d ' \n'; }
peer_uuid=$(uuid_of "$REF") our_uuid=$(uuid_of "$OURS") peer=${NODE_NAME[REF]} us=${NODE_NAME[OURS]}
node_exec "$OURS" cat /etc/ha.d/authkeys >"$LIVE/keys"
life=$(generation "$REF")
as_peer() { # OPTION... -- WHAT...: sent in the next generation of the peer
	forge_to_ours -k "$LIVE/keys" -n "$peer" -u "$peer_uuid" -g $((life + 1)) "$@" >"$LIVE/forged" || live_die 'forge fails'
}
ACTIVE='status|st=active|dt=3e8|protocol=1'

# the last seconds of the peer are recorded, then it dies
client "$LIVE_HELP/forge" -l "$LIVE/recording" -s 4 694
check 'the recording has more than 1,000 bytes' test "$(stat -c %s "$LIVE/recording")" -gt 1000
node_power_off "$REF"
check 'ours serves' soon only_owner "$OURS"
check 'it is at rest' soon rsc_is "$OURS" all
state() { echo "$(engine_pid "$OURS") $(generation "$OURS") $(nodes) $(log_count "$OURS" 'Running .*httpd')"; }
before=$(state)
begin=$(now_ms) mark=$(log_mark "$OURS")
unmoved() { # WHAT
	is "$1: process, generation, node table and script runs are unchanged" "$(state)" "$before"
	check "$1: ours serves" only_owner "$OURS"
	at_most "$1: the log stays short, lines" $(($(log_mark "$OURS") - mark)) "${2:-20}"
	mark=$(log_mark "$OURS")
}

client "$LIVE_HELP/forge" -p "$LIVE/recording" "192.168.1.1$OURS" 694 >"$LIVE/forged"
note "the recording: $(cat "$LIVE/forged")"
check_not 'the dead peer does not become active' node_is "$OURS" "$REF" active
unmoved 'a recording of the dead peer' 8

as_peer -q 1 -r 5 -s 2 -- 'status|st=active|dt=0|protocol=1'
check_not 'dt 0 does not make the peer dead at once' log_has "$OURS" 'is dead' "$mark"
unmoved 'dt 0'
as_peer -q 100 -- 'status|st=active|dt=ffffffffffffffff|protocol=1' 'status|st=active|dt=-5|protocol=1' "$ACTIVE"
unmoved 'dt without bounds'
as_peer -q 110 -r 50 -s 2 -- "$ACTIVE|src=mallory.example" "$ACTIVE|srcuuid=00112233445566778899aabbccddeeff" "$ACTIVE|srcuuid=$our_uuid" "$ACTIVE"
unmoved 'exchanged names and uuids'
as_peer -q 300 -- "repnodes|dest=$us|nodelist=mallory.example |delnodelist=$us $peer " "delnode|nodelist=$us" 'addnode|nodelist=mallory.example' "$ACTIVE"
unmoved 'requests to add and delete nodes'
as_peer -r 200 -s 1 -- "$ACTIVE|src=$us|srcuuid=$our_uuid|hg=$HUGE|seq=$HUGE" "shutdone|st=dead|src=$us|srcuuid=$our_uuid|hg=$HUGE|seq=$HUGE" \
	"resource|rsc_hold=none|rtype=full|isstable=0|info=shutdown|src=$us|hg=$HUGE|seq=$HUGE"
unmoved 'our own name'
as_peer -q 320 -r 100 -s 1 -- "$ACTIVE|hg=1" 'shutdone|st=dead|hg=1' 'ask_resources|rsc_hold=all|info=done|hg=1' "$ACTIVE"
unmoved 'an old generation'

sent() { node_exec "$OURS" cat /sys/class/net/eth0/statistics/tx_packets; }
packets=$(sent)
as_peer -q 500 -r 2000 -s 3 -- "NS_rexmit|dest=$us|firstseq=1|lastseq=2147483647" "NS_nak_rexmit|dest=$us|firstseq=1" "NS_ackmsg|dest=$us|ackseq=$HUGE" "NS_rexmit|dest=$us|firstseq=1|lastseq=50"
note "$(cat "$LIVE/forged"); ours sent $(($(sent) - packets)) packets meanwhile"
at_most 'ours answers 6000 requests with few packets' $(($(sent) - packets)) 5000
unmoved 'ranges without end'
as_peer -q 1000 -r 100 -s 1 -- "$ACTIVE|seq=1000" "$ACTIVE|seq=90000" "$ACTIVE|seq=fffffff" "$ACTIVE|seq=$HUGE" "$ACTIVE|seq=0" "$ACTIVE|seq=ffffffffffffffff"
unmoved 'numbers that jump'
at_most 'the address always has an owner, ms without one' "$(nobody_ms "$begin" "$(now_ms)")" "$UNNOTICED_MS"

# The real peer comes back, with a higher generation than the forged one.
boot "$REF"
printf '%15s\n' $((life + 100)) | node_put "$REF" /var/lib/heartbeat/hb_generation 644
check '3.0.6 starts again' start "$REF"
check 'the group moves home, both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
