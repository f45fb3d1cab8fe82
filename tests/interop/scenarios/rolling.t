#!/bin/bash
# SPDX-License-Identifier: MIT
# A node that runs 3.0.6 is replaced by ours while the other one (ours already) goes on serving.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_joined web
probe_start
owners_start
sleep 0.3
uuid() { node_exec "$1" od -An -tx1 /var/lib/heartbeat/hb_uuid; }
uuid_before=$(uuid "$REF") generation_before=$(generation "$REF")
check '3.0.6 stops' stop "$REF"
check 'ours serves' wait_for 5 only_owner "$OURS"
replace_ref
check 'ours starts in its place' start "$REPLACED"
check 'the first node serves, both are at rest' wait_for 10 settled_on 1
is 'it is the same node' "$(uuid "$REPLACED")" "$uuid_before"
is 'in its next generation' "$(generation "$REPLACED")" $((generation_before + 1))
check_not 'the other has not seen another node' log_has "$OURS" 'uuid'
check 'both are native now: a move takes less than deadtime' command_on 1 hb_standby all
check 'the second node serves' wait_for 5 settled_on 2
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'longest outage of the client in ms' "$(longest_outage)" 4000
done_testing
