#!/bin/bash
# SPDX-License-Identifier: MIT
# execute: the commands of one instance are sent to those that it names.  TAP.  doc/ldirectord.md 1, 9
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
other=/etc/ha.d/web.cf
serve accept 127.0.1.1:8001
printf 'execute=web.cf\nexecute=ldirectord.cf\ncheckinterval=1\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' >$CF
# They name each other; this must not become an endless circle.
printf 'execute=ldirectord.cf\ncheckinterval=1\nlogfile="/var/log/web.log"\nvirtual=10.9.0.2:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' >$other
call start
want 0 '' '' 'start'
! stopped && ! stopped web.cf; ok $? 'both instances run'
has_service '-t 10.9.0.1:80' && has_service '-t 10.9.0.2:80'; ok $? 'the services of both are in the table'
call status
[ "$CODE" -eq 0 ] && grep -q "ldirectord for $CF is running with pid: $(pid)" err && grep -q "ldirectord for $other is running with pid: $(pid web.cf)" err
ok $? 'status reports both'
first=$(pid web.cf)
sed -i 's/masq 3/masq 7/' $CF $other
call reload
[ "$CODE" -eq 0 ] && soon eval '[ "$(grep -c -- "-w 7 " table)" -eq 2 ]'; ok $? 'reload reaches both instances'
echo nonsense >>$other
call reload
want 2 '' 'web.cf:7' 'a reload that fails in the second instance has the exit code and the message of the second'
sed -i '/nonsense/d' $other
call restart
[ "$CODE" -eq 0 ] && ! stopped web.cf && [ "$(pid web.cf)" != "$first" ]; ok $? 'restart reaches both instances'
call web.cf stop
soon stopped && soon stopped web.cf; ok $? 'a stop of the second one stops the first'
call status
want 3 "ldirectord is stopped for $other" '' 'status of two stopped instances: exit 3, one line for each'
call start
soon has_service '-t 10.9.0.2:80'
echo nonsense >>$CF
call stop
want 0 '' "$CF has an error: its execute instances do not get the command" 'stop with an error in the file reports that the other instances do not get the command'
soon stopped && ! stopped web.cf; ok $? 'and stops only the first instance'
sed -i '/nonsense/d' $CF
sed -i '1i supervised=yes' $CF
"$BUILD/sbin/ldirectord" start >super 2>&1 </dev/null &
soon grep -q 'Warning: execute is ignored in the foreground' super; ok $? 'supervised: the log has a warning that execute is ignored'
call web.cf stop
soon stopped web.cf && soon no_service; ok $? 'stop'
lb_end
