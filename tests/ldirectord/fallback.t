#!/bin/bash
# SPDX-License-Identifier: MIT
# A list of fallbacks: all but the last one are checked, and the first one that is up serves.  TAP.
# doc/ldirectord.md 11.14
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
R=127.0.1.1:8001 F1=127.0.3.1:8001 F2=127.0.3.2:8001 F3=127.0.3.3:8001
file() { # fallbacks
	printf 'checkinterval=1\nchecktimeout=1\nvirtual=10.9.0.1:80\n\treal=%s masq\n\tchecktype=connect\n\tfallback=%s\n' $R "$1" >$CF
}
only() { # ADDRESS:PORT: it alone is in the table
	[ "$(grep -c -- '^-a ' table)" -eq 1 ] && present "$1"
}
serve accept $R; real=$SERVER
serve accept $F1; first=$SERVER
serve accept $F2; second=$SERVER
file "$F1 masq, $F2 masq, $F3 masq"
call start
soon only $R; ok $? 'while the real server is up, no fallback is in the table'
unserve "$real"
soon only $F1; ok $? 'without it the first fallback serves'
unserve "$first"
soon only $F2; ok $? 'when its check fails, the second one serves'
soon grep -qF "Fallback server is down: $F1 (10.9.0.1:80): connection refused" $LOG; ok $? 'the log has the reason'
json '.virtuals[0] | .fallback.address == "'$F2'" and (.fallbacks | map(.up)) == [false, true, false] and .fallbacks[0].reason == "connection refused"'
ok $? 'status has all of them, and "fallback" is the one that serves'
call metrics
[ "$(grep -c '^ldirectord_fallback_up{' out)" -eq 3 ] && grep -qF "real=\"$F2\"} 1" out; ok $? 'metrics too'
unserve "$second"
soon only $F3; ok $? 'when no other is up, the last one serves, although nobody answers there'
serve accept $F1; first=$SERVER
soon only $F1; ok $? 'the first one serves again when it is up again'
: >operations
call reload
[ "$CODE" -eq 0 ] && only $F1 && [ "$(changes)" -eq 0 ]; ok $? 'a reload switches nothing'
call restart
[ "$CODE" -eq 0 ] && soon only $F1; ok $? 'after a restart it serves too'
serve accept $R; real=$SERVER
soon only $R; ok $? 'the real server is back: no fallback any more'
file "$F1 masq, $F2 gete"
call check $CF
[ "$CODE" -eq 2 ] && grep -qF ':6:' err out && grep -qF 'gete' err out; ok $? 'an error in the list names the line and the value'
printf 'fallback=%s\nfallback=%s\n' $F1 $F2 >$CF
call check $CF
[ "$CODE" -eq 0 ] && grep -qF 'replaces that of line 1' err out; ok $? 'two lines: the last one counts, with a warning'
unserve "$real" "$first"
call stop; soon stopped
lb_end
