#!/bin/bash
# SPDX-License-Identifier: MIT
# Each node backs up the other; both groups name the same httpd.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
SECOND=192.168.1.101
httpd_master() { node_exec "$1" cat /run/httpd.pid; }
each_its_own() { only_owner 1 && only_owner 2 $SECOND && both_are local local; }

cluster_new mutual
check 'both daemons start' both_nodes_start
check 'each node runs its own group' soon each_its_own
check 'the client reads the first node at the first address' soon served_by 1
check 'the client reads the second node at the second address' soon served_by 2 $SECOND
httpd_before=$(httpd_master 2)

probe_start $SECOND
owners_start
mark=$(log_mark 2)
node_power_off 1
check 'the second node takes the first address too' soon only_owner 2
check 'the client reads the second node at the first address' soon served_by 2
check 'the client reads the second node at its own address' soon served_by 2 $SECOND
is 'the httpd that runs already is not started again' "$(log_count 2 'Running .*httpd +start' "$mark")" 0
check 'the second node holds all' soon rsc_is 2 all

node_boot 1
check 'the first node starts again' node_start 1
check 'each node runs its own group again' soon each_its_own
check 'the client reads the first node at the first address' soon served_by 1
check 'the client reads the second node at the second address' soon served_by 2 $SECOND
is 'the httpd of the second node is the same process' "$(httpd_master 2)" "$httpd_before"
measure_stop
at_most 'the client of the second address has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
is 'the first address never has two owners' "$(two_owners_ms)" 0

check 'the second node stops' node_stop 2
check 'the first node serves both addresses' soon only_owner 1 $SECOND
check 'the client reads the first node at the second address' soon served_by 1 $SECOND
check_not 'the second node has stopped its httpd with its last group' node_exec 2 /etc/init.d/httpd status
done_testing
