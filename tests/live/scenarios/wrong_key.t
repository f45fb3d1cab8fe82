#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes have different keys: said once, not with every packet, and nothing in the log helps a forger.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
RIGHT=rightsecret WRONG=othersecret
keys() { printf 'auth 1\n1 sha1 %s\n' "$2" | node_put "$1" /etc/ha.d/authkeys 600; }

note "authkeys: sha1 with another key on each node"
cluster_new web
keys 1 $RIGHT
keys 2 $WRONG
check 'both daemons start' both_nodes_start
check 'to the first node the second is dead after initdead' soon node_is 1 2 dead
check 'to the second the first' soon node_is 2 1 dead
look_on 3
for n in 1 2; do
	lines=$(log_count $n 'authenti|authtoken|wrong key|key [0-9]+')
	check "node$n says that packets fail authentication" log_has $n 'authentication|authtoken'
	check "node$n says it within bounds: $lines lines in some 30 packets" test "$lines" -le 6
	check_not "node$n logs no key" log_has $n "$RIGHT|$WRONG"
	check_not "node$n logs no digest" log_has $n '[0-9a-f]{32}'
	check_not "node$n dumps no message" log_has $n 'MSG\[|auth='
	check "node$n names where they come from" log_has $n "192\\.168\\.1\\.1$((3 - n))|${NODE_NAME[3 - n]}"
done

keys 2 $RIGHT
check 'the key is put right and read again' node_exec 2 timeout "$LIMIT_S" /usr/sbin/heartbeat -r
check 'then the nodes know each other' soon both_at_rest
check 'and one of them serves' soon settled
done_testing
