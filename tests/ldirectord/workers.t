#!/bin/bash
# SPDX-License-Identifier: MIT
# The processes that run checks: the one for the network has no rights, a death is no verdict, and nothing of them outlives the daemon.
# TAP.  doc/ldirectord.md 6
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
worker() { # network|programs: its pid
	pgrep -xf "ldirectord --check-worker $1"
}
of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" 2>/dev/null; } # PID FIELD
running() { worker "$1" >new && [ "$(cat new)" != "${2:-}" ]; } # NAME [NOT-THIS-PID]
gone() { [ ! -e "/proc/$1/exe" ] || [ "$(of "$1" State | cut -c1)" = Z ]; }
program() { printf '%s\n' '#!/bin/sh' "${@:2}" >"/mnt/$1"; chmod 755 "/mnt/$1"; }
left() { ps -eo pid=,stat=,args= | grep -v ' Z' | grep -q 'sleep 77[0-9]'; } # what the commands below start
# --- rights
file() { # further sections
	printf 'checkinterval=1\nchecktimeout=2\nvirtual=10.9.0.1:80\n\treal=%s masq\n\treal=%s masq\n\tservice=http\nvirtual=10.9.0.2:80\n\treal=127.0.1.3:80 masq\n\tchecktype=ping\n%s' $A $B "$1" >$CF
}
file ''
serve http $A; a=$SERVER
serve http $B
call start
soon weight $A 1 && soon weight $B 1; ok $? 'http checks'
soon weight 127.0.1.3:80 1; ok $? 'pings, which need a raw socket'
net=$(worker network)
[ "$(of "$net" Uid)" = $'65534\t65534\t65534\t65534' ] && [ "$(of "$net" Gid)" = $'65534\t65534\t65534\t65534' ] && [ -z "$(of "$net" Groups)" ]
ok $? 'they run as nobody, without groups'
for set in CapInh CapPrm CapEff CapBnd CapAmb; do [ "$(of "$net" $set)" = 0000000000000000 ] || break; done
[ $set = CapAmb ] && [ "$(of "$net" CapAmb)" = 0000000000000000 ] && [ "$(of "$net" NoNewPrivs)" = 1 ]; ok $? 'without capabilities, and cannot get any'
[ "$(readlink "/proc/$net/fd/3" | cut -d: -f1)" = socket ] && ! ls -l "/proc/$net/fd" | grep -qE 'ldirectord\.|/var|/etc|/mnt'; ok $? 'with no file of the daemon open'
tr '\0' '\n' <"/proc/$net/environ" | grep -q '^IPVSADM' && bad=1 || bad=0; ok $bad 'without the environment of the daemon'
! worker programs >/dev/null; ok $? 'without check commands there is no process for them'
[ "$(of "$(pid)" Uid | cut -f1)" = 0 ]; ok $? 'the daemon is root'
call reload
[ "$(worker network)" = "$net" ]; ok $? 'a reload keeps it'
# --- its death
: >$LOG
kill -KILL "$net"
soon running network "$net"; ok $? 'killed: another one is started'
soon grep -q 'The process for network checks has died: killed by signal 9; another one is started, its checks count as neither good nor bad' $LOG; ok $? 'the log says so'
look_on 2
weight $A 1 && weight $B 1 && ! grep -q 'real server' $LOG; ok $? 'no server goes'
unserve "$a"
soon absent $A; ok $? 'a failure is noticed by the new one'
serve http $A; a=$SERVER
soon weight $A 1; ok $? 'and the recovery'
# --- it hangs
net=$(worker network)
kill -STOP "$net"
soon running network "$net"; ok $? 'stopped: another one is started when no verdict comes'
grep -q 'The process for network checks is ended: it does not answer' $LOG; ok $? 'the log says so'
unserve "$a"
soon absent $A; ok $? 'and a failure is noticed'
# --- it dies again and again
serve http $A; a=$SERVER
soon weight $A 1
: >$LOG
for _ in 1 2 3 4; do net=$(worker network) && kill -KILL "$net"; soon gone "$net"; soon running network "$net"; done
[ "$(grep -c 'has died' $LOG)" -lt 4 ]; ok $? 'the log is not filled'
soon running network; weight $A 1 && weight $B 1; ok $? 'no server goes'
# --- the daemon is killed
daemon=$(pid) net=$(worker network)
kill -KILL "$daemon"
soon gone "$net"; ok $? 'the daemon is killed: so is the process for network checks'
# --- a daemon that must not change its user, as in some containers and units
file ''
: >$LOG
setpriv --bounding-set=-setuid,-setgid "$BUILD/sbin/ldirectord" start >out 2>err </dev/null
soon weight $A 1; ok $? 'it cannot become nobody: it checks all the same'
powerless() { [ "$(of "$(worker network)" CapEff)" = 0000000000000000 ]; } # it gives them up when it starts
soon powerless; ok $? 'without capabilities'
soon grep -q 'The process for network checks: it runs as root without capabilities, as it cannot become nobody' $LOG; ok $? 'and the log says so'
call stop; soon stopped
# --- check commands
program stubborn 'trap "" TERM' 'sleep 771' 'sleep 771'
program leaver '(sleep 772 &)' 'exit 0'
program setsid-leaver 'setsid sleep 773 >/dev/null 2>&1 </dev/null &' 'exit 0'
program lasting 'exec sleep 774'
commands() {
	file "$(for c in stubborn leaver setsid-leaver lasting; do printf 'virtual=10.9.1.%d:80\n\treal=127.0.1.9:80 masq\n\tchecktype=external\n\tcheckcommand=/mnt/%s\n\tchecktimeout=300\n\tcheckinterval=300\n' $((${#c})) $c; done)"$'\n'
}
all_run() { [ "$(ps -eo args= | grep -c '^sleep 77[1-4]')" -ge 4 ]; }
commands
call start
soon all_run; ok $? 'check commands run, and leave processes behind'
run=$(worker programs)
[ "$(of "$run" Uid | cut -f1)" = 0 ]; ok $? 'with the rights of the daemon'
call stop
soon stopped
! left; ok $? 'stop: when the daemon is gone, none of them is left'
call start
soon all_run
daemon=$(pid) run=$(worker programs)
kill -KILL "$daemon"
soon eval '! left'; ok $? 'the daemon is killed: none of them is left'
soon gone "$run"; ok $? 'nor the process that ran them'
call start
soon all_run
run=$(worker programs)
program lasting 'exit 0'
program stubborn 'exit 0'
program leaver 'exit 0'
program setsid-leaver 'exit 0'
kill -KILL "$run"
soon running programs "$run"; ok $? 'the process for check commands is killed: another one is started'
soon eval '! ps -eo args= | grep -qE "^sleep 77[124]"'; ok $? 'what it ran is ended'
soon grep -q -- '-a -t 10.9.1.7:80 -r 127.0.1.9:80' table; ok $? 'and its checks are run again'
call stop; soon stopped; ok $? 'stop'
lb_end
