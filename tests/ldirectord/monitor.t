#!/bin/bash
# SPDX-License-Identifier: MIT
# monitorfile: a line for each check; a file that cannot be written delays nothing.  TAP.  doc/ldirectord.md 10
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
file() { # monitorfile
	printf 'checkinterval=500ms\nchecktimeout=2\nmaintenancedir=/run/maintenance\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tchecktype=connect\n\tservice=none\n\tmonitorfile="%s"\n' \
		$A $B "$1" >$CF
}
mkdir /run/maintenance
file $TEMP/lines
serve accept $A; a=$SERVER
begin=$SECONDS
call start
lines() { [ "$(grep -c . lines)" -ge "$1" ]; } 2>/dev/null
soon lines 6
date='\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\]'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.1 8001 1 masq / \[up\] connected\$" lines; ok $? 'a good check has a line'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.2 8001 1 masq / \[down\] connection refused\$" lines; ok $? 'a failed check has a line with the reason'
n=$(wc -l <lines)
# Two servers, each checked at most once in half a second; two seconds are added for the start and for rounding.
most=$((2 * 2 * (SECONDS - begin + 2)))
[ "$n" -ge 6 ] && [ "$n" -le $most ]; ok $? "one line for each check: $n of at most $most"
mv lines old
soon grep -qs 127.0.1.1 lines; ok $? 'after a rotation the lines go to a new file'
: >/run/maintenance/127.0.1.1
soon grep -qF '127.0.1.1 8001 1 masq / [down] Server in maintenance' lines; ok $? 'maintenance has a line'
rm /run/maintenance/127.0.1.1
soon weight $A 1
file $TEMP/pipe
call reload
mkfifo fifo && mv fifo pipe # without a reader; with mv, so that no check can make a plain file first
begin=$SECONDS
soon grep -q "monitorfile $TEMP/pipe cannot be written, lines are lost: " $LOG; ok $? 'a file that cannot be written is logged'
unserve "$a"
soon absent $A; ok $? 'the checks continue without the file'
look_on 1 # two more lines that cannot be written
[ "$(grep -c 'cannot be written' $LOG)" -le $((1 + (SECONDS - begin) / 60)) ]; ok $? 'the log has at most one line a minute about it'
! grep -q 'Warning:' $LOG; ok $? 'the log has no warning'
call stop
soon stopped; ok $? 'stop'
lb_end
