#!/bin/bash
# SPDX-License-Identifier: MIT
# The serial cable is the only connection that carries heartbeats, at 9600 baud.  It carries joins, moves and takeovers.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
quiet() { # for three seconds nothing is logged
	local before
	before=$(log_mark 1)/$(log_mark 2)
	look_on 3
	[ "$before" = "$(log_mark 1)/$(log_mark 2)" ]
}
KEEPALIVE_MS=1000 WARNTIME_MS=2000 DEADTIME_MS=4000 INITDEAD_MS=5000

cluster_new web sed -e 's/^bcast .*/serial \/dev\/ttyS1/' -e 's/^baud .*/baud 9600/'
cable_new
cable baud 9600
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
owners_start
check 'the line has carried the start' soon quiet
mark=$(log_mark 1) mark2=$(log_mark 2)
look_on $((3 * DEADTIME_MS / 1000))
# what the start has lost is still given up in this time
is 'the line is fast enough: no heartbeat is refused' "$( (log_since 1 "$mark"; log_since 2 "$mark2") | grep -E 'serial_write|is dead')" ''
check 'hb_standby on the first node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby
check 'the second node serves, both are at rest' soon settled_on 2
check 'the second node stops' node_stop 2
check 'the first node serves' soon only_owner 1
check 'the second node starts again' node_start 2
check 'the group goes home, both are at rest' soon settled_on 1
is 'there are never two owners' "$(two_owners_ms)" 0
node_power_off 1
check 'without power on the first node the second one serves' soon only_owner 2
check 'the client reaches it' soon served_by 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
