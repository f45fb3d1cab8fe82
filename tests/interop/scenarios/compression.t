#!/bin/bash
# SPDX-License-Identifier: MIT
# A large message of a client, compressed as a whole (traditional_compression yes), is read by the other daemon, in both
# directions: with bz2 when 3.0.6 is on node1, with zlib when it is on node2.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

PAD=$(printf 'abcdefgh%.0s' {1..750}) # 6000 bytes; the threshold is 2 KiB
as_hacluster() { node_exec "$1" timeout "$LIMIT_S" setpriv --reuid hacluster --regid haclient --clear-groups "${@:2}"; } # N COMMAND...
prints() { grep -aq -- "$2" "$LIVE/$1"; } # FILE PATTERN
dump_start() { # N: what arrives there
	in_net "${NODE_PID[$1]}" timeout "$LIMIT_S" "$BUILD/tools/hb_dump" --live eth0 >"$LIVE/dump$1" 2>/dev/null &
	soon prints "dump$1" status || live_die 'hb_dump does not see a heartbeat'
}
# A client of node FROM sends it; the hook of its type shows that the daemon of node TO has unpacked it.
crosses() { # FROM TO
	as_hacluster "$1" /usr/bin/api_say -n ping "send t=large pad=$PAD mark=crossed" getrsc >/dev/null
	soon node_exec "$2" grep -q crossed /tmp/large
}

case $REF in 1) algorithm=bz2 ;; 2) algorithm=zlib ;; esac
INITDEAD_MS=$LONG_INITDEAD_MS
cluster_mixed web sed -e "s/^compression .*/compression $algorithm/" -e '$a traditional_compression yes'
for n in 1 2; do
	node_put "$n" /usr/bin/api_say 755 <"$TESTS/interop/conformance/api_say"
	printf '#!/bin/sh\necho "$HA_mark" >/tmp/large\n' | node_put "$n" /etc/ha.d/rc.d/large 755
	for file in passwd group; do node_put "$n" "/etc/$file" 644 <"$REFERENCE/etc/$file"; done
done
check 'both daemons start' both_start
check 'the first node serves and both are at rest' soon settled_on 1
for n in 1 2; do dump_start "$n"; done

for way in "$OURS $REF" "$REF $OURS"; do
	check "with $algorithm, a message of ${way% *} is read by ${way#* }" crosses ${way% *} ${way#* }
	check 'it was compressed' soon prints "dump${way#* }" ', compressed'
done
done_testing
