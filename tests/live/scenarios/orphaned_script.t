#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine dies while a start script runs.  The script must not keep running: it is ended before the group is started
# again, stopped, or taken by the peer.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
SLEEP_S=20 # how long the orphan would sleep before it starts the service

cluster_new web
httpd_break 1 "start) if [ -e /run/slow ]; then echo \$\$ >>/run/starts; sleep $SLEEP_S; fi ;;"
node_exec 1 touch /run/slow
starts_run() { [ -n "$(node_exec 1 cat /run/starts 2>/dev/null)" ]; }
slow_starts() { node_exec 1 pgrep -f '^sleep 20' | wc -l; }
one_slow_start() { [ "$(slow_starts)" -le 1 ]; }
no_slow_start() { [ "$(slow_starts)" = 0 ]; }

note 'the new engine starts the group again'
check 'the first node starts' node_start 1
check 'its start script runs' soon starts_run
check 'the second node starts' node_start 2
engine=$(engine_pid 1) mark=$(log_mark 1)
node_exec 1 rm -f /run/slow
node_exec 1 kill -9 "$engine"
check 'the guardian ends the script' soon log_has 1 'scripts of the dead engine still run: they are killed' "$mark"
check 'it does not run any more' soon no_slow_start
check 'one node serves, both are at rest' soon settled

note 'a stop instead'
check 'heartbeat -k stops the second node' node_stop 2
check 'the first node serves alone' soon served_by 1
node_exec 1 rm -f /run/starts
check 'heartbeat -k stops the first node' node_stop 1
node_exec 1 touch /run/slow
check 'it starts' node_start 1
check 'its start script runs' soon starts_run
check 'the second node starts' node_start 2
engine=$(engine_pid 1)
node_exec 1 kill -9 "$engine"
check 'heartbeat -k ends' node_stop 1
check 'no start script runs any more' no_slow_start
check 'the second node serves' soon served_by 2
look_on 1
check_not 'the service does not run on the first node' node_exec 1 /etc/init.d/httpd.real status
check 'the second node still serves' served_by 2
done_testing
