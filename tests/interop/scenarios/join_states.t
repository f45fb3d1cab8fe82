#!/bin/bash
# SPDX-License-Identifier: MIT
# One node joins the other in each of its states: waiting for initdead, starting the group, holding all, leaving.  Ours joins
# 3.0.6, then 3.0.6 joins ours.  (Not yet stable: join_lone.  Both at once: both_start.)
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

# Its httpd neither starts nor stops until it may: the group is on its way for as long as that.
hold() {
	node_exec "$1" rm -f /run/may
	httpd_break "$1" 'start | stop)
		: >/run/on-its-way
		until [ -e /run/may ]; do sleep 0.1; done
		rm -f /run/on-its-way ;;'
}
is_held() { node_exec "$1" test -e /run/on-its-way; }
let_go() { node_exec "$1" touch /run/may; }
is_up() { log_has "$1" 'Local status now set to: .up' "$(started_mark "$1")"; } # it runs, and hears
home() { check "$1: the group is at home, both are at rest" soon settled_on 1; }
alone() { # OLD NEW: the new one is gone
	check "$who: it stops" stop "$2"
	check "$who: the other serves alone" soon only_owner "$1"
}

joins() { # OLD NEW
	local old=$1 new=$2 who='ours joins' leaving
	! has_ref "$new" || who='3.0.6 joins'
	INITDEAD_MS=60000 pair_install "$old" web
	check "$who: the other starts alone" start "$old"
	check "$who: it is up" soon is_up "$old"
	check_not "$who: it still waits for initdead" address_on "$old"
	check "$who: then" start "$new"
	home "$who one that waits for initdead"

	check "$who: it stops" stop "$new"
	check "$who: the other stops" stop "$old"
	pair_install "$old" web
	hold "$old"
	check "$who: the other starts alone" start "$old"
	check "$who: it has the address, and starts the rest" soon is_held "$old"
	check "$who: then" start "$new"
	check "$who: it hears the new one while its group starts" soon node_is "$old" "$new" active
	check "$who: the group is still on its way" is_held "$old"
	let_go "$old"
	home "$who one that starts its group"
	httpd_install "$old"

	alone "$old" "$new"
	check "$who: it is at rest alone" soon at_rest_alone "$old"
	check "$who: then" start "$new"
	home "$who one that holds all"

	alone "$old" "$new"
	hold "$old"
	stop "$old" &
	leaving=$!
	check "$who: the other leaves, and releases" soon is_held "$old"
	check "$who: meanwhile" start "$new"
	check "$who: it is up" soon is_up "$new"
	check "$who: the other still releases" is_held "$old"
	let_go "$old"
	wait "$leaving"
	check "$who: it serves when the other has gone" soon only_owner "$new"
	httpd_install "$old"
	check "$who: it stops" stop "$new"
}
cluster_mixed web
owners_start
joins "$REF" "$OURS"
joins "$OURS" "$REF"
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
done_testing
