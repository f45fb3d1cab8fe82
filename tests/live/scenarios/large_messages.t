#!/bin/bash
# SPDX-License-Identifier: MIT
# Large messages of a client reach the other node as they are, and compressed as a whole with either method.
# The nodes have different methods in each turn: a receiver takes both.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

repeated=$(printf "abcdefgh%.0s" {1..3000})                       # 24000 bytes; a client may send 32 KiB
random=$(head -c 21000 /dev/urandom | base64 -w 0 | tr "=+/" abc) # 28000 bytes, 21000 when compressed
kinds=(small repeated random)
prints() { grep -aq -- "$2" "$LIVE/$1"; } # FILE PATTERN
dump_begin() { # N: what arrives there
	in_net "${NODE_PID[$1]}" timeout $((2 * LIMIT_S)) "$BUILD/tools/hb_dump" --live eth0 >"$LIVE/dump$1" 2>/dev/null &
	soon prints "dump$1" status || live_die 'hb_dump does not see a heartbeat'
}
# The hook of the type shows what has arrived.  The mark is behind the large field, which is too long for a hook.
got() { node_exec "$1" test -e "/tmp/got.$2"; } # N KIND
send() { # N KIND
	local -n text=$2
	node_exec "$1" timeout "$LIMIT_S" /usr/bin/api_say -n ping "send t=large pad=$text mark=$2" getrsc
}

cluster_new web
for n in 1 2; do
	node_put $n /usr/bin/api_say 755 <"$TESTS/interop/conformance/api_say"
	printf '#!/bin/sh\n: >"/tmp/got.$HA_mark"\n' | node_put $n /etc/ha.d/rc.d/large 755
done

turn() { # yes|no METHOD-OF-NODE1 METHOD-OF-NODE2
	local n from kind to
	note "traditional_compression $1, node1 $2, node2 $3"
	for n in 1 2; do
		ha_cf_install $n web sed -e "s/^compression .*/compression ${*:n + 1:1}/" -e "\$a traditional_compression $1\napiauth ping uid=root"
		node_exec $n sh -c 'rm -f /tmp/got.*'
	done
	check 'both daemons start' both_nodes_start
	check 'the first node serves and both are at rest' soon settled_on 1
	for n in 1 2; do dump_begin $n; done
	for from in 1 2; do
		to=$((3 - from))
		for kind in "${kinds[@]}"; do
			check "node$from sends a $kind message" send $from "$kind"
			check "node$to reads it" soon got $to "$kind"
		done
		if [ "$1" = yes ]; then
			check 'it was compressed' soon prints "dump$to" ', compressed'
		else
			check_not 'nothing was compressed' prints "dump$to" ', compressed'
		fi
	done
	for n in 1 2; do check_not "node$n has dropped nothing" log_has $n 'not authentic|too large|bad compression|malformed'; done
	check 'both are at rest' both_at_rest
	for n in 1 2; do check "node$n stops" node_stop $n; done
}
small=hello
turn no bz2 zlib
turn yes bz2 zlib
turn yes zlib bz2
done_testing
