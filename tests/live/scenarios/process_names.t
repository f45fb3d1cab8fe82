#!/bin/bash
# SPDX-License-Identifier: MIT
# Watchers look for a process with the name heartbeat, and operators stop it with killall: exactly one process has this
# name, the guardian, also after another guardian has replaced it.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
has_name() { # PROCESS COMMAND...: the command finds this process on the first node, and no other one
	[ "$(node_exec 1 "${@:2}" | tr -d ' ')" = "$1" ]
}
found() { # PROCESS
	check 'pidof finds it' has_name "$1" pidof heartbeat
	check 'pgrep -x finds it' has_name "$1" pgrep -x heartbeat
	check 'ps -C finds it' has_name "$1" ps -C heartbeat -o pid=
}

guardian=$(guardian_pid 1)
found "$guardian"
is 'the title names its duty' "$(node_exec 1 ps -o args= -p "$guardian")" 'heartbeat: guardian'

note 'another guardian'
node_exec 1 kill -9 "$guardian"
another() { guardian=$(guardian_pid 1) && has_name "$guardian" pgrep -x heartbeat; }
check 'it is found too' soon another
found "$guardian"

note 'killall'
mark=$(log_mark 1)
check 'killall finds it' node_exec 1 killall heartbeat
check 'the second node takes over' soon only_owner 2
check 'nothing is left' soon eval '! node_exec 1 pgrep "^heartbeat"'
check 'it was an orderly stop' log_has 1 'Heartbeat shutdown' "$mark"
check_not 'no engine ended unexpectedly' log_has 1 'Emergency' "$mark"
done_testing
