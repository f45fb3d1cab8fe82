#!/bin/bash
# SPDX-License-Identifier: MIT
# Servers that are down from their first check on: each is in the log and in the mail, with the reason.  TAP.
# doc/ldirectord.md 10, 13.32, 13.37
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
export SMTP_RECORD=$TEMP/mails
S=127.0.1.25
file() { # globals
	printf 'checkinterval=1\nchecktimeout=1\nemailalert=ops@example.com\nsmtp=%s\n%s\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq\n\treal=127.0.1.2:8001 masq\n\treal=127.0.1.3:8001 masq\n\treal=127.0.1.4:8001 masq\n\tservice=http\n\treceive="other page"\n\tmonitorfile="/mnt/checks"\nvirtual=10.9.0.1:25\n\treal=127.0.1.4:8001 masq\n\tchecktype=external\n\tcheckcommand="/bin/false"\n' $S "$1" >$CF
}
reported() { grep -qE -- "$1 real server: $2 .*: $3" $LOG; }
serve smtp $S:25
serve http 127.0.1.1:8001; page=$SERVER
serve silent 127.0.1.2:8001
file ''
call start
soon reported Deleted 127.0.1.1:8001 '200 OK, but receive does not match: '; ok $? 'a wrong page: the log names the server and the reason'
soon reported Deleted 127.0.1.3:8001 'connection refused'; ok $? 'a server that refuses: too'
soon reported Deleted 127.0.1.4:8001 'exit status 1'; ok $? 'a check command that says no: too'
soon reported Deleted 127.0.1.2:8001 'timed out after 1 s while waiting for the answer'; ok $? 'a server that does not answer: too, when its time is over'
soon grep -qs 'real server: 127.0.1.1:8001 .*receive does not match' mails; ok $? 'the mail names it'
soon grep -qs 'real server: 127.0.1.3:8001 .*connection refused' mails; ok $? 'and the next one'
soon grep -qs 'real server: 127.0.1.2:8001 .*timed out' mails; ok $? 'and the late one'
lines() { [ "$(grep -c . checks)" -ge "$1" ]; }
lines_before=$(grep -c . checks)
soon lines $((lines_before + 8)) # each is checked again
[ "$(grep -c 'real server: 127.0.1.3:8001 ' $LOG)" -eq 1 ]; ok $? 'one line each, not one a check'
call stop; soon stopped
: >$LOG
file 'quiescent=yes'
call start
soon reported Quiescent 127.0.1.3:8001 'connection refused'; ok $? 'quiescent=yes: the reason is in the log'
[ "$(grep 'real server: 127.0.1.3:8001 ' $LOG | tail -n 1 | grep -c 'not checked yet')" -eq 0 ]; ok $? '"not checked yet" is not the last word'
unserve "$page"
call stop; soon stopped; ok $? 'stop'
lb_end
