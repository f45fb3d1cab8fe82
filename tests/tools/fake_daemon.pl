# SPDX-License-Identifier: MIT
# The API socket of a daemon, with fixed answers.  It does not use our C code: the answers are those of the captures
# (doc/commands.md 4).
# usage: perl fake_daemon.pl SOCKET MODE     MODE: good, starting, refuse, refuse-move, silent, hangup, failed-move
# Serves one client after another until it is killed; ends by itself after 600 s.
use strict;
use warnings;
use Socket;

my ($path, $mode) = @ARGV;
alarm 600;
$SIG{PIPE} = 'IGNORE';
socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
unlink $path;
bind($listener, sockaddr_un($path)) or die "bind $path: $!";
listen($listener, 5) or die "listen: $!";

my $own = $mode eq 'starting' ? 'up' : 'active';
my @nodes = (['10.77.0.254', 'ping', 'ping'], ['cfa', 'normal', $own], ['cfb', 'normal', 'dead']);
my %parameter = (deadtime => '3', keepalive => '500ms');

sub frame { # pairs
	my $text = ">>>\n";
	while (@_) {
		my ($name, $value) = splice @_, 0, 2;
		$text .= "$name=$value\n";
	}
	$text .= "<<<\n\0";
	return pack('L2', length $text, 0xabcd) . $text;
}

sub answer { # reqtype, pairs
	my $reqtype = shift;
	return frame(t => 'hbapi-resp', reqtype => $reqtype, @_);
}

sub take { # client: request as a hash, undef at the end
	my ($client) = @_;
	read($client, my $head, 8) == 8 or return;
	my ($length, $magic) = unpack('L2', $head);
	die "bad head" if $magic != 0xabcd || $length > 4096;
	read($client, my $body, $length) == $length or return;
	die "bad body" unless $body =~ s/\A>>>\n(.*)<<<\n\0\z/$1/s;
	my %request = map { split /=/, $_, 2 } split /\n/, $body;
	return \%request;
}

sub find { my ($name) = @_; my ($node) = grep { $_->[0] eq lc $name } @nodes; return $node; }

sub respond { # one request; the answers as bytes
	my ($q) = @_;
	my $r = $q->{reqtype};
	my $node = find($q->{node} // '');
	my @bad = (info => 'EINVAL', result => 'badreq');
	my @links = (['eth0', 'up'], ['eth1', 'dead']);
	if ($r eq 'nodelist') {
		return join '', map { answer($r, node => $_->[0], nodetype => $_->[1], st => $_->[2], result => $_ == $nodes[-1] ? 'OK' : 'ok/more') } @nodes;
	} elsif ($r =~ /^(nodestatus|nodetype|nodeweight|nodesite|iflist|ifstatus)$/ && !$node) {
		return answer($r, @bad);
	} elsif ($r eq 'nodestatus') {
		return answer($r, st => $node->[2], result => 'OK');
	} elsif ($r eq 'nodetype') {
		return answer($r, nodetype => $node->[1], result => 'OK');
	} elsif ($r eq 'nodeweight') {
		return answer($r, weight => 100, result => 'OK');
	} elsif ($r eq 'nodesite') {
		return answer($r, site => '', result => 'OK');
	} elsif ($r eq 'iflist') {
		return join '', map { answer($r, ifname => $_->[0], st => $_->[1], result => $_ == $links[-1] ? 'OK' : 'ok/more') } @links;
	} elsif ($r eq 'ifstatus') {
		my ($link) = grep { $_->[0] eq $q->{ifname} } @links;
		return $link ? answer($r, st => $link->[1], result => 'OK') : answer($r, @bad);
	} elsif ($r eq 'clientstatus') {
		return '' if $q->{node} eq 'cfx'; # never answered, as the reference does
		return answer($r, subt => 'respond-cstatus', cs => $q->{cn} eq 'ipfail' ? 'online' : 'offline', result => 'OK');
	} elsif ($r eq 'getparm') {
		my $value = $parameter{$q->{pname}};
		return answer($r, defined $value ? (pvalue => $value) : (), result => 'OK');
	} elsif ($r eq 'getrsc') {
		return answer($r, rsc_hold => 'local', result => 'OK');
	} elsif ($r eq 'getdoubts') {
		return answer($r, result => 'OK') if $mode ne 'failed-move';
		return answer($r, doubt => 'bcast eth1: no such interface', result => 'ok/more') . answer($r, doubt => 'disk full', result => 'OK');
	} elsif ($r eq 'getgroups') {
		my @group = (key => '10.0.0.1', home => 'cfa', state => 'held', peerstate => 'none', epoch => 7, why => '');
		return answer($r, @group, result => 'OK') if $mode ne 'failed-move';
		return answer($r, @group, result => 'ok/more')
			. answer($r, key => 'httpd', home => 'cfb', state => 'failed', peerstate => '?', epoch => 9, why => 'httpd: exit status 1', result => 'OK');
	} elsif ($r eq 'move') {
		return answer($r, info => "Other side is in flux", result => 'badreq') if $mode eq 'refuse-move';
		return answer($r, info => "$q->{kind} $q->{rsc_hold} $q->{wait}", result => 'OK') if $mode eq 'good';
		sleep 1 if $q->{wait};
		return answer($r, info => $q->{wait} ? 'httpd: exit status 1' : 'accepted', result => $q->{wait} ? 'badreq' : 'OK');
	}
	return answer($r, info => 'unknown request', result => 'badreq');
}

while (accept(my $client, $listener)) {
	$client->autoflush(1) if $client->can('autoflush');
	select((select($client), $| = 1)[0]);
	next if $mode eq 'hangup';
	if ($mode eq 'silent') {
		read $client, my $nothing, 1 << 20; # until the client closes the connection
		next;
	}
	while (my $q = take($client)) {
		last if $q->{reqtype} eq 'signoff';
		if ($q->{reqtype} eq 'signon') {
			my @rest = (deadtime => 'bb8', keepalive => '1f4', node => 'cfa', hbversion => '3.0.6 (fake)', pacemaker => 'false', logfacility => -1);
			print $client $mode eq 'refuse' ? answer('signon', info => 'client failed authorization', result => 'badreq', @rest)
							: answer('signon', result => 'OK', @rest);
			last if $mode eq 'refuse';
			# A client that only sends requests must skip a message of the cluster between the answers.
			print $client frame(t => 'status', src => 'cfb', st => 'active');
			next;
		}
		die "bad identity" if $q->{dest} ne 'cfa' || $q->{pid} ne $q->{from_id};
		print $client respond($q);
	}
	close $client;
}
