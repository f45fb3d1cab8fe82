#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs of the site: how they are found and run, and what they are given.  TAP.  doc/ldirectord.md 6, 8, 9
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
program() { # NAME LINES...
	printf '%s\n' "${@:2}" >"/mnt/bin/$1"
	chmod 755 "/mnt/bin/$1"
}
mkdir bin
export PATH=/mnt/bin:$PATH
# --- check commands
program with-interpreter '#!/bin/sh' 'echo "$1/$2/$3/$4" >>/mnt/given'
program without '# a script for sh' 'test -n "$4" && echo "$1/$2/$3/$4" >>/mnt/given'
program in-path 'exit 0'
program says-no 'exit 1'
cat >$CF <<'END'
checkinterval=1
virtual=10.9.0.1:80
	real=127.0.1.1:8001 masq
	checktype=external
	checkcommand="/mnt/bin/with-interpreter"
virtual=10.9.0.1:81
	real=127.0.1.2:8001 masq
	checktype=external
	checkcommand=/mnt/bin/without
virtual=7
	real=127.0.1.3 gate
	checktype=external
	checkcommand="without"
virtual=10.9.0.1:82
	real=127.0.1.4:8001 masq
	checktype=external
	checkcommand=in-path
virtual=10.9.0.1:83
	real=127.0.1.5:8001 masq
	checktype=external
	checkcommand=says-no
virtual6=8
	real6=[::1]:8001 gate
	checktype=external
	checkcommand=mnt/bin/without
END
call start
want 0 '' '' 'start'
soon weight 127.0.1.1:8001 1; ok $? 'a script with #!'
soon weight 127.0.1.2:8001 1; ok $? 'a script without'
soon weight 127.0.1.3:0 1; ok $? 'below a mark, a name in PATH'
soon weight 127.0.1.4:8001 1; ok $? 'a name in PATH'
soon weight '\[::1\]:8001' 1; ok $? 'a path below /'
absent 127.0.1.5:8001 && soon grep -q 'Deleted real server: 127.0.1.5:8001 .*exit status 1' $LOG; ok $? 'one that says no'
given() { grep -qxF "$1" given; }
given 10.9.0.1/80/127.0.1.1/8001; ok $? 'arguments: address and port of the virtual, of the real'
given 7/0/127.0.1.3/0; ok $? 'of a mark: the mark and 0'
given 8/0/::1/8001; ok $? 'of a mark of IPv6'
call stop; soon stopped
# --- fallbackcommand
program fallback 'echo "$#:$1:$2:$3" >>/mnt/fell'
cat >$CF <<'END'
checkinterval=1
checktimeout=1
fallbackcommand=/mnt/bin/fallback
virtual=10.9.0.1:80
	real=127.0.1.1:8001 masq
	checktype=connect
virtual=10.9.0.1:81
	protocol=udp
	real=127.0.1.1:8001 masq
	checktype=off
virtual=7
	real=127.0.1.1:8001 gate
	checktype=connect
virtual6=8
	real6=[::1]:8001 gate
	checktype=connect
	fallbackcommand="fallback"
virtual6=[fd00::1]:80
	real6=[::1]:8001 masq
	checktype=connect
END
call start
for told in 3:start:10.9.0.1:80:tcp 3:start:10.9.0.1:81:udp '3:start::0:fwm' '3:start:[fd00::1]:80:tcp'; do
	soon grep -qsxF "$told" fell; ok $? "fallbackcommand: $told"
done
soon eval '[ "$(grep -cxF 3:start::0:fwm fell)" -eq 2 ]'; ok $? 'three arguments for both marks'
call stop; soon stopped
# --- callback
program told 'echo "$#:$1" >>/mnt/called'
sed -i '1i callback="told"' $CF
call start
sed -i 's/checktimeout=1/checktimeout=2/' $CF
soon grep -qsxF "1:$CF" called; ok $? 'callback: a name in PATH, a script without #!'
call stop; soon stopped
# --- one that disappears
sed -i 's/^callback.*/callback="gone"/' $CF
program gone 'exit 0'
call start
rm bin/gone
echo '# changed' >>$CF
soon grep -q 'callback cannot be started: gone is not in any directory of PATH' $LOG; ok $? 'one that has gone: the log says so'
call stop; soon stopped; ok $? 'stop'
lb_end
