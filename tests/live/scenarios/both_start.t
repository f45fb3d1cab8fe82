#!/bin/bash
# SPDX-License-Identifier: MIT
# Both nodes of the web pair are switched on together.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
INITDEAD_MS=300000 # longer than any wait in this scenario

cluster_new web
owners_start
check 'both daemons start' both_nodes_start
check 'no node waits for initdead: the first node serves and both are at rest' soon settled_on 1
check 'the client reads the page of the first node' soon served_by 1
look_on 0.5
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0

is 'the first node started httpd once' "$(log_count 1 'Running .*httpd +start')" 1
is 'the second node did not start httpd' "$(log_count 2 'Running .*httpd +start')" 0
check 'the address has its prefix, broadcast and label' node_exec 1 sh -c 'ip -4 addr show dev eth0 | grep -q "inet 192.168.1.100/24 brd 192.168.1.255 scope global.* eth0:"'
for n in 1 2; do
	check "node$n sees the first node active" node_is $n 1 active
	check "node$n sees the second node active" node_is $n 2 active
	check "node$n sees the router" test "$(cl_status $n nodestatus 192.168.1.254)" = ping
	check "node$n reports that it runs" node_exec $n /usr/sbin/heartbeat -s
	check "node$n logs that its configuration is correct" log_has $n 'Configuration validated. Starting heartbeat'
	check "node$n logs that it is active" log_has $n "Local status now set to: 'active'"
done
check 'a second start succeeds' node_start 1
check 'the second start reports that the daemon runs already' grep -q 'already running' "$LIVE/node1/stderr"
check 'the first node still serves' served_by 1

check 'the second node stops' node_stop 2
check 'the first node stops' node_stop 1
check_not 'the address is released' address_on 1
check_not 'the second node does not have the address' address_on 2
check_not 'the service is stopped' node_exec 1 /etc/init.d/httpd status
for n in 1 2; do
	node_exec $n /usr/sbin/heartbeat -s >/dev/null 2>&1
	is "node$n reports that it is stopped" $? 3
done
done_testing
