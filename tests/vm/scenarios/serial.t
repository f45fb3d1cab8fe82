#!/bin/bash
# SPDX-License-Identifier: MIT
# Two virtual machines with a network and a serial cable between real UARTs: the cut of the network does not split the
# pair, and the cable alone carries a takeover.
. "$(dirname "$0")/../lib.sh"
vm_enter "$@"
both_links_are() { link_is 1 2 "$1" "$2" && link_is 2 1 "$1" "$2"; }

net_up
note "pair web; $(times)"
for n in 1 2; do guest_files $n web sed -e 's/^bcast .*/bcast eth0\nserial \/dev\/ttyS1/' -e 's/^baud .*/baud 115200/'; done
guest_start 1 --serial "$LIVE/cable" &
first=$!
check 'the second guest boots' guest_start 2 --serial "$LIVE/cable"
check 'the first guest boots' wait $first
for n in 1 2; do check "guest $n gets programs and files" guest_prepare $n; done
check 'the first daemon starts' in_guest 1 /usr/sbin/heartbeat
check 'the second daemon starts' in_guest 2 /usr/sbin/heartbeat
check 'the first node serves and both are at rest' wait_for "$PATIENCE_S" settled_on 1
for link in eth0 /dev/ttyS1; do check "both see each other by $link" wait_for "$PATIENCE_S" both_links_are $link up; done
is 'the kernel has set the UART' "$(in_guest 1 stty -a -F /dev/ttyS1 | grep -oE 'speed [0-9]+|-?crtscts' | paste -sd ' ')" 'speed 115200 crtscts'
owners_start
net_split
check 'after the cut of the network its link is dead' wait_for "$PATIENCE_S" both_links_are eth0 dead
look_on $((4 * DEADTIME_MS / 1000))
check 'the first node serves, both see each other' settled_on 1
check_not 'the second node has not declared the first one dead' log_has 2 "node ${NODE_NAME[1]}: is dead"
check 'hb_standby on the first node' in_guest 1 timeout 60 /usr/sbin/hb_standby
check 'the second node serves: the cable alone carries a move' wait_for "$PATIENCE_S" settled_on 2
check 'the power of the second guest is cut' vm power node2 off
check 'the first node serves' wait_for "$PATIENCE_S" address_on 1
measure_stop
is 'there are never two owners, ms' "$(two_owners_ms)" 0
done_testing
