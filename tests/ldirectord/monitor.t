#!/bin/bash
# SPDX-License-Identifier: MIT
# monitorfile: a line for each check; a place that cannot be written delays nothing.  TAP.  doc/ldirectord.md 10
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
file() { # monitorfile
	printf 'checkinterval=500ms\nchecktimeout=2\nmaintenancedir=/run/maintenance\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tchecktype=connect\n\tservice=none\n\tmonitorfile="%s"\n' \
		$A $B "$1" >$CF
}
mkdir /run/maintenance
file $ROOM/lines
serve accept $A; a=$SERVER
begin=$SECONDS
call start
lines() { [ "$(grep -c . lines)" -ge "$1" ]; } 2>/dev/null
soon lines 6
date='\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\]'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.1 8001 1 masq / \[up\] connected\$" lines; ok $? 'a good check'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.2 8001 1 masq / \[down\] connection refused\$" lines; ok $? 'a bad one, and why'
n=$(wc -l <lines)
# Two servers, each checked once every half second at most; a second more for the start and for whole seconds.
most=$((2 * 2 * (SECONDS - begin + 2)))
[ "$n" -ge 6 ] && [ "$n" -le $most ]; ok $? "one line for each check: $n of at most $most"
mv lines old
soon grep -qs 127.0.1.1 lines; ok $? 'rotated: it goes on in a new file'
: >/run/maintenance/127.0.1.1
soon grep -qF '127.0.1.1 8001 1 masq / [down] Server in maintenance' lines; ok $? 'maintenance is told here'
rm /run/maintenance/127.0.1.1
soon weight $A 1
file $ROOM/pipe
call reload
mkfifo fifo && mv fifo pipe # nobody reads it; in one step, or a check makes a plain file between two
begin=$SECONDS
soon grep -q "monitorfile $ROOM/pipe cannot be written, lines are lost: " $LOG; ok $? 'what cannot be written is told'
unserve "$a"
soon absent $A; ok $? 'and checks go on'
look_on 1 # two more lines that cannot be written
[ "$(grep -c 'cannot be written' $LOG)" -le $((1 + (SECONDS - begin) / 60)) ]; ok $? 'the log says so once a minute'
! grep -q 'understood but not served' $LOG; ok $? 'nothing is said to be missing'
call stop
soon stopped; ok $? 'stop'
lb_end
