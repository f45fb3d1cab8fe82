#!/bin/bash
# SPDX-License-Identifier: MIT
# The client socket and the command FIFO cannot be made: the node does its work all the same, reports it, and opens the
# socket as soon as this is possible.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
node_exec 1 mkdir -p /run/heartbeat/register /var/lib/heartbeat/fifo
check 'both daemons start' both_nodes_start
check 'the first node serves' soon served_by 1
check 'its log has the reason why there is no client socket' soon log_has 1 'ERROR: cannot open the client socket /run/heartbeat/register'
check 'and no FIFO' soon log_has 1 'cannot open the command FIFO /var/lib/heartbeat/fifo'
check_not 'cl_status gets no answer' cl_status 1 rscstatus
node_exec 1 rmdir /run/heartbeat/register
answers() { cl_status 1 rscstatus; }
check 'cl_status answers when the directory is gone' soon answers
check 'cl_status doubts names the FIFO' eval 'cl_status 1 doubts | grep -q "heartbeat/fifo"'
check 'heartbeat -k stops the node' node_stop 1
check 'the second node serves' soon served_by 2
done_testing
