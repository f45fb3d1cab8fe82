#!/bin/bash
# SPDX-License-Identifier: MIT
# The web pair on two virtual machines: the management controller of the owner cuts its power, and the other one serves.
. "$(dirname "$0")/../lib.sh"
vm_enter "$@"

bmc() { switch timeout 30 ipmitool -I lan -H 127.0.0.1 -p 9001 -U admin -P secret chassis power "$@"; }
powered() { [ "$(bmc status)" = "Chassis Power is $1" ]; }

net_up
note "pair web; $(times)"
nsenter -t "$SWITCH_PID" -n -- "$LIVE_TOP/tests/vm/bmc" node1 9001 9002 >"$LIVE/bmc.log" 2>&1 &
for n in 1 2; do guest_files $n web; done
guest_start 1 --bmc 9002 &
first=$!
check 'the second guest boots' guest_start 2
check 'the first guest boots, with a management controller' wait $first
for n in 1 2; do check "guest $n gets programs and files" guest_prepare $n; done
check 'the controller answers: power is on' wait_for 60 powered on
check 'the guest sees its controller' in_guest 1 test -c /dev/ipmi0

check 'the first daemon starts' in_guest 1 /usr/sbin/heartbeat
check 'the second daemon starts' in_guest 2 /usr/sbin/heartbeat
check 'the first node serves and both are at rest' wait_for "$PATIENCE_S" settled_on 1
check 'the client reads its page' wait_for 60 served_by 1
oom_of() { in_guest 1 sh -c 'pgrep "$1" "$2" | while read -r pid; do cat "/proc/$pid/oom_score_adj"; done | sort -u' sh "$@"; } # PGREP-OPTION PATTERN
is 'when memory runs out, the kernel does not kill the daemon' "$(oom_of -f '^heartbeat: ')" -1000
is 'it may kill the service' "$(oom_of -x nginx)" 0
owners_start
probe_start
check 'the controller cuts the power of the owner' bmc off
off=$(now_ms)
check 'the controller reports that power is off' powered off
check 'the client reads the page of the second node' wait_for "$PATIENCE_S" served_by 2
note "ms from the power cut to its page: $(($(now_ms) - off))"
check 'the second node holds the address' address_on 2
check 'its log reports the death of the first node' log_has 2 "node ${NODE_NAME[1]}: is dead"
measure_stop
is 'there are never two owners, ms' "$(two_owners_ms)" 0
check 'the controller switches it on again' bmc on
check 'the guest boots again' wait_for "$PATIENCE_S" booted 1 2
check 'power is on' powered on
check 'the second node stops' in_guest 2 /usr/sbin/heartbeat -k
done_testing
