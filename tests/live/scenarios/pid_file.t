#!/bin/bash
# SPDX-License-Identifier: MIT
# The pid file and the lock: what another user, or somebody who tidies /run up, can do to a daemon.  No second daemon
# starts beside the first one, and the commands find it.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

stranger() { node_exec 1 setpriv --reuid 1666 --regid 1666 --clear-groups "$@"; }
guardians() { node_exec 1 pgrep -f '^heartbeat: guardian' | paste -sd ' '; }
is_removed() { node_exec 1 rm "$1"; }
is_back() { node_exec 1 test -e "$1"; }

cluster_new web
note 'another user holds locks before the start'
echo 1 | node_put 1 /run/heartbeat.pid 644
# shellcheck disable=SC2016
stranger bash -c 'exec 9</run/heartbeat.pid && flock 9 && echo locked && exec sleep infinity' >"$LIVE/locked" 2>&1 &
check 'another user locks the pid file of an earlier daemon' soon grep -qs locked "$LIVE/locked"
node_exec 1 /usr/sbin/heartbeat -s >"$LIVE/status"
is 'heartbeat -s reports a stale pid file' $? 1
check 'both daemons start' both_nodes_start
check 'the first node serves' soon settled_on 1
guardian=$(guardian_pid 1)
check 'another user sees that it runs' stranger /usr/sbin/heartbeat -s
check_not 'another user cannot stop it' stranger /usr/sbin/heartbeat -k
check_not 'nor take its lock' stranger flock -n /run/heartbeat/lock true

note 'the pid file is removed'
check 'it is removed' is_removed /run/heartbeat.pid
check 'a second start succeeds' node_start 1
check 'it says that one runs' grep -q "already running \[pid $guardian\]" "$LIVE/node1/stderr"
is 'the first one runs alone' "$(guardians)" "$guardian"
check 'the pid file comes back' soon is_back /run/heartbeat.pid
is 'it names the guardian' "$(guardian_pid 1)" "$guardian"
node_exec 1 rm /run/heartbeat.pid
check 'heartbeat -s finds it' node_exec 1 /usr/sbin/heartbeat -s
node_exec 1 rm -f /run/heartbeat.pid
check 'heartbeat -r finds it' node_exec 1 timeout "$LIMIT_S" /usr/sbin/heartbeat -r

note 'the guardian is killed: the order to stop waits for the next one'
mark=$(log_mark 1)
node_exec 1 sh -c 'rm -f /run/heartbeat.pid; kill -9 '"$guardian"'; exec timeout '"$LIMIT_S"' heartbeat -k'
is 'heartbeat -k ends with 0' $? 0
check_not 'nothing is left' node_exec 1 pgrep '^heartbeat'
check 'it was an orderly stop' log_has 1 'Heartbeat shutdown complete' "$mark"
check 'the second node serves' soon served_by 2
check 'the address is there only' only_owner 2
node_exec 1 /usr/sbin/heartbeat -s >"$LIVE/status"
is 'heartbeat -s reports that it is stopped' $? 3

note 'the lock is removed too'
check 'it starts again' node_start 1
guardian=$(guardian_pid 1)
node_exec 1 rm -f /run/heartbeat.pid /run/heartbeat/lock
check 'the lock comes back' soon is_back /run/heartbeat/lock
check 'a second start succeeds' node_start 1
is 'the first one runs alone' "$(guardians)" "$guardian"
check 'heartbeat -k stops it' node_stop 1
check_not 'nothing is left' node_exec 1 pgrep '^heartbeat'

note 'the state file cannot be used, and is empty'
node_exec 1 sh -c 'cd /run/heartbeat && rm -f state && : >state && ln state second-link'
check 'it starts all the same' node_start 1
check 'it names the file' grep -q 'cannot prepare /run/heartbeat/state' "$LIVE/node1/stderr"
check 'so does the log' log_has 1 'WARN: cannot prepare /run/heartbeat/state'
node_exec 1 timeout "$LIMIT_S" heartbeat -k
is 'heartbeat -k ends with 0' $? 0
done_testing
