#!/bin/bash
# SPDX-License-Identifier: MIT
# maxdown: when all checks fail at the same time, half of the servers stay.  TAP.  doc/ldirectord.md 11.15
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
file() { # globals
	printf 'checkinterval=1\n%s\nvirtual=10.9.0.1:80\n\treal=127.0.1.1->127.0.1.4:8001 masq\n\tchecktype=external\n\tcheckcommand="/mnt/check"\n\tfallback=127.0.0.1:80 masq\n' "$1" >$CF
}
servers() { [ "$(grep -c -- ' -r 127\.0\.1\.' table)" -eq "$1" ]; }
kept() { [ "$(grep -c 'Kept real server: ' $LOG)" -eq "$1" ]; }
verdict() { printf '#!/bin/sh\necho "page is gone"\nexit %s\n' "$1" >check.new && chmod +x check.new && mv check.new check; }
verdict 0
file 'maxdown=50%
cleanstop=no'
call start
soon servers 4; ok $? 'four servers are up'
verdict 1
soon kept 2 && servers 2; ok $? 'all checks fail: two servers are removed, two stay'
grep -qE 'Kept real server: 127\.0\.1\.[1-4]:8001 \(10\.9\.0\.1:80\): maxdown: 2 of 4 are down or not checked yet, limit 2; its check: exit status 1: page is gone' $LOG
ok $? 'the log has the server, the limit and the reason'
absent 127.0.0.1:80; ok $? 'the fallback does not serve'
json '[.virtuals[0].reals[] | select(.kept_by_maxdown and .up)] | length == 2'; ok $? 'status has which ones are kept'
call metrics
[ "$(grep -c '^ldirectord_real_kept_by_maxdown{.*} 1$' out)" -eq 2 ]; ok $? 'metrics too'
call reload
[ "$CODE" -eq 0 ] && look_on 2.5 && servers 2 && kept 2; ok $? 'a reload and more failures change nothing, and the log does not grow with each check'
call restart
look_on 2.5; servers 2; ok $? 'nor does a restart with cleanstop=no: what serves is kept'
verdict 0
soon servers 4; ok $? 'the check is right again: all four serve'
verdict 1
soon servers 2
file ''
call reload
soon servers 0 && present 127.0.0.1:80; ok $? 'without maxdown all are removed, and the fallback serves'
call stop; soon stopped
lb_end
