#!/bin/bash
# SPDX-License-Identifier: MIT
# One node joins the other in each of its states: waiting for initdead, starting the group, holding all, leaving.  Ours joins
# 3.0.6, then 3.0.6 joins ours.  (Not yet stable: join_lone.  Both at once: both_start.)
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

# The httpd neither starts nor stops until let_go: until then the group is starting or stopping.
hold() {
	node_exec "$1" rm -f /run/may
	httpd_break "$1" 'start | stop)
		: >/run/on-its-way
		until [ -e /run/may ]; do sleep 0.1; done
		rm -f /run/on-its-way ;;'
}
is_held() { node_exec "$1" test -e /run/on-its-way; }
let_go() { node_exec "$1" touch /run/may; }
is_up() { log_has "$1" 'Local status now set to: .up' "$(started_mark "$1")"; } # it runs and receives
home() { check "$1: the group is at home, both are at rest" soon settled_on 1; }
alone() { # OLD NEW: the new node stops
	check "$who: the new node stops" stop "$2"
	check "$who: the old node serves alone" soon only_owner "$1"
}

joins() { # OLD NEW
	local old=$1 new=$2 who='ours joins' leaving
	! has_ref "$new" || who='3.0.6 joins'
	INITDEAD_MS=60000 pair_install "$old" web
	check "$who: the old node starts alone" start "$old"
	check "$who: the old node is up" soon is_up "$old"
	check_not "$who: the old node still waits for initdead" address_on "$old"
	check "$who: the new node starts" start "$new"
	home "$who a node that waits for initdead"

	check "$who: the new node stops" stop "$new"
	check "$who: the old node stops" stop "$old"
	pair_install "$old" web
	hold "$old"
	check "$who: the old node starts alone" start "$old"
	check "$who: the old node has the address, and starts the httpd" soon is_held "$old"
	check "$who: the new node starts" start "$new"
	check "$who: the old node sees the new one while its group starts" soon node_is "$old" "$new" active
	check "$who: the group still starts" is_held "$old"
	let_go "$old"
	home "$who a node that starts its group"
	httpd_install "$old"

	alone "$old" "$new"
	check "$who: the old node is at rest alone" soon at_rest_alone "$old"
	check "$who: the new node starts" start "$new"
	home "$who a node that holds all"

	alone "$old" "$new"
	hold "$old"
	stop "$old" &
	leaving=$!
	check "$who: the old node leaves, and releases its group" soon is_held "$old"
	check "$who: the new node starts meanwhile" start "$new"
	check "$who: the new node is up" soon is_up "$new"
	check "$who: the old node still releases its group" is_held "$old"
	let_go "$old"
	wait "$leaving"
	check "$who: the new node serves when the old one has gone" soon only_owner "$new"
	httpd_install "$old"
	check "$who: the new node stops" stop "$new"
}
cluster_mixed web
owners_start
joins "$REF" "$OURS"
joins "$OURS" "$REF"
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
