#!/bin/bash
# SPDX-License-Identifier: MIT
# hb_standby and hb_takeover with all arguments from either node, on the pair in which each node has its own group.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
SECOND=192.168.1.101

INITDEAD_MS=$LONG_INITDEAD_MS
cluster_mixed mutual
check 'both daemons start' both_start
check 'each node runs its own group' soon both_are local local
check 'the first address is on the first node' only_owner 1
check 'the second address is on the second node' only_owner 2 $SECOND
owners_start

where() { # N N: the owners of the two addresses
	only_owner "$1" && only_owner "$2" $SECOND
}
# A command that 3.0.6 lost is given again, as an operator would do.
arrived_or_lost() { both_are "$2" "$3" || [ "$(lost_in_fifo)" -gt "$1" ]; } # BEFORE HOLDS-1 HOLDS-2
arrives() { # NODE COMMAND ARGUMENT HOLDS-1 HOLDS-2
	local before
	while :; do
		before=$(lost_in_fifo)
		command_on "$1" "$2" "$3" || return 1
		soon arrived_or_lost "$before" "$4" "$5" || return 1
		wait_for 20 both_are "$4" "$5" && return # the lost message may be another one
		note "3.0.6 lost a command in its FIFO; $2 $3 on node$1 once more"
	done
}
moved() { # NODE COMMAND ARGUMENT HOLDS-1 HOLDS-2 OWNER-1 OWNER-2
	check "$2 $3 on node$1: then node1 holds $4, node2 $5" arrives "$1" "$2" "$3" "$4" "$5"
	check "$2 $3 on node$1: the addresses are on these nodes" soon where "$6" "$7"
	soon both_at_rest || fail "$2 $3 on node$1: both are at rest"
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
is 'the first address never has two owners' "$(two_owners_ms)" 0
done_testing
