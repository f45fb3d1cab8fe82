#!/bin/bash
# SPDX-License-Identifier: MIT
# The system of the second node adds the service address while its daemon runs.  It is reported; when the group comes, the
# address is used; and the group does not go back, with two owners, before an operator has removed the address.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
mark=$(log_mark 2)
node_exec 2 ip addr add "$VIP/24" broadcast + dev eth0
check 'the second node reports at CRIT that the address has appeared' soon log_has 2 "CRIT: address $VIP of group .* has appeared on eth0" "$mark"

check 'an operator gives the group to the second node' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all
check 'the second node serves' soon settled_on 2
check 'the client reads its page' soon served_by 2
check 'its log says that the address is used as it is' log_has 2 "WARN: address $VIP was on this machine before" "$mark"

mark=$(log_mark 2)
check_not 'an operator asks for it on the first node, and does not get it' node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_takeover --wait all
check 'the second node says at CRIT what to do' log_has 2 "CRIT: address $VIP is not removed from eth0.*ip addr del $VIP/24 dev eth0" "$mark"
check 'the address is on the second node only' only_owner 2
check 'the status of the second node says stuck, with the reason' sh -c 'printf "%s\n" "$1" | grep -q "stuck.*stays on eth0"' sh "$(cl_status 2 groups)"

owners_start
node_exec 2 ip addr del "$VIP/24" dev eth0
check 'the operator removes it: the first node serves' wait_for $((2 * LIMIT_S)) settled_on 1 # the stop is tried again after 30 s
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the client reads its page' soon served_by 1
done_testing
