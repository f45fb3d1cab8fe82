#!/bin/bash
# SPDX-License-Identifier: MIT
# ldirectord import: the table of one director becomes the file of another one, and a keepalived.conf too.  TAP.
# doc/ldirectord.md 14
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
R=127.0.1.1:8001 S=127.0.1.2:8001
serve accept $R $S
printf 'virtual=10.9.0.1:80\n\treal=%s masq 3\n\treal=%s masq 2\n\tchecktype=connect\n\tscheduler=wlc\n\tpersistent=60\nvirtual=7\n\treal=%s masq 1\n\tchecktype=connect\n\tscheduler=sh\n\tschedflags=sh-port\n' $R $S $R >$CF
call start
soon weight $R 3 && soon weight $S 2 && soon has_service '-f 7'
"$IPVSADM" -S -n >saved
cp table before
call import saved
[ "$CODE" -eq 0 ] && [ ! -s err ]; ok $? 'import: exit 0, nothing is lost'
cp out imported.cf
call check imported.cf
[ "$CODE" -eq 0 ]; ok $? 'check accepts the file'
call stop; soon stopped
cp imported.cf $CF
call start
[ "$CODE" -eq 0 ] && soon eval 'diff <(sort before) <(sort table) >difference'; ok $? 'with this file the table is the same'
call stop; soon stopped
timeout $LIMIT_S "$BUILD/sbin/ldirectord" import <saved >out2 2>err; cmp -s out2 imported.cf; ok $? 'from standard input it is the same'
cat >keepalived.conf <<'END'
vrrp_instance web {
}
virtual_server 10.9.0.2 80 {
    delay_loop 1
    lvs_sched wrr
    lvs_method NAT
    protocol TCP
    sorry_server 127.0.0.1 80
    real_server 127.0.1.1 8001 {
        weight 4
        TCP_CHECK {
            connect_timeout 1
        }
    }
    alpha
}
END
call import keepalived.conf
[ "$CODE" -eq 0 ] && cp out $CF
grep -q '^keepalived.conf:1: warning: vrrp_instance: ' err && grep -q '^keepalived.conf:15: warning: alpha: ' err && [ "$(grep -c . err)" -eq 2 ]
ok $? 'what is not carried over has its line'
call check $CF --strict
[ "$CODE" -eq 0 ]; ok $? 'check --strict accepts the file'
call start
[ "$CODE" -eq 0 ] && soon weight $R 4 && has_service '-t 10.9.0.2:80'; ok $? 'and it works'
call stop; soon stopped
call import /etc/hostname
want 2 '' 'there is no virtual service' 'another file: exit 2'
call import /nonexistent
want 1 '' 'cannot be read: No such file or directory' 'no file: exit 1'
call import --json
[ "$CODE" -eq 255 ]; ok $? 'wrong usage: exit 255'
lb_end
