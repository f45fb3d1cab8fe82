#!/bin/bash
# SPDX-License-Identifier: MIT
# execute: the commands of one instance are sent to those that it names.  TAP.  doc/ldirectord.md 1, 9
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
other=/etc/ha.d/web.cf
serve accept 127.0.1.1:8001
printf 'execute=web.cf\nexecute=ldirectord.cf\ncheckinterval=1\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' >$CF
# They name each other: neither may run the other again and again.
printf 'execute=ldirectord.cf\ncheckinterval=1\nlogfile="/var/log/web.log"\nvirtual=10.9.0.2:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' >$other
call start
want 0 '' '' 'start'
! stopped && ! stopped web.cf; ok $? 'both run'
has_service '-t 10.9.0.1:80' && has_service '-t 10.9.0.2:80'; ok $? 'both are in the table'
call status
[ "$CODE" -eq 0 ] && grep -q "ldirectord for $CF is running with pid: $(pid)" err && grep -q "ldirectord for $other is running with pid: $(pid web.cf)" err
ok $? 'status tells of both'
first=$(pid web.cf)
sed -i 's/masq 3/masq 7/' $CF $other
call reload
[ "$CODE" -eq 0 ] && soon eval '[ "$(grep -c -- "-w 7 " table)" -eq 2 ]'; ok $? 'reload reaches both'
echo nonsense >>$other
call reload
want 2 '' 'web.cf:7' 'a reload that fails there: its exit code, its words'
sed -i '/nonsense/d' $other
call restart
[ "$CODE" -eq 0 ] && ! stopped web.cf && [ "$(pid web.cf)" != "$first" ]; ok $? 'restart restarts both'
call web.cf stop
soon stopped && soon stopped web.cf; ok $? 'a stop of the second one stops the first'
call status
want 3 "ldirectord is stopped for $other" '' 'status, both stopped: exit 3, each tells it'
call start
soon has_service '-t 10.9.0.2:80'
echo nonsense >>$CF
call stop
want 0 '' "$CF has an error: its execute instances do not get the command" 'stop with a broken file: it says whom it does not reach'
soon stopped && ! stopped web.cf; ok $? 'and stops itself only'
sed -i '/nonsense/d' $CF
sed -i '1i supervised=yes' $CF
"$BUILD/sbin/ldirectord" start >super 2>&1 </dev/null &
soon grep -q 'Warning: execute is for the commands of an instance in the background' super; ok $? 'supervised: the log says that it does not count'
call web.cf stop
soon stopped web.cf && soon no_service; ok $? 'stop'
lb_end
