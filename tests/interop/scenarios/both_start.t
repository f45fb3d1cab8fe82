#!/bin/bash
# SPDX-License-Identifier: MIT
# Both nodes of the web pair are switched on together, one with 3.0.6.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

INITDEAD_MS=$LONG_INITDEAD_MS

cluster_mixed web
owners_start
begin=$(now_ms)
check 'both daemons start' both_start
check 'the first node serves and both are at rest' soon settled_on 1
active=$(logged_ms "$REF" 'Local status now set to: .active')
decided=$(logged_ms "$REF" 'Initial resource acquisition complete')
note "until the address was there: $(($(owner_since_ms 1 "$begin") - begin)) ms; 3.0.6 waited $((decided - active)) ms"
measure_stop
# Two nodes with 3.0.6 wait 10 s for each other; then the first one completes a "local" transition.  doc/protocol.md 7.2
check '3.0.6 decides because ours has decided' log_has "$REF" 'remote resource transition completed'
check_not '3.0.6 does not wait for the end of its 10 s' log_has "$REF" 'local resource transition completed'
is 'there are never two owners' "$(two_owners_ms)" 0
check 'the client reads the page of the first node' soon served_by 1
for n in 1 2; do
	check "node$n sees the first node active" node_is $n 1 active
	check "node$n sees the second node active" node_is $n 2 active
done
is 'the first node holds its groups' "$(rscstatus 1)" local
is 'the second node answers local too, because it has no groups' "$(rscstatus 2)" local
is 'the first node started httpd once' "$(log_count 1 'Running .*httpd +start')" 1
is 'the second node did not start httpd' "$(log_count 2 'Running .*httpd +start')" 0
check_not '3.0.6 logs no authentication error' log_has "$REF" 'authentic'
check_not '3.0.6 logs no lost packet of ours' log_has "$REF" 'lost packet'
check_not 'the first node does not log that both own' log_has 1 'Both machines own'
check_not 'the second node does not log that both own' log_has 2 'Both machines own'

check 'the second node stops' stop 2
check 'the first node still serves' only_owner 1
check 'the first node stops' stop 1
check_not 'the address is released' address_on 1
done_testing
