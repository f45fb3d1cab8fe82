#!/bin/sh
# SPDX-License-Identifier: MIT
# Recordings of our node beside a 3.0.6 are fed to the core again: it decides what is written down beside them.  TAP.
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
	ok "$name: the replay comes to its end" $?
	diff -u "$recordings/$name.decisions" "$temp/decisions" >"$temp/out" 2>&1
	ok "$name: what is decided is what is written down" $?
	"$replay" -a "$recordings/authkeys" "$recording" >"$temp/all" 2>"$temp/out" && grep -q ' start ' "$temp/all"
	ok "$name: at length, with times" $?
done
[ "$found" -gt 0 ]
ok 'there are recordings' $?

: >"$temp/empty"
"$replay" -a "$recordings/authkeys" "$temp/empty" >"$temp/out" 2>&1
[ $? -eq 2 ]
ok 'an empty file is no recording' $?
printf 'something else\n' >"$temp/else"
"$replay" -a "$recordings/authkeys" "$temp/else" >"$temp/out" 2>&1
[ $? -eq 2 ] && grep -q 'line 1: not a recording' "$temp/out"
ok 'a file of another kind is refused, with the line' $?
{ gzip -dc "$recording" | head -n 200; echo '99999999999 1 datagram 99 x'; } >"$temp/bad" 2>/dev/null
"$replay" -a "$recordings/authkeys" "$temp/bad" >"$temp/out" 2>&1
[ $? -eq 2 ] && grep -q 'no such group, node or medium' "$temp/out"
ok 'a medium that does not exist is refused' $?
# The instrument: another decision would show.
{ gzip -dc "$recording" | grep -v ' done .* start 1 '; } >"$temp/changed"
"$replay" -d -a "$recordings/authkeys" "$temp/changed" >"$temp/decisions" 2>/dev/null
! cmp -s "$temp/decisions" "$recordings/$(basename "$recording" .rec.gz).decisions"
ok 'without the ends of its starts the same recording ends in other decisions' $?
echo "1..$count"
