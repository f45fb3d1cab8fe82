#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat -k on the owner: everything is released, the peer does not wait for deadtime.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
probe_start
owners_start
mark=$(log_mark 2)
check 'the owner stops' node_stop 1
check_not 'the owner has released the address' address_on 1
check_not 'the owner has stopped the service' node_exec 1 /etc/init.d/httpd status
check 'the peer serves' soon only_owner 2
check 'the client reads its page' soon served_by 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the log of the owner has the end of the shutdown' log_has 1 'Heartbeat shutdown complete'
check 'the log of the owner has the release of the resources' log_has 1 'All HA resources relinquished'
check 'the peer logs the shutdown notice' log_has 2 "Received shutdown notice from '${NODE_NAME[1]}'" "$mark"
first_of() { log_since 2 "$mark" | grep -m 1 -oE "$1"; } # the text of PATTERN that comes first in the log
is 'the peer does not wait for deadtime' "$(first_of 'is dead|Running .*httpd +start' | sed 's/^Running.*/start/')" start
check 'the peer logs that it takes the resources' log_has 2 "Resources being acquired from ${NODE_NAME[1]}" "$mark"
look_on $((DEADTIME_MS / 1000 + 1))
is 'the peer takes over once, and not again after deadtime' "$(log_count 2 'Running .*httpd +start' "$mark")" 1
check 'a second stop of the owner succeeds' node_stop 1

check 'the first node starts again' node_start 1
check 'the first node gets its group back' soon settled_on 1
check 'the peer logs the reason' log_has 2 'standby|auto_failback|home' "$mark"
done_testing
