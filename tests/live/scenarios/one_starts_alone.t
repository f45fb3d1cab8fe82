#!/bin/bash
# SPDX-License-Identifier: MIT
# Only the second node is switched on; the first comes later and gets its group back.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
owners_start
begin=$(now_ms)
check 'the daemon of the second node starts' node_start 2
check 'a node that waits for its peer reports that it runs' soon node_exec 2 /usr/bin/cl_status hbstatus
check 'after initdead the second node serves alone' soon only_owner 2
check 'the client reads its page' soon served_by 2
waited=$(($(log_ms 2 'Running .*httpd +start') - begin))
check "it does not serve before initdead is over: waited $waited of 3000 ms" test "$waited" -ge 2900
check 'it logs that its peer is dead' log_has 2 "node ${NODE_NAME[1]}: is dead"

return=$(now_ms)
check 'the first node starts' node_start 1
check 'the first node gets its group back' soon settled_on 1
check 'the client reads its page' soon served_by 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the time without an owner during the failback is short, ms' "$(nobody_ms "$return" "$(now_ms)")" "$WIDE_MS"
done_testing
