#!/bin/bash
# SPDX-License-Identifier: MIT
# Only the second node is switched on; the first comes later and gets its group back.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
owners_start
begin=$(now_ms)
check 'the daemon of the second node starts' node_start 2
check 'a node that still waits for its peer does not say it is stopped' wait_for 2 node_exec 2 /usr/bin/cl_status hbstatus
check 'alone it serves after initdead' wait_for 10 only_owner 2
check 'the client reads its page' wait_for 3 served_by 2
sleep 0.2
waited=$(($(log_ms 2 'Running .*httpd +start') - begin))
check "not before initdead was over: waited $waited of 3000 ms" test "$waited" -ge 2900
check 'it says why' log_has 2 "node ${NODE_NAME[1]}: is dead"

return=$(now_ms)
check 'the first node starts' node_start 1
check 'and gets its group back' wait_for 10 settled_on 1
check 'the client reads its page' wait_for 3 served_by 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'the way home took less than deadtime: ms without owner' "$(nobody_ms "$return" "$(now_ms)")" $DEADTIME_MS
done_testing
