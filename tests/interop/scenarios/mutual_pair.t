#!/bin/bash
# SPDX-License-Identifier: MIT
# Each node backs up the other; both groups name the same httpd.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
SECOND=192.168.1.101
each_its_own() { only_owner 1 && only_owner 2 $SECOND && both_are local local; }

cluster_mixed mutual
check 'ours starts' start "$OURS"
check 'it serves both alone' soon only_owner "$OURS" $SECOND
check '3.0.6 joins' start "$REF"
check 'each node runs its own group' soon each_its_own
owners_start
node_power_off 1
check 'the second node takes the first address too' soon only_owner 2
check 'it holds all' soon rsc_is 2 all
check 'the client reads the second node there' soon served_by 2
boot 1
check 'the first node starts again' start 1
check 'each runs its own group' soon each_its_own
check 'the second node stops' stop 2
check 'the first serves both' soon only_owner 1 $SECOND
check 'the client reads the first node at both' soon served_by 1 $SECOND
check 'and is at rest with both' soon rsc_is 1 all
check 'the second starts again' start 2
check 'each runs its own group again' soon each_its_own
# 3.0.6 forgets a return that falls into its own takeover ("T_STARTING received during takeover"); ours asks it, after ten seconds.
check 'the second stops' stop 2
check 'and is back at once, while the first takes over' start 2
check 'each runs its own group in the end' soon each_its_own
measure_stop
is 'never two owners of the first address' "$(two_owners_ms)" 0
done_testing
