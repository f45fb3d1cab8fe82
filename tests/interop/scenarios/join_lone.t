#!/bin/bash
# SPDX-License-Identifier: MIT
# The owner starts alone and the other node joins: first while 3.0.6 is not yet stable (its first 10 s), then once more.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

cluster_mixed web
owners_start
check 'the second node starts alone' start 2
check 'the second node serves' soon only_owner 2
# 3.0.6 ignores a node that joins during its takeover ("T_STARTING received during takeover"): then there is no failback.
check 'its takeover is over' soon rsc_is 2 all
check 'the first node joins' start 1
check 'the group moves home, both are at rest' soon settled_on 1
check 'the client reads the first node' soon served_by 1
check 'the second node stops' stop 2
check 'the second node starts again at once' start 2
check 'both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
