#!/bin/sh
# SPDX-License-Identifier: MIT
# hb_dump with the captured datagrams, with refused ones, and live in a network namespace.  TAP.
# The program is build/tools/hb_dump; HB_DUMP or BUILD can name another one.
set -u
cd "$(dirname "$0")/../.." || exit 1
dump=${HB_DUMP:-${BUILD:-build}/tools/hb_dump}
case $dump in /*) ;; *) dump=$PWD/$dump ;; esac
vectors=tests/data/protocol
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
keys=$temp/authkeys
(umask 077 && cp tests/data/hb_dump/authkeys "$keys")
count=0

ok() { # DESCRIPTION STATUS
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		sed 's/^/# /' "$temp/out" "$temp/err" 2>/dev/null
	fi
}

# exits DESCRIPTION CODE ARGUMENT...: the output is in $temp/out and $temp/err
exits() {
	what=$1 wanted=$2
	shift 2
	"$dump" "$@" >"$temp/out" 2>"$temp/err" </dev/null
	got=$?
	[ "$got" -eq "$wanted" ]
	ok "$what: exit status $wanted" $?
}

prints() { # DESCRIPTION PATTERN
	grep -q -e "$2" "$temp/out" "$temp/err"
	ok "$1" $?
}

silent() { # DESCRIPTION FILE
	[ ! -s "$2" ]
	ok "$1" $?
}

if [ ! -x "$dump" ]; then
	echo "not ok 1 - $dump is there: make"
	echo 1..1
	exit 1
fi

# --- every captured datagram
exits 'all captured datagrams are verified' 0 --authkeys "$keys" $vectors/*.bin
silent 'there is no error message' "$temp/err"
exits 'all captured datagrams are verified, with JSON' 0 --authkeys "$keys" --json $vectors/*.bin
jq -S . "$temp/out" >"$temp/got" 2>"$temp/err" && jq -S . tests/data/hb_dump/vectors.json >"$temp/golden" && diff "$temp/golden" "$temp/got" >"$temp/out"
ok 'the JSON is the expected one' $?
for v in "$vectors"/*.json; do
	[ "$(jq -r 'has("fields_in_order")' "$v")" = true ] || continue
	"$dump" -k "$keys" -j "$vectors/$(jq -r .file "$v")" | jq -c .fields
done >"$temp/out" 2>"$temp/err"
for v in "$vectors"/*.json; do
	jq -c 'select(has("fields_in_order")) | [.fields_in_order[] | [.name, .type, .value // .value_hex]]' "$v"
done >"$temp/wanted"
cmp -s "$temp/wanted" "$temp/out" && [ -s "$temp/wanted" ]
ok 'the fields are those of the vectors, in order' $?
exits 'one captured datagram' 0 -k "$keys" -j $vectors/sha1-starting.bin
head -c 70 "$temp/out" >"$temp/start"
printf '%s' '{"framing":"netstring","auth":{"index":1,"method":"sha1","ok":true},"fields":[["t",0,"starting"]' | head -c 70 | cmp -s - "$temp/start"
ok 'the members have their order, without blanks' $?

# --- text
exits 'a status' 0 -k "$keys" $vectors/sha1-status-init.bin
prints 'the verdict is printed' 'signed with key 1 sha1: verified'
prints 'dt is explained in milliseconds' 'dt  *1f40  (8000 ms)'
prints 'hg is explained as a number' 'hg  *6b03911f  (1795395871)'
prints 'ts is explained as a date' '([0-9-]* [0-9:]* UTC)'
prints 'a uuid is shown as one' '48c688a6-c3d6-415a-9a65-039ccd4ddf3b'
exits 'a retransmission request' 0 -k "$keys" $vectors/sha1-rexmit.bin
grep -q 'firstseq  *6$' "$temp/out"
ok 'its numbers are decimal and need no explanation' $?
exits 'a message that is not signed with the active key' 0 -k "$keys" $vectors/text-md5-index2-accepted.bin
prints 'the text names both keys' "signed with key 2 md5, but this file's active key is 1 sha1"

# --- refused
sed 's/src=nodea/src=nodeX/' $vectors/sha1-starting.bin >"$temp/altered"
exits 'an altered datagram' 1 -k "$keys" "$temp/altered"
prints 'it is refused with the reason' 'REFUSED: key 1 sha1: digest does not match'
prints 'it is shown all the same' 'nodeX'
exits 'an altered datagram, with JSON' 1 -k "$keys" -j "$temp/altered"
[ "$(jq -c '[.framing, .auth.index, .auth.method, .auth.ok, (.auth.reason | length > 0), (.fields | length)]' "$temp/out")" = '["netstring",1,"sha1",false,true,9]' ]
ok 'the JSON has ok false and a reason' $?
exits 'a good datagram and an altered one' 1 -k "$keys" $vectors/sha1-starting.bin "$temp/altered"
head -c 100 $vectors/sha1-starting.bin >"$temp/cut"
exits 'a cut datagram' 1 -k "$keys" "$temp/cut"
printf 'GET / HTTP/1.0\r\n\r\n' >"$temp/foreign"
exits 'a datagram of another program' 1 -k "$keys" -j "$temp/foreign"
[ "$(jq -c '[.framing, .auth.index, .auth.method, .auth.ok, .fields]' "$temp/out")" = '[null,null,null,false,[]]' ]
ok 'it has neither framing nor key' $?
exits 'an empty datagram' 1 -k "$keys" /dev/null
head -c 70000 /dev/zero >"$temp/large"
exits 'a datagram larger than UDP can carry' 1 -k "$keys" "$temp/large"
prints 'the reason is printed' 'too large'
printf '###\n8:(9)t=abc,%%%%%%\n5:1 abc,' >"$temp/killer"
exits 'a datagram that crashed the reference' 1 -k "$keys" "$temp/killer"
printf 'auth 1\n1 sha1 AnotherKey\n' >"$temp/other" && chmod 600 "$temp/other"
exits 'a datagram signed with another key text' 1 -k "$temp/other" $vectors/sha1-starting.bin
exits 'a datagram signed with a key that the file does not have' 1 -k "$temp/other" $vectors/md5-status.bin
prints 'the text names the key' 'signed with key 2, which .* does not have'
! grep -q -e PwTestKey -e AnotherKey "$temp/out" "$temp/err"
ok 'no key is printed' $?
printf '###\n13:(0)n=\033[2J\377\303\251!,%%%%%%\n' >"$temp/odd"
exits 'an unsigned datagram' 1 -k "$keys" "$temp/odd"
! grep -q "$(printf '\033')" "$temp/out"
ok 'a terminal gets no control bytes' $?
exits 'an unsigned datagram, with JSON' 1 -k "$keys" -j "$temp/odd"
[ "$(jq -c .auth.ok "$temp/out")" = false ] && LC_ALL=C grep -q '^[ -~]*$' "$temp/out"
ok 'the line is ASCII' $?

# --- input and usage
"$dump" -k "$keys" - <$vectors/sha1-starting.bin >"$temp/out" 2>"$temp/err"
ok 'standard input is read as -' $?
prints 'standard input is named' '^standard input: netstring, 266 bytes'
exits 'no file' 2 -k "$keys"
exits 'an unknown option' 2 --nonsense x
exits 'a missing file' 2 -k "$keys" "$temp/absent" $vectors/sha1-starting.bin
prints 'the missing file is named' "$temp/absent: No such file"
prints 'the other files are shown' 'starting'
exits 'a directory' 2 -k "$keys" "$temp"
exits 'a missing authkeys file' 2 -k "$temp/absent" $vectors/sha1-starting.bin
printf 'auth 7\n1 sha1 OtherSecret\n' >"$temp/broken" && chmod 600 "$temp/broken"
exits 'an authkeys file with an error' 2 -k "$temp/broken" $vectors/sha1-starting.bin
! grep -q OtherSecret "$temp/err" && grep -q 'broken:1' "$temp/err"
ok 'the message has the line, but not the key' $?
chmod 644 "$keys"
exits 'an authkeys file that every user may read' 0 -k "$keys" $vectors/sha1-starting.bin
prints 'a warning has the mode that heartbeat requires' 'expected 0600'
chmod 600 "$keys"
exits 'files together with --live' 2 -k "$keys" --live lo $vectors/sha1-starting.bin
exits 'port 0' 2 -k "$keys" --port 0 --live lo
exits 'port 65536' 2 -k "$keys" --port 65536 --live lo
exits 'count x' 2 -k "$keys" --count x --live lo
exits 'a missing interface' 2 -k "$keys" --live nosuchif0
exits '--help' 0 --help
prints 'the usage is printed' '^usage: hb_dump'
exits '--version' 0 --version
[ -e /etc/ha.d/authkeys ] || {
	exits 'no authkeys file at all' 1 $vectors/crc-status.bin
	prints 'the missing file is named' '/etc/ha.d/authkeys: No such file'
	prints 'the fields are shown' 'not verified'
}
"$dump" -k "$keys" $vectors/sha1-starting.bin >/dev/full 2>"$temp/err"
[ $? -eq 2 ]
ok 'output that cannot be written is an error' $?

# --- live
if [ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null && command -v perl >/dev/null; then
	cat >"$temp/live" <<'LIVE'
set -u
ip link set lo up
"$1" -k "$2" --json --live lo --port 6940 --count 3 >"$3/out" 2>"$3/err" &
pid=$!
tries=0
until grep -q ' 0800 ' /proc/net/packet || [ "$tries" -ge 600 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
perl -MIO::Socket::INET -e '
	my ($good, $bad) = map { local $/; open my $f, "<", $_ or die; <$f> } @ARGV;
	my @there = map { IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:$_") or die } 6940, 6941; # without a receiver the second send would fail
	my ($right, $wrong) = map { IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1:$_") or die } 6940, 6941;
	socket(my $icmp, 2, 3, 1) or die;
	sub sum { my $s = 0; $s += $_ for unpack("n*", length($_[0]) % 2 ? "$_[0]\0" : $_[0]); $s = ($s >> 16) + ($s & 65535) while $s >> 16; return ~$s & 65535 }
	send($wrong, $good, 0) or die;
	send($right, $good, 0) or die;
	send($right, $bad, 0) or die;
	for my $text ("ordinary ping", $good) {
		my $echo = pack("C2n3", 8, 0, 0, 7, 1) . $text;
		substr($echo, 2, 2) = pack("n", sum($echo));
		send($icmp, $echo, 0, pack("SnC4x8", 2, 0, 127, 0, 0, 1)) or die;
	}' "$4" "$3/altered" 2>"$3/perl"
wait $pid
LIVE
	timeout 120 unshare -n sh "$temp/live" "$dump" "$keys" "$temp" "$vectors/sha1-starting.bin"
	[ $? -eq 1 ]
	ok 'live: three datagrams, one of them altered: exit status 1' $?
	[ "$(jq -c .auth.ok "$temp/out" | tr '\n' ' ')" = 'true false true ' ]
	ok 'live: it shows UDP to the port and pings with a message, nothing else, and nothing twice' $?
	cat >"$temp/stop" <<'STOP'
ip link set lo up
"$1" -k "$2" --live lo >"$3/out" 2>"$3/err" &
pid=$!
tries=0
until [ $((0x$(sed -n 's/^SigCgt:.//p' /proc/$pid/status) & 0x4000)) -ne 0 ] || [ "$tries" -ge 600 ]; do # until it has a handler for SIGTERM
	tries=$((tries + 1))
	sleep 0.1
done
kill -TERM $pid
wait $pid
STOP
	timeout 120 unshare -n sh "$temp/stop" "$dump" "$keys" "$temp"
	ok 'live: it exits with 0 after SIGTERM' $?
else
	ok 'live: needs root and network namespaces' 1
fi
echo "1..$count"
