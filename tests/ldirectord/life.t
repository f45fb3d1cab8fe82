#!/bin/bash
# SPDX-License-Identifier: MIT
# A daemon from start to stop: failures, fallback, orders, 200 reloads, a reload with an error, autoreload, maintenance.  TAP.
# doc/ldirectord.md 7 to 9
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
file() { # further lines of globals
	printf 'fallbackcommand=echo >>/mnt/commands\ncheckinterval=1\nchecktimeout=2\nfallback=127.0.1.9:80 masq\n%s\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\treal=127.0.1.2:8001 masq 5\n\tchecktype=connect\n' "$1" >$CF
}
A=127.0.1.1:8001 B=127.0.1.2:8001 F=127.0.1.9:80 V=tcp:10.9.0.1:80
file ''
serve accept $A; a=$SERVER
serve accept $B; b=$SERVER
call start
want 0 '' '' 'start'
soon weight $A 3 && soon weight $B 5 && absent $F; ok $? 'both reals are in the table, the fallback is not'
unserve "$a"
soon absent $A; ok $? 'a real that refuses connections is deleted'
weight $B 5 && absent $F; ok $? 'the other real stays, and there is no fallback'
grep -q 'Deleted real server: 127.0.1.1:8001 (10.9.0.1:80).*refused' $LOG; ok $? 'the log has the reason'
unserve "$b"
soon weight $F 1 && absent $B; ok $? 'the fallback is added when the last real is deleted'
soon grep -qx 'start 10.9.0.1:80 tcp' commands && kill -0 "$(pid)"; ok $? 'fallbackcommand was run, and the daemon still runs after the end of the command'
serve accept $A; a=$SERVER
soon weight $A 3; ok $? 'the first real is added again'
soon absent $F; ok $? 'then the fallback is deleted'
serve accept $B; b=$SERVER
soon weight $B 5
# --- orders
call drain $V $A
want 0 '' '' 'drain'
weight $A 0; ok $? 'the weight is 0 when drain returns'
call disable $V $A
want 0 '' '' 'disable'
absent $A; ok $? 'the real is not in the table when disable returns'
call reload
want 0 '' '' 'reload'
look_on 1.5; absent $A; ok $? 'a reload keeps an order'
call enable $V $A
[ "$CODE" -eq 0 ] && soon weight $A 3; ok $? 'enable adds the real again'
call drain $V 127.0.9.9:1
want 1 '' 'has no real server 127.0.9.9:1' 'an order for an unknown real: exit 1'
# --- reloads
RELOADS=${LB_RELOADS:-200}
resident() { awk '/^VmRSS/ {print $2}' "/proc/$(pid)/status"; }
descriptors() { find "/proc/$(pid)/fd" -type l | wc -l; }
for i in 1 2 3 4 5 6 7 8 9 10; do call reload; done
rss=$(resident) fds=$(descriptors) good=0
: >operations
for i in $(seq "$RELOADS"); do
	call reload
	[ "$CODE" -eq 0 ] && good=$((good + 1))
done
[ "$good" -eq "$RELOADS" ]; ok $? "$RELOADS reloads: exit 0 ($good)"
[ "$(changes)" -eq 0 ]; ok $? 'no reload has changed the table'
grew=$(($(resident) - rss))
[ $grew -lt 2048 ]; ok $? "no growth (${grew} kB)"
# A check may be running now: its socket is open, and what curl or c-ares keep open.
soon eval '[ $(descriptors) -le $((fds + 1)) ]'; ok $? "no descriptor is left ($fds, then $(descriptors))"
unserve "$a"
soon absent $A; ok $? 'a failure is noticed after the reloads'
serve accept $A; a=$SERVER
soon weight $A 3
# --- a reload with an error
file 'nonsense'; : >operations
call reload
want 2 '' 'ldirectord.cf:5' 'reload of a file with an error: exit 2, and the message names the line'
json '.last_reload_error | test("ldirectord.cf:5")'; ok $? 'status --json has the error too'
weight $A 3 && weight $B 5 && [ "$(changes)" -eq 0 ]; ok $? 'the table has not changed'
unserve "$a"
soon absent $A; ok $? 'the old configuration stays in use: a failure is noticed'
serve accept $A; a=$SERVER
soon weight $A 3; ok $? 'and so is the recovery'
# --- HUP
sed 's/masq 5/masq 7/; /nonsense/d' -i $CF
kill -HUP "$(pid)"
soon weight $B 7; ok $? 'after HUP the table has the new weight'
json '.last_reload_error == ""'; ok $? 'and status no longer has the error'
# --- maintenance, autoreload
mkdir /run/maintenance
file 'maintenancedir=/run/maintenance
autoreload=yes'
call reload
soon weight $B 5
: >/run/maintenance/127.0.1.1
soon absent $A; ok $? 'a file in maintenancedir deletes the real'
rm /run/maintenance/127.0.1.1
soon weight $A 3; ok $? 'the real is added again when the file is removed'
sed 's/masq 5/masq 9/' -i $CF
soon weight $B 9; ok $? 'autoreload: a changed file takes effect'
sed 's/masq 9/masq 9 nonsense/' -i $CF
soon json '.last_reload_error != ""' && weight $B 9; ok $? 'autoreload: a file with an error takes no effect'
call stop
soon stopped && no_service; ok $? 'stop with an error in the file: the table is empty'
lb_end
