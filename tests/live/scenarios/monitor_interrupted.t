#!/bin/bash
# SPDX-License-Identifier: MIT
# The engine is killed in the middle of a restart: the watched nginx runs again, the resource right of it does not yet.
# The next engine starts that one too, although no monitor line names it.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

watched() { sed -e "\$a monitor httpd 1"; }
behind_runs() { node_exec 1 test -e /run/behind; }
behind_starts() { node_exec 1 test -e /run/behind.starts; }

cluster_new web watched
for n in 1 2; do
	# shellcheck disable=SC2016
	node_put "$n" /etc/init.d/behind 755 <<'END'
#!/bin/sh
case $1 in
start)
	touch /run/behind.starts
	[ ! -e /run/slow ] || sleep 600
	touch /run/behind
	;;
stop) rm -f /run/behind ;;
status) if [ -e /run/behind ]; then echo running; else echo stopped && exit 3; fi ;;
esac
END
	node_exec "$n" sed -i 's/httpd$/httpd behind/' /etc/ha.d/haresources
done
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'the resource right of the service runs' behind_runs
engine=$(engine_pid 1)
node_exec 1 sh -c 'rm /run/behind.starts; touch /run/slow; kill -9 $(cat /run/httpd.pid) && pkill -9 nginx; :'
check 'the restart has come to it' soon behind_starts
check 'the service runs again' soon served_by 1
check_not 'but not what is right of it' behind_runs
owners_start
node_exec 1 rm /run/slow
node_exec 1 kill -9 "$engine"
engine_is_new() { [ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]; }
check 'there is a new engine' soon engine_is_new
check 'one node serves and both are at rest' soon settled
all_runs() { if address_on 1; then behind_runs; else node_exec 2 test -e /run/behind; fi; }
check 'also what is right of it' soon all_runs
measure_stop
at_most 'the time with two owners is short, ms' "$(two_owners_ms)" "$WIDE_MS"
done_testing
