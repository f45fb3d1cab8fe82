#!/bin/bash
# SPDX-License-Identifier: MIT
# auto_failback off: the node that has the group keeps it.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

cluster_mixed web sed -e 's/^auto_failback .*/auto_failback off/'
owners_start
check 'the second node starts alone' start 2
check 'the second node serves' soon only_owner 2
check 'it is at rest alone' soon at_rest_alone 2
check 'the first node joins' start 1
check 'both are at rest' soon both_at_rest
look_on 2
check 'nothing has moved' settled_on 2
check 'the second node reports that it holds all' rsc_is 2 all
check 'the first node reports that it holds nothing' rsc_is 1 none
check 'the second node stops' stop 2
check 'the first node serves' soon only_owner 1
check 'its takeover is over' soon rsc_is 1 all
check 'the second node starts again' start 2
check 'both are at rest' soon settled_on 1
look_on 2
check 'nothing has moved again' settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
