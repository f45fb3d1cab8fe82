#!/bin/bash
# SPDX-License-Identifier: MIT
# The commands and requests of tests/interop/conformance/rows, run on a pair with 3.0.6 and on a pair with ours, at the same
# time.  Output and exit status must be the same, or tests/interop/conformance/differences has what ours prints, and why.
. "$(dirname "$0")/../lib.sh"
HERE=$TESTS/interop/conformance

if [ -z "${CONFORMANCE:-}" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
	for pair in theirs ours; do
		CONFORMANCE=$pair CONFORMANCE_OUT=$out/$pair bash "$0" >"$out/$pair.tap" 2>&1 </dev/null &
	done
	wait
	[ -z "${CONFORMANCE_KEEP:-}" ] || cp "$out"/* "$CONFORMANCE_KEEP"
	for pair in theirs ours; do
		sed -nE "s/^((not )?ok) [0-9]+ - /\1 - $pair: /p; /^#/p" "$out/$pair.tap"
	done
	"$HERE/compare" "$out/theirs" "$out/ours" "$HERE/differences" >"$out/verdicts"
	status=$?
	sed -E 's/^((not )?ok) [0-9]+ - /\1 - /' "$out/verdicts"
	echo "1..$(($(cat "$out"/*.tap "$out/verdicts" | grep -cE '^(not )?ok ')))"
	! grep -q '^not ok' "$out"/*.tap && exit $status
	exit 1
fi

live_enter "$@"
REFS='' REF=''
[ "$CONFORMANCE" = ours ] || REFS='1 2'
# Where the programs of each are; the same names are in the rows.
case $CONFORMANCE in
theirs) path=/usr/libexec/heartbeat:/usr/lib/heartbeat:/usr/share/heartbeat:/usr/sbin:/usr/bin:/sbin:/bin ;;
ours) path=/usr/sbin:/usr/share/heartbeat:/usr/libexec/heartbeat:/usr/bin:/sbin:/bin ;;
esac

user_of() { # USER: options of setpriv
	case $1 in
	root) ;;
	hacluster) echo '--reuid hacluster --regid haclient --clear-groups' ;;
	nobody) echo '--reuid nobody --regid nogroup --clear-groups' ;;
	esac
}
# What differs from run to run, or is the name of the version.
masked() { # LETTER
	sed -E -e "s|^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:.]+ node[12].magedu.com ([a-z_]+): \[[0-9]+\]: |STAMP \1: |" -e 's|\[pid [0-9]+|[pid N|' \
		-e 's|^[0-9/]+_[0-9:]+ |DATE |' -e 's|\[[0-9]+\]: *|[N]: |' -e "s|$version|VERSION|g" -e 's|(3\.0\.6 \(node: [0-9a-f]*\))|VERSION|' \
		-e 's|/usr/(share/heartbeat/\|libexec/heartbeat/\|sbin/\|bin/\|lib/heartbeat/)||g' -e "s|^|$1 |"
}
rows_of() { # STATE
	local state user command
	while read -r state user command; do
		[ "$state" = "$1" ] || continue
		printf '## %s %s %s\n' "$state" "$user" "$command"
		command=${command//N1/node1.magedu.com} command=${command//N2/node2.magedu.com} command=${command//PING/192.168.1.254}
		# shellcheck disable=SC2046 # a list
		node_exec 1 env PATH="$path" timeout -k 1 20 setpriv $(user_of "$user") sh -c "$command" >"$LIVE/stdout" 2>"$LIVE/stderr" </dev/null
		local code=$?
		masked O <"$LIVE/stdout"
		masked E <"$LIVE/stderr"
		if [ $code -eq 124 ]; then echo '= hangs'; else echo "= $code"; fi
	done <"$HERE/rows" >>"$CONFORMANCE_OUT"
}

stage_install
net_up
INITDEAD_MS=$LONG_INITDEAD_MS
for n in 1 2; do
	boot "$n"
	pair_install "$n" web
	httpd_install "$n"
	for file in passwd group; do node_put "$n" /etc/$file 644 <"$REFERENCE/etc/$file"; done
	# as the installation of each does
	node_exec "$n" sh -c 'chgrp haclient /usr/bin/cl_status && chmod 2755 /usr/bin/cl_status'
	node_put "$n" /usr/bin/api_say 755 <"$HERE/api_say"
done
version=$(node_exec 1 env PATH="$path" heartbeat -V | sed 's/[.()]/\\&/g')
: >"$CONFORMANCE_OUT"
rows_of never
check 'the first node starts' start 1
rows_of starting
check 'the second node starts' start 2
check 'the first node serves and both are at rest' soon settled_on 1
rows_of pair
node_power_off 2
check 'the first node holds everything' soon rsc_is 1 all
rows_of dead
check 'the first node stops' stop 1
rows_of stopped
done_testing
