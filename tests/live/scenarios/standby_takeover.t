#!/bin/bash
# SPDX-License-Identifier: MIT
# hb_standby and hb_takeover with all their arguments, on the pair in which each node has its own group.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new mutual
check 'both daemons start' both_nodes_start
check 'each node runs its own group' soon both_are local local
check 'the first address is on the first node' only_owner 1
check 'the second address is on the second node' only_owner 2 192.168.1.101
probe_start
owners_start

moved() { # SENTENCE NODE COMMAND ARGUMENT HOLDS-1 HOLDS-2: run the command and wait until the move has ended
	check "$1: $3 $4 on node$2" node_exec "$2" timeout "$LIMIT_S" "/usr/sbin/$3" "$4"
	check "$1: then node1 holds $5, node2 $6" soon both_are "$5" "$6"
}
moved 'all groups are given away' 1 hb_standby all none all
check 'the peer has the first address' only_owner 2
moved 'the own group is taken back' 1 hb_takeover local local local
moved 'all groups are taken' 2 hb_takeover all none all
moved "the other's group is given back" 2 hb_standby foreign local local
moved 'the own group is given away' 1 hb_standby local none all
moved 'the argument failback gives back the group of the other node' 2 hb_standby failback local local
moved "the other's group is taken" 1 hb_takeover foreign all none
moved "the other's group is given back again" 1 hb_standby foreign local local
moved 'all groups are given away again' 1 hb_standby all none all
moved 'the argument failback takes back the own group' 1 hb_takeover failback local local
check 'the first address is on the first node' only_owner 1
check 'the second address is on the second node' only_owner 2 192.168.1.101

mark=$(log_mark 2)
check 'with --wait the command ends when the move has ended' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all
is 'at that moment the peer holds all' "$(rscstatus 2)" all
is 'at that moment the first node holds nothing' "$(rscstatus 1)" none
check 'the log names the node that goes standby' log_has 2 "${NODE_NAME[1]} wants to go standby" "$mark"
check 'hb_takeover with --wait takes the own group back' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait local
check 'then each node holds its own group' both_are local local

measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the outages for the client are short, longest in ms' "$(longest_outage)" "$WIDE_MS"
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby nonsense >/dev/null 2>&1
is 'a wrong argument is an error' $? 1
is 'a wrong argument moves nothing' "$(rscstatus 1)" local
check 'the first node stops' node_stop 1
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby >/dev/null 2>&1
is 'without a daemon hb_standby fails at once' $? 1
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover >/dev/null 2>&1
is 'without a daemon hb_takeover fails at once' $? 1
done_testing
