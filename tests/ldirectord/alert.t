#!/bin/bash
# SPDX-License-Identifier: MIT
# alertcommand: what it gets, one document for a moment, one program at a time.  TAP.  doc/ldirectord.md 11.13
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
printf '#!/bin/sh\necho "$1" >>/mnt/arguments\necho begin >>/mnt/runs\ncat >>/mnt/documents\necho >>/mnt/documents\nwhile [ -e /mnt/hang ]; do sleep 0.1; done\nexit $(cat /mnt/code)\n' >alert
chmod +x alert; echo 0 >code; : >documents
file() { # alertcommand
	printf 'checkinterval=500ms\nchecktimeout=2\nvirtual=10.9.0.1:80\n\treal=%s masq 3\n\treal=%s masq\n\tchecktype=connect\n\tservicename=Shop "1"\n\talertcommand=%s\n' $A $B "$1" >$CF
}
file '/no/such/alert'; call check $CF
[ "$CODE" -eq 0 ] && grep -q 'cf:8: warning: alertcommand: "/no/such/alert" cannot run: ' err; ok $? 'a program that does not exist: the check names the line'
file '/mnt/alert "one argument"'; call check $CF --strict
[ "$CODE" -eq 0 ]; ok $? 'one that exists is good'
serve accept $A; first=$SERVER
serve accept $B; second=$SERVER
call start
has() { jq -es "$1" documents >/dev/null 2>&1; }
soon has 'any(.[].events[]; .text == "[Shop \"1\"] Checked virtual server: 10.9.0.1:80: 2 of 2 real servers up" and .status == "starting" and .virtual == "tcp:10.9.0.1:80")'
ok $? 'the summary of the start' "$(cat documents)"
grep -qx 'one argument' arguments; ok $? 'the argument in quotes is one argument'
touch hang
kill $first
soon has 'any(.[].events[]; .operation == "delete" and .real == "127.0.1.1:8001" and (.text | endswith("Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)")))'
ok $? 'a server that is deleted' "$(cat documents)"
kill $second; soon absent $B
runs=$(grep -c . runs)
serve accept $A; soon weight $A 3; ok $? 'a program that hangs delays nothing'
[ "$(grep -c . runs)" -eq "$runs" ]; ok $? 'and while it runs, no other one is started'
echo 7 >code; rm hang
soon has 'any(.[].events[]; .operation == "add" and .real == "127.0.1.1:8001" and .weight == 3)'; ok $? 'what waited comes in the next document' "$(cat documents)"
has 'all(.[]; .dropped == 0 and .time > 1000000000 and (.events | length) > 0)'; ok $? 'every document is whole'
soon grep -q 'alertcommand ended with status 7' $LOG; ok $? 'a failure is logged'
call stop; soon stopped
lb_end
