#!/bin/bash
# SPDX-License-Identifier: MIT
# The network of the service is another one than that of the heartbeats: a node without carrier there does not keep the
# group, does not get it, and gets it at once when the carrier is back and nobody else has it.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"

reason_is() { cl_status "$1" groups | grep -q "$2"; } # N PATTERN
no_trouble() { ! reason_is "$1" carrier; }
carrier_is() { node_exec "$1" ip link show eth0 | grep -q "$2"; } # N LOWER_UP|NO-CARRIER

note 'bcast eth1'
cluster_running web sed -e 's/^bcast .*/bcast eth1/'
owners_start

note 'the cable of the owner'
node_cut 1
check 'the second node gets the group' soon settled_on 2
check 'the client reads its page' soon served_by 2
released=$(log_ms 1 'stopping -> failed') started=$(log_ms 2 'claim -> starting')
check 'the second node starts it when the first one has released it' [ "${released:-9999999999999}" -le "${started:-0}" ]
check 'the first node has logged why at CRIT' log_has 1 'CRIT: Group .* runs here, but eth0 has no carrier'
check 'the second node sees the first one active' node_is 2 1 active
mark=$(log_mark 2)
node_heal 1
check 'the first node has its carrier' soon carrier_is 1 LOWER_UP
check 'the status of the first node shows no trouble any more' soon no_trouble 1
look_on 2
check 'the group stays where it is' settled_on 2
check_not 'no script runs on the second node' log_has 2 'Running .* (start|stop)' "$mark"

note 'the switch of the service fails: both lose the carrier'
mark=$(log_mark 1) mark2=$(log_mark 2)
node_cut 1
node_cut 2
check 'the first node knows that it could not run it' soon log_has 1 'WARN: Group .* cannot run here: eth0 has no carrier' "$mark"
check 'the second node knows that it is not reached' soon log_has 2 'CRIT: Group .* eth0 has no carrier' "$mark2"
look_on 3
check 'the second node keeps the address' address_on 2
check 'its status says why it is not reached' reason_is 2 'held.*eth0 has no carrier'
node_heal 1
node_heal 2
check 'the second node serves' soon served_by 2
check 'its status shows no trouble any more' soon no_trouble 2
look_on 6
check 'both are at rest' settled_on 2
is 'no script ran on either node' "$(($(log_count 1 'Running .* (start|stop)' "$mark") + $(log_count 2 'Running .* (start|stop)' "$mark2")))" 0
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0

note 'the owner loses its power while the other one has no carrier'
node_cut 1
check 'the first node knows that it could not run it' soon reason_is 1 'eth0 has no carrier'
mark=$(log_mark 1)
node_power_off 2
check 'its start fails' soon log_has 1 'Giving up resources of group .*start failed here.* try 1' "$mark"
look_on 1
begin=$(now_ms)
node_heal 1
check 'the first node serves' soon served_by 1
took=$(($(now_ms) - begin))
note "served $took ms after the carrier; the clock would have tried it after 30 s"
at_most 'it did not wait for the clock, ms' "$took" 10000
done_testing
