#!/bin/bash
# SPDX-License-Identifier: MIT
# A watched nginx: it dies and is restarted on its node; it dies again and again and moves once; its status hangs; it dies
# on both nodes; and hb_cleanup.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

LINE='monitor httpd 1 restarts 2 within 10min'
watched() { # LINE: the filter of pair_install
	sed -e '/^monitor/d' -e "\$a $1"
}
watch_with() { # N LINE: new files, without a restart
	node_put "$1" /etc/ha.d/ha.cf 644 < <(short_times <"$LIVE_TOP/tests/data/pairs/web/ha.cf" | watched "$2")
	check "node $1 reads its files again" node_exec "$1" timeout "$LIMIT_S" /usr/sbin/heartbeat -r
}
status_has() { # N FILTER VALUE
	[ "$(node_exec "$1" timeout 60 /usr/sbin/heartbeat --status --json </dev/null 2>/dev/null | jq -c "$2")" = "$3" ]
}
kill_httpd() { node_exec "$1" sh -c 'kill -9 $(cat /run/httpd.pid) && pkill -9 nginx; :'; }
httpd_pid() { node_exec "$1" cat /run/httpd.pid 2>/dev/null; }
has_new_pid() { [ -n "$(httpd_pid "$1")" ] && [ "$(httpd_pid "$1")" != "$2" ] && served_by "$1"; } # N OLD

cluster_new web watched "$LINE"
owners_start
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'its service is asked' soon status_has 1 '.groups[0].monitors[0] | [.resource, .answer, .failures, .interval_ms, .on_fail]' \
	'["httpd","runs",0,1000,"restart"]'
check 'the screen shows it' node_exec 1 sh -c '/usr/sbin/heartbeat --status | grep -qE "^    watched: httpd: runs, answered .* ago; next question in "'
check 'on the other node nothing is asked' status_has 2 '.groups[0].monitors[0] | [.answer, .next_in_ms]' '["",null]'

note 'it dies'
old=$(httpd_pid 1) mark=$(log_mark 1)
kill_httpd 1
check 'it is restarted on its node' soon has_new_pid 1 "$old"
check 'one ERROR line says who, why and what follows' log_has 1 \
	'ERROR: httpd of group IPaddr::.* does not run any more: its status exits with 1: .*; it last ran [0-9.]+ s ago; it is restarted here, with what is right of it \(restart 1 of 2 within 600 s\)' "$mark"
is 'and only one' "$(log_count 1 'ERROR' "$mark")" 1
check_not 'the address was not touched' log_has 1 'IPaddr.* (stop|start)$' "$mark"
check 'nothing moved' only_owner 1
check 'the status counts it' soon status_has 1 '.groups[0].monitors[0] | [.answer, .failures, .restarts, .recent, .allowed]' '["runs",1,1,1,2]'

note 'a reload keeps the counts'
check 'the files are read again' node_exec 1 sh -c 'echo "debug 1" >>/etc/ha.d/ha.cf && timeout 60 /usr/sbin/heartbeat -r'
check 'the counts are there' status_has 1 '.groups[0].monitors[0] | [.failures, .recent]' '[1,1]'

note 'it dies again and again'
for death in 2 3; do
	old=$(httpd_pid 1)
	kill_httpd 1
	[ $death -eq 3 ] || check 'it is restarted a second time' soon has_new_pid 1 "$old"
done
check 'then the other node runs the group' soon only_owner 2
check 'and serves' soon served_by 2
check 'both are at rest' soon settled_on 2
check 'the log says why' log_has 1 'it was restarted 2 of 2 times within 600 s: the group is released, and the other node is asked to run it'
check 'the status of the first node needs attention' status_has 1 '[.exit, .groups[0].state]' '[1,"failed"]'
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0

note 'an operator has repaired it'
check_not 'a group that does not exist is refused' node_exec 1 /usr/sbin/hb_cleanup nosuch
check 'hb_cleanup of the group' node_exec 1 /usr/sbin/hb_cleanup IPaddr::192.168.1.100/24/eth0
check 'the failures are forgotten' status_has 1 '[.groups[0].state, (.groups[0].monitors[0] | .failures, .recent)]' '["none",0,0]'
check 'nothing moved' only_owner 2
check 'only root may do that' node_exec 1 sh -c '! setpriv --reuid 65534 --regid 65534 --clear-groups /usr/sbin/hb_cleanup'

note 'its status hangs'
mark=$(log_mark 2)
watch_with 2 'monitor httpd 1 timeout 3 restarts 20 within 10min'
# shellcheck disable=SC2016
httpd_break 2 'status) [ ! -e /run/hang ] || sleep 600 ;;'
node_exec 2 touch /run/hang
check 'a status that hangs is killed, and counts as a failure' soon log_has 2 'ERROR: httpd of group .* does not answer: its status has not answered within 3000 ms, and was killed; .*restart 1 of 20' "$mark"
node_exec 2 rm /run/hang
check 'an operator moves the group, which waits for no status' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the first node serves' soon served_by 1
check 'both are at rest' soon settled_on 1

note 'it dies on both nodes'
for n in 1 2; do watch_with "$n" 'monitor httpd 1 on-fail move'; done
owners_start
mark=$(log_mark 1)
kill_httpd 1
check 'the other node runs it' soon settled_on 2
kill_httpd 2
check 'there is an alarm when it has died there too' soon log_has 2 'CRIT: Group IPaddr::.* has failed on both nodes: nobody runs it'
check 'and the status shows it' soon status_has 2 '[.exit, .groups[0].state, .groups[0].peer]' '[1,"failed","failed"]'
look_on 5
# A node starts it again 30 s after it has failed there; a slow machine may be here later.
rested() { # N MARK
	local failed again
	failed=$(log_ms "$1" 'CRIT: Giving up resources of group' "$2") || return 1
	again=$(log_ms "$1" 'Running .*httpd start' "$2") || return 0
	[ $((again - failed)) -ge 29000 ]
}
check 'the nodes do not hand it to each other' rested 1 "$mark"
check 'hb_cleanup on one node' node_exec 2 /usr/sbin/hb_cleanup
check 'starts it' soon settled
settled_on 2 || node_exec 2 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the client reads its page' soon served_by 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0

note 'with on-fail stop'
watch_with 2 'monitor * 1 on-fail stop'
kill_httpd 2
check 'the group is stopped' soon log_has 2 'CRIT: group IPaddr::.* is stopped here \(on-fail stop\), and no other node runs it: "hb_cleanup IPaddr::.*" starts it again'
check 'the status says what to do' soon status_has 2 '[.exit, (.attention | map(select(test("hb_cleanup"))) | length), .groups[0].monitors[0].halted]' '[1,1,true]'
look_on 2
check_not 'the address is on no node' address_on 2
check_not 'neither on the other one' address_on 1
check 'hb_cleanup' node_exec 2 /usr/sbin/hb_cleanup
check 'starts it again' soon served_by 2
kill_httpd 2
check 'it is stopped again' soon status_has 2 '.groups[0].monitors[0].halted' true
engine=$(engine_pid 2)
node_exec 2 kill -9 "$engine"
engine_is_new() { [ -n "$(engine_pid 2)" ] && [ "$(engine_pid 2)" != "$engine" ]; }
check 'the engine is killed: there is a new one' soon engine_is_new
# On a slow machine the other node may notice the time without an engine.
is_left_so() { status_has 2 '.groups[0].monitors[0].halted' true || served_by 1; }
check 'which leaves the group stopped' soon is_left_so
check_not 'and does not add its address' address_on 2
check 'an operator takes it to the other node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'which serves' soon served_by 1
check 'a stop works' node_stop 2
done_testing
