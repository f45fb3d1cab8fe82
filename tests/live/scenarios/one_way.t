#!/bin/bash
# SPDX-License-Identifier: MIT
# The nodes lose only one direction of their connection.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
for n in 1 2; do before[n]="$(guardian_pid $n) $(engine_pid $n) $(generation $n)"; done

note 'the owner does not hear its peer'
probe_start
owners_start
net_deaf 1
check 'the owner sees its peer as dead' soon node_is 1 2 dead
look_on 1
check 'the peer sees the owner as active' node_is 2 1 active
check 'the owner serves' only_owner 1
net_hear
check 'when they hear each other again the owner serves and both are at rest' soon settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"

note 'the peer does not hear the owner'
probe_start
owners_start
net_deaf 2
check 'the peer sees the owner as dead' soon node_is 2 1 dead
check 'the peer takes over, and the owner, which hears it, releases the group' soon only_owner 2
look_on 1
net_hear
heal=$(now_ms)
check 'when they hear each other again one serves and both are at rest' soon settled
look_on 1
check 'one second later this is still so' settled
measure_stop
at_most 'the time with two owners is short, ms' "$(two_owners_ms)" "$WIDE_MS"
is 'there are no two owners after the heal' "$(two_owners_ms "$heal")" 0
at_most 'the outage for the client is short, ms' "$(longest_outage)" "$WIDE_MS"
for n in 1 2; do
	is "node$n: guardian, engine and generation are the same" "$(guardian_pid $n) $(engine_pid $n) $(generation $n)" "${before[n]}"
done
done_testing
