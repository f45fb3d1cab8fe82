#!/bin/bash
# SPDX-License-Identifier: MIT
# One node joins the other in each of its states: waiting for initdead, starting the group, holding all, leaving.  Ours joins
# 3.0.6, then 3.0.6 joins ours.  (Not yet stable: join_lone.  Both at once: both_start.)
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

slow() { httpd_break "$1" 'start | stop) sleep 2 ;;'; }
home() { check "$1: the group is at home, both are at rest" wait_for 40 settled_on 1; }
alone() { # OLD NEW: the new one is gone
	check "$who: it stops" stop "$2"
	check "$who: the other serves alone" wait_for 20 only_owner "$1"
}

joins() { # OLD NEW
	local old=$1 new=$2 who='ours joins' leaving
	! has_ref "$new" || who='3.0.6 joins'
	check "$who: the other starts alone" start "$old"
	sleep 0.7
	check_not "$who: it still waits for initdead" address_on "$old"
	check "$who: then" start "$new"
	home "$who one that waits for initdead"

	check "$who: it stops" stop "$new"
	check "$who: the other stops" stop "$old"
	slow "$old"
	check "$who: the other starts alone" start "$old"
	check "$who: it has the address, and starts the rest" wait_for 20 address_on "$old"
	check "$who: then" start "$new"
	home "$who one that starts its group"
	httpd_install "$old"

	alone "$old" "$new"
	sleep $((OURS == old ? 1 : 11)) # 3.0.6 alone is stable 10 s later
	check "$who: then" start "$new"
	home "$who one that holds all"

	alone "$old" "$new"
	slow "$old"
	stop "$old" &
	leaving=$!
	sleep 0.7
	check "$who: while the other releases" start "$new"
	wait "$leaving"
	check "$who: it serves when the other has gone" wait_for 20 only_owner "$new"
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
