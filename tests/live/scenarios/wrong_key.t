#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes have different keys.  The log reports it once and not with every packet, and contains nothing that helps a
# forger.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
RIGHT=rightsecret WRONG=othersecret
keys() { printf 'auth 1\n1 sha1 %s\n' "$2" | node_put "$1" /etc/ha.d/authkeys 600; }

note "authkeys: sha1 with another key on each node"
cluster_new web
keys 1 $RIGHT
keys 2 $WRONG
check 'both daemons start' both_nodes_start
check 'after initdead the first node sees the second as dead' soon node_is 1 2 dead
check 'the second node sees the first as dead' soon node_is 2 1 dead
look_on 3
for n in 1 2; do
	lines=$(log_count $n 'authenti|authtoken|wrong key|key [0-9]+')
	check "node$n logs that packets fail authentication" log_has $n 'authentication|authtoken'
	check "node$n logs it rarely: $lines lines for some 30 packets" test "$lines" -le 6
	check_not "node$n logs no key" log_has $n "$RIGHT|$WRONG"
	check_not "node$n logs no digest" log_has $n '[0-9a-f]{32}'
	check_not "node$n dumps no message" log_has $n 'MSG\[|auth='
	check "node$n logs the sender of the packets" log_has $n "192\\.168\\.1\\.1$((3 - n))|${NODE_NAME[3 - n]}"
done

keys 2 $RIGHT
check 'the key is corrected and read again' node_exec 2 timeout "$LIMIT_S" /usr/sbin/heartbeat -r
check 'then both nodes are at rest' soon both_at_rest
check 'then one of them serves' soon settled
done_testing
