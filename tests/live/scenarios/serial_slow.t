#!/bin/bash
# SPDX-License-Identifier: MIT
# The network is cut, and the serial cable carries less than the nodes have to say.  They hear each other as often as the
# line allows: no node declares the other one dead.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
DEADTIME_MS=3000 # the line needs 0.6 s for a status and another message

cluster_new web sed -e 's/^bcast .*/bcast eth0\nserial \/dev\/ttyS1/' -e 's/^baud .*/baud 9600/'
cable_new
cable baud 9600
check 'both daemons start' both_nodes_start
check 'they warn that the line is too slow' grep -q 'warning: serial /dev/ttyS1: 9600 baud carries 960 bytes a second, and a keepalive of 200 ms needs about 3200' "$LIVE/node1/stderr"
check 'the first node serves and both are at rest' soon settled_on 1
owners_start
mark=$(log_mark 1) mark2=$(log_mark 2)
net_split
look_on 20
check 'the first node serves, both see each other' settled_on 1
is 'no node was declared dead' "$(($(log_count 1 "node ${NODE_NAME[2]}: is dead" "$mark") + $(log_count 2 "node ${NODE_NAME[1]}: is dead" "$mark2")))" 0
check 'hb_standby on the first node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby
check 'the second node serves' soon settled_on 2
net_join
check 'the network is back, the first node takes the group' soon node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover
check 'the first node serves' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the log has few lines about the line' "$(log_count 1 'serial /dev/ttyS1|serial_write' "$mark")" 12
done_testing
