#!/bin/bash
# SPDX-License-Identifier: MIT
# The owner loses power, five times.  tests/bench measures how long the client has no service.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
for run in 1 2 3 4 5; do
	probe_start
	owners_start
	mark=$(log_mark 2)
	off=$(now_ms)
	node_power_off 1
	check "run $run: the second node takes over" soon only_owner 2
	check "run $run: the client reads its page" soon served_by 2
	measure_stop
	outage=$(longest_outage "$off")
	dead=$(log_ms 2 "node ${NODE_NAME[1]}: is dead" "$mark")
	# At the cut the last heartbeat is up to a keepalive old, or more when the owner was delayed.
	check "run $run: the owner is not declared dead long before deadtime: $((dead - off)) ms" test $((dead - off)) -ge $((DEADTIME_MS / 2))
	check "run $run: the client has seen the outage" test "$outage" -gt 0
	at_most "run $run: the outage for the client is short, ms" "$outage" "$WIDE_MS"
	is "run $run: there are never two owners" "$(two_owners_ms)" 0
	node_boot 1
	check "run $run: the first node starts again" node_start 1
	check "run $run: the first node gets its group back" soon settled_on 1
done
done_testing
