#!/bin/bash
# SPDX-License-Identifier: MIT
# The httpd of the first node does not start: its peer tries at once, and the status shows the failure.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

INITDEAD_MS=300000 # no node acts before it has heard its peer
cluster_new web
httpd_break 1 'start) echo "httpd: no such module" >&2; exit 5 ;;'
owners_start
check 'both daemons start' both_nodes_start
check 'the second node serves' soon only_owner 2
check 'the client reads its page' soon served_by 2
check 'the second node keeps the group' soon settled_on 2
measure_stop
is 'the peer did not wait for a retry' "$(log_count 1 'Running .*httpd +start')" 1
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the status shows the failure' sh -c 'printf "%s\n" "$1" | grep -i failed' sh "$(cl_status 1 groups)"
check 'the log has the exit status' log_has 1 '[Rr]eturn code 5 from .*httpd|httpd.*(exit|status|code).* 5'
check 'the log has the output of the script' log_has 1 'no such module'
check_not 'the first node has released the address' address_on 1

note 'the httpd of the second node fails too; that of the first is repaired'
httpd_break 2 'start) exit 5 ;;'
httpd_install 1
check 'an operator moves the group' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the first node serves' soon settled_on 1
check 'the client reads its page' soon served_by 1

note 'the httpd fails on both nodes; that of the second is repaired, and no operator acts'
httpd_break 1 'start) exit 5 ;;'
mark=$(log_mark 2)
check_not 'an operator gives the group away, and no node can start it' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all
check 'the second node has tried' soon log_has 2 'Giving up resources of group .* try 1' "$mark"
httpd_install 2
owners_start
check 'the second node serves without a command' wait_for $((2 * LIMIT_S)) settled_on 2 # it is tried again after 30 s
check 'the client reads its page' soon served_by 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
