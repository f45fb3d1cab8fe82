#!/bin/sh
# SPDX-License-Identifier: MIT
# The commands that are scripts: those of Heartbeat 3 that a pair does not have, cl_respawn, ha_logger, ResourceManager.
# doc/commands.md 3.
# usage: prove tests/tools/commands.t
set -u
tools=$(cd "$(dirname "$0")/../../tools" && pwd) || exit 1
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$temp" || exit 1
mkdir bin
for name in hb_addnode hb_delnode hb_setweight hb_setsite mach_down req_resource; do ln -s "$tools/hb_replaced" "bin/$name"; done

number=0
check() { # SENTENCE COMMAND...
	number=$((number + 1))
	sentence=$1
	shift
	if "$@"; then echo "ok $number - $sentence"; else
		echo "not ok $number - $sentence"
		sed 's/^/# out: /' out
		sed 's/^/# err: /' err
		echo "# exit: $code"
	fi
}
call() { # COMMAND...: sets code, out, err
	timeout 60 "$@" >out 2>err </dev/null
	code=$?
}
printed() { [ "$code" -eq "$1" ] && [ "$(cat out)" = "$2" ]; } # EXIT-STATUS STANDARD-OUTPUT
complained() { [ "$code" -eq "$1" ] && [ ! -s out ] && grep -q -- "$2" err; } # EXIT-STATUS PATTERN

# --- what a pair does not have ------------------------------------------------------------------------------------------
call bin/hb_addnode
check 'hb_addnode without a node prints its usage' printed 1 'usage: hb_addnode <node> <node> ...'
call bin/hb_setweight node1
check 'hb_setweight with one word prints its usage' printed 1 'usage: hb_setweight <node> <weight>'
for command in 'hb_addnode n3' 'hb_delnode n3' 'hb_setweight n1 5' 'hb_setsite n1 x' 'mach_down n2' 'req_resource key'; do
	call bin/$command
	check "$command changes nothing and prints what to do" complained 1 "${command%% *}: nothing was changed: "
	call "bin/${command%% *}" --help
	check "${command%% *} --help" [ "$code-$(head -n 1 out | cut -c 1-6)" = 0-usage: ]
done

# --- cl_respawn ---------------------------------------------------------------------------------------------------------
respawn=$tools/cl_respawn
call "$respawn" --help
check 'cl_respawn --help' [ "$code" -eq 0 ]
call "$respawn"
check 'cl_respawn without a program' [ "$code" -eq 2 ]
call "$respawn" /nosuch
check 'cl_respawn names a program that does not exist' complained 2 '/nosuch: there is no such program'
call "$respawn" -m 300 true
check 'cl_respawn refuses an impossible exit code' complained 2 'expected an exit code, 0 to 255'
printf '#!/bin/sh\necho run >>runs\n[ "$(wc -l <runs)" -lt 3 ] || exit 7\n' >program && chmod +x program
call "$respawn" -m 7 -p pid ./program
check 'it starts the program again until it exits with the magic code' [ "$code-$(wc -l <runs)" = 0-3 ]
check 'and removes its pid file' [ ! -e pid ]
printf '#!/bin/sh\necho $$ >child\nexec sleep 600\n' >program
"$respawn" -p pid ./program >out 2>err &
job=$!
until [ -s child ] && [ "$(ps -o comm= -p "$(cat child)")" = sleep ]; do sleep 0.05; done
kill "$(cat pid)"
wait $job
code=$?
check 'SIGTERM ends it' [ $code -eq 0 ]
check 'and the program' eval '! kill -0 "$(cat child)" 2>/dev/null'

# --- ha_logger ----------------------------------------------------------------------------------------------------------
HA_CF=$temp/ha.cf
export HA_CF
printf 'logfile %s\ndebugfile %s # comment\n' "$temp/log" "$temp/debug" >ha.cf
call "$tools/ha_logger" -h
check 'ha_logger -h is a usage error, as in Heartbeat 3' printed 1 'usage: ha_logger [-t tag] [-D <ha-log/ha-debug>] [message]'
call "$tools/ha_logger" -t mytag "two$(printf '\n')words"
check 'a message goes to the log file and to the debug file' grep -qE '^[0-9/]+_[0-9:]+	mytag\[[0-9]+\]:	two' log debug
call "$tools/ha_logger" -D ha-debug details
check 'a debug message only to the debug file' eval 'grep -q details debug && ! grep -q details log'
: >ha.cf
call "$tools/ha_logger" lost
check 'without a log it is an error' complained 1 'the message is not logged: lost'

# --- ResourceManager ----------------------------------------------------------------------------------------------------
manager=$tools/ResourceManager
HA_RESOURCES=$temp/haresources HA_CURHOST=node1
export HA_RESOURCES HA_CURHOST
printf '# comment\nNode1 IPaddr::10.0.0.1/24 \\\n  httpd\nnode2 10.0.0.2 Filesystem::/dev/sdb::/data # x\n\n' >haresources
call "$manager" listkeys node1
check 'listkeys' printed 0 'IPaddr::10.0.0.1/24'
call "$manager" allkeys
check 'allkeys' printed 0 'IPaddr::10.0.0.1/24
10.0.0.2'
call "$manager" ourkeys
check 'ourkeys' printed 0 'IPaddr::10.0.0.1/24 httpd '
call "$manager" otherkeys
check 'otherkeys' printed 0 '10.0.0.2 Filesystem::/dev/sdb::/data '
for command in takegroup givegroup; do
	call "$manager" $command httpd
	check "$command is refused with what to do" complained 1 'only heartbeat starts and stops groups'
done
call "$manager"
check 'without a subcommand: the usage' complained 1 '^usage: ResourceManager'
call "$manager" --help
check 'ResourceManager --help' [ "$code" -eq 0 ]
call "$manager" status nosuch::a
check 'a script that does not exist is named' complained 1 'Cannot locate resource script nosuch'
HA_RESOURCES=$temp/missing
call "$manager" allkeys
check 'a file that cannot be read is named' complained 1 'cannot read'
echo "1..$number"
