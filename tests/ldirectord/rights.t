#!/bin/bash
# SPDX-License-Identifier: MIT
# What other processes and other users can do to a daemon: a number in the pid file that another process has, a lock on
# the pid file, a pid file that is removed.  TAP.
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
printf 'checkinterval=1\nchecktimeout=5\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\tchecktype=connect\n' >$CF
serve accept 127.0.1.1:8001
# --- a number in the pid file that another process has
bash -c 'exec -a "vi /etc/ha.d/ldirectord.cf" sleep infinity' & editor=$!
echo $editor >/run/ldirectord.ldirectord.pid
call status
want 1 '' 'ldirectord stale pid file' 'an editor with the number of the pid file: stale'
call stop
want 0 '' '' 'stop finds nothing to stop'
look_on 0.2; kill -0 $editor; ok $? 'and does not end the editor'
kill $editor
printf '#!/usr/bin/perl\nsleep 1 while 1;\n' >/mnt/ldirectord; chmod +x /mnt/ldirectord
/mnt/ldirectord start & reference=$!
echo $reference >/run/ldirectord.ldirectord.pid
soon eval 'tr "\\0" " " </proc/$reference/cmdline | grep -q "/ldirectord start"'
call status
want 0 '' "is running with pid: $reference" 'a daemon of the reference counts'
call start
want 0 '' '' 'start beside it does nothing'
call stop
want 0 '' '' 'stop ends it'
soon eval '! kill -0 $reference 2>/dev/null'; ok $? 'it has ended'
rm /run/ldirectord.ldirectord.pid
# --- another user
stranger() { setpriv --reuid 65534 --clear-groups "$@"; }
echo 1 >/run/ldirectord.ldirectord.pid
stranger bash -c 'exec 9</run/ldirectord.ldirectord.pid && flock 9 && echo locked && exec sleep infinity' >locked & locker=$!
soon grep -qs locked locked
call status
want 1 '' 'ldirectord stale pid file' 'another user locks the pid file: it is stale all the same'
call start
want 0 '' '' 'and start succeeds'
stranger "$BUILD/sbin/ldirectord" status 2>err; [ $? -eq 0 ] && grep -q "is running with pid: $(pid)" err; ok $? 'another user sees that it runs'
! stranger "$BUILD/sbin/ldirectord" stop 2>err && grep -q 'cannot signal' err; ok $? 'and cannot stop it'
! stranger flock -n /run/ldirectord.ldirectord.lock true 2>/dev/null; ok $? 'nor take its lock'
kill $locker
rm /run/ldirectord.ldirectord.pid
call start
want 0 '' '' 'without its pid file no second one starts'
call stop
want 0 '' '' 'and stop finds it'
soon eval '! pgrep -x ldirectord >/dev/null'; ok $? 'it has ended'
# --- files and programs that others can change
refused() { # SENTENCE PATTERN REPAIR...
	call start
	want 2 '' "$2" "$1: start is refused"
	grep -qF -- "(${*:3})" err; ok $? "$1: the message has the command that repairs it"
	"${@:3}"
	call start
	want 0 '' '' "$1: after that it starts"
	call stop; soon stopped
}
sed -i '1i logfile="/mnt/theirs"' $CF
chmod 666 $CF
call start
grep -q 'mode 0666 lets every user' /var/log/ldirectord.log && [ ! -e /mnt/theirs ]; ok $? 'the reason is in the usual log, not in the one that the file names'
sed -i 1d $CF
refused 'a file that all can write' 'mode 0666 lets every user change it' chmod go-w $CF
chown 1666 $CF
refused 'a file of another user' 'it belongs to uid 1666' chown root $CF
mkdir -m 755 /mnt/programs
printf '#!/bin/sh\nexit 0\n' >/mnt/programs/check; chmod 757 /mnt/programs/check
sed -i 's|checktype=connect|checktype=external\n\tcheckcommand="/mnt/programs/check -x"|' $CF
refused 'a checkcommand that all can write' 'checkcommand: /mnt/programs/check: mode 0757' chmod go-w /mnt/programs/check
chmod 777 /mnt/programs
refused 'its directory' 'checkcommand: directory /mnt/programs: mode 0777' chmod go-w /mnt/programs
sed -i 's|"/mnt/programs|"mnt/programs|' $CF
chmod 757 /mnt/programs/check
refused 'a path below /' 'checkcommand: /mnt/programs/check: mode 0757' chmod go-w /mnt/programs/check
chmod 664 $CF
call start
want 0 '' 'Warning' 'a file that its group can write: start succeeds with a warning'
grep -q 'mode 0664 lets its group change it' err; ok $? 'the warning names the mode'
chmod 666 $CF
call reload
want 2 '' 'mode 0666' 'reload of a file that all can write is refused'
call status
want 0 '' 'is running' 'the daemon goes on'
"$BUILD/sbin/ldirectord" check $CF >out 2>err; [ $? -eq 0 ] && grep -q 'warning: .*mode 0666' err; ok $? 'check FILE only warns: a draft may belong to its author'
call stop; soon stopped
lb_end
