#!/bin/sh
# SPDX-License-Identifier: MIT
# What the Makefile makes anew: an object when the compiler or its flags have changed, and not otherwise.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

check() { # SENTENCE COMMAND...
	sentence=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $sentence"; else echo "not ok $number - $sentence"; fi
}

object() { # FLAGS [COMPILER]: "made" when the object is made by this
	before=$(stat -c %y "$work/lib/mono.o" 2>/dev/null)
	make -s "BUILD=$work" "CFLAGS=$1" "CC=${2:-gcc}" "$work/lib/mono.o" >"$work/log" 2>&1 || { sed 's/^/# /' "$work/log" && return; }
	[ "$before" = "$(stat -c %y "$work/lib/mono.o")" ] || echo made
}

check 'an object that is not there is made' [ "$(object -O1)" = made ]
check 'with the same flags it is left alone' [ "$(object -O1)" = '' ]
check 'with other flags it is made anew' [ "$(object -O0)" = made ]
check 'with another compiler it is made anew' [ "$(object -O0 clang)" = made ]
ln -s "$(command -v clang)" "$work/alias"
check 'another name of the same compiler is no other compiler' [ "$(object -O0 "$work/alias")" = '' ]
echo "1..$number"
