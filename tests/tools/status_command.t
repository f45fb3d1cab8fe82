#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --status and --explain without a daemon, and with an imitated one (fake_daemon.pl) of an older version, that is
# silent, refuses, or closes the connection.  What a real one answers: tests/live/scenarios/status.t.
# usage: prove tests/tools/status_command.t
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
HEARTBEAT=$BUILD/sbin/heartbeat
temp=$(mktemp -d) || exit 1
daemon=
stop_daemon() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
	daemon=
}
trap 'stop_daemon; rm -rf "$temp"' EXIT
cd "$temp" || exit 1
export HA_API_SOCKET=$temp/register

fake() { # MODE
	stop_daemon
	rm -f register
	perl "$here/fake_daemon.pl" "$temp/register" "$1" 2>daemon.log &
	daemon=$!
	until [ -S register ]; do pause 0.05; done
}
# Both commands: exit code, a message on standard error, nothing on standard output; and the same as JSON.
fails() { # SENTENCE EXIT-CODE PATTERN
	local command
	for command in --status --explain; do
		timeout 60 "$HEARTBEAT" $command >out 2>err </dev/null
		is "$command, $1: exit $2" $? "$2"
		check "$command, $1: the message is clear" grep -qE -- "$3" err
		check "$command, $1: nothing looks like an answer" [ ! -s out ]
		timeout 60 "$HEARTBEAT" $command --json >out 2>err </dev/null
		is "$command, $1: JSON has exit code and reason" "$(jq -c '[.format, .command, .exit, has("groups")]' out)" "[1,\"${command#--}\",$2,false]"
		check "$command, $1: JSON names it" sh -c 'jq -r .error out | grep -qE -- "$1"' sh "$3"
	done
}

if "$HEARTBEAT" -s >/dev/null 2>&1; then
	note 'a heartbeat runs on this machine: the case without one is left out'
else
	fails 'no daemon' 3 'heartbeat is stopped on this machine'
fi
fake good
fails 'an older version' 4 'is version 3\.0\.6 \(fake\) and does not know this question; heartbeat --reexec'
fake refuse
fails 'refused' 4 'client failed authorization; expected root or a member of the group haclient'
fake hangup
fails 'it hangs up' 4 'closed the connection'
begin=$(now_ms)
fake silent
fails 'silent' 4 'did not answer within 5 s'
at_least=$((4 * 5000)) took=$(($(now_ms) - begin))
check 'each of the four commands waited for its answer' [ "$took" -ge "$at_least" ]
stop_daemon
for words in '--status one' '--explain one two' '--status --watch=0' '--status --watch=x'; do
	# shellcheck disable=SC2086 # a list
	"$HEARTBEAT" $words >out 2>err </dev/null
	is "$words is a usage error" $? 2
done
plan status_command
