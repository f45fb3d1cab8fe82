# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# How each fault of the table tests/nemesis/faults begins and ends: begin_NAME and end_NAME, with - written as _, called
# with NODE ARGUMENT.  Sourced by tests/nemesis/play.  Each end can be called at any time, also twice, and on a node that
# lost its power meanwhile.  A command that can hang runs in the background (later); calm waits for it.

JOBS=() # what runs in the background, pid:SENTENCE
later() { # SENTENCE COMMAND...
	local sentence=$1
	shift
	"$@" &
	JOBS+=("$!:$sentence")
}

is_on() { [ -n "${NODE_PID[$1]:-}" ]; }
on() { # N COMMAND...: on node N, in at most 20 s; nothing when it is off.  A disk may be frozen.
	local pid=${NODE_PID[$1]:-}
	shift
	[ -z "$pid" ] || timeout -k 1 20 nsenter -t "$pid" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@" </dev/null
} >/dev/null 2>&1
link() { # N IP-ARGUMENT...
	local pid=${NODE_PID[$1]:-}
	shift
	[ -z "$pid" ] || in_net "$pid" ip "$@"
} 2>/dev/null
# Process numbers in this namespace: a signal needs no nsenter.
daemons() { [ -z "${NODE_PID[$1]:-}" ] || pgrep --ns "${NODE_PID[$1]}" --nslist pid -f "^heartbeat: $2"; } # N TITLE
send() { # SIGNAL PID...
	local signal=$1
	shift
	[ $# -eq 0 ] || kill "-$signal" "$@" 2>/dev/null
}

daemon_start() { # N
	is_on "$1" || return 0
	timeout -k 1 "$CALM_S" nsenter -t "${NODE_PID[$1]}" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C \
		HA_SCRIPT_DEADLINE="$SCRIPT_DEADLINE_S" LD_PRELOAD=/usr/lib/nemesis/wall_clock.so NEMESIS_CLOCK=/etc/nemesis/clock \
		/usr/sbin/heartbeat >>"$RESULTS/start.$1" 2>&1 </dev/null
}
daemon_stop() { # N: the exit code is written down
	local status started=$SECONDS
	is_on "$1" || return 0
	timeout -k 1 "$CALM_S" nsenter -t "${NODE_PID[$1]}" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC \
		/usr/sbin/heartbeat -k >>"$RESULTS/stop.$1" 2>&1 </dev/null
	status=$?
	is_on "$1" || return 0
	# 137 after a shorter time: the power of the node was cut meanwhile.
	[ "$status" -ne 124 ] && { [ "$status" -ne 137 ] || [ $((SECONDS - started)) -lt "$CALM_S" ]; } || violation stop-hangs "node $1: heartbeat -k did not end within $CALM_S s"
}

# --- processes ----------------------------------------------------------------------------------------------------------
# shellcheck disable=SC2046 # process numbers
begin_engine_kill() { send KILL $(daemons "$1" engine); }
end_engine_kill() { :; }
# Each new engine is killed too: the guardian gives up and lets go without an engine.
begin_engine_kills() {
	: >"$LIVE/kills.$1"
	later "node $1: its engines are killed" kill_engines "$1"
}
# shellcheck disable=SC2046
kill_engines() { # N
	while [ -e "$LIVE/kills.$1" ]; do
		send KILL $(daemons "$1" engine)
		pause 0.1
	done
}
end_engine_kills() { rm -f "$LIVE/kills.$1"; }
STOPPED=('' '' '')
stop_processes() { # N TITLE
	local pids
	pids=$(daemons "$1" "$2")
	STOPPED[$1]+=" $pids"
	# shellcheck disable=SC2086
	send STOP $pids
}
# shellcheck disable=SC2086
continue_processes() { send CONT ${STOPPED[$1]}; }
begin_engine_stop() { stop_processes "$1" engine; }
end_engine_stop() { continue_processes "$1"; }
# shellcheck disable=SC2046
begin_guardian_kill() { send KILL $(daemons "$1" guardian); }
end_guardian_kill() { :; }
begin_guardian_stop() { stop_processes "$1" guardian; }
end_guardian_stop() { continue_processes "$1"; }
# Stopped first: otherwise the one that is killed last starts the other one again.
begin_both_kill() {
	local pids
	pids=$(daemons "$1" '(engine|guardian)')
	# shellcheck disable=SC2086
	send STOP $pids
	# shellcheck disable=SC2086
	send KILL $pids
}
end_both_kill() { later "node $1 starts" daemon_start "$1"; }
begin_both_stop() { stop_processes "$1" '(engine|guardian)'; }
end_both_stop() { continue_processes "$1"; }
begin_stop() {
	daemon_stop "$1" &
	STOP_JOB[$1]=$!
	JOBS+=("$!:node $1 stops")
}
STOP_JOB=('' '' '')
end_stop() { later "node $1 starts" start_after "${STOP_JOB[$1]}" "$1"; }
start_after() { # JOB N: the order to stop always ends, then the daemon starts
	wait_for "$CALM_S" job_ended "$1"
	daemon_start "$2"
}
no_daemon() { [ -z "$(daemons "$1" '(engine|guardian)')" ]; }

# --- power --------------------------------------------------------------------------------------------------------------
begin_power_cut() {
	is_on "$1" || return 0
	disks_thaw "$1" # a process that waits for a frozen disk cannot be killed, and a machine without power has none
	node_power_off "$1"
	STOPPED[$1]=''
}
end_power_cut() {
	is_on "$1" && return 0
	# /run is empty after a boot
	[ ! -d "$LIVE/node$1/disk.run" ] || find "$LIVE/node$1/disk.run" -mindepth 1 -delete
	node_boot "$1"
	later "node $1 starts" daemon_start "$1"
}

# --- network ------------------------------------------------------------------------------------------------------------
bridge_of() { [ "$1" = eth0 ] && echo br0 || echo br1; }
begin_cable() { switch ip link set "n$1$2" down 2>/dev/null; }
end_cable() { switch ip link set "n$1$2" up 2>/dev/null; }
# The rules have a table each, so that they can be removed one by one.
drop_rule() { # NAME RULES
	printf 'table bridge %s { chain forward { type filter hook forward priority 0; %s }\n}\n' "$1" "$2" | switch nft -f - ||
		live_die "nft does not accept the rule of $1"
}
begin_one_way() { drop_rule "deaf$1$2" "iifname n$((3 - $1))$2 oifname n$1$2 drop;"; }
end_one_way() { switch nft delete table bridge "deaf$1$2" 2>/dev/null; }
begin_loss() { # the packets of a node in both directions, on all cables
	drop_rule "loss$1" "iifname { n$1eth0, n$1eth1 } numgen random mod 100 < $2 drop; oifname { n$1eth0, n$1eth1 } numgen random mod 100 < $2 drop;"
}
end_loss() { switch nft delete table bridge "loss$1" 2>/dev/null; }
# All addresses and routes of an interface, as node_boot sets them.
addresses_add() { # N INTERFACE
	if [ "$2" = eth0 ]; then
		link "$1" addr add "192.168.1.1$1/24" broadcast + dev eth0
		link "$1" link set eth0 up
		link "$1" route add default via 192.168.1.254
	else
		link "$1" addr add "10.0.0.1$1/24" broadcast + dev eth1
		link "$1" link set eth1 up
	fi
}
begin_link_delete() { link "$1" link del "$2"; }
end_link_delete() {
	is_on "$1" || return 0
	link "$1" link show "$2" >/dev/null || link "$1" link show "was$2" >/dev/null ||
		plug "n$1$2" "$(bridge_of "$2")" "${NODE_PID[$1]}" "$2" "$([ "$2" = eth1 ] || echo "${NODE_MAC[$1]}")"
	addresses_add "$1" "$2"
}
rename() { # N FROM TO
	link "$1" link show "$2" >/dev/null || return 0
	link "$1" link set "$2" down
	link "$1" link set "$2" name "$3"
	link "$1" link set "$3" up
}
begin_link_rename() { rename "$1" "$2" "was$2"; }
end_link_rename() {
	rename "$1" "was$2" "$2"
	addresses_add "$1" "$2"
}
begin_address_remove() {
	case $2 in
	own) link "$1" addr del "192.168.1.1$1/24" dev eth0 ;;
	*) link "$1" addr del "${ADDRESS[${2#group}]}/24" dev eth0 ;;
	esac
}
end_address_remove() { [ "$2" != own ] || addresses_add "$1" eth0; } # nobody but heartbeat puts a service address back

# --- disks --------------------------------------------------------------------------------------------------------------
disk_place() { case $1 in log) echo /var/log ;; lib) echo /var/lib/heartbeat ;; run) echo /run ;; esac; }
# In the background: the disk may be frozen at the same time.
begin_disk_full() { later "node $1: $2 is filled" dd if=/dev/zero of="$LIVE/node$1/disk.$2/filler" bs=4k status=none 2>/dev/null; }
end_disk_full() { later "node $1: $2 has space again" rm -f "$LIVE/node$1/disk.$2/filler"; }
# A read-only mount over the directory: files that are open can still be written, no other file can.
begin_disk_read_only() {
	local place
	place=$(disk_place "$2")
	on "$1" sh -c "mount --bind $place $place && mount -o remount,bind,ro $place"
}
end_disk_read_only() {
	local place
	place=$(disk_place "$2")
	on "$1" sh -c "while grep -q '^[^ ]* $place [^ ]* ro,' /proc/mounts; do umount -l $place || break; done"
}
begin_disk_frozen() { is_on "$1" && fsfreeze --freeze "$LIVE/node$1/disk.$2"; } 2>/dev/null
end_disk_frozen() { fsfreeze --unfreeze "$LIVE/node$1/disk.$2"; } 2>/dev/null
disks_thaw() { # [N]
	local disk
	for disk in "$LIVE"/node"${1:-[12]}"/disk.*; do
		[ ! -d "$disk" ] || fsfreeze --unfreeze "$disk" 2>/dev/null
	done
}

# --- names, clock -------------------------------------------------------------------------------------------------------
hosts_write() { # N [LINE...]
	local n=$1
	shift
	printf '%s\n' '127.0.0.1 localhost' "$@" | node_put "$n" /etc/hosts 644
}
HOSTS=('192.168.1.254 router.magedu.com' '10.0.0.11 node1-cable' '10.0.0.12 node2-cable')
begin_resolver_silent() { ! is_on "$1" || hosts_write "$1"; } # then the name server is asked, and the router drops the question
end_resolver_silent() { ! is_on "$1" || hosts_write "$1" "${HOSTS[@]}"; }
clock_shift() { ! is_on "$1" || printf '%-15s\n' "$2" 1<>"/proc/${NODE_PID[$1]}/root/etc/nemesis/clock"; } # N SECONDS
begin_clock_jump() { case $2 in year) clock_shift "$1" 31536000 ;; -year) clock_shift "$1" -31536000 ;; esac; }
end_clock_jump() { clock_shift "$1" 0; }

# What a fault left on the disk of a node that lost its power meanwhile.
repair() { # N
	is_on "$1" || return 0
	on "$1" sed -i 's/^kepalive/keepalive/' /etc/ha.d/ha.cf
	script_mode "$1" good
	end_resolver_silent "$1"
	end_clock_jump "$1"
	rm -f "$LIVE/node$1"/disk.*/filler # by now no disk is frozen
}

# --- files and orders -----------------------------------------------------------------------------------------------------
order() { on "$@"; } # its exit code depends on the other faults; what is judged is the state afterwards
begin_reload_good() {
	is_on "$1" || return 0
	on "$1" sh -c 'echo "# changed $1" >>/etc/ha.d/ha.cf' sh "$(now_ms)"
	later "node $1 reads its files" order "$1" heartbeat -r
}
end_reload_good() { :; }
begin_reload_broken() {
	on "$1" sed -i 's/^keepalive/kepalive/' /etc/ha.d/ha.cf
	later "node $1 reads its files" order "$1" heartbeat -r
}
end_reload_broken() {
	on "$1" sed -i 's/^kepalive/keepalive/' /etc/ha.d/ha.cf
	later "node $1 reads its files" order "$1" heartbeat -r
}
begin_reload_stop() {
	begin_reload_good "$1"
	begin_stop "$1"
}
end_reload_stop() { end_stop "$1"; }
script_mode() { # N TEXT
	local group
	for group in 1 2; do on "$1" sh -c 'echo "$1" >"$2"' sh "$2" "/etc/nemesis/records$group"; done
}
begin_script_hang() { script_mode "$1" "hang $2"; }
end_script_hang() { script_mode "$1" good; }
begin_script_fail() { script_mode "$1" "fail $2"; }
end_script_fail() { script_mode "$1" good; }
begin_script_noise() { script_mode "$1" "noise $2"; }
end_script_noise() { script_mode "$1" good; }
begin_standby() { later "node $1 goes standby" order "$1" hb_standby "$2"; }
end_standby() { :; }
begin_takeover() { later "node $1 takes over" order "$1" hb_takeover "$2"; }
end_takeover() { :; }
