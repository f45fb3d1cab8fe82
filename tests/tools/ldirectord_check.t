#!/bin/sh
# SPDX-License-Identifier: MIT
# ldirectord check FILE [--strict] [--json] as an operator uses it: texts, exit codes, JSON, files with many kinds of errors.  TAP.
# usage: BUILD=build prove tests/tools/ldirectord_check.t
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
BUILD=${BUILD:-$here/../../build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
samples=$here/../../ha.d
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$temp" || exit 1
export LC_ALL=C HOSTNAME=lvsdir
ldirectord=$BUILD/sbin/ldirectord
number=0
ok() { # STATUS TEXT
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# out: /' out
		sed 's/^/# err: /' err
		echo "# exit: $code"
	fi
}
call() { # arguments; code is 124 when it hangs
	timeout 60 "$ldirectord" "$@" >out 2>err </dev/null
	code=$?
}
want() { # CODE TEXT-IN-OUT TEXT-IN-ERR SENTENCE; an empty text means no output
	bad=0
	[ "$code" -eq "$1" ] || bad=1
	if [ -n "$2" ]; then grep -qF -- "$2" out || bad=1; elif [ -s out ]; then bad=1; fi
	if [ -n "$3" ]; then grep -qF -- "$3" err || bad=1; elif [ -s err ]; then bad=1; fi
	ok $bad "$4"
}
file() { printf "$1" >ld.cf; }
section='virtual=10.9.0.1:80\n\treal=127.0.0.1:80 masq\n'

[ -x "$ldirectord" ]
ok $? 'build/sbin/ldirectord is there'

# --- good files
file "$section"
call check ld.cf
want 0 'ld.cf: good: 1 virtuals, 1 real servers, 0 warnings' '' 'a good file: exit 0, one line'
call check --strict "$samples/ldirectord.cf"
want 0 'good: 1 virtuals, 2 real servers, 0 warnings' '' 'the sample is good in strict mode'
file 'virtual=localhost:http\n\treal=localhost:http masq\nfallback=127.0.0.1:http masq\n'
call check ld.cf
want 0 'good' '' 'names of hosts and services are resolved, also for a fallback with a service that has no udp entry'
: >ld.cf
call check ld.cf
want 0 'good: 0 virtuals' 'there is no virtual service' 'an empty file is good, with a warning'

# --- files with errors
file "checktimeout=0\n${section}\tservice=htp\n\treceive=\"(\"\nbogus=1\n"
call check ld.cf
[ "$code" -eq 2 ] && [ "$(grep -c 'error:' err)" -eq 4 ]
ok $? 'all four errors are reported, exit 2'
[ "$(cut -d: -f2 err | tr '\n' ' ')" = '1 4 5 6 ' ]
ok $? '... in the order of their lines'
grep -q '^ld.cf:5:12: error: receive: .*missing closing parenthesis' err
ok $? '... a bad regular expression with its column'
grep -qF 'ld.cf: bad: 4 errors, 0 warnings' out
ok $? '... and counted'
file 'virtual=no.such.host.invalid:80\n'
call check ld.cf
want 2 'bad: 1 errors' 'ld.cf:1:9: error: virtual: "no.such.host.invalid" has no IPv4 address: ' 'a name that does not resolve'
file 'virtual=127.0.0.1:nosuchsvc\n'
call check ld.cf
want 2 'bad' 'ld.cf:1:19: error: virtual: "nosuchsvc" is not a port' 'a service that is not in the database'
file 'virtual=10.0.0.1\n'
call check ld.cf
want 2 'bad' 'ld.cf:1:9: error: virtual: "10.0.0.1"' 'an address without a port is not taken for a firewall mark'
file 'logfile="/nonexistent/dir/x.log"\n'
call check ld.cf
want 2 'bad' 'ld.cf:1: error: logfile: "/nonexistent/dir/x.log" cannot be written: No such file or directory' 'a logfile that cannot be written'
file "${section}\tmonitorfile=$temp\n"
call check ld.cf
want 2 'bad' "ld.cf:3: error: monitorfile: \"$temp\" cannot be written: Is a directory" 'a monitorfile that is a directory'
file "logfile=\"$temp/new.log\"\nmaintenancedir=$temp/none\n"
call check ld.cf
[ "$code" -eq 0 ] && [ ! -e new.log ] && grep -q 'ld.cf:2: warning: maintenancedir' err
ok $? 'a possible logfile is not made; a missing maintenancedir is a warning'
head -c 3000 "$ldirectord" >ld.cf
call check ld.cf
want 2 'bad' 'error:' 'a program as configuration file is refused'
awk 'BEGIN { for (i = 0; i < 3000; i++) print "bogus=" i }' >ld.cf
call check ld.cf
[ "$code" -eq 2 ] && [ "$(wc -l <err)" -le 1001 ]
ok $? 'three thousand errors are not all listed'
printf 'fork=yes\033[2J\n' >ld.cf
call check ld.cf
grep -q 'fork: ' err && ! grep -q "$(printf '\033')" err
ok $? 'control bytes of the file do not reach the terminal'

# --- strict
file 'virtual=10.9.0.1:80\n\treal=127.0.0.1:81 gate\n'
call check ld.cf
want 0 'good: 1 virtuals, 1 real servers, 1 warnings' 'ld.cf:2: warning: real: with gate' 'a setting that is probably a mistake is a warning'
call check ld.cf --strict
want 2 'bad: 1 errors' 'ld.cf:2: error: real: with gate' '... and an error in strict mode'

# --- json
if ! command -v jq >/dev/null; then
	code=127
	ok 1 'jq is there'
fi
file "supervised\n${section}\tchecktimeout=1500ms\n\tservice=ftp\n\tsecret=\"hidden\"\n\treceive=\"\\\\xff\"\n"
call check --json ld.cf
[ "$code" -eq 0 ] && [ ! -s err ] && [ -s out ] && jq -e '.ok == true and .errors == [] and .warnings[0].line == 1 and .config.globals.supervised == "yes"' out >/dev/null
ok $? 'JSON of a good file: ok, no errors, warnings, globals'
[ -s out ] && jq -e '.config.virtuals[0] | .checktimeout == 1.5 and .service == "ftp" and .passwd == "ldirectord@lvsdir" and .real[0].server == "127.0.0.1" and .checkinterval == 10' out >/dev/null
ok $? '... effective values, named as in the file'
! grep -q hidden out
ok $? '... and no secret'
file "${section}\tcomment=\\377\\376\n\tbogus=1\nfork=x\n"
call check --json ld.cf
[ "$code" -eq 2 ] && [ -s out ] && jq -e '.ok == false and (.errors | length) == 2 and .errors[0].line == 4 and .errors[0].column == 2 and (.errors[1].message | contains("expected yes or no")) and (has("config") | not)' out >/dev/null
ok $? 'JSON of a bad file: every error with line and column, no configuration'
file "${section}\tcomment=\\377\\376\n"
call check --json ld.cf
[ "$code" -eq 0 ] && [ -s out ] && jq -e '.config.virtuals[0].comment == "\\xff\\xfe"' out >/dev/null
ok $? 'bytes that are not text are written as \xff'
call check --json "$temp/none.cf"
[ "$code" -eq 2 ] && [ -s out ] && jq -e '.ok == false and .errors[0].line == 0 and (.errors[0].message | contains("No such file"))' out >/dev/null
ok $? 'JSON of a missing file'
file "$section"
timeout 60 "$ldirectord" check --json ld.cf >/dev/full 2>err
code=$?
[ "$code" -eq 2 ]
ok $? 'output that cannot be written is exit 2'

# --- arguments
call check "$temp/none.cf"
want 2 'bad: 1 errors' 'none.cf: error: cannot be read: No such file or directory' 'a missing file is an error'
call check "$temp"
want 2 'bad' 'cannot be read' 'a directory is an error'
call check
want 255 'usage: ldirectord' '' 'without a file: usage, exit 255'
call check ld.cf --wrong
want 255 'usage:' '"--wrong" is not accepted' 'an unknown option is named, exit 255'
call -v
want 0 'ldirectord ' '' '-v prints the version'
call -h
want 0 'ldirectord check FILE' '' '-h prints the usage'
call bogus
want 255 'usage' '"bogus" is not a command' 'an unknown command: usage, exit 255'
echo "1..$number"
