#!/bin/bash
# SPDX-License-Identifier: MIT
# What would fail at run time is reported by check and by the start, and a start that the kernel refuses does not end with 0.  TAP.
# doc/ldirectord.md 2, 13
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
R=$'\treal=127.0.1.1:8001 masq\n'
section() { # virtual, lines of its section
	printf 'virtual=%s\n%s' "$1" "$R"
	shift
	printf '\t%s\n' "$@"
}
checks() { # options; of x.cf
	call check /mnt/x.cf "$@"
}
says() { # CODE TEXT SENTENCE: what check says of the file
	local bad=0
	[ "$CODE" -eq "$1" ] || bad=1
	grep -qF -- "$2" err || bad=1
	ok $bad "$3"
}
# --- a check that cannot run here: Oracle's program is missing (what is not built in: tests/tools/makefile.t)
says_oracle='service: "oracle" is checked with sqlplus of Oracle Instant Client, which cannot run: sqlplus is not in any directory of PATH'
section 10.9.0.1:1521 checkinterval=1 login=a 'request="select 1"' >x.cf; checks
says 2 "x.cf:1: error: $says_oracle" 'oracle by its port'
section 10.9.0.1:80 service=oracle checktype=3 login=a 'request="select 1"' >x.cf; checks
says 2 "x.cf:3: error: $says_oracle" 'oracle, combined'
section 7 'service="oracle"' protocol=fwm login=a 'request="select 1"' >x.cf; checks
says 2 "x.cf:3: error: $says_oracle" 'oracle below a mark'
section 10.9.0.1:1521 checktype=connect >x.cf; checks
[ "$CODE" -eq 0 ]; ok $? 'a check that does not use it is good'
section 10.9.0.1:1521 login=a 'request="select 1"' >$CF
call start
want 2 '' "$says_oracle" 'the start refuses it'
stopped && grep -q "$says_oracle" $LOG; ok $? 'and says so in the log'
section 10.9.0.1:80 checktype=connect >$CF
call start
section 10.9.0.1:80 service=oracle login=a 'request="select 1"' >$CF
call reload
want 2 '' "$says_oracle" 'a reload too: the old configuration goes on'
call stop; soon stopped
for service in ldap ldaps mysql pgsql radius; do
	section 10.9.0.1:80 service=$service login=a 'request="select 1"' >x.cf; checks --strict
	[ "$CODE" -eq 0 ]; ok $? "$service is built in"
done
section 10.9.0.1:3306 >x.cf; checks
says 0 'x.cf:1:9: warning: service: "10.9.0.1:3306" needs login and request' 'a database without login and request'
# --- programs
printf '#!/no/such/interpreter\n' >wrong; printf 'exit 0\n' >plain; chmod +x wrong plain; printf '\0\0\0\0' >data; chmod +x data
for command in /no/such/program no-such-program-anywhere /mnt /mnt/wrong /mnt/data "\"/bin/sh -c 'unbalanced\""; do
	section 10.9.0.1:80 checktype=external "checkcommand=$command" >x.cf; checks
	says 2 'x.cf:4: error: checkcommand: ' "checkcommand=$command"
done
for command in /mnt/plain true '"/bin/sh -c true"' bin/true; do
	section 10.9.0.1:80 checktype=external "checkcommand=$command" >x.cf; checks --strict
	[ "$CODE" -eq 0 ]; ok $? "checkcommand=$command is good"
done
section 10.9.0.1:80 checktype=external-perl checkcommand=/no/such.pl >x.cf; checks
says 2 'x.cf:4: error: checkcommand: "/no/such.pl" cannot run: /no/such.pl: No such file or directory' 'external-perl'
{ echo 'callback="/no/such/callback"'; section 10.9.0.1:80 checktype=connect 'fallbackcommand=/no/such/command a b'; } >x.cf; checks
says 0 'x.cf:1: warning: callback: "/no/such/callback" cannot run' 'callback'
says 0 'x.cf:5: warning: fallbackcommand: "/no/such/command a b" cannot run' 'fallbackcommand'
{ echo 'callback="/no/such/callback"'; section 10.9.0.1:80 checktype=connect; } >x.cf; checks --strict
[ "$CODE" -eq 2 ]; ok $? 'an error with --strict'
# --- no port to check
printf 'virtual=7\n\treal=127.0.1.1 gate\n\treal=127.0.1.2:80 gate\n\tchecktype=connect\n' >x.cf; checks
says 0 'x.cf:2: warning: real: there is no port for the check' 'a mark: a server without a port'
! grep -q 'x.cf:3:' err; ok $? 'and not the one with a port'
printf 'virtual=10.9.0.1:7777\n\treal=127.0.1.1->127.0.1.9 gate\n\tservice=simpletcp\n\treceive="x"\n' >x.cf; checks
[ "$CODE" -eq 0 ] && [ "$(grep -c 'no port for the check' err)" -eq 1 ]; ok $? 'a range: once'
printf 'virtual6=7\n\treal6=[::1] gate\n\tchecktype=2\n\tservice=sip\nvirtual=8\n\treal=127.0.1.1 gate\n\tchecktype=ping\nvirtual=9\n\treal=127.0.1.1 gate\n\tchecktype=connect\n\tcheckport=22\n' >x.cf; checks
! grep -q 'no port' err; ok $? 'a service with a port of its own, a ping, a checkport: good'
# --- log and files
for log in lokal0 var/log/x.log none; do
	{ echo "logfile=\"$log\""; section 10.9.0.1:80 checktype=connect; } >x.cf; checks
	says 0 'x.cf:1:9: warning: logfile: ' "logfile=\"$log\""
done
for log in local3 LOCAL3 LOG_LOCAL3 daemon; do
	{ echo "logfile=\"$log\""; section 10.9.0.1:80 checktype=connect; } >x.cf; checks --strict
	[ "$CODE" -eq 0 ]; ok $? "logfile=\"$log\" is good"
done
section 10.9.0.1:80 checktype=connect monitorfile=monitor.log >x.cf; checks
says 0 'x.cf:4: warning: monitorfile: "monitor.log" is a relative path' 'a relative monitorfile'
{ echo maintenancedir=/no/such; echo 'execute=no-such-instance.cf'; section 10.9.0.1:443 sslverify=full sslca=/no/ca.pem; } >x.cf; checks
says 0 'x.cf:1: warning: maintenancedir: "/no/such" does not exist' 'maintenancedir'
says 0 'x.cf:2: warning: execute: "no-such-instance.cf" has no configuration file' 'execute'
says 0 'x.cf:6: warning: sslca: "/no/ca.pem" cannot be read' 'sslca'
: >/mnt/ca.pem; chmod 600 /mnt/ca.pem
section 10.9.0.1:443 sslverify=chain sslca=/mnt/ca.pem >x.cf; checks
says 0 'x.cf:4: warning: sslca: "/mnt/ca.pem" cannot be read by nobody' 'sslca that the checks cannot read'
# --- what the kernel refuses
section 10.9.0.1:0 checktype=connect >x.cf; checks
says 0 'x.cf:1:9: warning: virtual: "10.9.0.1:0" has port 0' 'port 0'
section 10.9.0.1:0 checktype=connect persistent=60 >x.cf; checks --strict
[ "$CODE" -eq 0 ]; ok $? 'port 0 with persistent is good'
section 10.9.0.1:80 checktype=connect scheduler=roundrobin >x.cf; checks
says 0 'x.cf:4:12: warning: scheduler: "roundrobin" is not a scheduler' 'a scheduler that does not exist'
section 10.9.0.1:80 checktype=connect scheduler=wlc schedflags=sh-port >x.cf; checks
says 0 'x.cf:5:13: warning: schedflags: "sh-port" is not a list of flags of scheduler wlc' 'a flag of another scheduler'
printf 'virtual=10.9.0.1:80\n\treal=127.0.1.1:80 masq l:20 u:10\n\tchecktype=connect\n' >x.cf; checks
says 0 'x.cf:2: warning: real: l: is above u:' 'l: above u:'
{ section 10.9.0.1:80 checktype=on scheduler=roundrobin; section 10.9.0.2:80 checktype=on; } >$CF
call start
want 1 '' 'the daemon runs, but the kernel refused 1 of 2 virtual services, which are tried again: tcp:10.9.0.1:80: Scheduler or persistence engine not found' \
	'a start with one service refused: exit 1, names it'
! stopped && has_service '-t 10.9.0.2:80'; ok $? 'the other one works'
grep -q 'Started, but the kernel refused 1 of 2' $LOG; ok $? 'the log has it'
sed -i 's/roundrobin/wlc/' $CF
call reload
want 0 '' '' 'reload with the right scheduler'
soon has_service '-t 10.9.0.1:80'; ok $? 'and it is there'
call stop; soon stopped
# --- mail
for list in 'ops@example.com, ö@example.com' '-oQ/tmp@x.example, ops@example.com' 'ops@example.com, (boss)'; do
	{ echo 'smtp=127.0.0.1'; section 10.9.0.1:80 checktype=connect "emailalert=$list"; } >x.cf; checks
	says 0 'x.cf:5:' "emailalert=$list"
	grep -q 'is not a mail address, so it gets no mail' err; ok $? 'its address is named'
done
{ echo 'smtp=127.0.0.1'; section 10.9.0.1:80 checktype=connect 'emailalert="Ops <ops@example.com>", "Doe, Joe" <joe@example.com> root'; } >x.cf; checks --strict
[ "$CODE" -eq 0 ]; ok $? 'names and brackets are good'
{ echo 'emailalertfrom=the director'; section 10.9.0.1:80 checktype=connect; } >x.cf; checks
[ "$CODE" -eq 0 ]; ok $? 'emailalertfrom'
mount -t tmpfs none /usr/sbin
section 10.9.0.1:80 checktype=connect emailalert=ops@example.com >x.cf; checks
says 0 'x.cf:4: warning: emailalert: without smtp mails need /usr/sbin/sendmail' 'no mailer'
umount /usr/sbin
# --- no service at all
for text in '' '# nothing\n' 'checkinterval=5\n'; do
	printf "$text" >x.cf; checks
	says 0 'x.cf: warning: there is no virtual service' "no service: \"$text\""
done
lb_end
