#!/bin/bash
# SPDX-License-Identifier: MIT
# hb_standby and hb_takeover in all their forms, on the pair in which each node has a group of its own.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new mutual
check 'both daemons start' both_nodes_start
check 'each node runs its own group' soon both_are local local
check 'the first address is on the first node' only_owner 1
check 'the second on the second' only_owner 2 192.168.1.101
probe_start
owners_start

moved() { # SENTENCE NODE COMMAND WORD HOLDS-1 HOLDS-2: and waits for its end
	check "$1: $3 $4 on node$2" node_exec "$2" timeout "$LIMIT_S" "/usr/sbin/$3" "$4"
	check "$1: then node1 holds $5, node2 $6" soon both_are "$5" "$6"
}
moved 'all is given away' 1 hb_standby all none all
check 'the peer has the first address' only_owner 2
moved 'the own group is taken back' 1 hb_takeover local local local
moved 'all is taken' 2 hb_takeover all none all
moved "the other's group is given back" 2 hb_standby foreign local local
moved 'the own group is given away' 1 hb_standby local none all
moved 'what was taken goes home by the word failback' 2 hb_standby failback local local
moved "the other's group is taken" 1 hb_takeover foreign all none
moved 'it is given back' 1 hb_standby foreign local local
moved 'all again' 1 hb_standby all none all
moved 'what is ours comes home by the word failback' 1 hb_takeover failback local local
check 'the first address is on the first node' only_owner 1
check 'the second on the second' only_owner 2 192.168.1.101

mark=$(log_mark 2)
check 'with --wait the command ends when the move has ended' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all
is 'at that moment the peer holds all' "$(rscstatus 2)" all
is 'and we nothing' "$(rscstatus 1)" none
check 'the log tells who wanted it' log_has 2 "${NODE_NAME[1]} wants to go standby" "$mark"
check 'back, with --wait' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait local
check 'each has its own' both_are local local

measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'the longest outage of the client, ms' "$(longest_outage)" "$WIDE_MS"
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby nonsense >/dev/null 2>&1
is 'a wrong word is an error' $? 1
is 'and moves nothing' "$(rscstatus 1)" local
check 'the first node stops' node_stop 1
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby >/dev/null 2>&1
is 'without a daemon hb_standby fails at once' $? 1
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover >/dev/null 2>&1
is 'so does hb_takeover' $? 1
done_testing
