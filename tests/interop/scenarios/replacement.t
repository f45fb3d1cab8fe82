#!/bin/bash
# SPDX-License-Identifier: MIT
# A pair of 3.0.6 is replaced by ours, node by node, as heartbeat-upgrade(7) describes; then 3.0.6 is installed again, node
# by node.  A client
# measures the outages.  The idle node is exchanged first, as the page advises (it is not REF).  hb_standby moves the group
# away before an owner is stopped.
# During the upgrade ours takes over from 3.0.6 once; this is measured.  On the way back 3.0.6 takes over from ours, with
# its slow scripts.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
REFS='1 2'

INITDEAD_MS=$LONG_INITDEAD_MS
cluster_mixed web sed -e 's/^auto_failback .*/auto_failback off/'
check 'both daemons start, both are 3.0.6' both_start
check 'the first node serves and both are at rest' soon settled_on 1

uuid() { node_exec "$1" od -An -tx1 /var/lib/heartbeat/hb_uuid; }
exchange() { # N replace_ref|restore_ref WHAT
	local n=$1 peer=$((3 - $1)) uuid_before generation_before mark
	if address_on "$n"; then
		check "hb_standby on node$n" command_on "$n" hb_standby all
		check "node$peer serves, both are at rest" soon settled_on "$peer"
	fi
	uuid_before=$(uuid "$n") generation_before=$(generation "$n") mark=$(log_mark "$peer")
	check "node$n is stopped" stop "$n"
	check "node$peer serves" only_owner "$peer"
	"$2" "$n"
	check "$3 starts on node$n" start "$n"
	check "node$n: nothing has moved, both are at rest" soon settled_on "$peer"
	is "node$n is the same node" "$(uuid "$n")" "$uuid_before"
	check "node$n is in a later generation" test "$(generation "$n")" -gt "$generation_before"
	check "node$peer logs that node$n has restarted" log_has "$peer" "Heartbeat restart on node ${NODE_NAME[n]}" "$mark"
	check_not "node$peer sees no other node" log_has "$peer" 'uuid' "$mark"
	look_on 1.5 # a late action of 3.0.6
}
outages() { awk '$1 == "outage" {sum += $4} END {print sum + 0}' "$LIVE/probe"; }
counted() { # WHAT
	measure_stop
	is "$1: there are never two owners" "$(two_owners_ms)" 0
	note "$1: outage of the address for the client, sum of both exchanges: $(outages) ms, longest $(longest_outage) ms"
}

if [ "$REF" = 2 ]; then
	check 'the node that is replaced last gets the service' command_on 1 hb_standby all
	check 'the second node serves' soon settled_on 2
fi

probe_start
owners_start
exchange "$OURS" replace_ref ours
exchange "$REF" replace_ref ours
counted there
owner=1
address_on 1 || owner=2
check 'both nodes are ours now: hb_standby succeeds' command_on $owner hb_standby all
check 'then the other node serves' soon settled_on $((3 - owner))
check 'both nodes are ours now: hb_standby back succeeds' command_on $((3 - owner)) hb_standby all
check 'then the first owner serves again' soon settled_on $owner

probe_start
owners_start
exchange "$OURS" restore_ref '3.0.6'
exchange "$REF" restore_ref '3.0.6'
counted 'back: scripts of 3.0.6'
check 'the service answers' soon serving
done_testing
