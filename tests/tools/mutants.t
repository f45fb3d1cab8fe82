#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/mutants finds what a test does not notice: a tree with one function and one unit test.  TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
verdict() { # STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2" && sed 's/^/# /' "$work/output"; fi
}
mkdir -p "$work/tree/heartbeat/core" "$work/tree/tests/unit/heartbeat"
cp -r Makefile CHANGES.md "$work/tree/"
cp -r tests/mutants "$work/tree/tests/"
cd "$work/tree" || exit 1

cat >heartbeat/core/larger.c <<'C'
#include <stdbool.h>

int larger(int a, int b);
int unwatched(int a);

int larger(int a, int b)
{
	int answer = b;
	if (a > b)
		answer = a;
	return answer;
}

int unwatched(int a)
{
	return a == 7;
}
C
cat >tests/unit/heartbeat/larger_test.c <<'C'
int larger(int a, int b);
int main(void) { return larger(3, 4) == 4 && larger(4, 3) == 4 && larger(5, 5) == 5 ? 0 : 1; }
C
cat >tests/mutants/survivors <<'S'
heartbeat/core/larger.c larger
if (a > b)
if (a >= b)
equivalent: the same number

heartbeat/core/larger.c larger
if (a > c)
if (a >= c)
equivalent: the line has changed since
S
play() { tests/mutants/run "$@" >"$work/output" 2>&1; } # ARGUMENT...

play --only heartbeat/core/larger.c:9 --jobs 1
verdict $? 'a run ends with 0 when each survivor is explained'
grep -q '^3 mutants (0 more do not compile): 2 killed, 66.7 %$' "$work/output"
verdict $? 'a wrong answer is noticed, an equal one is not'
grep -A 3 '^survived: heartbeat/core/larger.c:9 larger$' "$work/output" | grep -q 'equivalent: the same number'
verdict $? 'a survivor is printed with its explanation'

play --count 100 heartbeat/core/larger.c
[ $? -eq 1 ] && grep -A 3 '^survived: heartbeat/core/larger.c:16 unwatched$' "$work/output" | grep -q 'not explained'
verdict $? 'a function without a test survives, and the run ends with 1'
cp build/mutants/work/all "$work/earlier"
play --again "$work/earlier" heartbeat/core/larger.c
[ $? -eq 1 ] && grep -q '^[0-9]* mutants (0 more do not compile): 0 killed' "$work/output" &&
	[ "$(grep -c '^-' "$work/earlier")" -eq "$(wc -l <build/mutants/work/all)" ]
verdict $? 'the survivors of an earlier run are played again'
play --unused
[ "$(cat "$work/output")" = 'no such mutant: heartbeat/core/larger.c larger: if (a > c)' ]
verdict $? 'an explanation of a line that has changed is found'
tests/mutants/places 3 heartbeat/core/larger.c >"$work/first"
sed 's/a == 7/a == 7 \&\& a/' heartbeat/core/larger.c >"$work/larger.c" && cp "$work/larger.c" heartbeat/core/larger.c
tests/mutants/places 3 heartbeat/core/larger.c | awk '$5 == "larger"' >"$work/after"
awk '$5 == "larger"' "$work/first" | cmp "$work/after" - >"$work/output" 2>&1
verdict $? 'an edit of one function leaves the mutants of the others in their order'
echo "1..$number"
