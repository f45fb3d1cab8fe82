#!/bin/bash
# SPDX-License-Identifier: MIT
# Values of ha.cf that must agree differ between the nodes: both log it, once, and go on as before.  When the files agree
# again, that is logged.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

differ='ha.cf is not the same here and on'
edit() { node_exec 2 sed -i "$1" /etc/ha.d/ha.cf && node_exec 2 timeout "$LIMIT_S" heartbeat -r >/dev/null 2>&1; }
statuses_follow() { # both nodes have processed statuses of each other meanwhile
	pause 3
}

cluster_new web
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check_not 'equal files: the first node reports no difference' log_has 1 "$differ"
check_not 'nor does the second node' log_has 2 "$differ"
before=$(engine_pid 1)/$(engine_pid 2)
edit "s/^deadtime .*/deadtime $((DEADTIME_MS + 100))ms/; s/^auto_failback .*/auto_failback off/"
check 'a changed file on the second node: the first node logs what differs' \
	soon log_has 1 "WARN.*$differ ${NODE_NAME[2]}: auto_failback on here, off there; deadtime [0-9]+ms here, $((DEADTIME_MS + 100))ms there"
check 'the second node logs the same from its side' \
	soon log_has 2 "WARN.*$differ ${NODE_NAME[1]}: auto_failback off here, on there; deadtime $((DEADTIME_MS + 100))ms here, [0-9]+ms there"
statuses_follow
is 'once on the first node' "$(log_count 1 "$differ")" 1
is 'once on the second node' "$(log_count 2 "$differ")" 1
check 'the service stays where it is' settled_on 1
is 'both engines go on' "$(engine_pid 1)/$(engine_pid 2)" "$before"
edit "s/^deadtime .*/deadtime ${DEADTIME_MS}ms/; s/^auto_failback .*/auto_failback on/"
check 'equal files again: the first node logs it' soon log_has 1 "values in ha.cf agree with those on ${NODE_NAME[2]} again"
check 'so does the second node' soon log_has 2 "values in ha.cf agree with those on ${NODE_NAME[1]} again"
check 'the service is still there' served_by 1
done_testing
