#!/bin/bash
# SPDX-License-Identifier: MIT
# Each fencing device is asked at the start and periodically.  One that does not answer, or that controls nobody here, is
# an alarm in the log, in the doubts and in the status until it works.  A check never runs together with a shot.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# A script of Heartbeat's kind.  It writes its calls into /root/calls: "shot" and "shot ends", "status" and "status
# ends".  /root/status and /root/shot: works, fails or hangs; "slow" waits until the file changes.
device_install() { # N
	node_put "$1" /usr/lib/stonith/plugins/external/probe 755 <<'PROBE'
#!/bin/sh
note() { echo "$*" >>/root/calls; }
act() { # FILE NOTE
	note "$2"
	while [ "$(cat "$1")" = slow ]; do sleep 0.1; done
	[ "$(cat "$1")" != hangs ] || exec sleep 600
	note "$2 ends"
	[ "$(cat "$1")" = works ] || { echo 'no route to the device' >&2; exit 1; }
}
case $1 in
getconfignames) echo hostlist ;;
gethosts) tr , ' ' </root/hosts ;;
getinfo-*) echo probe ;;
status) act /root/status status ;;
on | off | reset) act /root/shot shot ;;
*) exit 1 ;;
esac
PROBE
}
set_file() { node_put "$1" "/root/$2" 644 <<<"$3"; } # N status|shot|hosts VALUE
calls() { node_exec "$1" cat /root/calls 2>/dev/null; }
called() { calls "$1" | grep -qx "$2"; } # N LINE
called_more() { [ "$(calls "$1" | grep -cx "$2")" -gt "$3" ]; } # N LINE COUNT
status_has() { [ "$(node_exec "$1" timeout 60 /usr/sbin/heartbeat --status --json </dev/null | jq -c "$2")" = "$3" ]; } # N FILTER VALUE
no_doubt() { cl_status "$1" doubts >/dev/null; } # N

hosts="${NODE_NAME[1]},${NODE_NAME[2]}"
cluster_new web sed -e "\$a stonith_host * external/probe $hosts" -e '$a priority_delay 1s' -e '$a fence_check 10s'
for n in 1 2; do
	device_install "$n"
	set_file "$n" status works
	set_file "$n" shot works
	set_file "$n" hosts "$hosts"
done
set_file 2 status fails
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1

check 'a device that fails is found before it is needed' \
	soon log_has 2 'ERROR: Fencing device external/probe \(ha.cf:[0-9]+\) cannot be used: .*external/probe device not accessible'
check 'the doubts have it' soon doubts_have 2 'fencing device external/probe \(ha.cf:[0-9]+\): '
check 'and so has the status' status_has 2 '[.exit, .devices[0].type, .devices[0].state]' '[1,"external/probe","fails"]'
check 'the screen too' node_exec 2 sh -c '/usr/sbin/heartbeat --status | grep -qE "^  external/probe +fails +asked .* ago \(ha.cf:[0-9]+\): "'
check 'the device of the other node works' soon status_has 1 '[.exit, .devices[0].state, .devices[0].trouble]' '[0,"works",""]'
n=$(calls 2 | grep -cx status)
check 'it is asked again' wait_for 60 called_more 2 'status ends' "$n"
set_file 2 status works
check 'when it works again, the log says so' wait_for 60 log_has 2 'Fencing device external/probe \(ha.cf:[0-9]+\) works again'
is 'the log has the alarm once' "$(log_count 2 'cannot be used|ERROR: last message repeated')" 1
check 'and the doubts are empty' soon no_doubt 2

set_file 2 hosts "${NODE_NAME[2]}"
check 'a device that does not control the other node is found' \
	wait_for 60 log_has 2 'ERROR: No fencing device of ha.cf controls node node1.magedu.com'
check 'the doubts have it too' doubts_have 2 'no fencing device of ha.cf controls node node1.magedu.com'
set_file 2 hosts "$hosts"
check 'the end of that is reported' wait_for 60 log_has 2 'A fencing device controls node node1.magedu.com now'

# A check hangs when a shot is needed.
set_file 2 status hangs
n=$(calls 2 | grep -cx status)
check 'a check hangs' wait_for 60 called_more 2 status "$n"
set_file 2 shot slow
mark=$(log_mark 2)
node_power_off 1
check 'the shot does not wait for it' soon called 2 shot
check_not 'the program of the check has ended' node_exec 2 pgrep -f 'external/probe status|^sleep 600'
n=$(calls 2 | grep -cx status)
node_exec 2 sed -i 's/^fence_check .*/fence_check 11s/' /etc/ha.d/ha.cf
check 'a reload asks for a check during the shot' node_exec 2 timeout 60 /usr/sbin/heartbeat -r
set_file 2 status works
set_file 2 shot works
check 'the second node takes over' soon only_owner 2
check 'the check comes later' wait_for 60 called_more 2 status "$n"
is 'never during the shot' "$(calls 2 | sed -n '/^shot$/,/^shot ends$/p' | tr '\n' ' ')" 'shot shot ends '
check_not 'a check that a shot has ended is no failure' log_has 2 'cannot be used' "$mark"
done_testing
