#!/bin/sh
# SPDX-License-Identifier: MIT
# Replays recordings of our node in a cluster with 3.0.6: the core must decide what is stored beside each recording.  TAP.
# A recording: tests/data/recordings/NAME.rec.gz; its decisions: NAME.decisions (tests/data/recordings/README.md).
set -u
cd "$(dirname "$0")/../.." || exit 1
replay=${BUILD:-build}/replay
recordings=tests/data/recordings
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
count=0
ok() { # DESCRIPTION STATUS
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		sed 's/^/# /' "$temp/out" 2>/dev/null | head -n 40
	fi
}
make -s BUILD="${BUILD:-build}" "$replay" >"$temp/out" 2>&1
ok 'build/replay is there' $?

found=0
for recording in "$recordings"/*.rec.gz; do
	[ -f "$recording" ] || continue
	found=$((found + 1))
	name=$(basename "$recording" .rec.gz)
	"$replay" -d -a "$recordings/authkeys" "$recording" >"$temp/decisions" 2>"$temp/out"
	ok "$name: the replay reaches the end" $?
	diff -u "$recordings/$name.decisions" "$temp/decisions" >"$temp/out" 2>&1
	ok "$name: the decisions are the stored ones" $?
	"$replay" -a "$recordings/authkeys" "$recording" >"$temp/all" 2>"$temp/out" && grep -q ' start ' "$temp/all"
	ok "$name: without -d every event is printed, with times" $?
done
[ "$found" -gt 0 ]
ok 'there are recordings' $?

: >"$temp/empty"
"$replay" -a "$recordings/authkeys" "$temp/empty" >"$temp/out" 2>&1
[ $? -eq 2 ]
ok 'an empty file is refused' $?
printf 'something else\n' >"$temp/else"
"$replay" -a "$recordings/authkeys" "$temp/else" >"$temp/out" 2>&1
[ $? -eq 2 ] && grep -q 'line 1: not a recording' "$temp/out"
ok 'a file of another kind is refused, and the message has the line' $?
{ gzip -dc "$recording" | head -n 200; echo '99999999999 1 datagram 99 x'; } >"$temp/bad" 2>/dev/null
"$replay" -a "$recordings/authkeys" "$temp/bad" >"$temp/out" 2>&1
[ $? -eq 2 ] && grep -q 'no such group, node or medium' "$temp/out"
ok 'a medium that does not exist is refused' $?
# This test can fail: a different decision is noticed.
{ gzip -dc "$recording" | grep -v ' done .* start 1 '; } >"$temp/changed"
"$replay" -d -a "$recordings/authkeys" "$temp/changed" >"$temp/decisions" 2>/dev/null
! cmp -s "$temp/decisions" "$recordings/$(basename "$recording" .rec.gz).decisions"
ok 'without the results of its starts the same recording leads to other decisions' $?
# A reload in place: the recording has the new files before the event; they are in use from then on.
cat >"$temp/reload" <<'RECORDING'
heartbeat recording 1
node alpha
uuid 00000000000000000000000000000001
generation 5
seed 1
ha.cf
	keepalive 1
	deadtime 4
	warntime 2
	initdead 10
	bcast eth0
	auto_failback off
	node alpha beta
haresources
	alpha web
begin
0 1700000000 start
11000000000 1700000011 done 0 start 1 0
ha.cf
	keepalive 1
	deadtime 4
	warntime 2
	initdead 10
	bcast eth0
	auto_failback off
	node alpha beta
haresources
	alpha mail
	alpha web
12000000000 1700000012 reloaded
13000000000 1700000013 done 0 start 1 0
14000000000 1700000014 shutdown
RECORDING
"$replay" -d -a "$recordings/authkeys" "$temp/reload" >"$temp/out" 2>&1
grep '^st' "$temp/out" >"$temp/decisions"
printf 'start web\nstart mail\nstop mail\nstop web\n' | cmp -s - "$temp/decisions"
ok 'a reload: the new group is started, and the old one has its new place' $?
echo "1..$count"
