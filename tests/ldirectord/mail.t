#!/bin/bash
# SPDX-License-Identifier: MIT
# Mail alerts by SMTP and by the local mailer: several events in one mail, emailalertstatus, refused recipients, mail servers that hang
# or are dead.  TAP.  doc/ldirectord.md 10, 13.7, 13.31, 13.32, 13.33
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
export SMTP_RECORD=$TEMP/mails
A=127.0.1.1:8001 B=127.0.1.2:8001 S=127.0.1.25
file() { # globals, lines of the section
	printf 'checkinterval=1\nchecktimeout=2\n%s\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tchecktype=connect\n%s\n' "$1" $A $B "$2" >$CF
}
mails() { # NUMBER: so many mails have come
	local n
	n=$(grep -c '^Subject: ' mails 2>/dev/null)
	[ "${n:-0}" -eq "$1" ]
}
has() { grep -qF -- "$1" mails 2>/dev/null; }
none_waits() { json '.mails.waiting == 0'; }
forget() { rm -f mails; }
hanging() { # NUMBER: so many mails are at a server that does not answer
	[ "$(ss -Htn state established dst $S:25 | wc -l)" -ge "$1" ]
}

# --- by SMTP
web() { # further lines
	file "emailalert=ops@example.com, bad@example.com, boss@example.com
emailalertfrom=lb@example.com
smtp=$S" $'\tservicename=Web\n\tcomment=the shop'"$1"
}
web ''
serve smtp $S:25; smtp=$SERVER
serve accept $A; a=$SERVER
serve accept $B; b=$SERVER
call start
soon mails 1; ok $? 'a start sends one mail'
has 'Subject: [Web] Checked virtual server: 10.9.0.1:80: 2 of 2 real servers up' && has 'Daemon-Status: starting'; ok $? 'this mail is the summary of the first verdicts'
! grep -q 'Warning:' $LOG; ok $? 'the log has no warning'
forget
unserve "$a"
soon mails 1; ok $? 'a real that fails sends a mail'
tr -d '\r' <mails >mail
grep -qx 'MAIL FROM:<lb@example.com>.*' mail && grep -qx 'RCPT TO:<ops@example.com>' mail && grep -qx 'RCPT TO:<boss@example.com>' mail
ok $? 'the sender is emailalertfrom, and each address is a recipient'
grep -qx 'To: ops@example.com, bad@example.com, boss@example.com' mail && grep -qx 'From: lb@example.com' mail &&
	grep -qx 'Subject: \[Web\] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' mail && grep -q '^Message-ID: <[^ ]*@lvsdir>$' mail &&
	grep -qE '^Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}$' mail; ok $? 'the headers are correct'
printf '%s\n' 'ldirectord host: lvsdir' 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' 'Daemon-Status: running' \
	'Service name: Web' 'Comment: the shop' >wanted
sed '1,/^$/d; /^\.$/,$d' mail | cmp -s - wanted; ok $? 'the body is correct'
soon grep -q "Mail server $S refused a recipient.*RCPT TO:<bad@example.com>: 550 5.1.1 no such user" $LOG; ok $? 'a refused recipient is in the log, the others get the mail'
soon json '.mails.sent == 2 and .mails.waiting == 0'; ok $? 'status --json counts the mails'
forget
serve accept $A; a=$SERVER
soon mails 1 && has 'Added real server: 127.0.1.1:8001'; ok $? 'a real that is added again sends a mail'

# --- several events at once: two virtual services share one check
web $'\nvirtual=10.9.0.2:80\n\treal='$A$' masq\n\tchecktype=connect\n\tservicename=Web'
call reload
soon json '[.virtuals[].reals[].checked] | length == 3 and all'
look_on 1.5 # longer than events are gathered for one mail
soon none_waits
forget
unserve "$a"
soon mails 1; look_on 1.5
mails 1 && has 'Subject: 2 changes on lvsdir, the first: [Web] Deleted real server:' && has 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' &&
	has 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.2:80)'; ok $? 'two changes at the same time send one mail'
serve accept $A; a=$SERVER
soon weight $A 1
web ''
call reload
soon has 'Added real server: 127.0.1.1:8001' && look_on 1.5 && soon none_waits

# --- a failed reload
forget
cp $CF good; echo nonsense >>$CF
call reload
soon mails 1 && has 'Subject: Configuration not reloaded, the old one stays in use:' && has 'Daemon-Status: reloading'; ok $? 'a failed reload sends one mail'
tr -d '\r' <mails | grep -q 'ldirectord.cf:12'; ok $? 'the mail names the line'

# --- reminders; a section overrides the file
forget
file "emailalert=ops@example.com
emailalertfreq=1
emailalertstatus=all
smtp=$S" $'\temailalert=web@example.com\n\temailalertstatus=running'
call reload
look_on 1.5; mails 0; ok $? 'emailalertstatus=running: a reload sends no mail'
unserve "$b"
soon has 'Subject: Inaccessible real server: 127.0.1.2:8001 (10.9.0.1:80)'; ok $? 'emailalertfreq: a reminder is sent while the real is down'
grep -q 'RCPT TO:<web@example.com>' mails && ! has ops@; ok $? 'the reminder goes only to the addresses of the section'
sed -i "/$B/d" $CF
call reload
soon none_waits; forget; look_on 2.5
mails 0; ok $? 'no reminder is sent for a real that was removed'

# --- stop
forget
file "emailalert=ops@example.com
emailalertstatus=stopping
smtp=$S" ''
call reload
look_on 1.5; mails 0; ok $? 'emailalertstatus=stopping: no mail is sent before the stop'
call stop
soon stopped && mails 1 && has 'Purged real server (stop): 127.0.1.1:8001' && has 'Daemon-Status: stopping'; ok $? 'the mail about the stop is sent before the process ends'
has 'From: root@lvsdir'; ok $? 'the default sender is user@host'

# --- a mail server that hangs, refuses, or does not answer the end of a mail
forget
unserve "$smtp"
serve silent $S:25; smtp=$SERVER
serve accept $B; b=$SERVER
file "emailalert=ops@example.com
smtp=$S" ''
call start
soon weight $A 1 && soon weight $B 1
soon hanging 1 # the summary
unserve "$a"
soon absent $A; ok $? 'a dead real is deleted although the mail server is silent'
soon hanging 2
unserve "$b"
soon absent $B; ok $? 'and so is the next one'
soon json '.mails.waiting == 3 and .mails.sent == 0'; ok $? 'three mails wait'
leaving=$(pid)
call stop
kill -HUP "$leaving" 2>/dev/null # it may have ended already
soon stopped; ok $? 'stop does not wait for a silent mail server'
grep -q 'mails could not be sent before the end' $LOG; ok $? 'and logs that mails could not be sent'
! grep -q 'config on signal' $LOG; ok $? 'a HUP during the stop does nothing'
unserve "$smtp"
serve smtp-thinks $S:25; smtp=$SERVER
serve accept $A; a=$SERVER
call start
soon weight $A 1
soon mails 1 # the server has the whole mail now
unserve "$a"
soon absent $A; ok $? 'a dead real is deleted although the mail server does not answer the end of a mail'
call stop
soon stopped; ok $? 'stop does not wait for this mail server either'
unserve "$smtp"
: >$LOG
serve accept $A; a=$SERVER
begin=$SECONDS
call start
soon grep -q "Mail to ops@example.com was not sent by $S: .*[Cc]onnect.*; next try in 1 min" $LOG; ok $? 'no mail server: one log line, and the mail is tried again later'
unserve "$a"; soon json '.mails.waiting == 2'; waits=$?
look_on 2.5 # a mail waits a second for further events, then it is tried
[ $waits -eq 0 ] && [ "$(grep -c 'was not sent' $LOG)" -le $((1 + (SECONDS - begin) / 60)) ]; ok $? 'a second failure adds no line within the same minute'
call stop
soon stopped
serve smtp $S:25; smtp=$SERVER
file "emailalert=ops@example.com
emailalertfrom=bad@example.com
smtp=$S" ''
: >$LOG
call start
soon grep -q "was not sent by $S: MAIL FROM:<bad@example.com>.*: 550 5.7.1 go away; next try" $LOG; ok $? 'the log line has the text of a 550 answer'
call stop
soon stopped

# --- the local mailer
forget
mkdir -p bin usr && mount -t overlay -o lowerdir=/usr/sbin,upperdir=$TEMP/usr,workdir=$TEMP/bin sbin /usr/sbin ||
	{ echo 'Bail out! /usr/sbin cannot be overlaid with a mailer'; exit 1; }
printf '#!/bin/sh\n{ for a in "$@"; do echo "argv: $a"; done; cat; echo end; } >>%s\n' "$TEMP/mailed" >/usr/sbin/sendmail
chmod 755 /usr/sbin/sendmail
file 'emailalert="ops@example.com, -oQ/tmp, $(touch /mnt/shell)@example.com, boss@example.com"' $'\tservicename=Web; touch /mnt/shell'
serve accept $A; a=$SERVER
: >$LOG
call start
soon grep -qs '^end$' mailed; ok $? 'without smtp the local mailer is run'
printf 'argv: %s\n' -oi -f root@lvsdir -- ops@example.com boss@example.com >wanted
grep '^argv: ' mailed | cmp -s - wanted; ok $? 'its arguments are the sender, then -- and the addresses'
grep -qx 'To: ops@example.com, boss@example.com' mailed && grep -q '^Subject: \[Web; touch /mnt/shell\] Checked' mailed && ! grep -q $'\r' mailed; ok $? 'the mail is on its standard input'
[ ! -e /mnt/shell ]; ok $? 'no shell has interpreted the text'
grep -q 'Warning: emailalert: "-oQ/tmp" is not an address' $LOG; ok $? 'an invalid address is a warning'
printf '#!/bin/sh\nexit 75\n' >/usr/sbin/sendmail
: >$LOG
unserve "$a"
soon grep -q 'Mail to .* was not sent by /usr/sbin/sendmail: exit status 75; next try in 1 min' $LOG; ok $? 'a mailer that fails: one log line, and the mail is tried again later'
call stop
soon stopped; ok $? 'stop'
lb_end
