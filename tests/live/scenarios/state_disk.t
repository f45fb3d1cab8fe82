#!/bin/bash
# SPDX-License-Identifier: MIT
# The disk of /var/lib/heartbeat is full when a node starts, and frozen when its engine is killed.  The node
# continues with numbers that the other node accepts, and saves them when it can.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# /var/lib/heartbeat of node 1 is on a file system of its own.
DISK_OF_1=$LIVE/state
# shellcheck disable=SC2016
NODE_PREPARE=$NODE_PREPARE'
case $DISK in */node1) mkdir -p "$root/var/lib/heartbeat" && mount --bind '$DISK_OF_1' "$root/var/lib/heartbeat" ;; esac'
truncate -s 4M "$LIVE/state.image" && mkfs.ext4 -q "$LIVE/state.image" && mkdir "$DISK_OF_1" && mount -o loop "$LIVE/state.image" "$DISK_OF_1" ||
	live_die 'cannot mount an ext4 file system from a loop device (/dev/loop-control): this scenario needs one'
freeze() { fsfreeze --freeze "$DISK_OF_1"; }
thaw() { fsfreeze --unfreeze "$DISK_OF_1" 2>/dev/null; }
trap thaw EXIT # a frozen file system would outlive the scenario
fill() { ! dd if=/dev/zero of="$DISK_OF_1/fill" bs=1k status=none 2>/dev/null; }
clear_disk() { rm -f "$DISK_OF_1/fill"; }

generation_used() { log_since 1 "${1:-0}" | sed -n 's/.*Heartbeat generation: //p' | tail -n 1; } # [MARK]
saved_above() { [ "$(tr -d ' ' <"$DISK_OF_1/hb_generation")" -gt "$1" ]; } 2>/dev/null
process() { pgrep --ns "${NODE_PID[1]}" --nslist pid -f "^heartbeat: $1"; } # asks without the frozen disk
engine_is_new() { [ -n "$(process engine)" ] && [ "$(process engine)" != "$engine" ]; }

cluster_new web
check 'the disk is full' fill
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
is 'the log reports the generation once, CRIT' "$(log_count 1 'CRIT: cannot write /var/lib/heartbeat/hb_generation: No space left on device; heartbeat continues')" 1
is 'the log reports the uuid once, WARN' "$(log_count 1 'WARN: cannot write /var/lib/heartbeat/hb_uuid: No space left on device')" 1
check 'cl_status doubts has the generation' doubts_have 1 '/var/lib/heartbeat/hb_generation cannot be written: No space left on device'
check 'cl_status doubts has the uuid' doubts_have 1 '/var/lib/heartbeat/hb_uuid cannot be written: No space left on device'
check 'cl_status doubts has what is remembered of the peer' soon doubts_have 1 '/var/lib/heartbeat/peer cannot be written: No space left on device'
first=$(generation_used)

mark=$(log_mark 1) mark2=$(log_mark 2)
check 'the first node stops' node_stop 1
check 'it starts again, the disk is still full' node_start 1
check 'both are at rest' soon settled
second=$(generation_used "$mark")
check 'its generation is higher' test "$second" -gt "$first"
check 'the first node stops' node_stop 1
clear_disk
check 'it starts again, there is room now' node_start 1
check 'both are at rest' soon settled
third=$(generation_used "$mark")
check 'its generation is higher' test "$third" -gt "$second"
check 'the file has a higher one' soon saved_above "$third"
check_not 'the second node has taken none of these starts for a replay' log_has 2 'replay' "$mark2"
check_not 'the second node has seen only one uuid' log_has 2 'changed its uuid' "$mark2"
check 'cl_status doubts prints nothing' soon cl_status 1 doubts
check 'the file about the peer has its name' grep -q "name ${NODE_NAME[2]}" "$DISK_OF_1/peer"

[ -n "$(process engine)" ] || live_die 'no engine'
address_on 1 || node_exec 1 hb_takeover --wait >/dev/null 2>&1
check 'the first node serves and both are at rest' soon settled_on 1
owners_start
engine=$(process engine) mark=$(log_mark 1) mark2=$(log_mark 2)
check 'the disk is frozen' freeze
kill -KILL "$engine"
check 'the engine is killed, and there is a new one' soon engine_is_new
check 'the first node serves and both are at rest' soon settled_on 1
check 'its generation is the next one that was reserved' test "$(generation_used "$mark")" -eq $((third + 1))
check_not 'the second node does not declare the first dead' log_has 2 "node ${NODE_NAME[1]}: is dead" "$mark2"
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
thaw
done_testing
