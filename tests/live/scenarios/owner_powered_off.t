#!/bin/bash
# SPDX-License-Identifier: MIT
# The owner loses power, five times.  The client may miss the service for deadtime and one keepalive.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
MARGIN_MS=500 # for a machine that does other things too

cluster_running web
for run in 1 2 3 4 5; do
	probe_start
	owners_start
	sleep 0.4
	mark=$(log_mark 2)
	off=$(now_ms)
	node_power_off 1
	check "run $run: the second node takes over" wait_for 10 only_owner 2
	check "run $run: the client reads its page" wait_for 3 served_by 2
	sleep 0.2
	measure_stop
	outage=$(longest_outage "$off")
	dead=$(log_ms 2 "node ${NODE_NAME[1]}: is dead" "$mark")
	there=$(owner_since_ms 2 "$off")
	check "run $run: not declared dead before deadtime less one keepalive: $((dead - off)) ms" test $((dead - off)) -ge $((DEADTIME_MS - KEEPALIVE_MS - 50))
	check "run $run: the client has seen the outage" test "$outage" -gt 0
	at_most "run $run: outage for the client, ms" "$outage" $((DEADTIME_MS + KEEPALIVE_MS + MARGIN_MS))
	at_most "run $run: from 'is dead' to the address in place, ms" $((there - dead)) "$MARGIN_MS"
	is "run $run: never two owners" "$(two_owners_ms)" 0
	node_boot 1
	check "run $run: the first node starts again" node_start 1
	check "run $run: and gets its group back" wait_for 15 settled_on 1
done
done_testing
