#!/bin/bash
# SPDX-License-Identifier: MIT
# Commands and exit codes, pid files, both names, broken files, a hanging check, supervised, cleanstop.  TAP.
# doc/ldirectord.md 1
. "$(dirname "$0")/lib.sh"
SCRIPT=$(cd "$(dirname "$0")/../../resource.d" && pwd)/ldirectord
lb_begin "$@"
file() { # further lines of globals
	printf 'checkinterval=1\nchecktimeout=5\n%s\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' "$1" >$CF
}
file ''
serve accept 127.0.1.1:8001
call status
want 3 "ldirectord is stopped for $CF" '' 'status, stopped: standard output, exit 3'
call reload
[ "$CODE" -eq 1 ]; ok $? 'reload, stopped: exit 1'
call -v
want 0 'checks: connect ping external external-perl on off dns ftp http https http_proxy imap imaps nntp none pop pops simpletcp sip smtp submission' \
	'' '-v lists every check that is built in, and no other'
call stop
want 0 '' '' 'stop, stopped: exit 0'
call try-restart
want 0 '' '' 'try-restart, stopped: exit 0'
stopped; ok $? 'and nothing was started'
call start
want 0 '' '' 'start: exit 0, silent'
has_service '-t 10.9.0.1:80'; ok $? 'the service is in the table when start returns'
soon weight 127.0.1.1:8001 3; ok $? 'the real follows with its first verdict'
call status
want 0 '' "ldirectord for $CF is running with pid: $(pid)" 'status, running: standard error, exit 0'
first=$(pid)
call start
want 0 '' '' 'a second start: exit 0, silent'
call ldirectord.cf start
want 0 '' '' 'so under its other name'
[ "$(pid)" = "$first" ] && stopped ldirectord.cf; ok $? 'and it is the same process'
call ldirectord.cf status
want 0 '' "running with pid: $first" 'status under its other name'
call restart
[ "$CODE" -eq 0 ] && [ "$(pid)" != "$first" ] && has_service '-t 10.9.0.1:80'; ok $? 'restart: another process, the table is there'
echo 'nonsense' >>$CF
call status
want 0 '' 'is running with pid' 'status with a broken file'
call stop
want 0 '' '' 'stop with a broken file'
soon stopped; ok $? 'it ends'
no_service; ok $? 'and the table is empty'
call start
want 2 '' "reading file $CF at line" 'start with a broken file: exit 2, names the line'
rm $CF
call start
[ "$CODE" -eq 1 ]; ok $? 'start without a file: exit 1'
file ''
sleep infinity & echo $! >/run/ldirectord.ldirectord.pid
call status
want 1 '' 'ldirectord stale pid file' 'a pid file of something else: stale, exit 1'
call start
[ "$CODE" -eq 0 ] && has_service '-t 10.9.0.1:80'; ok $? 'start in spite of it'
kill -KILL "$(pid)"; soon test ! -e "/proc/$(pid)"
call status
want 1 '' 'ldirectord stale pid file' 'killed: stale, exit 1'
call ldirectord.cf start
want 0 '' '' 'start under its other name after that'
call status
want 0 '' 'is running with pid' 'found under the first'
call stop
soon stopped ldirectord.cf; ok $? 'and stopped under the first'
# --- both names in one moment
bad=''
at_most_one() { [ "$(pgrep -cx ldirectord)" -le 1 ]; }
for _ in 1 2 3 4 5 6; do
	"$BUILD/sbin/ldirectord" start >/dev/null 2>&1 </dev/null & one=$!
	"$BUILD/sbin/ldirectord" ldirectord.cf start >/dev/null 2>&1 </dev/null & two=$!
	wait $one $two
	# The one that gave way has answered, and may need a moment to end; a child that becomes ipvsadm has the same name at first.
	soon at_most_one || bad+=" two went on: $(pgrep -x ldirectord | paste -sd ' ')"
	call stop
	soon eval '! pgrep -x ldirectord >/dev/null' || bad+=' one does not stop'
done
[ -z "$bad" ]; ok $? "started under both names in one moment: at most one goes on$bad"
# --- a check that hangs
unserve "$SERVER"; serve silent 127.0.1.1:8001
printf 'checkinterval=1\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq\n\tservice=smtp\n\tnegotiatetimeout=600\n' >$CF
call start; hanging=$(pid)
soon json '.checks_running == 1'; ok $? 'a check hangs'
call stop
soon test ! -e "/proc/$hanging/exe"; ok $? 'stop while it hangs: it does not wait for the check'
unserve "$SERVER"; serve accept 127.0.1.1:8001
# --- QUIT is orderly too
file ''
call start
soon weight 127.0.1.1:8001 3; kill -QUIT "$(pid)"
soon stopped && no_service; ok $? 'QUIT is an orderly stop'
# --- cleanstop=no
file 'cleanstop=no'
call start
soon weight 127.0.1.1:8001 3; : >operations
call stop
soon stopped && weight 127.0.1.1:8001 3 && [ "$(changes)" -eq 0 ]; ok $? 'cleanstop=no: the table stays as it is'
# --- supervised
file 'supervised=yes'
"$BUILD/sbin/ldirectord" start >supervised.out 2>&1 &
supervised=$!
soon test -S /run/ldirectord.ldirectord.sock; stopped; ok $? 'supervised: no pid file'
call status
want 0 '' 'running in the foreground' 'supervised: status finds it'
call start
want 0 '' '' 'supervised: a second start: exit 0'
json '.status == "running"' && kill -0 $supervised; ok $? 'and the first one goes on'
cp $CF kept; file ''
call try-restart
[ "$CODE" -eq 0 ] && ! kill -0 $supervised 2>/dev/null && ! stopped; ok $? 'supervised: try-restart replaces it, here by one in the background'
call stop; soon stopped
cp kept $CF
"$BUILD/sbin/ldirectord" start >supervised.out 2>&1 &
supervised=$!
soon json '.status == "running"' 2>err
call stop
[ "$CODE" -eq 0 ] && soon eval '! kill -0 $supervised 2>/dev/null'; ok $? 'supervised: stop ends it'
call status
want 3 'is stopped' '' 'and then it is stopped'
# --- something is in the way of the control socket
file ''
SOCKET=/run/ldirectord.ldirectord.sock
mkdir $SOCKET
call start
want 0 '' '' 'start: the checks need no control socket'
grep -q "control socket $SOCKET: Address already in use" $LOG; ok $? 'the log says that it cannot be made'
call reload
want 1 '' "is running with pid: $(pid), but is not heard at $SOCKET" 'reload: not "stopped"'
call drain 10.9.0.1:80 127.0.1.1:8001
want 1 '' 'is not heard at' 'drain: the same'
call status --json
want 1 '' 'is not heard at' 'status --json: no success without JSON'
call status
want 0 '' 'is running with pid' 'status'
rmdir $SOCKET
soon json '.status == "running"' 2>err; ok $? 'the way is free: it is made'
call reload
want 0 '' '' 'and it obeys'
call stop; soon stopped
# --- the resource script
file ''
script() { # its arguments
	PATH=$BUILD/sbin:$PATH timeout $LIMIT_S "$SCRIPT" "$@" >out 2>err
	CODE=$?
}
script ldirectord.cf status
want 3 'stopped' '' 'resource: status, stopped'
script ldirectord.cf start
want 0 '' '' 'resource: start'
script ldirectord.cf status
want 0 'running' '' 'resource: status, running'
last=$(pid ldirectord.cf)
script ldirectord.cf stop
[ "$CODE" -eq 0 ] && no_service && [ ! -e "/proc/$last/exe" ]; ok $? 'resource: stop returns when it is gone'
lb_end
