#!/bin/bash
# SPDX-License-Identifier: MIT
# Mail alerts: by SMTP and by the local mailer, digest, who wants what when, refused recipients, dead and thoughtful mail servers.
# TAP.  doc/ldirectord.md 10, 13.7, 13.31, 13.32, 13.33
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
export SMTP_RECORD=$ROOM/mails
A=127.0.1.1:8001 B=127.0.1.2:8001 S=127.0.1.25
file() { # globals, lines of the section
	printf 'checkinterval=1\nchecktimeout=2\n%s\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tchecktype=connect\n%s\n' "$1" $A $B "$2" >$CF
}
mails() { # how many came
	local n
	n=$(grep -c '^Subject: ' mails 2>/dev/null)
	[ "${n:-0}" -eq "$1" ]
}
has() { grep -qF -- "$1" mails 2>/dev/null; }
none_waits() { json '.mails.waiting == 0'; }
forget() { rm -f mails; }
hanging() { [ "$(ss -Htn state established dst $S:25 | wc -l)" -ge "$1" ]; } # so many mails are with a server that does not answer

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
soon mails 1; ok $? 'a start is one mail'
has 'Subject: [Web] Checked virtual server: 10.9.0.1:80: 2 of 2 real servers up' && has 'Daemon-Status: starting'; ok $? 'the summary of first verdicts'
! grep -q 'understood but not served' $LOG; ok $? 'nothing is said to be missing'
forget
unserve "$a"
soon mails 1; ok $? 'a real that fails is told'
tr -d '\r' <mails >mail
grep -qx 'MAIL FROM:<lb@example.com>.*' mail && grep -qx 'RCPT TO:<ops@example.com>' mail && grep -qx 'RCPT TO:<boss@example.com>' mail
ok $? 'from emailalertfrom, to each address by itself'
grep -qx 'To: ops@example.com, bad@example.com, boss@example.com' mail && grep -qx 'From: lb@example.com' mail &&
	grep -qx 'Subject: \[Web\] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' mail && grep -q '^Message-ID: <[^ ]*@lvsdir>$' mail &&
	grep -qE '^Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}$' mail; ok $? 'the headers'
printf '%s\n' 'ldirectord host: lvsdir' 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' 'Daemon-Status: running' \
	'Service name: Web' 'Comment: the shop' >wanted
sed '1,/^$/d; /^\.$/,$d' mail | cmp -s - wanted; ok $? 'the body'
soon grep -q "Mail server $S refused a recipient.*RCPT TO:<bad@example.com>: 550 5.1.1 no such user" $LOG; ok $? 'the refused one is in the log, the others have it'
soon json '.mails.sent == 2 and .mails.waiting == 0'; ok $? 'status --json counts'
forget
serve accept $A; a=$SERVER
soon mails 1 && has 'Added real server: 127.0.1.1:8001'; ok $? 'and that it is back'

# --- several at once: two virtual services share one check
web $'\nvirtual=10.9.0.2:80\n\treal='$A$' masq\n\tchecktype=connect\n\tservicename=Web'
call reload
soon json '[.virtuals[].reals[].checked] | length == 3 and all'
look_on 1.5 # longer than letters are gathered
soon none_waits
forget
unserve "$a"
soon mails 1; look_on 1.5
mails 1 && has 'Subject: 2 changes on lvsdir, the first: [Web] Deleted real server:' && has 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.1:80)' &&
	has 'Log-Message: [Web] Deleted real server: 127.0.1.1:8001 (10.9.0.2:80)'; ok $? 'two changes at once are one mail'
serve accept $A; a=$SERVER
soon weight $A 1
web ''
call reload
soon has 'Added real server: 127.0.1.1:8001' && look_on 1.5 && soon none_waits

# --- a failed reload
forget
cp $CF good; echo nonsense >>$CF
call reload
soon mails 1 && has 'Subject: Configuration not reloaded, the old one goes on:' && has 'Daemon-Status: reloading'; ok $? 'a failed reload is one mail'
tr -d '\r' <mails | grep -q 'ldirectord.cf:12'; ok $? 'it names the line'

# --- reminders; a section overrides the file
forget
file "emailalert=ops@example.com
emailalertfreq=1
emailalertstatus=all
smtp=$S" $'\temailalert=web@example.com\n\temailalertstatus=running'
call reload
look_on 1.5; mails 0; ok $? 'emailalertstatus=running: nothing of a reload'
unserve "$b"
soon has 'Subject: Inaccessible real server: 127.0.1.2:8001 (10.9.0.1:80)'; ok $? 'emailalertfreq: told again while it is down'
grep -q 'RCPT TO:<web@example.com>' mails && ! has ops@; ok $? 'to the addresses of the section only'
sed -i "/$B/d" $CF
call reload
soon none_waits; forget; look_on 2.5
mails 0; ok $? 'not of one that was removed'

# --- stop
forget
file "emailalert=ops@example.com
emailalertstatus=stopping
smtp=$S" ''
call reload
look_on 1.5; mails 0; ok $? 'emailalertstatus=stopping: nothing before'
call stop
soon stopped && mails 1 && has 'Purged real server (stop): 127.0.1.1:8001' && has 'Daemon-Status: stopping'; ok $? 'the stop is told before the end'
has 'From: root@lvsdir'; ok $? 'from user@host by default'

# --- a mail server that hangs, says no, or thinks
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
soon absent $A; ok $? 'a silent mail server: a dead real is out'
soon hanging 2
unserve "$b"
soon absent $B; ok $? 'and the next one'
soon json '.mails.waiting == 3 and .mails.sent == 0'; ok $? 'three mails wait'
leaving=$(pid)
call stop
kill -HUP "$leaving" 2>/dev/null # it may be gone already
soon stopped; ok $? 'stop does not wait for it'
grep -q 'mails could not be sent before the end' $LOG; ok $? 'and says what it leaves'
! grep -q 'config on signal' $LOG; ok $? 'a HUP while it leaves is nothing'
unserve "$smtp"
serve smtp-thinks $S:25; smtp=$SERVER
serve accept $A; a=$SERVER
call start
soon weight $A 1
soon mails 1 # it has all of the mail now
unserve "$a"
soon absent $A; ok $? 'a server that does not answer to the end of a mail: a dead real is out'
call stop
soon stopped; ok $? 'nor does stop wait for it'
unserve "$smtp"
: >$LOG
serve accept $A; a=$SERVER
begin=$SECONDS
call start
soon grep -q "Mail to ops@example.com was not sent by $S: .*[Cc]onnect.*; next try in 1 min" $LOG; ok $? 'nobody listens: a line, tried again later'
unserve "$a"; soon json '.mails.waiting == 2'; waits=$?
look_on 2.5 # it is gathered for a second, then tried
[ $waits -eq 0 ] && [ "$(grep -c 'was not sent' $LOG)" -le $((1 + (SECONDS - begin) / 60)) ]; ok $? 'the second one makes no second line within the minute'
call stop
soon stopped
serve smtp $S:25; smtp=$SERVER
file "emailalert=ops@example.com
emailalertfrom=bad@example.com
smtp=$S" ''
: >$LOG
call start
soon grep -q "was not sent by $S: MAIL FROM:<bad@example.com>.*: 550 5.7.1 go away; next try" $LOG; ok $? 'it says 550: the line has its words'
call stop
soon stopped

# --- the local mailer
forget
mkdir -p bin usr && mount -t overlay -o lowerdir=/usr/sbin,upperdir=$ROOM/usr,workdir=$ROOM/bin sbin /usr/sbin ||
	{ echo 'Bail out! no place for a mailer'; exit 1; }
printf '#!/bin/sh\n{ for a in "$@"; do echo "argv: $a"; done; cat; echo end; } >>%s\n' "$ROOM/mailed" >/usr/sbin/sendmail
chmod 755 /usr/sbin/sendmail
file 'emailalert="ops@example.com, -oQ/tmp, $(touch /mnt/shell)@example.com, boss@example.com"' $'\tservicename=Web; touch /mnt/shell'
serve accept $A; a=$SERVER
: >$LOG
call start
soon grep -qs '^end$' mailed; ok $? 'without smtp the local mailer is run'
printf 'argv: %s\n' -oi -f root@lvsdir -- ops@example.com boss@example.com >wanted
grep '^argv: ' mailed | cmp -s - wanted; ok $? 'its arguments: the sender, then the addresses behind --'
grep -qx 'To: ops@example.com, boss@example.com' mailed && grep -q '^Subject: \[Web; touch /mnt/shell\] Checked' mailed && ! grep -q $'\r' mailed; ok $? 'the mail is on its standard input'
[ ! -e /mnt/shell ]; ok $? 'no shell has seen it'
grep -q 'Warning: emailalert: "-oQ/tmp" is no address' $LOG; ok $? 'what is no address is told of'
printf '#!/bin/sh\nexit 75\n' >/usr/sbin/sendmail
: >$LOG
unserve "$a"
soon grep -q 'Mail to .* was not sent by /usr/sbin/sendmail: exit status 75; next try in 1 min' $LOG; ok $? 'a mailer that fails: a line, tried again later'
call stop
soon stopped; ok $? 'stop'
lb_end
