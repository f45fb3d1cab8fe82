#!/bin/bash
# SPDX-License-Identifier: MIT
# A name server that never answers: a reload waits for it, the checks do not.  TAP.  spec: ldirectord 9, 11 (no blocking on DNS)
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
MARGIN=600 # milliseconds
A=127.0.1.1:8001 B=127.0.1.2:8001
file() { # a further line of the virtual
	printf 'checkinterval=1\nchecktimeout=2\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\treal=127.0.1.2:8001 masq 5\n%s\tchecktype=connect\n' "$1" >$CF
}
# It takes every question and says nothing.
perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.53", LocalPort => 53) or die; sleep' &
rm -f /etc/resolv.conf
printf 'nameserver 127.0.0.53\noptions timeout:2 attempts:2\n' >/etc/resolv.conf
echo 'hosts: files dns' >/etc/nsswitch.conf
echo '127.0.0.1 localhost lvsdir' >/etc/hosts

file ''
serve accept $A; a=$SERVER
serve accept $B
call start
want 0 '' '' 'start'
within 1500 weight $A 3 && within 1500 weight $B 5; ok $? 'both are in'

file $'\treal=web3.example.test:8001 masq 7\n'
"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
slow=$!
sleep 0.3
unserve "$a"
within $((1000 + MARGIN)) absent $A; ok $? "while it waits for the name a real that refuses leaves the table in its time (${TOOK:-} ms)"
kill -0 $slow 2>/dev/null; ok $? 'the reload still waits'
call status
[ "$CODE" -eq 0 ]; ok $? 'status answers meanwhile'
wait $slow
[ $? -eq 2 ]; ok $? 'its exit is 2'
grep -q 'ldirectord.cf:6.*web3.example.test' slow.err; ok $? 'it names file, line and name'
weight $B 5; ok $? 'the old configuration goes on'

"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
slow=$!
sleep 0.3
echo '127.0.1.3 web3.example.test' >>/etc/hosts
serve accept 127.0.1.3:8001
call reload
want 0 '' '' 'one asked for while another waits is done after it, with the file as it is then'
wait $slow
[ $? -eq 2 ]; ok $? 'the first has its own result'
within $((1000 + MARGIN)) weight 127.0.1.3:8001 7; ok $? 'the new real is in'

echo 'nonsense' >>$CF
"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
sleep 0.1
call stop
within 1000 stopped && no_service; ok $? 'stop does not wait for a reload'
lb_end
