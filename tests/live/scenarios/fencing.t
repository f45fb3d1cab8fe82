#!/bin/bash
# SPDX-License-Identifier: MIT
# With a device in ha.cf, a takeover waits for a verified shot: not when the device fails, and as soon as it works.  The
# parameters are in no argument of a process.  An attempt ends when the victim is heard again, and with the engine.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# A script of Heartbeat's kind.  It keeps what it was called for in /root/calls, and does what /root/device says.
device_install() { # N
	node_put "$1" /usr/lib/stonith/plugins/external/probe 755 <<'PROBE'
#!/bin/sh
case $1 in
getconfignames) echo "hostlist secret" ;;
gethosts) echo "$hostlist" | tr , ' ' ;;
getinfo-*) echo probe ;;
status) exit 0 ;;
on | off | reset)
	echo "$1 $2 $secret" >>/root/calls
	[ "$(cat /root/device)" != hangs ] || exec sleep 600
	[ "$(cat /root/device)" = works ] || exit 1
	;;
*) exit 1 ;;
esac
PROBE
}
device() { node_put "$1" /root/device 644 <<<"$2"; } # N works|fails|hangs
calls() { node_exec "$1" cat /root/calls 2>/dev/null; }
called() { calls "$1" | grep -q "$2"; }
no_program() { ! node_exec "$1" pgrep -f 'sbin/stonith|^stonith |external/probe' >/dev/null; }

hosts="${NODE_NAME[1]},${NODE_NAME[2]}"
cluster_new web sed -e "\$a stonith_host * external/probe $hosts pa;ss\$(touch /root/shell)word" \
	-e '$a priority_delay 1s' -e '$a fence_retry 2s'
for n in 1 2; do
	device_install "$n"
	device "$n" works
done
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1

device 2 fails
mark=$(log_mark 2)
node_power_off 1
check 'the second node asks the device' soon called 2 'reset node1.magedu.com'
check 'the log reports the failure, and what comes next' soon log_has 2 'STONITH of node1.magedu.com failed. Retrying in 2 s' "$mark"
check 'it is tried again' soon log_has 2 'STONITH of node1.magedu.com failed. Retrying in 4 s' "$mark"
check_not 'nothing is taken over while the device fails' address_on 2
check 'the parameters reach the script unchanged' called 2 'pa;ss$(touch /root/shell)word'
check_not 'no shell has read them' node_exec 2 test -e /root/shell
check_not 'they are not in the log' log_has 2 'touch /root/shell' "$mark"
device 2 works
check 'when it works, the second node takes over' soon only_owner 2
check 'the log says so' log_has 2 'node node1.magedu.com now reset' "$mark"
check 'the result is stored' soon node_exec 2 grep -q '^fenced 1' /var/lib/heartbeat/peer
shots=$(calls 2 | wc -l)
node_exec 2 kill -9 "$(engine_pid 2)"
check 'a new engine starts' soon log_has 2 'was fenced before this engine started' "$mark"
is 'it does not fence again' "$(calls 2 | wc -l)" "$shots"
check 'and the service goes on' soon only_owner 2

# Every device fails, and an operator has looked.
confirm() { node_exec 2 timeout "$LIMIT_S" /usr/sbin/hb_confirm "$@" >"$LIVE/confirm" 2>&1; } # NODE
answers() { grep -q "$1" "$LIVE/confirm"; } # TEXT
node_boot 1
check 'the first node is there again' node_start 1
check 'the group goes home' soon settled_on 1
check_not 'a node that is heard cannot be confirmed to be off' confirm node1.magedu.com
check 'the answer says why' answers 'refused: .*was heard lately'
check_not 'nor one that is not in ha.cf' confirm node9
check 'the answer says so' answers 'refused: no node of ha.cf has this name'
device 2 fails
mark=$(log_mark 2)
node_power_off 1
check 'the device fails again' soon log_has 2 'STONITH of node1.magedu.com failed' "$mark"
check_not 'nothing is taken over' address_on 2
check 'an operator confirms that the node is off' confirm node1.magedu.com
check 'the answer says so' answers 'node1.magedu.com counts as off'
check 'the second node takes over' soon only_owner 2
check 'the log names the operator as the reason' log_has 2 'CRIT: An operator confirms that node node1.magedu.com is off' "$mark"
device 2 works

node_boot 1
check 'the first node starts again' node_start 1
check 'it is heard, and the service runs on one node' soon settled
check 'the group is at home' soon settled_on 1
device 2 hangs
device 1 hangs
mark=$(log_mark 2)
net_split
check 'the second node asks the device, which hangs' soon log_has 2 'Resetting node node1.magedu.com with' "$mark"
net_join
check 'the first node is heard again: the attempt is cancelled' soon log_has 2 'is cancelled: it is' "$mark"
check 'no program of the attempt is left' soon no_program 2
check 'there is one owner' soon settled_on 1
check_not 'the second node has not taken over' log_has 2 'now reset' "$mark"
done_testing
