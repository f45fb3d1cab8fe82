#!/bin/bash
# SPDX-License-Identifier: MIT
# The files of a running pair are changed.  heartbeat -r uses correct files, and the group keeps running.  Wrong files
# change nothing.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

engine_pid() { node_exec 1 pgrep -f 'heartbeat: engine'; }
guardian_pid() { node_exec 1 cat /run/heartbeat.pid | tr -d ' '; }
new_engine() { [ -n "$(engine_pid)" ] && [ "$(engine_pid)" != "$before" ]; }
parameter() { node_exec 1 cl_status hbparameter -p "$1" 2>/dev/null; }
parameter_is() { [ "$(parameter "$1")" = "$2" ]; }

cluster_running web
probe_start
owners_start
guardian=$(guardian_pid)

before=$(engine_pid) mark=$(log_mark 1)
check 'with unchanged files heartbeat -r succeeds' node_exec 1 heartbeat -r
check 'the log reports that the files are unchanged' soon log_has 1 'Configuration unchanged' "$mark"
is 'the engine is the same' "$(engine_pid)" "$before"

node_exec 1 sed -i 's/^warntime .*/warntime 500ms/' /etc/ha.d/ha.cf
check 'with a changed time heartbeat -r succeeds' node_exec 1 heartbeat -r
check 'the changed time is in use' soon parameter_is warntime 500ms
check 'there is a new engine' new_engine
is 'the guardian is the same' "$(guardian_pid)" "$guardian"
check 'the group keeps running on the first node' soon settled_on 1

before=$(engine_pid)
node_exec 1 sed -i 's/^warntime .*/warntim 600ms/' /etc/ha.d/ha.cf
check_not 'with a misspelt directive heartbeat -r fails' node_exec 1 heartbeat -r
mark=$(log_mark 1)
node_exec 1 sh -c 'kill -HUP $(cat /run/heartbeat.pid)'
check 'after SIGHUP the log reports that the old files stay in use' soon log_has 1 'the old files stay in use' "$mark"
is 'the engine is the same' "$(engine_pid)" "$before"

node_exec 1 sed -i 's/^warntim .*/warntime 600ms/; s/^bcast .*/bcast eth0 eth9/' /etc/ha.d/ha.cf
mark=$(log_mark 1)
node_exec 1 heartbeat -r >/dev/null 2>&1
check 'the log reports an interface that does not exist' soon log_has 1 'eth9: no such interface' "$mark"
check 'the old files stay in use' soon log_has 1 'the new files cannot be used on this machine' "$mark"
check 'the old time stays in use' soon parameter_is warntime 500ms
check 'the group keeps running on the first node' soon settled_on 1

node_exec 1 sed -i 's/^bcast .*/bcast eth0/' /etc/ha.d/ha.cf
node_exec 1 sed -i 's/192.168.1.100/192.168.1.101/' /etc/ha.d/haresources
mark=$(log_mark 1)
node_exec 1 heartbeat -r >/dev/null 2>&1
check 'the log reports that a running group was changed' soon log_has 1 'runs here but is changed or missing' "$mark"
node_exec 1 sed -i 's/192.168.1.101/192.168.1.100/' /etc/ha.d/haresources
check 'with correct files heartbeat -r succeeds' node_exec 1 heartbeat -r
check 'the correct files are in use' soon parameter_is warntime 600ms

measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
done_testing
