#!/bin/bash
# SPDX-License-Identifier: MIT
# A network and a serial cable between the nodes: losing one of them changes nothing, and the cable may be noisy,
# unplugged, or have its device removed.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
both_links_are() { link_is 1 2 "$1" "$2" && link_is 2 1 "$1" "$2"; }
no_doubts() { [ -z "$(cl_status "$1" doubts)" ]; } # N
line=/dev/ttyS1

cluster_new web sed -e 's/^bcast .*/bcast eth0\nserial \/dev\/ttyS1/' -e 's/^baud .*/baud 38400/'
cable_new
cable baud 38400
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
for link in eth0 $line; do check "both nodes see each other by $link" soon both_links_are $link up; done
check 'the log reports the line' log_has 1 'Starting serial heartbeat on tty /dev/ttyS1 .38400 baud'
is 'the lock of the line has the number of the engine' "$(node_exec 1 sh -c 'cat /var/lock/LCK..*' | tr -d ' ')" "$(engine_pid 1)"
check 'nothing is in doubt' no_doubts 1
probe_start
owners_start
mark=$(log_mark 1) mark2=$(log_mark 2)

net_split
check 'after the cut of the network its link is dead' soon both_links_are eth0 dead
look_on $((3 * DEADTIME_MS / 1000))
check 'the first node serves, both see each other' settled_on 1
check 'hb_standby on the first node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby
check 'the second node serves: the cable alone carries a move' soon settled_on 2
check 'hb_takeover on the first node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover
check 'the first node serves' soon settled_on 1
net_join
check 'after the heal the link is up' soon both_links_are eth0 up

cable noise 20000
check 'the noise is reported' soon log_has 1 'noise were dropped on serial /dev/ttyS1' "$mark"
check 'after the noise both nodes see each other by the cable' soon both_links_are $line up
is 'the noise is reported once' "$(log_count 1 'noise were dropped' "$mark")" 1

cable cut
check 'after the cut of the cable its link is dead' soon both_links_are $line dead
check 'the first node serves, both see each other' settled_on 1
cable plug
check 'after it is plugged in again the link is up' soon both_links_are $line up

mark_stall=$(log_mark 1)
cable stall
check 'without flow control of the peer the link is dead' soon both_links_are $line dead
check 'that is a doubt' soon doubts_have 1 '^serial /dev/ttyS1: packets cannot be sent'
is 'the log reports it once' "$(log_count 1 'serial_write: Unable to send' "$mark_stall")" 1
cable plug
check 'after it is plugged in again the link is up' soon both_links_are $line up
check 'nothing is in doubt' soon no_doubts 1

cable hangup 1
check 'the device of the first node disappears: a doubt' soon doubts_have 1 '^serial /dev/ttyS1: '
check 'the link is dead' soon both_links_are $line dead
is 'the log reports it once' "$(log_count 1 'serial_write: Unable to send HBcomm packet /dev/ttyS1: Input/output error' "$mark")" 1
cable_plug 1
check 'with the new device the link is up' soon both_links_are $line up
check 'nothing is in doubt' soon no_doubts 1
check 'the log reports that it works again' soon log_has 1 'serial /dev/ttyS1: sending works again' "$mark"

check 'the first node stops' node_stop 1
check 'the second node serves' soon only_owner 2
check 'the stopped node has left no lock' node_exec 1 sh -c '! ls /var/lock/LCK..* 2>/dev/null'
node_exec 1 sh -c 'sleep infinity & printf "%10d\n" $! >"/var/lock/LCK..$(basename "$(readlink /dev/ttyS1)")"'
check 'the first node starts while another program has the line' node_start 1
check 'standard error has the reason' grep -q 'serial /dev/ttyS1: in use by process [0-9]*, which has the lock /var/lock/LCK' "$LIVE/node1/stderr"
check 'it is a doubt' soon doubts_have 1 '^serial /dev/ttyS1: in use by process'
node_exec 1 sh -c 'kill $(cat /var/lock/LCK..*)'
check 'when that program has ended, the link is up' soon both_links_are $line up
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
is 'no node was declared dead' "$(($(log_count 1 "node ${NODE_NAME[2]}: is dead" "$mark") + $(log_count 2 "node ${NODE_NAME[1]}: is dead" "$mark2")))" 0
done_testing
