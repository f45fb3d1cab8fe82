#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon is started without standard input, output and error, as some supervisors and cron wrappers do: it is found,
# no second one starts beside it, and it can be stopped.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

stage_install
net_up
node_boot 1
pair_install 1 web
httpd_install 1
closed() { # COMMAND...
	# shellcheck disable=SC2016
	node_exec 1 sh -c 'exec "$@" 0<&- 1>&- 2>&-' sh "$@"
}
streams_of() { # PROCESS: where its descriptors 0 to 2 lead
	node_exec 1 readlink "/proc/$1/fd/0" "/proc/$1/fd/1" "/proc/$1/fd/2" | sort -u
}
running() { node_exec 1 pgrep -f '^heartbeat: guardian'; }

check 'the start succeeds' closed /usr/sbin/heartbeat
guardian=$(running)
is 'the pid file names the guardian' "$(guardian_pid 1)" "$guardian"
check 'heartbeat -s finds it' node_exec 1 /usr/sbin/heartbeat -s
is 'the streams of the guardian are /dev/null' "$(streams_of "$guardian")" /dev/null
is 'the streams of the engine are /dev/null' "$(streams_of "$(engine_pid 1)")" /dev/null
check 'a second start succeeds without doing anything' closed /usr/sbin/heartbeat
is 'the same guardian runs alone' "$(running)" "$guardian"
check 'after initdead it serves' soon served_by 1
check 'heartbeat -k stops it' node_stop 1
check_not 'no process is left' node_exec 1 pgrep '^heartbeat'
check_not 'the address is released' address_on 1
done_testing
