#!/bin/bash
# SPDX-License-Identifier: MIT
# A start script that prints without end, and one that prints much and then starts its service: the log stays small and
# reports what is missing, the engine keeps sending, and the script that ends is not killed.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

engine_ticks() { echo $(($(node_exec 1 cut -d ' ' -f 14,15 "/proc/$(engine_pid 1)/stat" | tr ' ' '+'))); }
log_bytes() { node_exec 1 sh -c 'cat /var/log/ha-log /var/log/ha-debug 2>/dev/null | wc -c'; }

INITDEAD_MS=300000 # no node acts before it has heard its peer
cluster_new web
httpd_break 1 'start) seq 1 1000000000 ;;'
check 'the first daemon starts' node_start 1 HA_SCRIPT_DEADLINE=4
check 'the second daemon starts' node_start 2
check 'the script prints' soon log_has 1 'httpd: 100$'
before=$(engine_ticks)
look_on 2
note "engine: $(($(engine_ticks) - before)) clock ticks of 200 while the script printed for 2 s"
check 'the second node serves' soon settled_on 2
check 'the log reports what is missing' log_has 1 'WARN: /etc/init.d/httpd +start: [0-9]+ lines \([0-9]+ bytes\) of its output are not logged'
at_most 'the log is small, bytes' "$(log_bytes)" 400000
note "late heartbeats at the second node: $(log_count 2 'Late heartbeat')"

note 'a script that prints 3 MB and then starts its service'
# shellcheck disable=SC2016
httpd_break 1 'start) yes "a line of forty characters, with a newline" | head -n 70000 ;;'
check 'an operator moves the group' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the first node serves' soon settled_on 1
check 'the client reads its page' soon served_by 1
at_most 'the log is small, bytes' "$(log_bytes)" 800000
done_testing
