#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --status and --explain through the life of a pair: what they show, their exit codes, their JSON; and a daemon
# that is stopped, stands still or is half dead, where no command hangs.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

ask() { # N ARGUMENT...: sets code; the answer is in out and err
	local n=$1
	shift
	node_exec "$n" timeout 60 /usr/sbin/heartbeat "$@" >"$LIVE/out" 2>"$LIVE/err" </dev/null
	code=$?
}
status_has() { ask "$1" --status --json && true; [ "$(jq -c "$2" "$LIVE/out")" = "$3" ]; } # N FILTER VALUE

cluster_new web
ask 1 --status
is 'before the start: exit 3' "$code" 3
check 'with a clear message' grep -q 'heartbeat is stopped on this machine' "$LIVE/err"
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'a pair at rest is good: exit 0' soon node_exec 1 /usr/sbin/heartbeat --status
ask 1 --status
check 'the screen names nodes and links' grep -qE '^    eth0 +up +heard .* ago, lost 0 of the last [0-9]+' "$LIVE/out"
check 'and the owner of the group' grep -qE '^    on: node1.magedu.com; home: node1.magedu.com; resources: IPaddr::192.168.1.100/24/eth0 httpd' "$LIVE/out"
check 'since when and why' grep -qE '^    here: held since .*: all its resources run' "$LIVE/out"
check 'and the next deadline' grep -qE '^Next: [a-z]+, in ' "$LIVE/out"
ask 2 --status --json
is 'JSON of the other node' "$(jq -c '[.format, .command, .exit, .groups[0].owners, .groups[0].state, .groups[0].peer, .daemon.dialect, .attention]' "$LIVE/out")" \
	'[1,"status",0,["node1.magedu.com"],"none","held","native",[]]'
is 'it has the members of its schema' "$(jq -c '[keys, (.daemon | keys), (.nodes[0] | keys), (.groups[0] | keys), (.nodes[0].links[0] | keys)]' "$LIVE/out")" \
	"$(jq -c '[(.properties | keys - ["error", "decisions"]), (."$defs" | .daemon, .node, .group, .link | .properties | keys)]' "$LIVE_TOP/doc/status.schema.json")"

ask 1 --explain
check 'the start of the group is explained' grep -qE 'claim -> starting' "$LIVE/out"
check 'with the answer of the other node' grep -qE 'the group there: none; epoch 0; it has answered our request' "$LIVE/out"
ask 1 --explain --json 'IPaddr::192.168.1.100/24/eth0'
is 'JSON of the last decision' "$(jq -c '.decisions[-1] | [.from, .to, .peer_status]' "$LIVE/out")" '["starting","held","active"]'
is 'it has the members of its schema too' "$(jq -c '.decisions[0] | keys' "$LIVE/out")" "$(jq -c '."$defs".decision.properties | keys' "$LIVE_TOP/doc/status.schema.json")"
ask 1 --explain nosuch
is 'a group that does not exist: exit 1' "$code" 1
check 'with a clear message' grep -q 'there is no group nosuch' "$LIVE/err"

node_power_off 1
check 'the second node takes over' soon address_on 2
check 'its status says that the first one is dead' soon status_has 2 '[.exit, .nodes[0].status, .groups[0].state, .groups[0].owners]' '[1,"dead","held",["node2.magedu.com"]]'
ask 2 --status
is 'a dead node needs attention: exit 1' "$code" 1
check 'which the screen says' grep -qE '^  node node1.magedu.com is dead' "$LIVE/out"
ask 2 --explain
check 'the takeover is explained' grep -qE 'because: the other node is away' "$LIVE/out"
check 'by the silence' grep -qE 'the other node: dead, heard 1\.[0-9] s before; the group there: away' "$LIVE/out"

# --- it repeats, and ends with its reader
node_exec 2 sh -c 'timeout 60 /usr/sbin/heartbeat --status --json --watch=1 </dev/null | head -n 3' >"$LIVE/out"
is 'with --watch each line is one object' "$(jq -s 'length' "$LIVE/out")" 3
check 'and the command ends when nobody reads' soon sh -c '! "$@"' sh nsenter -t "${NODE_PID[2]}" -p -m -r -w pgrep -f -- --watch

# --- a user without rights
node_exec 2 setpriv --reuid 65534 --regid 65534 --clear-groups /usr/sbin/heartbeat --status >"$LIVE/out" 2>"$LIVE/err"
is 'a user who may not ask: exit 4' $? 4
check 'with a clear message' grep -q 'expected root or a member of the group haclient' "$LIVE/err"

# --- a daemon that does not answer
guardian=$(guardian_pid 2)
node_exec 2 pkill -STOP -f '^heartbeat: engine'
node_exec 2 kill -STOP "$guardian"
node_exec 2 pkill -STOP -f '^heartbeat: engine'
ask 2 --status
is 'an engine and a guardian that stand still: exit 4' "$code" 4
check 'with a clear message' grep -q 'did not answer within 5 s' "$LIVE/err"
ask 2 --explain --json
is 'JSON has the reason' "$(jq -c '[.exit, has("error"), has("groups")]' "$LIVE/out")" '[4,true,false]'
node_exec 2 kill -CONT "$guardian"
node_exec 2 pkill -CONT -f '^heartbeat: engine'
check 'later it answers again' wait_for 60 status_has 2 '.groups[0].state' '"held"'
node_exec 2 rm /run/heartbeat/register
ask 2 --status
is 'without its socket: exit 4' "$code" 4
check 'with a clear message' grep -q 'heartbeat runs, but its client socket is not open' "$LIVE/err"
done_testing
