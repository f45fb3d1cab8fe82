#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/call-cycles finds files that call each other in a circle, and tests/unused-exports finds public functions that no
# program uses.  TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

object() { # NAME C...: compile the text
	name=$1
	shift
	mkdir -p "$work/$(dirname "$name")"
	printf '%s\n' "$@" >"$work/$name.c"
	cc -c -o "$work/$name.o" "$work/$name.c" || exit 1
}
verdict() { # STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2" && sed 's/^/# /' "$work/output"; fi
}

object low 'int low(void) { return 1; }'
object middle 'int low(void); int middle(void) { return low(); }'
object high 'int middle(void); int low(void); int high(void) { return middle() + low(); }'
ar rcs "$work/chain.a" "$work/low.o" "$work/middle.o" "$work/high.o"
tests/call-cycles "$work/chain.a" >"$work/output" 2>&1
verdict $? 'calls in one direction are no circle'

object low 'int high(void); int low(void) { return high(); }'
rm "$work/chain.a"
ar rcs "$work/chain.a" "$work/low.o" "$work/middle.o" "$work/high.o"
tests/call-cycles "$work/chain.a" >"$work/output" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$work/output")" -eq 1 ] && grep -q 'low' "$work/output" && grep -q 'middle' "$work/output" && grep -q 'high' "$work/output"
verdict $? 'a circle of three files is one line with their names'

object table 'int row(void); int (*const rows[])(void) = {row};'
object row 'extern int (*const rows[])(void); int row(void) { return rows[0] != row; }'
ar rcs "$work/table.a" "$work/table.o" "$work/row.o"
tests/call-cycles "$work/table.a" >"$work/output" 2>&1
[ $? -eq 1 ]
verdict $? 'a row that uses its own table is a circle'

mkdir "$work/sbin" && : >"$work/sbin/heartbeat" && : >"$work/sbin/ldirectord" && : >"$work/sbin/stonith"
object lib 'int used(void) { return 1; }' 'int only_here(void) { return used(); }' 'int forgotten(void) { return only_here(); }'
ar rcs "$work/lib.a" "$work/lib.o"
object heartbeat/daemon/main 'int used(void); int main(void) { return used(); }'
object ldirectord/daemon/main 'int main(void) { return 0; }'
object stonith/main 'int main(void) { return 0; }'
object tools/tool 'int main(void) { return 0; }'
object resource.d/script 'int main(void) { return 0; }'
tests/unused-exports "$work" >"$work/output" 2>&1
[ $? -eq 1 ] && grep -q ': forgotten: no program uses it' "$work/output"
verdict $? 'a function that nobody calls is found'
grep -q ': only_here: no program uses it' "$work/output"
verdict $? 'a function that only its own file calls is found'
! grep -q ': used:' "$work/output"
verdict $? 'a function that a program calls is not'
grep -q 'spawn_grace_ms need not be in the list' "$work/output"
verdict $? 'an exception that is no longer needed is found'
rm "$work/sbin/ldirectord"
! tests/unused-exports "$work" >"$work/output" 2>&1 && grep -q 'sbin/ldirectord is not there' "$work/output"
verdict $? 'a build that is not complete is an error'
echo "1..$number"
