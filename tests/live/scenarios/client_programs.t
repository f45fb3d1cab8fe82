#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs of respawn and failfast lines: they run as their users, are started again, follow a reload, are stopped in order,
# and end with the daemon, however it ends.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

C=/usr/local/lib/client
program() { # prints what it got, then has a child and waits
	printf '#!/bin/sh\n%s\necho "$1 runs as $(id -un) $(id -Gn) for $HA_CURHOST"\nsleep 100000 & wait\n' "${1:-}" |
		node_put 1 "${2:-$C}" 755
}
lines() { # LINE...: behind those of the pair
	{ printf '%s\n' "$files" "$@"; } | node_put 1 /etc/ha.d/ha.cf 644
}
alive() { node_exec 1 pgrep -f "client $1\$"; } # NAME
alive_now() { [ -n "$(alive "$1")" ]; }
gone() { ! node_exec 1 pgrep -f 'client [a-z]+$|sleep 100000'; }
is_another() { [ -n "$(alive "$1")" ] && [ "$(alive "$1")" != "$2" ]; } # NAME OLD
daemons() { node_exec 1 pgrep -f '^heartbeat: (guardian|engine|clients)'; } # the one that logs what a service prints may stay
starts() { node_start 1 && daemons; } # a killed process may hold the lock for a moment, and then the start does nothing
all_gone() { ! daemons >/dev/null && gone; }
program_is() { # COMMAND FIELD VALUE: as heartbeat --status --json shows it
	[ "$(node_exec 1 timeout "$LIMIT_S" heartbeat --status --json | jq -r --arg c "$1" ".programs[] | select(.command == \$c) | .$2")" = "$3" ]
}
clients_process() { node_exec 1 pgrep -f '^heartbeat: clients'; }

cluster_new web
files=$(node_exec 1 cat /etc/ha.d/ha.cf)
place=$(($(wc -l <<<"$files") + 1))
program

note 'what does not exist is an error'
refuses() { # LINE COLUMN PATTERN
	lines "$1"
	check_not "the start is refused: $1" node_start 1
	check 'its message has line, column and reason' grep -qE "ha.cf:$place:$2: error: $3" "$LIVE/node1/stderr"
}
refuses "respawn nobody-here $C one" 9 'respawn: there is no user "nobody-here"'
refuses 'failfast root /no/such/program' 15 'failfast: /no/such/program: No such file'
refuses 'respawn nobody /etc/passwd' 16 'respawn: /etc/passwd is not an executable file'
refuses 'apiauth x uid=root,nobody-here' 20 'apiauth: there is no user "nobody-here"'
refuses 'apiauth x uid=0 gid=no-group' 21 'apiauth: there is no group "no-group"'
node_exec 1 chmod 777 "$C"
refuses "respawn root $C one" 14 'respawn: .*mode 0777'
node_exec 1 chmod 755 "$C"

note 'they run'
lines "respawn nobody $C one" "respawn root $C two" 'respawn hacluster /usr/lib/no/ipfail' "respawn daemon /usr/local/lib/away"
printf '#!/bin/sh\nexit 100\n' | node_put 1 /usr/local/lib/away 755
check 'both daemons start' both_nodes_start
check 'an old ipfail line is a warning' grep -q 'WARN.*/usr/lib/no/ipfail" is not run as a program, because ipfail is built in' "$LIVE/node1/stderr"
check 'the first node serves and both are at rest' soon settled_on 1
check 'the first program runs as its user, with its environment' soon log_has 1 "$C: one runs as nobody nogroup for ${NODE_NAME[1]}"
check 'the second one as well' soon log_has 1 "$C: two runs as root .*for ${NODE_NAME[1]}"
check 'one that exits with 100 is not started again' soon log_has 1 'away has ended with exit code 100: it is not started again'
one=$(alive one) two=$(alive two)
node_exec 1 kill -9 "$one"
check 'a killed program is started again' soon is_another one "$one"
check 'the log counts' soon log_has 1 "respawn: $C has ended \(signal 9\), for the 1. time"
is 'the other one goes on' "$(alive two)" "$two"

check 'heartbeat --status counts it' soon program_is "$C one" restarts 1
check 'and not the other one' program_is "$C two" restarts 0
check 'which runs' program_is "$C two" state runs
check 'the one that exits with 100 is away' program_is /usr/local/lib/away state away
check 'for people it is one line' sh -c '"$@" | grep -qE "^  $0 one +runs +restarted 1 times, last start .* ago; respawn, user nobody$"' "$C" \
	nsenter -t "${NODE_PID[1]}" -m -u -i -n -p -r -w /usr/sbin/heartbeat --status

note 'the engine is killed'
one=$(alive one) engine=$(engine_pid 1)
node_exec 1 kill -9 "$engine"
check 'a new engine runs' soon eval '[ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]'
is 'the programs go on' "$(alive one) $(alive two)" "$one $two"
check 'the new engine knows the count' soon program_is "$C one" restarts 1

note 'the guardian is killed'
guardian=$(guardian_pid 1)
node_exec 1 kill -9 "$guardian"
check 'new ones run below a new guardian' soon eval 'is_another one "$one" && is_another two "$two"'
check 'each of them once' soon eval '[ "$(alive one | wc -l) $(alive two | wc -l)" = "1 1" ]'
check 'the count goes on' soon program_is "$C one" restarts 2
check 'the first node serves and both are at rest' soon settled_on 1

note 'a reload'
two=$(alive two)
program "trap '' TERM" /usr/local/lib/deaf-client
lines "respawn root $C two" 'respawn nobody /usr/local/lib/deaf-client three'
check 'heartbeat -r succeeds' node_exec 1 timeout "$LIMIT_S" heartbeat -r
check 'the program of a new line runs' soon alive_now three
check 'that of a deleted line ends' soon eval '! alive_now one'
is 'the third one goes on' "$(alive two)" "$two"
check_not 'a program without a line is not shown' program_is "$C one" state runs
check 'the new one has not been restarted' soon program_is '/usr/local/lib/deaf-client three' restarts 0
lines "respawn root $C two" 'respawn nobody-here /usr/local/lib/deaf-client three'
check_not 'a reload with an unknown user is refused' node_exec 1 timeout "$LIMIT_S" heartbeat -r
check 'the programs go on' eval '[ "$(alive two)" = "$two" ] && alive_now three'

note 'an orderly stop'
mark=$(log_mark 1)
check 'heartbeat -k ends, although a program ignores SIGTERM' node_stop 1
check 'nothing is left' all_gone
order() { log_since 1 "$mark" | grep -oE '(stopping /.*|deaf-client has ended)$'; }
is 'the last one is stopped first, and the other one when it has ended' "$(order | tr '\n' ' ')" \
	"stopping /usr/local/lib/deaf-client deaf-client has ended stopping $C "

note 'all are killed'
lines "respawn nobody $C one" "respawn root $C two"
check 'the first daemon starts' node_start 1
check 'both programs run' soon eval 'alive_now one && alive_now two'
check 'both nodes are at rest' soon settled
# stopped first, so that neither sees the end of the other one
node_exec 1 sh -c 'set -- $(cat /run/heartbeat.pid) $(pgrep -f "^heartbeat: engine"); kill -STOP "$@"; kill -9 "$@"'
check 'guardian and engine are killed: nothing is left' soon all_gone
check 'it starts again' soon starts
check 'both programs run' soon eval 'alive_now one && alive_now two'
one=$(alive one)
node_exec 1 kill -9 "$(clients_process)"
check 'the process that runs them is killed: they are started again' soon is_another one "$one"
check 'each of them once' soon eval '[ "$(alive one | wc -l) $(alive two | wc -l)" = "1 1" ]'
node_exec 1 sh -c 'while pkill -9 -f "^heartbeat"; do :; done' # a survivor starts others
check 'every process of heartbeat is killed: the programs end' soon eval '! alive_now one && ! alive_now two'
check 'it starts again' soon starts
check 'both are at rest' soon settled
address_on 1 || node_exec 1 hb_takeover --wait >/dev/null 2>&1
check 'the first node serves' soon settled_on 1

note 'a failfast program ends'
lines "failfast nobody $C fast"
check 'heartbeat -r succeeds' node_exec 1 timeout "$LIMIT_S" heartbeat -r
check 'it runs' soon alive_now fast
owners_start
node_exec 1 kill "$(alive fast)"
check 'heartbeat stops on this node' soon all_gone
check 'the log says why' soon log_has 1 "CRIT.*failfast: $C has ended \(signal 15\): heartbeat stops on this node"
check 'the second node serves' soon served_by 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
