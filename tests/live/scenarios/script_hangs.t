#!/bin/bash
# SPDX-License-Identifier: MIT
# Scripts that do not return.  Their deadline is set to 5 s here.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
sleepers() { node_exec "$1" pgrep -c -f 'sleep 4711'; }

INITDEAD_MS=300000 # no node acts before it has heard its peer
cluster_new web
note 'start hangs on the first node'
httpd_break 1 'start) sleep 4711 ;;'
owners_start
check 'the first daemon starts' node_start 1 HA_SCRIPT_DEADLINE=5
check 'the second daemon starts' node_start 2 HA_SCRIPT_DEADLINE=5
check 'the second node serves' soon only_owner 2
check 'the client reads its page' soon served_by 2
check 'the second node keeps the group' soon settled_on 2
is 'the script and its children have ended' "$(sleepers 1)" 0
check 'the log has the script and its deadline' log_has 1 'httpd start: not finished within 5000 ms'

note 'stop hangs once on the second node'
httpd_install 1
httpd_break 2 'stop) [ -e /run/hung ] || { : >/run/hung; sleep 4711; } ;;'
check 'heartbeat -k returns' node_stop 2
is 'the script and its children have ended' "$(sleepers 2)" 0
check_not 'the service is stopped' node_exec 2 /etc/init.d/httpd.real status
check 'the first node serves' soon only_owner 1
check 'the client reads its page' soon served_by 1

note 'start hangs, and the operator stops the daemon meanwhile'
check 'the first node stops' node_stop 1
httpd_break 1 'start) sleep 4711 ;;'
INITDEAD_MS=3000 # it is alone now
pair_install 1 web
check 'the first daemon starts' node_start 1 HA_SCRIPT_DEADLINE=600
check 'the script of the first node hangs' soon node_exec 1 pgrep -f 'sleep 4711'
check 'heartbeat -k returns long before the deadline' node_stop 1
is 'the script and its children have ended' "$(sleepers 1)" 0
check_not 'the address is released' address_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
