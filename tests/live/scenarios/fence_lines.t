#!/bin/bash
# SPDX-License-Identifier: MIT
# The lines of fencing devices are checked before the start: type, parameters and hosts, with line and column, without
# asking a device.  The same errors refuse a start, are the findings of heartbeat --check, and refuse a reload.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
ha_cf=$LIVE/ha.cf
node_exec 1 cat /etc/ha.d/ha.cf >"$ha_cf"
at=$(($(wc -l <"$ha_cf") + 1))
lines() { { cat "$ha_cf"; printf '%s\n' "$@"; } | node_put 1 /etc/ha.d/ha.cf 644; } # LINE...: of devices, the first one is line $at
report() { node_exec 1 timeout 60 /usr/sbin/heartbeat --check >"$LIVE/out" 2>&1 </dev/null; }
finds() { # SENTENCE PATTERN LINE...: the pattern is an error; with FOUND=1 a warning
	local sentence=$1 pattern=$2
	shift 2
	lines "$@"
	report
	if [ $? = "${FOUND:-2}" ] && grep -qE -- "^/etc/ha.d/ha.cf:$pattern" "$LIVE/out"; then pass "$sentence"; else fail "$sentence" "$(cat "$LIVE/out")"; fi
}
silent() { report; ! grep -E "^/etc/ha.d/ha.cf:($at|$((at + 1))):" "$LIVE/out"; } # nothing is reported of the devices

both=node1.magedu.com,node2.magedu.com
lines "stonith_host * null $both"
check 'a device without a fault is not reported' silent
lines 'stonith_host * null node1.magedu.com' 'stonith_host * null node2.magedu.com'
check 'nor are two that control one node each' silent
lines "stonith_host node2.magedu.com nosuch" "stonith_host * null $both"
check 'nor is one that only the other node uses' silent
lines "stonith_host * snmp AUTO 192.0.2.1 private"
check 'no device is asked: its own list of hosts is not known' silent

finds 'an unknown type is an error at its place' "$at:16: error: nul: .*did you mean null" "stonith_host * nul $both"
finds 'a type of the old list names what to use' "$at:16: error: wti_nps: .*use fence/wti" 'stonith_host * wti_nps 192.0.2.1 x'
finds 'a script that does not exist' "$at:16: error: external/nosuch: " 'stonith_host * external/nosuch x'
finds 'a missing parameter' "$at:21: error: ipmi: .*missing: .*ipaddr" 'stonith_host * ipmi hostname=node2.magedu.com'
finds 'no parameter at all' "$at:16: error: null: .*no parameters; the names are: hostlist" 'stonith_host * null'
finds 'too few values' "$at:21: error: ipmi: .*needs 5 values hostname ipaddr userid passwd interface; 2 given" \
	'stonith_host * ipmi node2.magedu.com 192.0.2.1'
finds 'a value of the wrong kind' "$at:21: error: ipmi: .*port=x; expected a whole number" \
	'stonith_host * ipmi hostname=node2.magedu.com ipaddr=192.0.2.1 port=x userid=a passwd=secret interface=lanplus'
check_not 'a password is not in the message' grep -q secret "$LIVE/out"
finds 'a file of parameters that does not exist' "$at:[0-9]+: error: null: Cannot open /etc/ha.d/nosuch" 'stonith null /etc/ha.d/nosuch'
FOUND=1 finds 'a host that is no node, as in the list of a power switch of 2008' "$at:21: warning: null: its host \"node3\" is no node and will not be fenced; the nodes of ha.cf are: node1.magedu.com, node2" \
	"stonith_host * null $both,node3"
finds 'a peer that no device controls' "$at:21: error: no fencing device of this node controls node node2.magedu.com" \
	'stonith_host * null node1.magedu.com'
finds 'a device that resets this node only' "$at:16: error: no fencing device of this node controls node node2" 'stonith_host * suicide'
finds 'every wrong line is reported' "$((at + 1)):16: error: nosuch" 'stonith_host * nul x' 'stonith_host * nosuch x'
check 'the first one too' grep -qE "^/etc/ha.d/ha.cf:$at:16: error: nul:" "$LIVE/out"

check_not 'with such a line heartbeat does not start' node_start 1
check 'and says why' grep -qE "ha.cf:$((at + 1)):16: error: nosuch: .*Invalid device type" "$LIVE/node1/stderr"

# Neither the description of a type nor the wait for it may hold up the start.
node_put 1 /usr/lib/stonith/plugins/external/slow 755 <<'SLOW'
#!/bin/sh
exec sleep 600
SLOW
lines 'stonith_host * external/slow x'
report
check 'a script that hangs is a warning' grep -qE "^/etc/ha.d/ha.cf:$at:16: warning: external/slow: not checked: " "$LIVE/out"
check_not 'it does not run on' node_exec 1 pgrep -f 'external/slow|sleep 600'

lines "stonith_host * null $both"
check 'with right lines it starts' node_start 1
lines "stonith_host * nul $both"
check_not 'a reload of a wrong line is refused' node_exec 1 timeout 60 /usr/sbin/heartbeat -r
node_exec 1 kill -HUP "$(guardian_pid 1)"
check 'also one by a signal' soon log_has 1 "ERROR: .*ha.cf:$at:16: error: nul: "
check 'the configuration in use stays' soon log_has 1 'Config errors: the configuration in use stays'

# Programs that ignore the end of their time.
node_put 1 /usr/lib/stonith/plugins/external/stubborn 755 <<'STUBBORN'
#!/bin/sh
trap '' TERM
while :; do sleep 60; done
STUBBORN
stubborn=()
for n in 1 2 3 4 5 6; do stubborn+=("stonith_host * external/stubborn $n"); done
lines "stonith_host * null $both" "${stubborn[@]}"
report
check 'each of them is a warning' [ "$(grep -c 'external/stubborn: not checked: ' "$LIVE/out")" = 6 ]
check_not 'they do not run on' node_exec 1 pgrep -f external/stubborn

node_exec 1 /usr/sbin/heartbeat --check >/dev/null 2>&1 </dev/null &
all_run() { [ "$(node_exec 1 pgrep -fc '^/bin/sh .*external/stubborn')" = 6 ]; }
check 'while a check runs' soon all_run
node_exec 1 kill -KILL "$(node_exec 1 pgrep -nxf '/usr/sbin/heartbeat --check')" # the process that reads the files
none_runs() { ! node_exec 1 pgrep -f external/stubborn; }
# Each would run until the limit of the command stonith, a minute.
check 'they end when the process that reads the files is killed' wait_for 20 none_runs

# The reader of a reload has 10 s for all lines.
check 'they do not prevent a reload' node_exec 1 timeout 60 /usr/sbin/heartbeat -r
done_testing
