#!/bin/bash
# SPDX-License-Identifier: MIT
# The files of a running pair are changed.  heartbeat -r uses them in the running engine: no group moves, the peer sees no
# restart, a client that asks each 5 ms loses nothing.  Files that cannot be used change nothing, and heartbeat -r prints why.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"

parameter() { node_exec 1 cl_status hbparameter -p "$1" 2>/dev/null; }
parameter_is() { [ "$(parameter "$1")" = "$2" ]; }
output=''
reloads() { # PATTERN: heartbeat -r succeeds and prints it
	output=$(node_exec 1 timeout "$LIMIT_S" heartbeat -r 2>&1) && grep -q -- "$1" <<<"$output"
}
refused() { # PATTERN: heartbeat -r fails and prints it
	! output=$(node_exec 1 timeout "$LIMIT_S" heartbeat -r 2>&1) && grep -q -- "$1" <<<"$output"
}
life() { echo "$(guardian_pid 1) $(engine_pid 1) $(generation 1)"; }
edit() { node_exec 1 sed -i "$1" "/etc/ha.d/${2:-ha.cf}"; } # SCRIPT [FILE]

keys() { # N TEXT: the authkeys file of node N
	printf '%b' "$2" | node_put "$1" /etc/ha.d/authkeys 600
}
first='1 sha1 the-first-key-of-this-pair' second='2 sha1 the-second-key-of-this-pair'

cluster_new web
for n in 1 2; do keys "$n" "auth 1\n$first\n"; done
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
probe_start
owners_start
before=$(life) mark=$(log_mark 2)

check 'with unchanged files heartbeat -r reports that' reloads 'Configuration unchanged'

edit 's/^warntime .*/warntime 500ms/'
check 'with a changed time heartbeat -r succeeds' reloads 'Configuration reloaded'
check 'the changed time is in use' parameter_is warntime 500ms

edit 's/^bcast .*/bcast eth0 eth1/'
check 'a medium is added' reloads 'Configuration reloaded'
edit 's/^bcast .*/bcast eth0/'
check 'and taken away' reloads 'Configuration reloaded'

note 'another key, in three steps, each on both nodes'
for step in "auth 1\n$first accept\n$second accept\n" "auth 2\n$first accept\n$second accept\n" "auth 2\n$second\n"; do
	for n in 2 1; do
		keys "$n" "$step"
		check "${step%%\\n*}: node $n reads its keys" node_exec "$n" heartbeat -r
		look_on 2 # longer than deadtime
		check "${step%%\\n*}: the nodes hear each other" both_at_rest
	done
done

echo "${NODE_NAME[1]} IPaddr::192.168.1.110/24/eth0" | node_exec 1 sh -c 'cat >>/etc/ha.d/haresources'
echo "${NODE_NAME[1]} IPaddr::192.168.1.110/24/eth0" | node_exec 2 sh -c 'cat >>/etc/ha.d/haresources'
check 'a group is added on the second node' node_exec 2 heartbeat -r
check 'and on the first one' reloads 'Configuration reloaded'
check 'the new group runs on its home' soon address_on 1 192.168.1.110

is 'guardian, engine and generation are the same' "$(life)" "$before"
check_not 'the peer has seen no restart and no death' log_has 2 'Heartbeat restart on node|is dead|returning' "$mark"
check_not 'no packet was rejected' log_has 2 'failed authentication' "$mark"

note 'files that cannot be used'
edit 's/^warntime .*/warntim 600ms/'
check 'a misspelt directive is refused with its line' refused 'warntim'
mark=$(log_mark 1)
node_exec 1 sh -c 'kill -HUP $(cat /run/heartbeat.pid)'
check 'after SIGHUP the log reports that the configuration in use stays' soon log_has 1 'the configuration in use stays' "$mark"
edit 's/^warntim .*/warntime 600ms/; s/^bcast .*/bcast eth9/'
check 'an interface that does not exist is refused' refused 'eth9: no such interface'
check 'the old time stays in use' parameter_is warntime 500ms
edit 's/^bcast .*/bcast eth0/'
edit 's/192.168.1.100/192.168.1.101/' haresources
check 'a changed line of a running group is refused' refused 'hb_standby'
edit 's/192.168.1.101/192.168.1.100/' haresources
check 'with correct files heartbeat -r succeeds' reloads 'Configuration reloaded'
check 'the correct files are in use' parameter_is warntime 600ms
is 'guardian, engine and generation are the same' "$(life)" "$before"

note 'a reload is no return of the node'
check 'standby moves the groups to the second node' node_exec 1 hb_standby --wait
edit 's/^warntime .*/warntime 500ms/'
check 'a reload there' reloads 'Configuration reloaded'
look_on 2
check 'the groups stay where the operator moved them' settled_on 2

measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the service answers' soon serving
done_testing
