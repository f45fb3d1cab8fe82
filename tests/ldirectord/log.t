#!/bin/bash
# SPDX-License-Identifier: MIT
# A log that cannot be written, and a syslog that hangs, delay nothing.  Later the log has the number of lost lines.  TAP.
# doc/ldirectord.md 10, 11
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 LOG=$TEMP/log
file() { # logfile
	printf 'checkinterval=500ms\nchecktimeout=2\nlogfile="%s"\nvirtual=10.9.0.1:80\n\treal=%s masq\n\tchecktype=connect\n' "$1" $A >$CF
}
# --- a FIFO without a reader
file $TEMP/log
serve accept $A; a=$SERVER
call start
soon weight $A 1
mkfifo fifo && mv fifo log
unserve "$a"
soon absent $A; ok $? 'a dead server is deleted although the log is a FIFO without a reader'
# A second change: when ldirectord handles it, it has already tried to write the line about the first one.
serve accept $A; a=$SERVER
soon weight $A 1
unserve "$a"
soon absent $A
rm log
serve accept $A; a=$SERVER
soon weight $A 1
soon grep -qsE '\(lines lost before this one: [1-9][0-9]*, No such device or address\)$' log
ok $? 'the first line that can be written has the number of lost lines'
unserve "$a"
soon absent $A
serve accept $A; a=$SERVER
soon weight $A 1
soon grep -q 'Added real server: .*connected$' log; ok $? 'the next line is normal'
call stop
soon stopped
soon grep -qs 'Purged virtual server' log; ok $? 'the last line is written before the process ends'
# --- a link
mkdir theirs; echo 'keep me' >victim; ln -s $TEMP/victim theirs/log; ln -s $TEMP/new theirs/dangling; ln -s /dev/null theirs/null
file $TEMP/theirs/log
call start
want 2 '' 'it is a symbolic link' 'a log that is a link is an error'
file $TEMP/theirs/dangling
call start
want 2 '' 'it is a symbolic link' 'so is one that leads nowhere'
file $TEMP/theirs/plain
sed -i '$a\	monitorfile="/mnt/theirs/null"' $CF
call start
want 2 '' 'monitorfile: "/mnt/theirs/null" cannot be written: it is a symbolic link' 'and a monitorfile'
sed -i '/monitorfile/d' $CF
call start
soon weight $A 1
rm -f theirs/plain; ln -s $TEMP/victim theirs/plain # while the daemon runs
# Twice: the line about the first change is lost before the second one begins.
for _ in 1 2; do
	unserve "$a"
	soon absent $A
	serve accept $A; a=$SERVER
	soon weight $A 1
done
rm theirs/plain
unserve "$a"
soon absent $A
serve accept $A; a=$SERVER
soon weight $A 1
soon grep -qsE '\(lines lost before this one: [1-9][0-9]*, Too many levels of symbolic links\)$' theirs/plain; ok $? 'one that comes later is not followed, and the log says so'
[ "$(cat victim)" = 'keep me' ] && [ ! -e new ]; ok $? 'its file is untouched'
call stop
soon stopped
# --- a syslog daemon that hangs
mkdir devices && mount -t tmpfs devices devices || exit 1
for node in null zero full random urandom tty; do touch devices/$node && mount --bind /dev/$node devices/$node || exit 1; done
mount --bind devices /dev || exit 1
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0) and bind(S, sockaddr_un("/dev/log")) or die; sleep' & daemon=$!
soon test -S /dev/log
file local0
call start
want 0 '' '' 'start works with a syslog daemon that reads nothing'
for i in 1 2 3 4 5 6 7 8; do # two lines each: more than the socket holds
	unserve "$a"
	soon absent $A || break
	serve accept $A; a=$SERVER
	soon weight $A 1 || break
done
[ "$i" -eq 8 ] && weight $A 1; ok $? 'servers are deleted and added again while the log hangs'
unserve "$a"
soon absent $A; ok $? 'a dead server is deleted while the log hangs'
call reload
want 0 '' '' 'a reload opens the log again and does not wait for it'
call stop
soon stopped; ok $? 'stop does not wait for the log'
kill -KILL $daemon
lb_end
