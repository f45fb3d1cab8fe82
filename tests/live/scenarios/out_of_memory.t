#!/bin/bash
# SPDX-License-Identifier: MIT
# When memory runs out, the kernel must not choose a process of the daemon; the services are not protected.  Where that
# is not permitted (a container without CAP_SYS_RESOURCE) the log reports it, and the daemon runs without protection.
# tests/vm/scenarios/power_cut.t shows the protection on a whole machine.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
values() { # PROCESS-NUMBER... of the first node
	local pid
	for pid in "$@"; do node_exec 1 cat "/proc/$pid/oom_score_adj"; done | sort -u | paste -sd ' '
}
daemon() { node_exec 1 pgrep -f '^heartbeat: '; }
# shellcheck disable=SC2046 # lists
all_have() { [ "$(daemon | wc -l)" -ge 3 ] && [ "$(values $(daemon))" = "$1" ]; }
usual=$(cat /proc/self/oom_score_adj)
if node_exec 1 sh -c 'echo -1000 >/proc/self/oom_score_adj' 2>/dev/null; then
	note 'protection is permitted here'
	value=-1000
	check_not 'the log reports no refusal' log_has 1 'no protection when memory runs out'
else
	note 'protection is not permitted here'
	value=$usual
	check 'the log reports the refusal' log_has 1 'no protection when memory runs out: Permission denied'
fi
check "guardian, engine and log process have the value $value" soon all_have "$value"
# shellcheck disable=SC2046
is 'the service has the usual value' "$(values $(node_exec 1 pgrep nginx))" "$usual"

note 'another engine, and another guardian'
engine=$(engine_pid 1) guardian=$(guardian_pid 1)
node_exec 1 kill -9 "$engine"
another_engine() { [ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]; }
check 'another engine runs' soon another_engine
node_exec 1 kill -9 "$guardian"
another_guardian() { [ -n "$(guardian_pid 1)" ] && [ "$(guardian_pid 1)" != "$guardian" ]; }
check 'another guardian runs' soon another_guardian
check "all have the value $value" soon all_have "$value"
check 'both nodes are at rest' soon both_at_rest
check 'the service moves away' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all
check 'both nodes are at rest' soon both_at_rest
check 'the service comes back' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
# shellcheck disable=SC2046
is 'the service that this engine has started has the usual value' "$(values $(node_exec 1 pgrep nginx))" "$usual"
done_testing
