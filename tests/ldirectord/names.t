#!/bin/bash
# SPDX-License-Identifier: MIT
# A name server that never answers: a reload waits for it, the checks do not.  TAP.  doc/ldirectord.md 9, 11.10
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
file() { # a further line of the virtual
	printf 'checkinterval=1\nchecktimeout=2\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:8001 masq 3\n\treal=127.0.1.2:8001 masq 5\n%s\tchecktype=connect\n' "$1" >$CF
}
# A name server that keeps every query until a signal comes.  USR1: it answers all with "no such name".  USR2: it keeps the next ones.
: >questions
perl -MIO::Socket::INET -e '
	my ($answers, @held) = (0);
	my $s = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.53", LocalPort => 53) or die;
	sub no_such_name { my ($q, $from) = @_; substr($q, 2, 2) = pack("n", 0x8183); send $s, $q, 0, $from }
	$SIG{USR1} = sub { $answers = 1; no_such_name(@$_) for splice @held };
	$SIG{USR2} = sub { $answers = 0 };
	open my $log, ">>", "questions" or die;
	$log->autoflush(1);
	for (;;) {
		my $from = recv($s, my $q, 512, 0);
		next unless defined $from;
		print $log "a query\n";
		$answers ? no_such_name($q, $from) : push @held, [$q, $from];
	}' &
dns=$!
asked() { [ -s questions ]; } # a query has come since the file was emptied
rm -f /etc/resolv.conf
printf 'nameserver 127.0.0.53\noptions timeout:30 attempts:5\n' >/etc/resolv.conf
echo 'hosts: files dns' >/etc/nsswitch.conf
echo '127.0.0.1 localhost lvsdir' >/etc/hosts

file ''
serve accept $A; a=$SERVER
serve accept $B
call start
want 0 '' '' 'start'
soon weight $A 3 && soon weight $B 5; ok $? 'both reals are in the table'

file $'\treal=web3.example.test:8001 masq 7\n'
"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
slow=$!
soon asked
unserve "$a"
soon absent $A; ok $? 'a real that refuses connections is deleted while a reload waits for a name'
kill -0 $slow 2>/dev/null; ok $? 'the reload still waits'
call status
[ "$CODE" -eq 0 ]; ok $? 'status answers meanwhile'
kill -USR1 $dns
wait $slow
[ $? -eq 2 ]; ok $? 'the reload exits with 2'
grep -q 'ldirectord.cf:6.*web3.example.test' slow.err; ok $? 'the message has file, line and name'
weight $B 5; ok $? 'the old configuration stays in use'

kill -USR2 $dns
: >questions
"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
slow=$!
soon asked
echo '127.0.1.3 web3.example.test' >>/etc/hosts
serve accept 127.0.1.3:8001
"$BUILD/sbin/ldirectord" reload >out 2>err </dev/null &
second=$!
soon eval '[ "$(ss -Hx state established | grep -c /run/ldirectord.ldirectord.sock)" -ge 2 ]'
kill -USR1 $dns
wait $second; CODE=$?
want 0 '' '' 'a second reload is done after the first one, with the file as it is then'
wait $slow
[ $? -eq 2 ]; ok $? 'the first reload has its own result'
soon weight 127.0.1.3:8001 7; ok $? 'the new real is in the table'

file $'\treal=web4.example.test:8001 masq 7\n'
kill -USR2 $dns
: >questions
"$BUILD/sbin/ldirectord" reload >slow.out 2>slow.err </dev/null &
soon asked
call stop
soon stopped && no_service; ok $? 'stop does not wait for a reload'
lb_end
