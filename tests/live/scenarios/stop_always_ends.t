#!/bin/bash
# SPDX-License-Identifier: MIT
# An order to stop is never lost and ends: after a reload, given twice, beside a dead guardian, during a start that hangs,
# and while no engine can be started.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

nothing_left() { ! node_exec 1 pgrep -f '^heartbeat' && ! address_on 1; }
change_ha_cf() { node_exec 1 sh -c 'echo "# changed $1" >>/etc/ha.d/ha.cf' sh "$(now_ms)"; }
ends_clean() { # SENTENCE COMMAND...
	local sentence=$1
	shift
	check "$sentence: heartbeat -k succeeds" "$@"
	check "$sentence: nothing is left" soon nothing_left
	check "$sentence: the second node serves" soon served_by 2
	check "$sentence: the first node starts again" node_start 1
	check "$sentence: and serves" soon settled_on 1
}

cluster_running web

change_ha_cf
reload_and_stop() { node_exec 1 sh -c '/usr/sbin/heartbeat -r & /usr/sbin/heartbeat -k; status=$?; wait; exit $status'; }
ends_clean 'at the same time as a reload' reload_and_stop

change_ha_cf
signal_and_stop() { node_exec 1 sh -c 'kill -HUP $(cat /run/heartbeat.pid); exec /usr/sbin/heartbeat -k'; }
ends_clean 'right after SIGHUP' signal_and_stop

twice() { node_exec 1 sh -c '/usr/sbin/heartbeat -k & /usr/sbin/heartbeat -k; status=$?; wait; exit $status'; }
ends_clean 'given twice' twice

node_exec 1 kill -9 "$(guardian_pid 1)"
guardian_there() { [ -n "$(guardian_pid 1)" ] && node_exec 1 kill -0 "$(guardian_pid 1)"; }
check 'the guardian was killed; there is another one' soon guardian_there
ends_clean 'with a guardian that the engine started' node_stop 1

note 'the engine dies while it is stopping'
httpd_break 1 'stop) [ ! -e /run/hang ] || sleep 1000 ;;'
node_exec 1 touch /run/hang
node_stop 1 &
stop=$!
hanging() { node_exec 1 pgrep -f '^sleep 1000'; }
check 'the stop script hangs' soon hanging
node_exec 1 rm /run/hang
node_exec 1 kill -9 "$(engine_pid 1)"
wait_for_stop() { wait "$stop"; }
ends_clean 'the engine dies in it' wait_for_stop

note 'no engine can be started'
node_exec 1 sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; :' 2>/dev/null
mark=$(log_mark 1)
in_net "${NODE_PID[1]}" ip link set eth0 name gone0 down
node_exec 1 kill -9 "$(engine_pid 1)"
note "the log: $(log_since 1 "$mark" | grep -c CRIT) lines at CRIT"
check 'heartbeat -k ends' node_stop 1
check 'nothing is left' soon nothing_left
done_testing
