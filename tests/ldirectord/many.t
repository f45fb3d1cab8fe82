#!/bin/bash
# SPDX-License-Identifier: MIT
# 300 reals, 100 of which go and come in the same second: a few batches, whatever their number.  TAP.  spec: ldirectord 12
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
{
	printf 'checkinterval=1\nchecktimeout=2\n\nvirtual=10.9.0.1:80\n\tchecktype=connect\n'
	for i in $(seq 1 150); do printf '\treal=127.0.1.%d:8001 masq\n\treal=127.0.2.%d:8001 masq\n' "$i" "$i"; done
} >$CF
list() { for i in $(seq "$2" "$3"); do echo "$1.$i:8001"; done; }
reals() { [ "$(grep -c '^-a' table)" -eq "$1" ]; }
batches() { grep -c -- ' -R' operations; }
MARGIN=600
# shellcheck disable=SC2046 # words
serve accept $(list 127.0.1 1 100); going=$SERVER
# shellcheck disable=SC2046
serve accept $(list 127.0.1 101 150) $(list 127.0.2 1 150)
call start
want 0 '' '' 'start with 300 reals'
within 2000 reals 300; ok $? "all are in (${TOOK:-} ms)"
sleep 1.2; : >operations
unserve "$going"
within $((1000 + MARGIN)) reals 200; ok $? "100 that refuse are out within the interval (${TOOK:-} ms)"
[ "$(batches)" -ge 1 ] && [ "$(changes)" -le 10 ]; ok $? "in a few batches ($(changes))"
sleep 1.2; : >operations
# shellcheck disable=SC2046
serve accept $(list 127.0.1 1 100)
within $((1000 + MARGIN)) reals 300; ok $? "they are back within the interval (${TOOK:-} ms)"
[ "$(batches)" -ge 1 ] && [ "$(changes)" -le 10 ]; ok $? "in a few batches ($(changes))"
call stop
within 1000 stopped && no_service; ok $? 'stop: the table is empty'
lb_end
