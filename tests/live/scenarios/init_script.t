#!/bin/bash
# SPDX-License-Identifier: MIT
# /etc/init.d/heartbeat, as old check scripts and systems without systemd call it: each action does what its name means
# and ends with the right exit code.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

init() { # N ACTION EXPECTED-EXIT-CODE
	local code
	node_exec "$1" timeout "$LIMIT_S" /etc/init.d/heartbeat "$2" >"$LIVE/init" 2>&1 </dev/null
	code=$?
	[ "$code" = "$3" ] || { cat "$LIVE/init"; return 1; }
}
printed() { grep -q -- "$1" "$LIVE/init"; }
run_files() { node_exec 1 find /run -ls; }

INITDEAD_MS=300000 # no node acts before it has heard its peer
cluster_new web
check 'status of a daemon that never ran is 3' init 1 status 3
before=$(run_files)
check 'a second time as well' init 1 status 3
is 'status changes nothing in /run' "$(run_files)" "$before"
check 'stop of a stopped daemon is 0' init 1 stop 0
check 'reload of a stopped daemon is 7' init 1 reload 7
check_not 'and starts nothing' node_exec 1 pgrep -x heartbeat
check 'try-restart of a stopped daemon is 0' init 1 try-restart 0
check_not 'and starts nothing' node_exec 1 pgrep -x heartbeat
check 'an unknown action is 2' init 1 nonsense 2
check 'it prints the actions' printed 'start|stop|restart'

for n in 1 2; do check "start of node $n is 0" init $n start 0; done
check 'it prints the text that scripts know' printed '^Starting High-Availability services: Done.'
check 'the first node serves' soon settled_on 1
check 'a second start is 0' init 1 start 0
check 'status is 0' init 1 status 0
check 'it prints the process number' printed "heartbeat OK \[pid $(guardian_pid 1) et al\]"

note 'reload'
guardian=$(guardian_pid 1)
check 'reload is 0' init 1 reload 0
check 'force-reload is 0' init 1 force-reload 0
is 'the same daemon runs' "$(guardian_pid 1)" "$guardian"
node_exec 1 sed -i 's/^deadtime .*/deadtime 1Os/' /etc/ha.d/ha.cf
check 'reload of a wrong file is 1' init 1 reload 1
check 'it names the line' printed 'ha.cf:[0-9]*:'
check 'the service still runs' settled_on 1
node_exec 1 sed -i 's/^deadtime .*/deadtime 1/' /etc/ha.d/ha.cf

note 'restart, stop, start with an error'
check 'restart is 0' init 2 restart 0
check 'both nodes are at rest' soon settled_on 1
check 'stop is 0' init 1 stop 0
check 'the second node serves' soon served_by 2
check 'the address is there only' only_owner 2
check 'status of a stopped daemon is 3' init 1 status 3
node_exec 1 chmod 644 /etc/ha.d/authkeys
check 'start with an error in a file is 6' init 1 start 6
check 'it prints the reason' printed 'chmod 600'
check_not 'nothing runs' node_exec 1 pgrep -x heartbeat
done_testing
