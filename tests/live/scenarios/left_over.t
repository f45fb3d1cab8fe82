#!/bin/bash
# SPDX-License-Identifier: MIT
# Before a node joins, it looks at what of the groups runs on it: an address in the network configuration of the standby
# node, a service that the system has started, and what a killed daemon left behind without a list.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

crit() { log_has "$1" "CRIT: .*$2" "${3:-0}"; } # N PATTERN [MARK]

cluster_new web
note 'the second node has the address in its network configuration and starts httpd at boot'
node_exec 2 ip addr add "$VIP/24" dev eth0
printf 'iface eth0:0 inet static\n\taddress %s/24\n' "$VIP" | node_put 2 /etc/network/interfaces.d/web 644
node_exec 2 /etc/init.d/httpd start >"$LIVE/httpd.out" 2>&1
check 'the second node has the address before the start' address_on 2
check 'httpd runs on the second node before the start' node_exec 2 /etc/init.d/httpd status
owners_start
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
begin=$(now_ms)
check 'the second node logs the address at CRIT, with what to do' crit 2 "$VIP.*Remove this address from the network configuration"
check 'and names the file' crit 2 "haresources.*$VIP.*in line 2 of /etc/network/interfaces.d/web.*Remove it there"
check 'the second node logs the service at CRIT, with what to do' crit 2 'httpd.*systemctl disable'
check_not 'httpd has been stopped on the second node' node_exec 2 /etc/init.d/httpd status
check_not 'the first node found nothing' crit 1 ''
look_on 1
measure_stop
is 'since then there was one owner' "$(two_owners_ms "$begin")" 0
check 'the client reads the page of the first node' soon served_by 1

note 'the address comes back on the second node while its daemon is stopped'
check 'the second daemon stops' node_stop 2
node_exec 2 ip addr add "$VIP/24" dev eth0
mark=$(log_mark 2)
check 'the second daemon starts' node_start 2
check 'the first node is the only owner' soon settled_on 1
check 'the second node logs the address again' crit 2 "$VIP" "$mark"

note 'guardian and engine of the owner are killed, and their list is lost'
node_exec 1 kill -STOP "$(guardian_pid 1)" "$(engine_pid 1)" # otherwise each starts the other one again
node_exec 1 kill -9 "$(guardian_pid 1)" "$(engine_pid 1)"
check 'the second node takes over' soon address_on 2
node_exec 1 rm -f /run/heartbeat/state
check 'the first node still has the address and the service' address_on 1
mark=$(log_mark 1)
check 'the first daemon starts again' node_start 1
check 'there is one owner' soon settled
check 'the first node logs the address at CRIT' crit 1 "$VIP" "$mark"
check 'the first node logs the service at CRIT' crit 1 httpd "$mark"
check 'the client reads a page' soon serving
done_testing
