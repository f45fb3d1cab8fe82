# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The test network of tests/live with Debian's heartbeat 3.0.6 on one node.  Sourced by tests/interop/scenarios/*.t.
#
# A scenario gives a list of roles.  It runs once in each role, in both at the same time:
#     ref1: 3.0.6 is on node1     ref2: 3.0.6 is on node2
# REF is the number of the node with 3.0.6, OURS that of the node with ours.  REFS: the nodes that have 3.0.6 now.

. "$(dirname "${BASH_SOURCE[0]}")/../live/lib.sh"

REF='' OURS='' REFS=''
# Four clusters share the processors: with 1 s, 3.0.6 declares its peer dead when the machine is slow for a moment.
DEADTIME_MS=3000 WARNTIME_MS=1500 INITDEAD_MS=4000

# For "soon": a standby of 3.0.6 takes 3 s on an idle machine, and took 120 s with 50 processes for each processor.
LIMIT_S=300

POLL_S=0.1 # two roles run at once, and a question every 20 ms would take processor time that 3.0.6 needs

# 3.0.6 reads its FIFO in pieces.  On a busy machine it loses messages that its own scripts write there in pieces: a
# command, or the report that its groups are started or stopped.  Then it waits permanently, also with a peer of its own
# version.  It logs one of these texts.
LOST_IN_FIFO='msg2string: Message with zero fields|Received standby message without info/from'
lost_in_fifo() { cat "$LIVE"/node*/upper/var/log/ha-log | grep -cE "$LOST_IN_FIFO"; }

# Run one role of a scenario.  When it fails and 3.0.6 has lost one of its own messages, it runs again, up to three times
# in all: such a run shows nothing
# about ours.  The output is that of the last run; comments list the earlier failures.
role_run() { # REF OUTPUT
	local before='' status run=0 child
	trap 'kill "$child" 2>/dev/null; wait; exit 130' TERM INT HUP
	while :; do
		INTEROP_ROLE=$1 bash "$0" >"$2.run" 2>&1 </dev/null &
		child=$!
		wait "$child"
		status=$? run=$((run + 1))
		[ $status -ne 0 ] && [ $run -lt 3 ] && grep -q '^# 3.0.6 lost ' "$2.run" || break
		before+=$(grep -E '^not ok |^# 3.0.6 lost ' "$2.run" | sed "s/^#* */# run $run: /")$'\n'
	done
	{ printf %s "$before" && cat "$2.run"; } >"$2"
	rm -f "$2.run"
	return $status
}

# First call of a scenario.  Outside of a role it runs the scenario in every role and joins the outputs.
interop_enter() { # ROLE...
	if [ -n "${INTEROP_ROLE:-}" ]; then
		REF=$INTEROP_ROLE OURS=$((3 - INTEROP_ROLE)) REFS=$INTEROP_ROLE
		live_enter
		[ -x "${REFERENCE:?tests/interop/run sets it}/usr/libexec/heartbeat/heartbeat" ] || live_die "no daemon in $REFERENCE"
		return
	fi
	local role jobs=() outputs worst=0 status
	outputs=$(mktemp -d)
	for role in "$@"; do
		role_run "${role#ref}" "$outputs/$role" &
		jobs+=($!)
	done
	# shellcheck disable=SC2064 # now
	trap "kill ${jobs[*]} 2>/dev/null; wait; rm -rf '$outputs'" EXIT
	trap 'exit 130' INT TERM HUP
	for role in "$@"; do
		wait "${jobs[0]}"
		status=$?
		jobs=("${jobs[@]:1}")
		[ $status -eq 0 ] || worst=1
		sed -nE "s/^((not )?ok) [0-9]+ - /\1 - 3.0.6 on node${role#ref}: /; /^1\.\.[0-9]+\$/!p" "$outputs/$role"
		grep -qE '^1\.\.[1-9]' "$outputs/$role" || echo "not ok - 3.0.6 on node${role#ref}: the scenario runs to its end"
	done
	echo "1..$(cat "$outputs"/* | grep -cE '^(not )?ok ')"
	exit $worst
}

# --- nodes: functions as in tests/live, for both daemons ------------------ ---------------------------------------------
# Switch a node on with 3.0.6 over the host's files.
ref_boot() { # N
	STAGE=$REFERENCE node_boot "$1"
	ref_directories "$1"
}
# Make the directories that its init script makes in the volatile part of the disk.
ref_directories() {
	# shellcheck disable=SC2016
	node_exec "$1" sh -c '
		mkdir -p /run/heartbeat/ccm /run/heartbeat/dopd /run/heartbeat/rsctmp /run/resource-agents
		chown -R hacluster:haclient /run/heartbeat && chmod 750 /run/heartbeat
		chown root:root /run/heartbeat/rsctmp && chmod 1755 /run/heartbeat/rsctmp /run/resource-agents'
}

# Wall clock, in ms, of the first log line with PATTERN; 3.0.6 writes whole seconds.
logged_ms() { # N PATTERN [MARK]
	local line
	has_ref "$1" || { log_ms "$@" && return || return 1; }
	line=$(log_since "$1" "${3:-0}" | grep -m 1 -E -- "$2") || return 1
	date -u -d "${line:0:15}" +%s%3N
}

has_ref() { case " $REFS " in *" $1 "*) ;; *) return 1 ;; esac; } # N
boot() { if has_ref "$1"; then ref_boot "$1"; else node_boot "$1"; fi; }

daemon_of() { if has_ref "$1"; then echo /usr/libexec/heartbeat/heartbeat; else echo /usr/sbin/heartbeat; fi; }
start() { # N
	local record=()
	log_mark "$1" >"$LIVE/node$1/started"
	[ -z "${INTEROP_RECORD:-}" ] || has_ref "$1" || record=(--record /var/log/ha-record)
	node_exec "$1" "$(daemon_of "$1")" "${record[@]}" >"$LIVE/node$1/stdout" 2>"$LIVE/node$1/stderr" </dev/null
}
both_start() {
	start 1 &
	local first=$!
	start 2 &
	wait "$first" && wait $!
}
stop() { # N: with a time limit
	node_exec "$1" timeout "$LIMIT_S" "$(daemon_of "$1")" -k >>"$LIVE/node$1/stdout" 2>>"$LIVE/node$1/stderr" </dev/null
}
command_on() { # N hb_standby|hb_takeover ARGUMENT: with a time limit, because 3.0.6 has none
	local where=/usr/sbin
	! has_ref "$1" || where=/usr/share/heartbeat
	node_exec "$1" timeout "$LIMIT_S" "$where/$2" "$3"
}

# 3.0.6 answers "none" before it joins, and "all" while it is alone and not yet stable.  It is at rest when it has
# decided since its start: alone after 10 s, with a peer at once.  doc/protocol.md 7.2
has_decided() { ! has_ref "$1" || log_has "$1" 'resource transition completed' "$(started_mark "$1")"; } # N
started_mark() { cat "$LIVE/node$1/started"; } # N: the mark of its log at its last start
eval "live_$(declare -f at_rest)"
at_rest() { has_decided "$1" && live_at_rest "$1"; }
cl_status() { node_exec "$1" timeout 20 /usr/bin/cl_status "${@:2}" 2>/dev/null; } # a caller that waits asks again
at_rest_alone() { has_decided "$1" && rsc_is "$1" all; } # N

# The last dt, hex ms, that N announced to the other node: after this time of silence N is to be declared dead.
announced_dt() { heard_statuses "$1" 3 10 dt | tail -n 1; } # N
# A field of each status of N among the next COUNT packets on the other node's interface.
heard_statuses() { # N COUNT SECONDS FIELD
	in_net "${NODE_PID[3 - $1]}" timeout "$3" "$BUILD/tools/hb_dump" --json --count "$2" --live eth0 2>/dev/null |
		jq -r --arg name "${NODE_NAME[$1]}" --arg field "$4" \
			'.fields | map({(.[0]): .[2]}) | add | select(.t == "status" and .src == $name) | .[$field]'
}
# In the first 5 s after its start 3.0.6 announces 2 s more than its deadtime.  doc/protocol.md 6.2
announces_deadtime() { [ "$(announced_dt "$1")" = "$(printf %x "$DEADTIME_MS")" ]; } # N

# Remove 3.0.6 from its node as the package manager would, and install ours.  Its state and the three files stay.  Files
# that this host has too (accounts, libraries) also stay: without them in the overlay, ours could not see the host's.
replace_ref() { # N
	(cd "$REFERENCE" && find . ! -type d -print0) | not_of_host | node_exec "$1" sh -c 'cd / && xargs -0 rm -f'
	tar -C "$STAGE" -cf - . | node_exec "$1" tar -C / --keep-directory-symlink --no-overwrite-dir -xf - || live_die 'cannot install ours in the place of 3.0.6'
	REFS=${REFS/$1/}
}

not_of_host() { # filter: drop the names of files that this host has; each name ends with a NUL
	local name
	while IFS= read -r -d '' name; do [ -e "/$name" ] || printf '%s\0' "$name"; done
}

# The way back: remove ours and install 3.0.6 again.
restore_ref() { # N
	(cd "$STAGE" && find . ! -type d -print0) | node_exec "$1" sh -c 'cd / && xargs -0 rm -f'
	tar -C "$REFERENCE" -cf - . | node_exec "$1" tar -C / --keep-directory-symlink --no-overwrite-dir -xf - || live_die 'cannot install 3.0.6 in the place of ours'
	REFS="$REFS $1"
	ref_directories "$1"
}

# Drop PERCENT of the packets between the nodes to the heartbeat port.
loss_begin() { # PERCENT
	printf '%s\n' 'table bridge loss { chain forward { type filter hook forward priority 0;' \
		"meta protocol ip udp dport 694 numgen random mod 100 < $1 counter drop; }; }" | switch nft -f -
}
loss_end() { # prints the number of dropped packets
	switch nft list table bridge loss | sed -nE 's/.* counter packets ([0-9]+) .*/\1/p'
	switch nft delete table bridge loss
}

# The client sends forged datagrams, to node OURS only (tests/live/forge.c).
forge_to_ours() { # OPTION... -- WHAT...
	local options=()
	while [ "$1" != -- ]; do options+=("$1") && shift; done
	shift
	client "$LIVE_HELP/forge" "${options[@]}" "192.168.1.1$OURS" 694 "$@"
}

# INTEROP_RECORD=DIRECTORY keeps the input of our daemons, for build/replay.
eval "live_$(declare -f done_testing)"
done_testing() {
	local n lost
	lost=$(lost_in_fifo)
	[ "$lost" -eq 0 ] || note "3.0.6 lost $lost of its own messages in its FIFO"
	for n in 1 2; do
		[ -n "${INTEROP_RECORD:-}" ] && [ -f "$LIVE/node$n/upper/var/log/ha-record" ] || continue
		cp "$LIVE/node$n/upper/var/log/ha-record" "$LIVE/record" # the daemon still writes to the original
		gzip -9n <"$LIVE/record" >"$INTEROP_RECORD/$(basename "$0" .t).ref$REF.node$n.rec.gz"
	done
	live_done_testing
}

# Measure what node N sends to the cluster, at its port of the switch (tests/bench/wire.c).  N may lose power meanwhile.
WIRE_JOB=''
wire_start() { # N
	rm -f "$LIVE/wire"
	nsenter -t "$SWITCH_PID" -n -- "$BUILD/tests/bench/wire" "n${1}eth0" >"$LIVE/wire" &
	WIRE_JOB=$!
	soon grep -q '^begin' "$LIVE/wire" 2>/dev/null || live_die 'wire does not start'
}
wire_stop() { kill -TERM "$WIRE_JOB" && wait "$WIRE_JOB" || live_die 'wire has ended before its time'; }
wire_figure() { sed -nE "s/.*$1 ([0-9]+).*/\1/p" "$LIVE/wire"; } # packets|bytes|last, after wire_stop

AUTHKEYS='' # instead of the pair's own
# Network, both nodes switched on, the pair's files and the httpd in place; no daemon runs yet.
cluster_mixed() { # PAIR [FILTER...]
	local n
	stage_install
	net_up
	# To examine a failure: INTEROP_CAPTURE=DIRECTORY keeps the packets.
	[ -z "${INTEROP_CAPTURE:-}" ] || nsenter -t "$SWITCH_PID" -n -- tcpdump -i br0 -U -w "$INTEROP_CAPTURE/$(basename "$0" .t).ref$REF.pcap" udp port 694 2>/dev/null &
	note "pair $1, ${*:2}; $(times); 3.0.6 on node: $REFS"
	for n in 1 2; do
		boot "$n"
		pair_install "$n" "$@"
		httpd_install "$n"
		# shellcheck disable=SC2059 # lines
		[ -z "$AUTHKEYS" ] || printf "$AUTHKEYS" | node_put "$n" /etc/ha.d/authkeys 600
	done
}

# When both start, no node waits for initdead, so it may be long: a busy machine starts one node long before the other.
LONG_INITDEAD_MS=120000
mixed_running() { # PAIR [FILTER...]
	local INITDEAD_MS=$LONG_INITDEAD_MS
	cluster_mixed "$@"
	check 'both daemons start' both_start
	check 'the first node serves and both are at rest' soon settled_on 1
}

# The same state by another way: ours is alone first, then 3.0.6 joins it.
mixed_joined() { # PAIR [FILTER...]
	cluster_mixed "$@"
	check 'ours starts' start "$OURS"
	check 'ours serves alone' soon only_owner "$OURS"
	check '3.0.6 starts' start "$REF"
	check '3.0.6 joins, the first node serves, both are at rest' soon settled_on 1
}

# The two understand each other's messages: the group moves to the second node and back.
moves_to_and_fro() {
	check 'hb_standby on the first node' command_on 1 hb_standby all
	check 'the second node serves, both are at rest' soon settled_on 2
	check 'hb_standby on the second node' command_on 2 hb_standby foreign
	check 'the first node serves, both are at rest' soon settled_on 1
	check 'the first node stops' stop 1
	check 'the second node serves' soon only_owner 2
	check_not '3.0.6 logs no authentication error' log_has "$REF" 'authentic'
	check_not '3.0.6 logs no lost packet of ours' log_has "$REF" 'lost packet'
}
