#!/bin/bash
# SPDX-License-Identifier: MIT
# monitorfile: a line for each check; a place that cannot be written delays nothing.  TAP.  spec: ldirectord 10
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001 MARGIN=400
file() { # monitorfile
	printf 'checkinterval=500ms\nchecktimeout=2\nmaintenancedir=/run/maintenance\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tchecktype=connect\n\tservice=none\n\tmonitorfile="%s"\n' \
		$A $B "$1" >$CF
}
mkdir /run/maintenance
file $ROOM/lines
serve accept $A; a=$SERVER
call start
sleep 2.3
date='\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\]'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.1 8001 1 masq / \[up\] connected\$" lines; ok $? 'a good check'
grep -qE "^$date \[$(pid)\] connect none tcp 127.0.1.2 8001 1 masq / \[down\] connection refused\$" lines; ok $? 'a bad one, and why'
n=$(wc -l <lines)
[ "$n" -ge 6 ] && [ "$n" -le 14 ]; ok $? "one line for each check ($n in 2.3 s of two servers every half second)"
mv lines old
within 1000 grep -qs 127.0.1.1 lines; ok $? 'rotated: it goes on in a new file'
: >/run/maintenance/127.0.1.1
within 3000 grep -qF '127.0.1.1 8001 1 masq / [down] Server in maintenance' lines; ok $? 'maintenance is told here'
rm /run/maintenance/127.0.1.1
within 3000 weight $A 1
file $ROOM/pipe
call reload
mkfifo fifo && mv fifo pipe # nobody reads it; in one step, or a check makes a plain file between two
sleep 1.5
grep -q "monitorfile $ROOM/pipe cannot be written, lines are lost: " $LOG; ok $? 'what cannot be written is told'
[ "$(grep -c 'cannot be written' $LOG)" -eq 1 ]; ok $? 'once a minute'
unserve "$a"
within $((500 + MARGIN)) absent $A; ok $? "and checks go on in their time (${TOOK:-} ms)"
! grep -q 'understood but not served' $LOG; ok $? 'nothing is said to be missing'
call stop
within 1500 stopped; ok $? 'stop'
lb_end
