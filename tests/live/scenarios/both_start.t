#!/bin/bash
# SPDX-License-Identifier: MIT
# Both nodes of the web pair are switched on together.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
INITDEAD_MS=300000 # longer than anything is waited for here

cluster_new web
owners_start
check 'both daemons start' both_nodes_start
check 'nobody waits for initdead: the first node serves and both are at rest' soon settled_on 1
check 'the client reads the page of the first node' soon served_by 1
look_on 0.5
measure_stop
is 'never two owners' "$(two_owners_ms)" 0

is 'the first node started httpd once' "$(log_count 1 'Running .*httpd +start')" 1
is 'the second did not touch it' "$(log_count 2 'Running .*httpd +start')" 0
check 'the address is there with its prefix, broadcast and label' node_exec 1 sh -c 'ip -4 addr show dev eth0 | grep -q "inet 192.168.1.100/24 brd 192.168.1.255 scope global.* eth0:"'
for n in 1 2; do
	check "node$n sees the first node active" node_is $n 1 active
	check "node$n sees the second node active" node_is $n 2 active
	check "node$n sees the router" test "$(cl_status $n nodestatus 192.168.1.254)" = ping
	check "node$n says that it runs" node_exec $n /usr/sbin/heartbeat -s
	check "node$n was told its configuration is good" log_has $n 'Configuration validated. Starting heartbeat'
	check "node$n logs what it became" log_has $n "Local status now set to: 'active'"
done
check 'a second start is no error' node_start 1
check 'and says so' grep -q 'already running' "$LIVE/node1/stderr"
check 'the service has not noticed' served_by 1

check 'the second node stops' node_stop 2
check 'the first node stops' node_stop 1
check_not 'the address is released' address_on 1
check_not 'nobody else has it' address_on 2
check_not 'the service is stopped' node_exec 1 /etc/init.d/httpd status
for n in 1 2; do
	node_exec $n /usr/sbin/heartbeat -s >/dev/null 2>&1
	is "node$n says that it is stopped" $? 3
done
done_testing
