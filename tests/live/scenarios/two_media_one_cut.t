#!/bin/bash
# SPDX-License-Identifier: MIT
# Two networks between the nodes: when one of them is lost, the nodes only log it.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"

note 'bcast eth0 eth1'
cluster_running web sed -e 's/^bcast .*/bcast eth0 eth1/'
for link in eth0 eth1; do check "the first node sees the second by $link" soon link_is 1 2 $link up; done
probe_start
owners_start
mark=$(log_mark 1) mark2=$(log_mark 2)

node_cut 2 eth1
check 'after the cut of the second network the first node sees its link dead' soon link_is 1 2 eth1 dead
check 'the second node sees its link dead too' soon link_is 2 1 eth1 dead
check 'the link of the first network is up' link_is 1 2 eth0 up
look_on $((2 * DEADTIME_MS / 1000))
check 'the second node sees the first active' node_is 2 1 active
check 'the first node serves' settled_on 1
check 'the log names the dead link' log_has 1 "Link ${NODE_NAME[2]}:eth1 dead" "$mark"
node_heal 2 eth1
check 'after the heal the first node sees the link up' soon link_is 1 2 eth1 up
check 'the second node sees the link up' soon link_is 2 1 eth1 up

net_split
check 'after the cut of the first network its link is dead' soon link_is 2 1 eth0 dead
look_on $((2 * DEADTIME_MS / 1000))
check 'the second node sees the first active' node_is 2 1 active
check 'the first node serves, the client reaches it' soon served_by 1
net_join
check 'after the heal the link is up' soon link_is 2 1 eth0 up
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
is 'no node was declared dead' "$(($(log_count 1 "node ${NODE_NAME[2]}: is dead" "$mark") + $(log_count 2 "node ${NODE_NAME[1]}: is dead" "$mark2")))" 0
done_testing
