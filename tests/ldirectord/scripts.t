#!/bin/bash
# SPDX-License-Identifier: MIT
# The way from shell scripts that ldirectord-scripts(7) describes: the table of the scripts stays while the director
# takes it over, and while it gives it back.  TAP.
PAGE=$(cd "$(dirname "$0")/../../man" && pwd)/ldirectord-scripts.7
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
R=127.0.1.1:8001 S=127.0.1.2:8001
# --- the script of the director
"$IPVSADM" -A -t 10.9.0.1:80 -s wlc -p 300
"$IPVSADM" -a -t 10.9.0.1:80 -r $R -m -w 3
"$IPVSADM" -a -t 10.9.0.1:80 -r $S -m -w 2
"$IPVSADM" -A -t 10.9.0.9:80 -s rr
"$IPVSADM" -S -n >saved
serve http $R $S; first=$SERVER
# --- the file
sed -n '/^Together:/,$p' "$PAGE" | sed -n '/^checkinterval/,/^\.Ed/p' | grep -v '^\.Ed' >example.cf
call check $TEMP/example.cf --strict
[ "$CODE" -eq 0 ] && [ "$(grep -c . example.cf)" -eq 12 ]; ok $? 'the example of the page is a good file'
grep -v '10\.9\.0\.9' saved >ours
call import ours
[ "$CODE" -eq 0 ]; ok $? 'import reads the saved table'
{ printf 'checkinterval=1\ncleanstop=no\n' && grep -v 'checktype' out && printf '\tservice = http\n\treceive = "up"\n'; } >$CF
call check $CF --strict
[ "$CODE" -eq 0 ]; ok $? 'with a check it is a good file'
# --- the change
: >operations
call start
soon json '[.virtuals[0].reals[] | select(.checked and .up)] | length == 2'
[ "$(changes)" -eq 0 ] && "$IPVSADM" -S -n | diff saved - >difference; ok $? 'the director takes the table over without any change, and leaves the other service alone'
unserve "$first"
soon absent $R && soon absent $S; ok $? 'then its checks decide'
serve http $R $S; first=$SERVER
soon weight $R 3 && soon weight $S 2; ok $? 'in both directions'
# --- the way back
call stop; soon stopped
"$IPVSADM" -S -n | sort | diff <(sort saved) - >difference; ok $? 'with cleanstop=no a stop leaves the table of the scripts'
lb_end
