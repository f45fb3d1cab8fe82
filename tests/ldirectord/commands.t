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
want 3 "ldirectord is stopped for $CF" '' 'status of a stopped ldirectord: text on standard output, exit 3'
call reload
[ "$CODE" -eq 1 ]; ok $? 'reload of a stopped ldirectord: exit 1'
call -v
want 0 'checks: connect ping external external-perl on off dns ftp http https http_proxy imap imaps ldap ldaps mysql nntp none oracle pgsql pop pops radius simpletcp sip smtp submission' \
	'' '-v lists every check that is built in, and no other'
call stop
want 0 '' '' 'stop of a stopped ldirectord: exit 0'
call metrics
want 3 '' 'ldirectord is stopped for' 'metrics of a stopped ldirectord: nothing on standard output, exit 3'
call try-restart
want 0 '' '' 'try-restart of a stopped ldirectord: exit 0'
stopped; ok $? 'try-restart has started nothing'
call start
want 0 '' '' 'start: exit 0, no output'
has_service '-t 10.9.0.1:80'; ok $? 'the service is in the table when start returns'
soon weight 127.0.1.1:8001 3; ok $? 'the real is added after its first verdict'
call status
want 0 '' "ldirectord for $CF is running with pid: $(pid)" 'status of a running ldirectord: text on standard error, exit 0'
first=$(pid)
call start
want 0 '' '' 'a second start: exit 0, no output'
call ldirectord.cf start
want 0 '' '' 'a second start under the other name: exit 0, no output'
[ "$(pid)" = "$first" ] && stopped ldirectord.cf; ok $? 'it is still the same process'
call ldirectord.cf status
want 0 '' "running with pid: $first" 'status works under the other name'
call metrics
[ "$CODE" -eq 0 ] && grep -qx 'ldirectord_real_up{virtual="tcp:10.9.0.1:80",real="127.0.1.1:8001"} 1' out && [ "$(tail -n 1 out)" = '# EOF' ]
ok $? 'metrics: the real is up; the text is complete'
call restart
[ "$CODE" -eq 0 ] && [ "$(pid)" != "$first" ] && has_service '-t 10.9.0.1:80'; ok $? 'after a restart another process runs, and the table is complete'
echo 'nonsense' >>$CF
call status
want 0 '' 'is running with pid' 'status works although the file has an error'
call stop
want 0 '' '' 'stop works although the file has an error'
soon stopped; ok $? 'the process ends'
no_service; ok $? 'the table is empty then'
call start
want 2 '' "reading file $CF at line" 'start with an error in the file: exit 2, and the message names the line'
rm $CF
call start
[ "$CODE" -eq 1 ]; ok $? 'start without a file: exit 1'
file ''
sleep infinity & echo $! >/run/ldirectord.ldirectord.pid
call status
want 1 '' 'ldirectord stale pid file' 'a pid file with the number of another program is stale: exit 1'
call start
[ "$CODE" -eq 0 ] && has_service '-t 10.9.0.1:80'; ok $? 'start works in spite of a stale pid file'
call stop; soon stopped
# --- whatever has our name in its command line is not signalled
bash -c 'exec -a "vi /etc/ha.d/ldirectord.cf" sleep infinity' & editor=$!
bash -c 'exec -a ldirectord sleep infinity' & namesake=$!
for process in $editor $namesake; do
	echo $process >/run/ldirectord.ldirectord.pid
	call status
	want 1 '' 'ldirectord stale pid file' "pid file of \"$(tr '\0' ' ' <"/proc/$process/cmdline")\": stale"
	call stop
	call reload
	kill -0 $process; ok $? 'not signalled'
	# A lock that somebody else holds does not make it ours.
	flock -o /run/ldirectord.ldirectord.pid sleep infinity & holder=$!
	soon eval '! flock -n /run/ldirectord.ldirectord.pid true'
	call stop
	kill -0 $process; ok $? 'not signalled when somebody locks the pid file'
	kill $holder; wait $holder 2>/dev/null
done
call start
[ "$CODE" -eq 0 ] && kill -0 $editor $namesake; ok $? 'start in spite of it'
kill $editor $namesake
kill -KILL "$(pid)"; soon test ! -e "/proc/$(pid)"
call status
want 1 '' 'ldirectord stale pid file' 'after a kill the pid file is stale: exit 1'
call ldirectord.cf start
want 0 '' '' 'start works under the other name after a kill'
call status
want 0 '' 'is running with pid' 'status finds it under the first name'
call stop
soon stopped ldirectord.cf; ok $? 'stop under the first name ends it'
# --- both names at the same time
bad=''
at_most_one() { [ "$(pgrep -cx ldirectord)" -le 1 ]; }
for _ in 1 2 3 4 5 6; do
	"$BUILD/sbin/ldirectord" start >/dev/null 2>&1 </dev/null & one=$!
	"$BUILD/sbin/ldirectord" ldirectord.cf start >/dev/null 2>&1 </dev/null & two=$!
	wait $one $two
	# The instance that gave up has answered, but may need a moment to end.  A child that becomes ipvsadm has the same name at first.
	soon at_most_one || bad+=" two remain: $(pgrep -x ldirectord | paste -sd ' ')"
	call stop
	soon eval '! pgrep -x ldirectord >/dev/null' || bad+=' one does not stop'
done
[ -z "$bad" ]; ok $? "two instances started under both names at the same time: at most one remains$bad"
# --- a check that hangs
unserve "$SERVER"; serve silent 127.0.1.1:8001
printf 'checkinterval=1\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq\n\tservice=smtp\n\tnegotiatetimeout=600\n' >$CF
call start; hanging=$(pid)
soon json '.checks_running == 1'; ok $? 'one check hangs'
call stop
soon test ! -e "/proc/$hanging/exe"; ok $? 'stop does not wait for a check that hangs'
unserve "$SERVER"; serve accept 127.0.1.1:8001
# --- QUIT
file ''
call start
soon weight 127.0.1.1:8001 3; kill -QUIT "$(pid)"
soon stopped && no_service; ok $? 'after QUIT the table is empty and the pid file is removed'
# --- cleanstop=no
file 'cleanstop=no'
call start
soon weight 127.0.1.1:8001 3; : >operations
call stop
soon stopped && weight 127.0.1.1:8001 3 && [ "$(changes)" -eq 0 ]; ok $? 'with cleanstop=no a stop does not change the table'
# --- supervised
file 'supervised=yes'
"$BUILD/sbin/ldirectord" start >supervised.out 2>&1 &
supervised=$!
soon test -S /run/ldirectord.ldirectord.sock; stopped; ok $? 'supervised: there is no pid file'
call status
want 0 '' 'running in the foreground' 'supervised: status finds the daemon'
call start
want 0 '' '' 'supervised: a second start exits with 0'
json '.status == "running"' && kill -0 $supervised; ok $? 'supervised: the first one still runs'
cp $CF kept; file ''
call try-restart
[ "$CODE" -eq 0 ] && ! kill -0 $supervised 2>/dev/null && ! stopped; ok $? 'supervised: try-restart replaces it, here by a daemon in the background'
call stop; soon stopped
cp kept $CF
"$BUILD/sbin/ldirectord" start >supervised.out 2>&1 &
supervised=$!
soon json '.status == "running"' 2>err
call stop
[ "$CODE" -eq 0 ] && soon eval '! kill -0 $supervised 2>/dev/null'; ok $? 'supervised: stop ends the daemon'
call status
want 3 'is stopped' '' 'supervised: status reports that it is stopped'
# --- a command without standard input, output and error, as some supervisors start it
file ''
timeout $LIMIT_S sh -c 'exec "$@" 0<&- 1>&- 2>&-' sh "$BUILD/sbin/ldirectord" start
CODE=$? first=$(pid)
[ "$CODE" -eq 0 ] && json '.status == "running"'; ok $? 'closed streams: the start succeeds'
[ "$(for stream in 0 1 2; do readlink "/proc/$first/fd/$stream"; done | sort -u)" = /dev/null ]; ok $? 'its streams are /dev/null'
timeout $LIMIT_S sh -c 'exec "$@" 0<&- 1>&- 2>&-' sh "$BUILD/sbin/ldirectord" start
[ $? -eq 0 ] && [ "$(pid)" = "$first" ]; ok $? 'closed streams: no second one starts'
call status
want 0 '' "is running with pid: $first" 'status finds it'
call stop; soon stopped
# --- the file is named by a relative path
file ''
mkdir here && cp $CF here/web.cf && cd here || exit 1
soon_at() { soon weight 127.0.1.1:8001 "$1"; }
call ./web.cf start
cd ..
mv here/out here/err .
want 0 '' '' 'start with a relative path'
call $TEMP/here/web.cf status
want 0 '' "ldirectord for $TEMP/here/web.cf is running" 'status under its full path finds it'
sed -i 's/masq 3/masq 4/' here/web.cf
call $TEMP/here/web.cf reload
want 0 '' '' 'the daemon in the background finds the file again'
soon_at 4; ok $? 'and uses what has changed in it'
call $TEMP/here/web.cf stop; soon stopped web.cf
# --- the control socket cannot be made
file ''
SOCKET=/run/ldirectord.ldirectord.sock
echo 'a plain file' >$SOCKET
call start
want 0 '' '' 'start works although a plain file is in the place of the control socket'
grep -q "control socket $SOCKET: something that is not a socket is there: remove it" $LOG; ok $? 'the log has the reason and what to do'
[ "$(cat $SOCKET)" = 'a plain file' ]; ok $? 'the file is not touched'
rm $SOCKET
soon json '.status == "running"' 2>err; ok $? 'without it the control socket is made'
call stop; soon stopped
mkdir $SOCKET
call start
want 0 '' '' 'start works without a control socket'
grep -q "control socket $SOCKET: something that is not a socket is there" $LOG; ok $? 'the log has the reason why there is no control socket'
call reload
want 1 '' "is running with pid: $(pid), but does not answer at $SOCKET" 'without a control socket reload does not report "stopped"'
call drain 10.9.0.1:80 127.0.1.1:8001
want 1 '' 'does not answer at' 'without a control socket drain does not report "stopped"'
call status --json
want 1 '' 'does not answer at' 'without a control socket status --json fails'
call status
want 0 '' 'is running with pid' 'status needs no control socket'
rmdir $SOCKET
soon json '.status == "running"' 2>err; ok $? 'the control socket is made as soon as this is possible'
call reload
want 0 '' '' 'then reload works'
call stop; soon stopped
# --- the resource script
file ''
script() { # its arguments
	PATH=$BUILD/sbin:$PATH timeout $LIMIT_S "$SCRIPT" "$@" >out 2>err
	CODE=$?
}
script ldirectord.cf status
want 3 'stopped' '' 'resource script: status reports stopped'
script ldirectord.cf start
want 0 '' '' 'resource script: start'
script ldirectord.cf status
want 0 'running' '' 'resource script: status reports running'
last=$(pid ldirectord.cf)
script ldirectord.cf stop
[ "$CODE" -eq 0 ] && no_service && [ ! -e "/proc/$last/exe" ]; ok $? 'resource script: stop returns after the process has ended'
lb_end
