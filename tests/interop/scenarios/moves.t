#!/bin/bash
# SPDX-License-Identifier: MIT
# hb_standby and hb_takeover in all their forms from either side, on the pair in which each node has a group of its own.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
SECOND=192.168.1.101

cluster_mixed mutual
check 'both daemons start' both_start
check 'each node runs its own group' wait_for "$START_S" both_are local local
check 'the first address is on the first node' only_owner 1
check 'the second on the second' only_owner 2 $SECOND
owners_start

where() { # N N: the owners of the two addresses
	only_owner "$1" && only_owner "$2" $SECOND
}
# An order that 3.0.6 lost is said again, as an operator would.
arrives() { # NODE COMMAND WORD HOLDS-1 HOLDS-2
	local before
	before=$(lost_in_fifo)
	command_on "$1" "$2" "$3" || return 1
	until wait_for 20 both_are "$4" "$5"; do
		[ "$(lost_in_fifo)" -gt "$before" ] || return 1
		before=$(lost_in_fifo)
		note "3.0.6 lost an order in its FIFO; $2 $3 on node$1 once more"
		command_on "$1" "$2" "$3" || return 1
	done
}
moved() { # NODE COMMAND WORD HOLDS-1 HOLDS-2 OWNER-1 OWNER-2
	check "$2 $3 on node$1: then node1 holds $4, node2 $5" arrives "$1" "$2" "$3" "$4" "$5"
	check "$2 $3 on node$1: the addresses are there" wait_for 3 where "$6" "$7"
	wait_for 10 both_at_rest || fail "$2 $3 on node$1: and both are at rest"
	sleep 0.5
}
moved 1 hb_standby all none all 2 2
moved 1 hb_takeover local local local 1 2
moved 2 hb_takeover all none all 2 2
moved 2 hb_standby foreign local local 1 2
moved 1 hb_standby local none all 2 2
moved 2 hb_standby failback local local 1 2
moved 1 hb_takeover foreign all none 1 1
moved 1 hb_standby foreign local local 1 2
moved 2 hb_standby all all none 1 1
moved 2 hb_takeover local local local 1 2
moved 1 hb_takeover all all none 1 1
moved 1 hb_standby foreign local local 1 2
moved 2 hb_takeover foreign none all 2 2
moved 1 hb_takeover local local local 1 2
moved 2 hb_standby local all none 1 1
moved 2 hb_takeover local local local 1 2

measure_stop
is 'never two owners of the first address' "$(two_owners_ms)" 0
done_testing
