#!/bin/bash
# SPDX-License-Identifier: MIT
# Only one direction between the nodes is lost.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_running web
for n in 1 2; do before[n]="$(guardian_pid $n) $(engine_pid $n) $(generation $n)"; done

note 'the owner does not hear its peer'
probe_start
owners_start
net_deaf 1
check 'to the owner the peer is dead' soon node_is 1 2 dead
look_on 1
check 'to the peer the owner is not' node_is 2 1 active
check 'the owner serves' only_owner 1
net_hear
check 'they hear each other again: the owner serves, both are at rest' soon settled_on 1
measure_stop
is 'never two owners' "$(two_owners_ms)" 0
at_most 'the client has not noticed: longest outage in ms' "$(longest_outage)" "$UNNOTICED_MS"

note 'the peer does not hear the owner'
probe_start
owners_start
net_deaf 2
check 'to the peer the owner is dead' soon node_is 2 1 dead
check 'it takes over, and the owner, which hears it, gives way' soon only_owner 2
look_on 1
net_hear
heal=$(now_ms)
check 'they hear each other again: one serves, both are at rest' soon settled
look_on 1
check 'still' settled
measure_stop
at_most 'ms of two owners' "$(two_owners_ms)" "$WIDE_MS"
is 'none after the heal' "$(two_owners_ms "$heal")" 0
at_most 'the client missed it for, ms' "$(longest_outage)" "$WIDE_MS"
for n in 1 2; do
	is "node$n: same guardian, same engine, same generation" "$(guardian_pid $n) $(engine_pid $n) $(generation $n)" "${before[n]}"
done
done_testing
