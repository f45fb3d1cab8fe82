#!/bin/bash
# SPDX-License-Identifier: MIT
# What is broken for a moment changes nothing: the file, the name service.  TAP.  doc/ldirectord.md 3, 9
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001 C=127.0.1.3:8001
file() { # weight
	printf 'checkinterval=1\nautoreload=yes\nvirtual=10.9.0.1:80\n\treal=%s masq %s\n\tchecktype=connect\nvirtual=10.9.0.2:80\n\treal=%s masq\n\tchecktype=connect\n' $A "$1" $B
}
serve accept $A $B $C
file 3 >$CF
call start
soon weight $A 3 && soon weight $B 1
# --- the file, with autoreload
noticed() { [ "$(grep -c 'has changed on disk' $LOG)" -ge "$1" ]; }
untouched() { has_service '-t 10.9.0.1:80' && has_service '-t 10.9.0.2:80' && weight $A "$1" && weight $B 1; }
n=0 w=3
moment() { # SENTENCE COMMAND...: makes the file bad
	local say=$1
	shift
	"$@"
	n=$((n + 1))
	soon noticed $n
	look_on 1.5 # longer than a reload takes
	untouched $w; ok $? "$say: nothing changes"
	w=$((w + 1))
	file $w >$CF
	n=$((n + 1))
	soon weight $A $w; ok $? 'and the good file after it is read'
}
moment 'an empty file' cp /dev/null $CF
moment 'only settings' eval 'echo checkinterval=1 >$CF'
moment 'garbage' eval 'head -c 300 /bin/true >$CF'
moment 'the first bytes' eval 'file $w | head -c 90 >$CF'
moment 'the first lines, without the second service' eval 'file $w | head -n 5 >$CF'
moment 'an error' eval 'echo nonsense >>$CF'
mv $CF away
look_on 2.5
untouched $w; ok $? 'no file: nothing changes'
file 20 >$CF
soon weight $A 20; ok $? 'and the one that comes back is read'
w=20
# --- reload of a file without services
: >$CF
call reload
want 2 '' 'there is no virtual service any more; expected at least one, or stop' 'reload of an empty file: refused'
untouched 20; ok $? 'nothing changes'
# --- what is meant to be shorter is shorter
file 20 >$CF
soon eval 'grep -q "reread" <(tail -n 1 $LOG)'
file 20 | head -n 5 >$CF
soon eval '! has_service "-t 10.9.0.2:80"'; ok $? 'a file that stays shorter is read in the end'
call stop; soon stopped
# --- names
for name in rs.example vip.example back.example; do echo "$([ $name = rs.example ] && echo 127.0.1.3 || { [ $name = vip.example ] && echo 10.9.0.3 || echo 127.0.1.9; }) $name"; done >names
hosts() { { echo '127.0.0.1 localhost lvsdir'; cat "$@"; } >/etc/hosts; }
echo 'hosts: files' >/etc/nsswitch.conf
hosts names
names() { # weight
	printf 'checkinterval=1\nvirtual=vip.example:80\n\treal=rs.example:8001 masq %s\n\treal=127.0.1.99:1 masq\n\tfallback=back.example:80 masq\n\tchecktype=connect\n' "$1"
}
names 1 >$CF
call start
soon weight $C 1
has_service '-t 10.9.0.3:80'; ok $? 'names: resolved at the start'
hosts
names 7 >$CF
call reload
want 0 '' '' 'reload without the names'
soon weight $C 7 && has_service '-t 10.9.0.3:80'; ok $? 'the other change is in effect, the addresses stay'
for name in 'virtual: "vip.example"' 'real: "rs.example"' 'fallback: "back.example"'; do
	grep -q "warning: $name cannot be resolved at present: .*; its last address [0-9.]* stays in use" $LOG; ok $? "a warning: $name"
done
names 8 >$CF
call reload
[ "$CODE" -eq 0 ] && soon weight $C 8; ok $? 'also the second time'
sed -i '2a\	real=other.example:8001 masq' $CF
call reload
want 2 '' 'other.example' 'a name that was never known is an error'
names 9 >$CF
echo '127.0.1.1 rs.example' >>names; sed -i '/127.0.1.3/d' names; hosts names
call reload
soon weight $A 9 && absent $C; ok $? 'the name service is back: its address counts'
call stop; soon stopped; ok $? 'stop'
lb_end
