#!/bin/bash
# SPDX-License-Identifier: MIT
# A service that keeps the output of its start script and goes on printing: what it prints is in the log, and it lives,
# whichever process of the daemon is killed.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

# The service prints a numbered line each 0.1 s, in the way that scripts of old start such programs.
service_install() { # N
	node_put "$1" /usr/local/bin/ticker 755 <<-'END'
		#!/bin/sh
		i=0
		while :; do
			i=$((i + 1))
			echo "tick $i"
			echo $i >/run/ticks
			sleep 0.1
		done
	END
	node_put "$1" /etc/ha.d/resource.d/ticker 755 <<-'END'
		#!/bin/sh
		case $1 in
		start) /usr/local/bin/ticker & echo $! >/run/ticker.pid ;;
		stop) kill "$(cat /run/ticker.pid 2>/dev/null)" 2>/dev/null; rm -f /run/ticker.pid ;;
		status) if kill -0 "$(cat /run/ticker.pid 2>/dev/null)" 2>/dev/null; then echo running; else echo stopped; exit 3; fi ;;
		esac
		exit 0
	END
}
ticks() { node_exec 1 cat /run/ticks; }
goes_on() { # three more lines, also in the log
	local before
	before=$(ticks)
	soon eval '[ "$(ticks)" -ge $((before + 3)) ]' && soon log_has 1 "ticker: tick $((before + 3))\$"
}
output() { node_exec 1 pgrep -f '^heartbeat: output'; }
another() { # PATTERN PROCESS: a process with this title runs, and it is not this one
	local now
	now=$(node_exec 1 pgrep -o -f "^heartbeat: $1") && [ "$now" != "$2" ]
}

cluster_new web
for n in 1 2; do
	service_install $n
	node_exec $n sed -i 's/httpd/ticker/' /etc/ha.d/haresources
done
check 'both daemons start' both_nodes_start
check 'the first node owns the address' soon settled_on 1
service=$(node_exec 1 cat /run/ticker.pid)
check 'what the service prints is in the log' goes_on
process=$(output)
is 'one process reads it' "$(wc -w <<<"$process")" 1
is 'it has no other file of the daemon' "$(node_exec 1 find "/proc/$process/fd" -lname '*heartbeat*' | wc -l)" 0

note 'the engine is killed'
engine=$(engine_pid 1)
node_exec 1 kill -9 "$engine"
check 'the service goes on printing' goes_on
check 'another engine runs' soon another engine "$engine"

note 'both processes of the daemon are killed'
node_exec 1 sh -c "kill -STOP $(guardian_pid 1) && kill -9 $(engine_pid 1) $(guardian_pid 1)"
check 'the second node takes over' soon address_on 2
check 'the service goes on printing' goes_on
is 'it is the same process' "$(node_exec 1 cat /run/ticker.pid)" "$service"
check 'the daemon starts again and cleans up' node_start 1
check 'one node owns the address' soon settled
check 'the process that read its output has ended' soon eval '! grep -qw "$process" <<<"$(output)"'

note 'the process that reads is killed'
check 'the first node gets the group' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the first node owns the address' soon settled_on 1
check 'the service prints' goes_on
process=$(output)
node_exec 1 kill -9 "$process"
check 'another one reads' soon another output "$process"
check 'the service goes on printing' goes_on

note 'the end'
check 'heartbeat -k stops the first node' node_stop 1
check 'no process of it is left' soon eval '! node_exec 1 pgrep -f "^heartbeat"'
check 'the second node owns the address' soon only_owner 2
done_testing
