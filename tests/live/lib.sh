# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The test network, and the functions with which a scenario uses it.  Sourced by tests/live/scenarios/*.t and tools/demo,
# run by bash.
#
#     client .50 ──┐                        ┌── eth0 .11  node1.magedu.com
#                  ├── switch (bridge br0) ─┤
#     router .254 ─┘    192.168.1.0/24      └── eth0 .12  node2.magedu.com
#                       switch (bridge br1)  ── eth1 of both, 10.0.0.0/24, with LIVE_MEDIA=2
#
# Each machine is a process 1 (tests/live/holder.c) with its own network, PID, mount, UTS and IPC namespaces.  A node's
# disk is an overlay over this host's root, and `make install` was run on it.  So the programs are at the same paths as
# on a real machine.  A power cut keeps the disk, and loses /run and /tmp.
# A scenario runs in its own PID and mount namespaces: when it ends, however it ends, the kernel removes everything.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
LIVE_TOP=$(cd "$TESTS/.." && pwd)
LIVE_HELP=$BUILD/tests/live
LIVE=/mnt # in the scenario's own mount namespace
export TZ=UTC LC_ALL=C

VIP=192.168.1.100
NODE_NAME=('' node1.magedu.com node2.magedu.com)
NODE_MAC=('' 02:00:00:00:00:01 02:00:00:00:00:02)
NODE_PID=()
SWITCH_PID='' ROUTER_PID='' CLIENT_PID=''

live_die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# First call of a scenario, with its own arguments.
live_enter() {
	namespaces_enter '' "$@"
	local program
	for program in holder probe owners null_modem; do
		[ -x "$LIVE_HELP/$program" ] || live_die "$LIVE_HELP/$program is missing: make tests"
	done
	mount -t tmpfs -o mode=755 live "$LIVE" || live_die 'cannot mount a tmpfs'
}

# --- verdicts ----------------------------------------------------------------------------------------------------------
# Last line of a scenario.  After a failure it prints the ends of both logs.
done_testing() {
	! plan "$(basename "$0" .t)${REF:+ with 3.0.6 on node$REF}" || exit 0
	local n
	for n in 1 2; do
		[ -f "$(log_file "$n")" ] || continue
		printf '# --- the end of the log of %s\n' "${NODE_NAME[n]}"
		tail -n "${LIVE_LOG_LINES:-60}" "$(log_file "$n")" | sed 's/^/# /'
	done
	exit 1
}

# --- limits -------------------------------------------------------------------------------------------------------------
UNNOTICED_MS=500 # a busy machine may delay packets so long
WIDE_MS=15000    # for a state that ends within a second on a quiet machine and must not last

# --- the network ------------------------------------------------------------------------------------------------------
# Start a machine: prints nothing, sets MACHINE_PID.
MACHINE_PID=''
machine_start() { # NAME PREPARE-COMMAND [ROOT]
	rm -f "$LIVE/ready.$1"
	"$LIVE_HELP/holder" "$LIVE/ready.$1" "$@" </dev/null &
	local holder=$!
	until [ -s "$LIVE/ready.$1" ]; do
		kill -0 "$holder" 2>/dev/null || live_die "machine $1 does not start"
		sleep 0.005
	done
	disown "$holder"
	MACHINE_PID=$(cat "$LIVE/ready.$1")
}

in_net() { # PID COMMAND...: run it in that machine's network, with this host's files
	local pid=$1
	shift
	nsenter -t "$pid" -n -- "$@"
}
switch() { in_net "$SWITCH_PID" "$@"; }
client() { in_net "$CLIENT_PID" "$@"; }

plug() { # SWITCH-PORT BRIDGE PID INTERFACE [MAC]
	printf '%s\n' "link add $1 type veth peer name $4 ${5:+address $5} netns $3" "link set $1 master $2 up" | switch ip -batch -
}

net_up() {
	local bridges=br0 bridge host='mount -t proc proc /proc; ip link set lo up'
	[ "${LIVE_MEDIA:-1}" -lt 2 ] || bridges='br0 br1'
	machine_start switch "$host" && SWITCH_PID=$MACHINE_PID
	machine_start router "$host" && ROUTER_PID=$MACHINE_PID
	machine_start client "$host" && CLIENT_PID=$MACHINE_PID
	for bridge in $bridges; do
		# A fixed address: otherwise it changes to that of another port when a node loses power, while the referee runs.
		printf '%s\n' "link add $bridge address 02:00:00:00:0${bridge#br}:fe type bridge forward_delay 0 mcast_snooping 0" "link set $bridge up"
	done | switch ip -batch -
	plug router br0 "$ROUTER_PID" eth0
	plug client br0 "$CLIENT_PID" eth0
	printf '%s\n' 'addr add 192.168.1.254/24 dev eth0' 'link set eth0 up' | in_net "$ROUTER_PID" ip -batch -
	printf '%s\n' 'addr add 192.168.1.50/24 dev eth0' 'link set eth0 up' | client ip -batch -
	# The client trusts its neighbour cache during the whole scenario, so that a missing gratuitous ARP causes an outage.
	client sh -c 'echo 3600000 >/proc/sys/net/ipv4/neigh/eth0/base_reachable_time_ms' || live_die 'cannot set up the client'
}

# --- nodes ------------------------------------------------------------------------------------------------------------
# sh runs this in the node's namespaces, before its process 1 changes its root.  DISK and STAGE are in the environment.
# shellcheck disable=SC2016
NODE_PREPARE='
root=$DISK/root
mount -t overlay -o "lowerdir=/,upperdir=$DISK/upper,workdir=$DISK/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
	: >"$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/pts" && mount --bind /dev/pts "$root/dev/pts" # for cable_new
install -d -m 1777 "$root/run/lock"
if [ ! -e "$DISK/installed" ]; then
	rm -rf "$root/etc/ha.d" "$root/var/lib/heartbeat" "$root/var/log/ha-log" "$root/var/log/ha-debug"
	[ -z "$STAGE" ] || cp -a "$STAGE/." "$root/"
	mkdir -p "$root/etc/ha.d" "$root/etc/init.d" "$root/var/log"
	: >"$DISK/installed"
fi
ip link set lo up'

# Run `make install` once for all scenarios of a run (tests/live/run exports STAGE).
stage_install() {
	[ -z "${STAGE:-}" ] || return 0
	STAGE=$LIVE/stage
	make -s -C "$LIVE_TOP" BUILD="$BUILD" install DESTDIR="$STAGE" >/dev/null || live_die 'make install fails'
}

node_boot() { # N: power on; its disk is unchanged since the last time
	local n=$1 disk=$LIVE/node$1 name=${NODE_NAME[$1]}
	mkdir -p "$disk" && install -d -m 755 "$disk/upper" "$disk/work" "$disk/root" # upper becomes / of the node and needs mode 755
	DISK=$disk STAGE=${STAGE:-} machine_start "$name" "$NODE_PREPARE" "$disk/root"
	NODE_PID[n]=$MACHINE_PID
	plug "n${n}eth0" br0 "$MACHINE_PID" eth0 "${NODE_MAC[n]}"
	printf '%s\n' "addr add 192.168.1.1$n/24 broadcast + dev eth0" 'link set eth0 up' 'route add default via 192.168.1.254' | in_net "$MACHINE_PID" ip -batch -
	if [ "${LIVE_MEDIA:-1}" -ge 2 ]; then
		plug "n${n}eth1" br1 "$MACHINE_PID" eth1
		printf '%s\n' "addr add 10.0.0.1$n/24 broadcast + dev eth1" 'link set eth1 up' | in_net "$MACHINE_PID" ip -batch -
	fi
}

node_exec() { # N COMMAND...
	local pid=${NODE_PID[$1]}
	shift
	nsenter -t "$pid" -m -u -i -n -p -r -w -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TZ=UTC LC_ALL=C "$@"
}

node_put() { # N FILE MODE: standard input becomes the file
	# shellcheck disable=SC2016
	node_exec "$1" sh -c 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"' sh "$2" "$3"
}

node_power_off() { # N: the cable and the machine, at once
	switch ip link set "n${1}eth0" down
	kill -9 "${NODE_PID[$1]}"
	node_forget "$1"
}

node_forget() {
	local port
	for port in "n${1}eth0" "n${1}eth1"; do switch ip link del "$port" 2>/dev/null; done
	unset "NODE_PID[$1]"
}

node_start() { # N [VARIABLE=VALUE]... : start the daemon as init would; returns its exit status
	local n=$1
	shift
	node_exec "$n" "$@" /usr/sbin/heartbeat >"$LIVE/node$n/stdout" 2>"$LIVE/node$n/stderr" </dev/null
}

both_nodes_start() { # at the same moment
	node_start 1 &
	local first=$!
	node_start 2 &
	wait "$first" && wait $!
}

# With a time limit, so that a stop that hangs fails and the scenario continues.
node_stop() { timeout "${2:-$LIMIT_S}" nsenter -t "${NODE_PID[$1]}" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC /usr/sbin/heartbeat -k >>"$LIVE/node$1/stdout" 2>>"$LIVE/node$1/stderr" </dev/null; }

node_cut() { switch ip link set "n${1}${2:-eth0}" down; }  # N [INTERFACE]: pull the cable
node_heal() { switch ip link set "n${1}${2:-eth0}" up; }   # N [INTERFACE]: plug it in
# The nodes do not hear each other; router and client hear both.
net_split() { switch sh -c 'for port in n1eth0 n2eth0; do bridge link set dev $port isolated on; done'; }
net_join() { switch sh -c 'for port in n1eth0 n2eth0; do bridge link set dev $port isolated off; done'; }

# Node N does not hear the other node; everything else arrives.
net_deaf() { # N
	printf '%s\n' 'table bridge live { chain forward { type filter hook forward priority 0;' \
		"iifname n$((3 - $1))eth0 oifname n${1}eth0 drop; }; }" | switch nft -f -
}
net_hear() { switch nft delete table bridge live; } # end of net_deaf

# A null-modem cable (tests/live/null_modem.c): /dev/ttyS1 of both nodes.  Again after a node has lost power: cable_plug N.
cable_new() {
	mkfifo "$LIVE/cable.control"
	"$LIVE_HELP/null_modem" "$LIVE/cable.control" "$LIVE/cable.1" "$LIVE/cable.2" &
	disown $!
	wait_for 20 test -s "$LIVE/cable.2" || live_die 'the null-modem cable does not start'
	cable_plug 1
	cable_plug 2
}
cable_plug() { node_exec "$1" ln -sfn "$(cat "$LIVE/cable.$1")" /dev/ttyS1; } # N
cable() { echo "$*" >"$LIVE/cable.control"; } # cut | stall | plug | noise BYTES | baud RATE | hangup N

# --- the daemon -------------------------------------------------------------------------------------------------------
guardian_pid() { node_exec "$1" cat /run/heartbeat.pid 2>/dev/null | tr -d ' '; } # as the node counts
engine_pid() { node_exec "$1" pgrep -o -f '^heartbeat: engine' 2>/dev/null; }
generation() { tr -d ' ' <"$LIVE/node$1/upper/var/lib/heartbeat/hb_generation"; }

cl_status() { # N ARGUMENT...: with a time limit
	local n=$1
	shift
	node_exec "$n" timeout "$LIMIT_S" /usr/bin/cl_status "$@" 2>/dev/null
}
rscstatus() { cl_status "$1" rscstatus; }
doubts_have() { cl_status "$1" doubts | grep -qE -- "$2"; } # N PATTERN
rsc_is() { [ "$(rscstatus "$1")" = "$2" ]; } # N none|local|foreign|all|transition
node_is() { [ "$(cl_status "$1" nodestatus "${NODE_NAME[$2]}")" = "$3" ]; } # N sees node M as active|dead|...
link_is() { [ "$(cl_status "$1" hblinkstatus "${NODE_NAME[$2]}" "$3")" = "$4" ]; } # N sees LINK of node M as up|dead

address_on() { # N [ADDRESS]
	[ -n "${NODE_PID[$1]:-}" ] && [ -n "$(in_net "${NODE_PID[$1]}" ip -4 -o addr show to "${2:-$VIP}/32")" ]
}
only_owner() { # N [ADDRESS]: this node has it, the other one does not
	address_on "$1" "${2:-$VIP}" && ! address_on $((3 - $1)) "${2:-$VIP}"
}
serving() { # [ADDRESS]: print the page that the client gets from the service; nothing when it does not answer
	client timeout 10 curl -s --max-time 5 "http://${1:-$VIP}/"
}
served_by() { [ "$(serving "${2:-$VIP}")" = "${NODE_NAME[$1]}" ]; } # N [ADDRESS]
at_rest() { # N: it sees its peer as active, and no resource is moving
	case $(rscstatus "$1") in none | local | foreign | all) node_is "$1" $((3 - $1)) active ;; *) return 1 ;; esac
}
both_at_rest() { at_rest 1 && at_rest 2; }
# The usual end of a change: node N serves, and both nodes are at rest.
settled_on() { only_owner "$1" && both_at_rest; }
settled() { settled_on 1 || settled_on 2; }
both_are() { rsc_is 1 "$1" && rsc_is 2 "$2"; } # rscstatus of each

# --- configurations ---------------------------------------------------------------------------------------------------
KEEPALIVE_MS=200 WARNTIME_MS=600 DEADTIME_MS=1000 INITDEAD_MS=3000 # a scenario may set others
times() { echo "keepalive ${KEEPALIVE_MS}ms, warntime ${WARNTIME_MS}ms, deadtime ${DEADTIME_MS}ms, initdead ${INITDEAD_MS}ms"; }
short_times() { # ha.cf on stdin
	sed -e "s/^keepalive .*/keepalive ${KEEPALIVE_MS}ms/" -e "s/^deadtime .*/deadtime ${DEADTIME_MS}ms/" \
		-e "s/^warntime .*/warntime ${WARNTIME_MS}ms/" -e "s/^initdead .*/initdead ${INITDEAD_MS}ms/"
}

# Put the pair's ha.cf into node N, unchanged except for the short times.  FILTER changes it, e.g. sed -e ...
ha_cf_install() { # N PAIR [FILTER...]
	local n=$1 from=$LIVE_TOP/tests/data/pairs/$2
	shift 2
	[ $# -gt 0 ] || set -- cat
	short_times <"$from/ha.cf" | "$@" | node_put "$n" /etc/ha.d/ha.cf 644
}

# Put the pair's three files into node N.
pair_install() { # N PAIR [FILTER of ha.cf...]
	local n=$1 from=$LIVE_TOP/tests/data/pairs/$2
	ha_cf_install "$@"
	node_put "$n" /etc/ha.d/haresources 644 <"$from/haresources"
	node_put "$n" /etc/ha.d/authkeys 600 <"$from/authkeys"
}

# nginx behind an LSB script, serving the node's name.
httpd_install() { # N
	node_put "$1" /etc/init.d/httpd 755 <"$LIVE_TOP/tests/live/httpd"
	printf '%s\n' "${NODE_NAME[$1]}" | node_put "$1" /var/www/node/index.html 644
}

# Replace the httpd by a script: first a shell case, e.g. 'start) exit 1 ;;', then the real script.
httpd_break() { # N CASES
	node_put "$1" /etc/init.d/httpd.real 755 <"$LIVE_TOP/tests/live/httpd"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncase $1 in\n%s\nesac\nexec /etc/init.d/httpd.real "$@"\n' "$2" | node_put "$1" /etc/init.d/httpd 755
}

# Network, both nodes switched on, the pair's files and the httpd in place; no daemon runs yet.
cluster_new() { # PAIR [FILTER...]
	local n
	stage_install
	net_up
	note "pair $1 as its administrators wrote it, with shorter times: $(times)"
	for n in 1 2; do
		node_boot "$n"
		pair_install "$n" "$@"
		httpd_install "$n"
	done
}

# The usual start: node1 serves, both nodes are at rest.
cluster_running() { # PAIR [FILTER...]
	cluster_new "$@"
	check 'both daemons start' both_nodes_start
	check 'the first node serves and both are at rest' soon settled_on 1
}

# --- logs -------------------------------------------------------------------------------------------------------------
log_file() { echo "$LIVE/node$1/upper/var/log/ha-log"; }
log_mark() { if [ -f "$(log_file "$1")" ]; then wc -l <"$(log_file "$1")"; else echo 0; fi; } # now, for log_since
log_since() { tail -n +$(($2 + 1)) "$(log_file "$1")" 2>/dev/null; }                          # N MARK
log_has() { log_since "$1" "${3:-0}" | grep -qE -- "$2"; }                                     # N PATTERN [MARK]
log_count() { log_since "$1" "${3:-0}" | grep -cE -- "$2"; }                                   # N PATTERN [MARK]
# Wall clock, ms, of the first line with PATTERN; nothing when there is none.
log_ms() { # N PATTERN [MARK]
	local line
	line=$(log_since "$1" "${3:-0}" | grep -m 1 -E -- "$2") || return 1
	date -u -d "${line:0:19}" +%s%3N
}

# --- measuring --------------------------------------------------------------------------------------------------------
# nsenter starts the jobs directly, without a function, so that $! is the program and a signal reaches it.
PROBE_JOB='' OWNERS_JOB=''
probe_start() { # [ADDRESS]: start the client's measurement and wait until it runs
	rm -f "$LIVE/probe"
	nsenter -t "$CLIENT_PID" -n -- "$LIVE_HELP/probe" "${1:-$VIP}" eth0 >"$LIVE/probe" &
	PROBE_JOB=$!
	soon measures probe begin || live_die 'the probe does not start'
}
owners_start() { # [ADDRESS]: start the referee at the switch and wait until it has seen the owner
	rm -f "$LIVE/owners"
	nsenter -t "$SWITCH_PID" -n -- "$LIVE_HELP/owners" "${1:-$VIP}" br0 >"$LIVE/owners" &
	OWNERS_JOB=$!
	soon measures owners since || live_die 'the referee does not start'
}
measures() { grep -q "^$2 " "$LIVE/$1"; } 2>/dev/null # FILE FIRST-WORD
referee_sees() { [[ $(grep '^since ' "$LIVE/owners" | tail -n 1) == "since "*" $1" ]]; } # none | two-owners | owner MAC: now
measure_stop() { # stop both; then their last lines are written
	local job
	for job in $PROBE_JOB $OWNERS_JOB; do
		kill -TERM "$job" && wait "$job" || live_die 'a measuring program has ended before its time'
	done
	PROBE_JOB='' OWNERS_JOB=''
}
# Longest outage of the client in ms, 0 none (after measure_stop).  With a time: only outages that ended after it.
longest_outage() { awk -v from="${1:-0}" '$1 == "outage" && ($3 == "open" || $3 >= from) && $4 > max {max = $4} END {print max + 0}' "$LIVE/probe"; }
# Total ms with two owners after a time.
two_owners_ms() { awk -v from="${1:-0}" '$1 == "two-owners" && $3 > from {sum += $3 - ($2 > from ? $2 : from)} END {print sum + 0}' "$LIVE/owners"; }
# Total ms without an owner between two times.
nobody_ms() { awk -v from="$1" -v to="$2" '$1 == "none" {a = $2 > from ? $2 : from; b = $3 < to ? $3 : to; if (b > a) sum += b - a} END {print sum + 0}' "$LIVE/owners"; }
# When N became the only owner for the first time after a moment.  N has the address before the referee has asked twice,
# so this waits for the referee's line.
owner_since_ms() { soon owner_since_written "$1" "$2"; } # N MOMENT
owner_since_written() {
	awk -v mac="${NODE_MAC[$1]}" -v from="$2" '$1 == "since" && $2 >= from && $4 == mac {print $2; found = 1; exit} END {exit !found}' "$LIVE/owners"
}
