#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat -k on the owner: everything is released, the peer does not wait for deadtime.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
probe_start
owners_start
sleep 0.3
mark=$(log_mark 2)
stop=$(now_ms)
check 'the owner stops' node_stop 1
check_not 'it has released the address' address_on 1
check_not 'and the service' node_exec 1 /etc/init.d/httpd status
check 'the peer serves' wait_for 5 only_owner 2
check 'the client reads its page' wait_for 3 served_by 2
sleep 0.3
measure_stop
at_most 'the outage is shorter than deadtime, ms' "$(longest_outage "$stop")" $DEADTIME_MS
is 'never two owners' "$(two_owners_ms)" 0
check 'the log of the owner ends well' log_has 1 'Heartbeat shutdown complete'
check 'and has its stages' log_has 1 'All HA resources relinquished'
check 'the peer was told' log_has 2 "Received shutdown notice from '${NODE_NAME[1]}'" "$mark"
check 'the peer says what it does' log_has 2 "Resources being acquired from ${NODE_NAME[1]}" "$mark"
sleep $((DEADTIME_MS / 1000 + 1))
is 'it took over once, not again after deadtime' "$(log_count 2 'Running .*httpd +start' "$mark")" 1
check 'the second stop is harmless' node_stop 1

check 'the first node starts again' node_start 1
check 'and gets its group back' wait_for 10 settled_on 1
check 'it says why' log_has 2 'standby|auto_failback|home' "$mark"
done_testing
