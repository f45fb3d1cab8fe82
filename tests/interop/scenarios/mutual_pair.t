#!/bin/bash
# SPDX-License-Identifier: MIT
# Each node backs up the other; both groups name the same httpd.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
SECOND=192.168.1.101
each_its_own() { only_owner 1 && only_owner 2 $SECOND && both_are local local; }

cluster_mixed mutual
check 'ours starts' start "$OURS"
check 'ours serves both addresses alone' soon only_owner "$OURS" $SECOND
check '3.0.6 joins' start "$REF"
check 'each node runs its own group' soon each_its_own
owners_start
node_power_off 1
check 'the second node takes the first address too' soon only_owner 2
check 'the second node holds all' soon rsc_is 2 all
check 'the client reads the second node at the first address' soon served_by 2
boot 1
check 'the first node starts again' start 1
check 'each node runs its own group after that' soon each_its_own
check 'the second node stops' stop 2
check 'the first node serves both addresses' soon only_owner 1 $SECOND
check 'the client reads the first node at the second address' soon served_by 1 $SECOND
check 'the first node holds all and is at rest' soon rsc_is 1 all
check 'the second node starts again' start 2
check 'each node runs its own group again' soon each_its_own
# 3.0.6 ignores a node that returns during its takeover ("T_STARTING received during takeover"); ours asks it after ten
# seconds.
check 'the second node stops again' stop 2
check 'the second node starts at once, while the first takes over' start 2
check 'each node runs its own group at the end' soon each_its_own
measure_stop
is 'the first address never has two owners' "$(two_owners_ms)" 0
done_testing
