#!/bin/bash
# SPDX-License-Identifier: MIT
# 300 reals; 100 of them fail and come back in the same second: this takes only a few batches.  TAP.
# doc/ldirectord.md 12
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
{
	printf 'checkinterval=1\nchecktimeout=2\n\nvirtual=10.9.0.1:80\n\tchecktype=connect\n'
	for i in $(seq 1 150); do printf '\treal=127.0.1.%d:8001 masq\n\treal=127.0.2.%d:8001 masq\n' "$i" "$i"; done
} >$CF
list() { for i in $(seq "$2" "$3"); do echo "$1.$i:8001"; done; }
reals() { [ "$(grep -c '^-a' table)" -eq "$1" ]; }
batches() { grep -c -- ' -R' operations; }
# At least 200 ms are between two changes of the table, except for the first few.
few() { [ "$(batches)" -ge 1 ] && [ "$(changes)" -le $((10 + (${EPOCHREALTIME/./} / 1000 - begin) / 200)) ]; }
checked() { json '[.virtuals[].reals[].checked] | all'; }
# shellcheck disable=SC2046 # words
serve accept $(list 127.0.1 1 100); going=$SERVER
# shellcheck disable=SC2046
serve accept $(list 127.0.1 101 150) $(list 127.0.2 1 150)
call start
want 0 '' '' 'start with 300 reals'
soon reals 300; ok $? 'all reals are in the table'
soon checked; : >operations
begin=$((${EPOCHREALTIME/./} / 1000))
unserve "$going"
soon reals 200; ok $? 'the 100 reals that refuse connections are deleted'
few; ok $? "in a few batches ($(changes))"
: >operations
begin=$((${EPOCHREALTIME/./} / 1000))
# shellcheck disable=SC2046
serve accept $(list 127.0.1 1 100)
soon reals 300; ok $? 'the 100 reals are added again'
few; ok $? "in a few batches ($(changes))"
call stop
soon stopped && no_service; ok $? 'stop: the table is empty'
lb_end
