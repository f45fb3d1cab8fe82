#!/bin/sh
# SPDX-License-Identifier: MIT
# ha.d/shellfuncs as a resource script or a hook uses it, in each POSIX shell that is installed.
# doc/resources.md 5; doc/commands.md 5.
# usage: BUILD=build prove tests/tools/shellfuncs.t
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
BUILD=${BUILD:-$here/../../build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
temp=$(mktemp -d) || exit 1
daemon=
stop_daemon() {
	[ -n "$daemon" ] && kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
	daemon=
}
trap 'stop_daemon; rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$temp" || exit 1
export HA_API_SOCKET="$temp/register"
export LC_ALL=C
mkdir bin
printf '#!/bin/sh\nprintf "%%s|" "$@" >>%s/syslog\necho >>%s/syslog\n' "$temp" "$temp" >bin/logger # instead of syslog, a file that the test can read
chmod 755 bin/logger

number=0 code=0 shell=
ok() { # STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $shell: $2"
	else
		echo "not ok $number - $shell: $2"
		for file in out err ha-log ha-debug syslog fifo-read; do
			[ ! -f "$file" ] || sed "s/^/# $file: /" "$file"
		done
		echo "# exit: $code"
	fi
}

# Run a script "agent" with set -eu, these lines and these variables; sets out, err, code.  code is 124 when it hangs.
call() { # LINES [VARIABLE=VALUE]...
	# shellcheck disable=SC2016
	printf 'set -eu\n. "$HA_FUNCS"\n%s\n' "$1" >agent
	shift
	rm -f ha-log ha-debug syslog
	env -i PATH="$temp/bin:$BUILD/tools:$PATH" LC_ALL=C HA_API_SOCKET="$HA_API_SOCKET" HA_FUNCS="$here/../../ha.d/shellfuncs" "$@" \
		timeout 60 "$shell" agent >out 2>err <input
	code=$?
}
is_line() { # FILE TEXT: this is the only line of the file, in the layout of scripts
	[ "$(wc -l <"$1")" -eq 1 ] && grep -qxE "[0-9]{4}/[0-9]{2}/[0-9]{2}_[0-9]{2}:[0-9]{2}:[0-9]{2}	agent\(default\)\[[0-9]+\]:	$2" "$1"
}
silent() { [ ! -s out ] && [ ! -s err ] && [ "$code" -eq 0 ]; }

each_function() {
	: >input

	# --- the log ---
	call 'ha_log "WARN: two  words *"' HA_LOGFILE="$temp/ha-log" HA_DEBUGLOG="$temp/ha-debug"
	silent && is_line ha-log 'WARN: two  words \*' && is_line ha-debug 'WARN: two  words \*'
	ok $? 'ha_log writes to both files in the layout of scripts, and prints nothing'
	call 'ha_log "info: x"' HA_LOGFILE="$temp/ha-log" HA_DATEFMT='%Y/%m/%d_%T	'
	silent && is_line ha-log 'info: x'
	ok $? 'HA_DATEFMT is used'
	call "ha_log 'ERROR: a
forged: line'" HA_LOGFILE="$temp/ha-log"
	silent && is_line ha-log 'ERROR: a forged: line'
	ok $? 'a message stays one line'
	call 'ha_log "ERROR: %s \n"' HA_LOGFACILITY=local0
	silent && [ "$(cat syslog)" = '-t|agent|-p|local0.err|--|ERROR: %s \n|' ]
	ok $? 'with a facility the message goes to syslog, with its priority and unchanged text'
	call 'ha_log plain' HA_LOGFACILITY=none HA_DEBUGLOG=/dev/null
	[ "$code" -eq 0 ] && [ "$(cat err)" = plain ] && [ ! -e syslog ]
	ok $? 'without a file or facility ha_log writes to standard error, which heartbeat logs'
	call 'ha_log kept; echo continues' HA_LOGFILE="$temp/missing/ha-log"
	[ "$code" -eq 0 ] && [ "$(cat err)" = kept ] && [ "$(cat out)" = continues ]
	ok $? 'a script continues when the log file cannot be written'
	call 'ha_debug "x y"' HA_LOGFILE="$temp/ha-log" HA_DEBUGLOG="$temp/ha-debug" HA_LOGFACILITY=local0
	silent && is_line ha-debug 'x y' && [ ! -e ha-log ] && [ ! -e syslog ]
	ok $? 'ha_debug writes only to the debug file'
	call 'ha_debug x; ha_log "debug: y"; echo on'
	[ "$code" -eq 0 ] && [ ! -s err ] && [ "$(cat out)" = on ]
	ok $? 'without a debug file a debug message is dropped'
	for pair in crit:CRIT:crit err:ERROR:err error:ERROR:err warn:WARN:warning warning:WARN:warning notice:NOTICE:notice info:INFO:info; do
		level=${pair%%:*} rest=${pair#*:}
		call "ocf_log $level a b" HA_LOGFILE="$temp/ha-log" HA_LOGFACILITY=daemon
		silent && is_line ha-log "${rest%:*}: a b" && grep -q "daemon.${rest#*:}|" syslog
		ok $? "ocf_log $level is ${rest%:*} and priority ${rest#*:}"
	done
	call 'ocf_log debug x; ocf_log' HA_LOGFILE="$temp/ha-log" HA_DEBUGLOG="$temp/ha-debug"
	[ "$code" -eq 0 ] && grep -q 'DEBUG: x' ha-debug && ! grep -q 'DEBUG' ha-log
	ok $? 'ocf_log debug writes only to the debug file; without arguments it does no harm'

	# --- Echo ---
	# shellcheck disable=SC2016
	call 'Echo "a\tb" "  c"; Echo -n %s; Echo'
	printf 'a\\tb   c\n%%s\n' | cmp -s - out
	ok $? 'Echo prints its arguments unchanged'

	# --- the FIFO ---
	printf 't=hello\ninfo=a b\n' >input
	rm -f fifo && : >fifo
	call ha_clustermsg HA_FIFO="$temp/fifo"
	[ "$code" -eq 1 ] && grep -q 'is not a FIFO' err && [ ! -s fifo ]
	ok $? 'ha_clustermsg refuses a plain file, and does not change it'
	rm -f fifo
	call ha_clustermsg HA_FIFO="$temp/fifo"
	[ "$code" -eq 1 ] && grep -q 'is not a FIFO' err && [ ! -e fifo ]
	ok $? 'ha_clustermsg makes no file when the FIFO is missing'
	mkfifo fifo
	call ha_clustermsg HA_FIFO="$temp/fifo"
	[ "$code" -eq 1 ] && grep -q 'no process reads' err
	ok $? 'ha_clustermsg does not hang at a FIFO without a reader'
	printf '>>>\nt=hello\n\ninfo=a b\n<<<\n' >framed
	for given in input framed; do
		timeout 60 cat fifo >fifo-read &
		reader=$!
		[ $given = input ] || cp framed input
		call ha_clustermsg HA_FIFO="$temp/fifo"
		wait "$reader"
		silent && printf '>>>\nt=hello\ninfo=a b\n<<<\n' | cmp -s - fifo-read
		ok $? "a message ($given) arrives in one frame"
	done
	for bad in 'info=x' 't=x\nno pair' 't=' '' "t=x\nv=$(printf '%0510d' 0)"; do
		# shellcheck disable=SC2059
		printf "$bad\n" >input
		call ha_clustermsg HA_FIFO="$temp/fifo"
		[ "$code" -eq 1 ] && grep -q 'ha_clustermsg: not sent' err
		ok $? "\"$(printf '%.20s' "$bad")\" is refused"
	done
	: >input

	# --- ha_parameter ---
	call 'ha_parameter deadtime; ha_parameter DeadTime' HA_deadtime=3s
	[ "$code" -eq 0 ] && printf '3s\n3s\n' | cmp -s - out
	ok $? 'ha_parameter prints a value that heartbeat passed to the script; capitals are accepted'
	call 'ha_parameter keepalive || echo unknown'
	[ "$(cat out)" = unknown ]
	ok $? 'without heartbeat ha_parameter fails and prints nothing'
	perl "$here/fake_daemon.pl" register good 2>/dev/null &
	daemon=$!
	tries=0
	while [ ! -S register ] && [ $tries -lt 1200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	call 'ha_parameter keepalive; ha_parameter warntime || echo unset'
	printf '500ms\nunset\n' | cmp -s - out
	ok $? 'for other values ha_parameter asks the running heartbeat'
	stop_daemon
	rm -f register
	# shellcheck disable=SC2016
	for bad in 'x;touch hurt' '$(touch hurt)' 'a b' '' ../x; do
		call "ha_parameter '$bad' || echo refused"
		[ "$(cat out)" = refused ] && [ ! -e hurt ]
		ok $? "the name \"$bad\" is refused"
	done
}

for shell in dash bash ksh mksh; do
	! command -v $shell >/dev/null || each_function
done
echo "1..$number"
