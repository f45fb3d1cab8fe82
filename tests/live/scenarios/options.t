#!/bin/bash
# SPDX-License-Identifier: MIT
# Options of the daemon of Heartbeat 3: -v prints what is in use and starts, -l starts without real-time priority, -M is
# refused with what to do instead.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
run_heartbeat() { node_exec 1 /usr/sbin/heartbeat "$@" >"$LIVE/out" 2>"$LIVE/err" </dev/null; }
check_not 'heartbeat -M is refused' run_heartbeat -M
check 'and says what to do' grep -q 'run hb_standby' "$LIVE/err"
check_not 'heartbeat does not run' node_exec 1 /usr/sbin/heartbeat -s
check 'heartbeat -v -l starts' run_heartbeat -v -l
check 'it prints the values in use' grep -qE $'^deadtime\t1000ms\t#\t' "$LIVE/out"
check 'and the nodes' grep -qx 'node node2.magedu.com' "$LIVE/out"
check 'and the media' grep -qx 'bcast eth0' "$LIVE/out"
check 'the first node serves alone' soon served_by 1
policy() { node_exec 1 chrt -p "$(engine_pid 1)"; }
check 'the engine has no real-time priority' eval 'policy | grep -q SCHED_OTHER'
check 'it stops' node_stop 1
check 'without -l it starts' run_heartbeat
check 'the engine has real-time priority, or the log says why not' \
	eval 'soon served_by 1 && { policy | grep -q SCHED_RR || log_has 1 "no real-time priority"; }'
done_testing
