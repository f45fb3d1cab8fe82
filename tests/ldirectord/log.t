#!/bin/bash
# SPDX-License-Identifier: MIT
# A log that cannot be written, and a syslog that hangs, delay nothing; afterwards it is told how much is missing.  TAP.
# doc/ldirectord.md 10, 11
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 LOG=$ROOM/log
file() { # logfile
	printf 'checkinterval=500ms\nchecktimeout=2\nlogfile="%s"\nvirtual=10.9.0.1:80\n\treal=%s masq\n\tchecktype=connect\n' "$1" $A >$CF
}
# --- a FIFO that nobody reads
file $ROOM/log
serve accept $A; a=$SERVER
call start
soon weight $A 1
mkfifo fifo && mv fifo log
unserve "$a"
soon absent $A; ok $? 'a dead server is out although the log is a FIFO that nobody reads'
# Once more: the line about the first change has been tried by then.
serve accept $A; a=$SERVER
soon weight $A 1
unserve "$a"
soon absent $A
rm log
serve accept $A; a=$SERVER
soon weight $A 1
soon grep -qsE '\(lines lost before this one: [1-9][0-9]*, No such device or address\)$' log
ok $? 'the first line that can be written tells how many are missing'
unserve "$a"
soon absent $A
serve accept $A; a=$SERVER
soon weight $A 1
soon grep -q 'Added real server: .*connected$' log; ok $? 'the next one is as ever'
call stop
soon stopped
soon grep -qs 'Purged virtual server' log; ok $? 'the last line is written before the end'
# --- a syslog daemon that hangs
mkdir devices && mount -t tmpfs devices devices || exit 1
for node in null zero full random urandom tty; do touch devices/$node && mount --bind /dev/$node devices/$node || exit 1; done
mount --bind devices /dev || exit 1
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0) and bind(S, sockaddr_un("/dev/log")) or die; sleep' & daemon=$!
soon test -S /dev/log
file local0
call start
want 0 '' '' 'it starts with a syslog daemon that reads nothing'
for i in 1 2 3 4 5 6 7 8; do # two lines each: more than the socket holds
	unserve "$a"
	soon absent $A || break
	serve accept $A; a=$SERVER
	soon weight $A 1 || break
done
[ "$i" -eq 8 ] && weight $A 1; ok $? 'servers go and come'
unserve "$a"
soon absent $A; ok $? 'also now that the log hangs'
call reload
want 0 '' '' 'a reload opens the log again and does not wait for it'
call stop
soon stopped; ok $? 'nor does stop'
kill -KILL $daemon
lb_end
