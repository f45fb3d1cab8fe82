#!/bin/bash
# SPDX-License-Identifier: MIT
# The file system of the owner's log is frozen: a write hangs in the kernel, and the writing process cannot be killed.
# The node still serves, sends heartbeats, restarts its engine and stops as usual.  After the thaw the log is complete.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# Long times: a busy machine must not look like a machine with a log that hangs.
KEEPALIVE_MS=200 WARNTIME_MS=5000 DEADTIME_MS=10000 INITDEAD_MS=12000

# The log of node 1 is on a file system of its own.
LOG_DISK=$LIVE/log
# shellcheck disable=SC2016
NODE_PREPARE=$NODE_PREPARE'
case $DISK in */node1) mount --bind '$LOG_DISK' "$root/var/log" ;; esac'
log_file() { if [ "$1" = 1 ]; then echo "$LOG_DISK/ha-log"; else echo "$LIVE/node$1/upper/var/log/ha-log"; fi; }
log_disk_mount() {
	truncate -s 16M "$LIVE/log.image" && mkfs.ext4 -q "$LIVE/log.image" && mkdir "$LOG_DISK" && mount -o loop "$LIVE/log.image" "$LOG_DISK" ||
		live_die 'cannot mount an ext4 file system from a loop device (/dev/loop-control): this scenario needs one'
}
freeze() { fsfreeze --freeze "$LOG_DISK"; }
thaw() { fsfreeze --unfreeze "$LOG_DISK" 2>/dev/null; }
trap thaw EXIT # a frozen file system would outlive the scenario

garbage() { client bash -c 'echo "no heartbeat message" >/dev/udp/192.168.1.11/694'; } # one line in the log of node 1
# The process number outside of the node: this question must not use the frozen disk.
process() { pgrep --ns "${NODE_PID[1]}" --nslist pid -f "^heartbeat: $1"; }
line_hangs() { [ "$(ps -o state= -p "$(process log)")" = D ]; }
no_process() { [ -z "$(process "$1")" ]; }
engine_is_new() { [ -n "$(process engine)" ] && [ "$(process engine)" != "$engine" ]; }

log_disk_mount
cluster_running web
engine=$(process engine)
check 'an own process writes the log' test -n "$(process log)"
owners_start
mark=$(log_mark 1) mark2=$(log_mark 2)

freeze
check 'the file system is frozen, and a datagram causes a log line' garbage
check 'the line hangs in the kernel' wait_for 20 line_hangs
sleep 12 # longer than deadtime: missing heartbeats become visible only then
check 'the owner serves, both are at rest' settled_on 1
check_not 'the other node does not declare the owner dead' log_has 2 "node ${NODE_NAME[1]}: is dead" "$mark2"
kill -HUP "$(process guardian)"
kill -USR1 "$engine"
check 'SIGHUP, which opens the log again, does not make the owner hang' settled_on 1
kill -KILL "$engine"
check 'after the engine is killed there is a new engine' wait_for 10 engine_is_new
check 'the owner serves, both are at rest' wait_for 20 settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0

check 'the owner stops' node_stop 1
check 'the other node has taken over' wait_for 20 address_on 2
check 'only the process that writes the log is left' no_process '\(guardian\|engine\)'
thaw
check 'after the thaw that process ends' wait_for 20 no_process log
check 'the log has the line that hung' log_has 1 'datagram\(s\) that are no heartbeat messages' "$mark"
check 'the log has the end of the engine' log_has 1 'Emergency: the engine process ended' "$mark"
check 'the log has the shutdown' log_has 1 'Heartbeat shutdown complete' "$mark"
check_not 'no log line is lost' log_has 1 'records lost here' "$mark"
check 'the node starts again' node_start 1
check 'both are at rest' wait_for 40 settled
done_testing
