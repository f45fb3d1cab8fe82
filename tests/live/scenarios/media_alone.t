#!/bin/bash
# SPDX-License-Identifier: MIT
# Each medium of the network is for a while the only connection of the nodes.  It carries a join, a move and a failover.
# serial_alone.t does the same with the serial cable.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
media=(
	'bcast eth0'
	'mcast eth0 225.0.0.1 694 1 0'
	'ucast eth0 192.168.1.11\nucast eth0 192.168.1.12'
	'mcast6 eth0 ff02::694 694 1 0'
	'ucast6 eth0 fd00:1::11\nucast6 eth0 fd00:1::12'
)
ipv6_up() { in_net "${NODE_PID[$1]}" ip addr add "fd00:1::1$1/64" dev eth0 nodad; } # N

cluster_new web
for n in 1 2; do ipv6_up $n; done
for lines in "${media[@]}"; do
	note "$(echo -e "$lines" | head -1)"
	for n in 1 2; do
		ha_cf_install $n web sed -e "s/^bcast .*/$lines/"
	done
	check 'both daemons start' both_nodes_start
	check 'the first node serves and both are at rest' soon settled_on 1
	[ -n "$OWNERS_JOB" ] || owners_start
	check 'hb_standby on the first node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby
	check 'the second node serves, both are at rest' soon settled_on 2
	mark=$(log_mark 1)
	node_power_off 2
	check 'without power on the second node the first one serves' soon served_by 1
	check 'the log has the reason' log_has 1 "node ${NODE_NAME[2]}: is dead" "$mark"
	check 'the first node stops' node_stop 1
	node_boot 2
	ipv6_up 2
done
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
