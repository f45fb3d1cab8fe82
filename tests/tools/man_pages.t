#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages: mandoc accepts each of them, each reference to another page leads somewhere, all of them are installed
# and removed again, and heartbeat-fencing(7) names every type of device and every directive of fencing.
# usage: prove tests/tools/man_pages.t
. "$(dirname "$0")/../lib.sh"
cd "$(dirname "$0")/../.." || exit 1
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT

# Pages of other packages that ours name.
foreign='ssh 1|logger 1|uname 1|ipmitool 1|virsh 1|inetd 8|ipvsadm 8'

for page in man/*.[1-8]; do
	if grep -q '^\.so ' "$page"; then
		check "$page is another name of a page" [ -f "man/$(sed -n 's|^\.so man[1-8]/||p' "$page")" ]
		continue
	fi
	is "mandoc accepts $page" "$(mandoc -T lint -W warning "$page" 2>&1)" ''
done

lost=$(grep -ohE '^\.Xr [^ ]+ [1-8]' man/*.[1-8] | sort -u | while read -r _ name section; do
	[ -f "man/$name.$section" ] || grep -qE "^($foreign)$" <<<"$name $section" || echo "$name($section)"
done)
is 'each reference leads to a page' "$lost" ''

make -s install DESTDIR="$temp" >"$temp/log" 2>&1 || sed 's/^/# /' "$temp/log"
installed=$(for page in man/*.[1-8]; do
	[ -f "$temp/usr/share/man/man${page##*.}/${page##*/}" ] || echo "$page"
done)
is 'each page is installed' "$installed" ''

page=man/heartbeat-fencing.7
for type in $("$BUILD/sbin/stonith" -L | grep -v /) fence/NAME external/NAME; do
	check "heartbeat-fencing(7) has the type $type" grep -qE "(^|[ (])$type($|[ ,)])" "$page"
done
for directive in stonith_host stonith_also fence_retry fence_check fence_timeout priority_delay wait_for_peer stale_start; do
	check "heartbeat-fencing(7) has $directive" grep -qE "(Ic|^)[ ]?$directive" "$page"
done
plan man_pages
