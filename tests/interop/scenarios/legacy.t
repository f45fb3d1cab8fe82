#!/bin/bash
# SPDX-License-Identifier: MIT
# auto_failback legacy: each node requests its own groups, with one ip-request for each group.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2
SECOND=192.168.1.101
each_its_own() { only_owner 1 && only_owner 2 $SECOND; }

INITDEAD_MS=$LONG_INITDEAD_MS
cluster_mixed mutual sed -e 's/^auto_failback .*/auto_failback legacy/'
owners_start
check 'both daemons start' both_start
check 'each runs its own group' soon each_its_own
look_on 2
check 'two seconds later this is still so' each_its_own
node_power_off 1
check 'the second node takes the first address too' soon only_owner 2
boot 1
check 'the first node starts again' start 1
check 'each runs its own group' soon each_its_own
check 'the second node stops' stop 2
check 'the first node takes the second address' soon only_owner 1 $SECOND
check 'the second node starts again' start 2
check 'each runs its own group again' soon each_its_own
measure_stop
is 'the first address never has two owners' "$(two_owners_ms)" 0
done_testing
