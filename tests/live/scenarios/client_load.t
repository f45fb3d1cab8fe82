#!/bin/bash
# SPDX-License-Identifier: MIT
# Clients that come and go a thousand times, a hundred that stay silent, and one that never reads: nothing is left behind,
# other clients are answered, and the other node hears every heartbeat in time.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
# usage: clients connect N | silent N | deaf.  silent and deaf print "ready" and stay until their standard input ends.
node_put 1 /usr/bin/clients 755 <<'END'
#!/usr/bin/perl
use strict;
use warnings;
use Socket;
$SIG{PIPE} = 'IGNORE';
my ($what, $count) = (@ARGV, 1);
chomp(my $node = `uname -n`);
my @kept;
sub attach {
	socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($s, sockaddr_un('/run/heartbeat/register')) or die "connect: $!\n";
	return $s;
}
sub frame { my ($text) = ">>>\n$_[0]<<<\n\0"; return pack('L2', length $text, 0xabcd) . $text }
sub request { frame("t=hbapi-req\nreqtype=$_[0]\ndest=$node\npid=$$\nfrom_id=$_[1]\n") }
for my $i (1 .. $count) {
	my $s = attach();
	if ($what ne 'silent') { # every other one has a name
		my $name = $i % 2 && $what eq 'connect' ? 'ping' : $$;
		syswrite $s, request('signon', $name);
		sysread $s, my $answer, 65536 or die "no answer to sign-on $i\n";
		$answer =~ /result=OK/ or die "refused: $answer\n";
	}
	push @kept, $s if $what ne 'connect';
}
exit if $what eq 'connect';
if ($what eq 'deaf') { # until the daemon closes the connection
	1 while defined syswrite $kept[0], request('nodelist', $$);
}
syswrite STDOUT, "ready\n";
sysread STDIN, my $end, 1;
END
# "ping" may be used by the group haclient only; here there is none
node_exec 1 sh -c 'echo "apiauth ping uid=root" >>/etc/ha.d/ha.cf && /usr/sbin/heartbeat -r'

descriptors() { node_exec 1 sh -c 'ls "/proc/$1/fd" | wc -l' sh "$(engine_pid 1)"; }
memory_kb() { node_exec 1 sh -c 'sed -nE "s/^VmRSS:[^0-9]*([0-9]+).*/\1/p" "/proc/$1/status"' sh "$(engine_pid 1)"; }
as_before() { [ "$(descriptors)" = "$1" ]; } # DESCRIPTORS
mark1=$(log_mark 1) mark2=$(log_mark 2)
engine=$(engine_pid 1)

check 'a hundred clients come and go' node_exec 1 /usr/bin/clients connect 100
before=$(descriptors)
memory=$(memory_kb)
check 'a thousand clients come and go' node_exec 1 /usr/bin/clients connect 1000
check 'no descriptor is left' soon as_before "$before"
at_most 'memory does not grow, in KB' "$(($(memory_kb) - memory))" 1024

stay() { # WHAT COUNT: until stay_end
	rm -f "$LIVE/hold" "$LIVE/clients"
	mkfifo "$LIVE/hold"
	node_exec 1 /usr/bin/clients "$@" <"$LIVE/hold" >"$LIVE/clients" 2>&1 &
	exec {HOLD}>"$LIVE/hold"
	soon grep -q ready "$LIVE/clients"
}
stay_end() { exec {HOLD}>&-; }
check 'a client that asks and never reads is closed' stay deaf 1
check 'the log says so' soon log_has 1 'does not read its answers: connection closed' "$mark1"
is 'another client is answered' "$(cl_status 1 rscstatus)" local
stay_end
check 'a hundred clients connect and stay silent' stay silent 100
is 'another client is answered' "$(cl_status 1 rscstatus)" local
stay_end
check 'no descriptor is left' soon as_before "$before"
is 'the engine is the same' "$(engine_pid 1)" "$engine"
check_not 'no heartbeat was late for the other node' log_has 2 'Late heartbeat|is dead' "$mark2"
check 'the first node serves' served_by 1
done_testing
