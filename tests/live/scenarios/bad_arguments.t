#!/bin/bash
# SPDX-License-Identifier: MIT
# Arguments of addresses that can never work are refused when the files are read, with line and column; an interface that
# is not there now is a warning.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
home=${NODE_NAME[1]}
line() { echo "$home $1" | node_put 1 /etc/ha.d/haresources 644; } # RESOURCES
refuses() { # RESOURCES PATTERN
	line "$1"
	check_not "the start is refused: $1" node_start 1
	check "its message has line, column and reason" grep -qE "haresources:1:$((${#home} + 2)): error: .*$2" "$LIVE/node1/stderr"
}
refuses IPaddr::192.168.1.300/24/eth0 'not an IPv4 address'
refuses IPaddr::192.168.1.100/33 'prefix 33'
refuses IPaddr::192.168.1.100/255.0.255.0/eth0 'mask'
refuses IPaddr::192.168.1.100::24::eth0 'arguments'
refuses 192.168.1.100/24/eth0::httpd 'arguments'
refuses IPaddr2 'arguments'
refuses IPaddr::192.168.1.100/24/eth0:much-too-long-label 'label'
refuses IPv6addr::2001:db8:0:0:0:0:0:5/129 'prefix 129'
refuses IPv6addr::fd00::5/64/eth0 'write all eight groups of the address: IPv6addr::fd00:0:0:0:0:0:0:5/64/eth0$'
advised=$(grep -o 'IPv6addr::fd00:0[^ ]*$' "$LIVE/node1/stderr")
refuses IPv6addr::::5/64/eth0 'expected .*, like fd00:0:0:0:0:0:0:100/64/eth0$'

line 'IPaddr::192.168.1.100/24/ens33 httpd'
check 'an interface that is not there does not prevent the start' node_start 1
check 'it is a warning' grep -qE 'WARN.*haresources:1:.*ens33' "$LIVE/node1/stderr"
line 'IPaddr::192.168.1.100/24/eth0/1.2.3.4 httpd'
check_not 'a reload with a wrong argument is refused' node_exec 1 heartbeat -r
check 'heartbeat -k ends' node_stop 1

line "$advised httpd"
check 'what the message advised is accepted' node_start 1
has_ipv6() { node_exec 1 ip -6 address show dev eth0 | grep -q 'fd00::5/64'; }
check 'and the node has the address' soon has_ipv6
check 'heartbeat -k ends again' node_stop 1
done_testing
