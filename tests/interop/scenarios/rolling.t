#!/bin/bash
# SPDX-License-Identifier: MIT
# A pair of 3.0.6 is replaced by ours, node by node, while the other one serves.  First the node that is not REF.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
REFS='1 2'

cluster_mixed web
check 'both daemons start, both are 3.0.6' both_start
check 'the first node serves and both are at rest' wait_for "$START_S" settled_on 1
probe_start
owners_start
sleep 0.3

uuid() { node_exec "$1" od -An -tx1 /var/lib/heartbeat/hb_uuid; }
replace() { # N
	local n=$1 peer=$((3 - $1)) uuid_before generation_before mark
	uuid_before=$(uuid "$n") generation_before=$(generation "$n") mark=$(log_mark "$peer")
	check "3.0.6 stops on node$n" stop "$n"
	check "node$peer serves" wait_for 5 only_owner "$peer"
	replace_ref "$n"
	check "ours starts on node$n in its place" start "$n"
	check "node$n: the first node serves, both are at rest" wait_for 20 settled_on 1
	is "node$n is the same node" "$(uuid "$n")" "$uuid_before"
	is "node$n is in its next generation" "$(generation "$n")" $((generation_before + 1))
	check "node$peer has seen it restart" log_has "$peer" "Heartbeat restart on node ${NODE_NAME[n]}" "$mark"
	check_not "node$peer has not seen another node" log_has "$peer" 'uuid' "$mark"
	sleep 1.5 # what 3.0.6 would still do
}
replace "$OURS"
replace "$REF"
check 'both are ours now: standby' command_on 1 hb_standby all
check 'the second node serves' wait_for 5 settled_on 2
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'longest outage of the client in ms' "$(longest_outage)" 4000
done_testing
