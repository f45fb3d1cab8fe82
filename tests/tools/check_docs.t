#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/check-docs finds references to doc/ that lead nowhere, and accepts those that are right.  TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
script=$PWD/tests/check-docs
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

mkdir "$work/doc"
cat >"$work/doc/rules.md" <<'END'
# Rules
## 1 Start
### 1.2 Wait
A node waits
`10 s` for the "other" node.
### R1 Proof
| no. | rule |
|---|---|
| 1.2.7 | a row |
END

check() { # SENTENCE EXPECTED LINE-OF-CODE: EXPECTED is a part of the message; "" when nothing is wrong
	number=$((number + 1))
	printf '/* %s */\n' "$3" >"$work/code.c"
	output=$(cd "$work" && GIT_CEILING_DIRECTORIES=${work%/*} "$script" "$work" 2>&1)
	code=$?
	if [ -n "$2" ]; then
		case $code:$output in 1:*"code.c:1: "*"$2"*) verdict=ok ;; *) verdict='not ok' ;; esac
	else
		[ "$code" -eq 0 ] && verdict=ok || verdict='not ok'
	fi
	echo "$verdict $number - $1"
	[ "$verdict" = ok ] || printf '%s\n' "$output" | sed 's/^/# /'
}

check 'a reference to a section is right' '' 'doc/rules.md 1.2'
check 'a list with remarks in parentheses is right' '' 'doc/rules.md 1 (start), 1.2 (wait) and R1.'
check 'the number of a row in a table is right' '' 'doc/rules.md 1.2.7'
check 'the name of a file alone is right' '' 'see doc/rules.md, where all is written'
check 'a time behind the name of a file is not taken for a section' '' 'doc/rules.md: 10s'
check 'a quote may be wrapped and formatted in the file' '' "doc/rules.md 1.2: \"waits 10 s for the 'other' node\""
check 'a missing section is found' 'doc/rules.md has no section and no row 1.3' 'doc/rules.md 1.3'
check 'a missing section after an existing one is found' 'doc/rules.md has no section and no row 7' 'doc/rules.md 1 (start), 1.2, 7'
check 'a missing file is found' 'there is no doc/other.md' 'doc/other.md 1'
check 'a missing heading with a letter is found' 'doc/rules.md has no section and no row R2' 'doc/rules.md R2'
check 'a quote that the file does not have is found' 'does not have the words' 'doc/rules.md 1.2: "waits 11 s"'
old=spec
check 'a reference to a text outside of the tree is found' 'is not in the tree' "$old: rules 1"
check 'such a reference without a colon is found' 'is not in the tree' "as $old protocol 7.2 has it"
echo "1..$number"
