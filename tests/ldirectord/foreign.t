#!/bin/bash
# SPDX-License-Identifier: MIT
# Another program changes the kernel's table: it is put right within an interval, with a line in the log for each correction, and
# status tells the truth meanwhile.  TAP.  doc/ldirectord.md 7, 13.35
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
serve accept $A $B
file() { # interval
	printf 'checkinterval=%s\nvirtual=10.9.0.1:80\n\treal=%s masq 3 l:5 u:9\n\treal=%s gate 2\n\tchecktype=connect\n\tscheduler=sh\n\tschedflags=sh-port,sh-fallback\nvirtual=7\n\treal=%s masq\n\tchecktype=connect\n\tpersistent=60\n\tnetmask=255.255.255.0\nvirtual=10.9.0.2:53\n\tprotocol=udp\n\tops=yes\n\treal=%s masq\n\tchecktype=on\n' "$1" $A $B $B $B >$CF
}
REAL=$IPVSADM
cat >/mnt/ipvsadm <<END
#!/bin/sh
case \$1 in
-S | -L) [ ! -e /mnt/broken ] || { echo 'Memory allocation problem' >&2; exit 255; } ;;
*) [ ! -e /mnt/refuse ] || { echo 'Operation not permitted' >&2; exit 255; } ;;
esac
exec $REAL "\$@"
END
chmod 755 /mnt/ipvsadm
export IPVSADM=/mnt/ipvsadm
by_hand() { "$REAL" "$@" || { echo "Bail out! ipvsadm $*"; exit 1; }; }
corrected() { [ "$(grep -c 'another program had' $LOG)" -ge "$1" ]; }
all_there() { weight $A 3 && [ "$(grep -c -- '-r 127.0.1.2:80 -g -w 2' table)" -eq 1 ] && has_service '-f 7' && has_service '-u 10.9.0.2:53'; }
file 1
call start
soon all_there; soon json '[.virtuals[0:2][].reals[].checked] | all' 2>err
: >operations
looked() { [ "$(grep -c -- ' -S' operations)" -ge 3 ]; }
soon looked
[ "$(changes)" -eq 0 ] && ! corrected 1; ok $? 'nobody does anything: looks and no change'
json '[.virtuals[].reals[].difference] | all(. == "")' && json '.corrections == 0 and .table_error == ""'; ok $? 'status: no difference'
# --- one real deleted, one changed, one added
by_hand -d -t 10.9.0.1:80 -r $A
soon all_there; ok $? 'a deleted server is back'
soon grep -q "Added real server: $A (10.9.0.1:80) (Weight set to 3): another program had removed it" $LOG; ok $? 'the log says so'
corrected 1 && ! corrected 2; ok $? 'one line'
by_hand -e -t 10.9.0.1:80 -r $A -m -w 77 -x 9 -y 5
soon weight $A 3; ok $? 'a changed weight is put right'
soon grep -q "Restored real server: $A .*another program had changed it" $LOG; ok $? 'the log says so'
by_hand -a -t 10.9.0.1:80 -r 127.0.1.99:80 -m
soon absent 127.0.1.99:80; ok $? 'a stranger is removed'
soon grep -q 'Purged real server: 127.0.1.99:80 (10.9.0.1:80): another program had added it' $LOG; ok $? 'the log says so'
# --- a service changed, deleted, all of them
by_hand -E -t 10.9.0.1:80 -s rr
soon has_service '-t 10.9.0.1:80 -s sh'; ok $? 'a changed scheduler is put right'
by_hand -D -f 7
soon has_service '-f 7' && soon eval "grep -q -- '-a -f 7' table"; ok $? 'a deleted service is back, with its server'
soon corrected 6 # another process writes the log
: >$LOG
by_hand -C
soon all_there; ok $? 'ipvsadm -C: all is back'
soon corrected 7; [ "$(grep -c 'another program had removed it' $LOG)" -eq 7 ]; ok $? 'one line for each service and server'
soon json '.corrections >= 7'; ok $? 'status counts them'
# --- services of others are left alone
by_hand -A -t 10.9.9.9:99 -s rr
soon looked
has_service '-t 10.9.9.9:99'; ok $? 'a service that the file never had is not ours'
# --- status tells the truth, here while it cannot be put right
touch refuse
by_hand -d -t 10.9.0.1:80 -r $A
by_hand -e -f 7 -r $B -m -w 9
by_hand -a -t 10.9.0.1:80 -r 127.0.1.98:80 -m
soon json '.virtuals[0].reals[0] | .in_table == false and .weight == 0 and .up and .difference == "missing, should have weight 3"'; ok $? 'status: missing'
json '.virtuals[1].reals[0] | .weight == 9 and .difference == "weight 9, should be 1"'; ok $? 'status: another weight'
json '.virtuals[0].strangers == ["127.0.1.98:80"]'; ok $? 'status: a stranger'
by_hand -D -u 10.9.0.2:53
json '.virtuals[2].in_table == false and .virtuals[0].in_table'; ok $? 'status: a service'
rm refuse
soon all_there; ok $? 'all is put right when it can be'
# --- the table cannot be read
touch broken
soon grep -q "The table cannot be compared with the kernel's: /mnt/ipvsadm -S -n ended with 255: Memory allocation problem" $LOG; ok $? 'it cannot be read: the log says so'
json '.table_error | test("Memory allocation problem")'; ok $? 'status too'
rm broken
soon grep -q "The table can be compared with the kernel's again" $LOG; ok $? 'and when it can be again'
call stop; soon stopped; ok $? 'stop'
lb_end
