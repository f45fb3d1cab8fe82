#!/bin/bash
# SPDX-License-Identifier: MIT
# Something else removes the service address of the owner: the kernel with the first address of the subnet, an operator,
# and a program that does it again and again.
. "$(dirname "$0")/../lib.sh"
LIVE_MEDIA=2
live_enter "$@"

own() { node_exec "$1" ip -o -4 addr show dev eth0 | grep -c "192.168.1.1$1/"; }
remove() { node_exec "$1" ip addr del "$VIP/24" dev eth0; } # N
removed() { log_count 1 "address $VIP of group .* was removed.* added again and announced"; }
removed_times() { [ "$(removed)" -ge "$1" ]; }
# What the kernel reported: the number of times that the address went and came back, and the longest time between, in us.
gaps() {
	awk -v vip="$VIP/" '
		!index($0, vip) {next}
		{split(substr($1, 13), t, /[:\]]/); now = (t[1] * 3600 + t[2] * 60 + t[3]) * 1000000}
		$2 == "Deleted" {gone = now; next}
		gone {count++; if (now - gone > worst) worst = now - gone; gone = 0}
		END {printf "%d %d\n", count, worst}' "$LIVE/monitor"
}

note 'bcast eth0 eth1'
cluster_running web sed -e 's/^bcast .*/bcast eth0 eth1/'
check 'the client reads the page of the first node' soon served_by 1
nsenter -t "${NODE_PID[1]}" -n -- ip -ts -o monitor address dev eth0 >"$LIVE/monitor" &
monitor=$!
probe_start
owners_start
mark=$(log_mark 1)

note 'the first address of the subnet goes and comes, as in a DHCP renewal; promote_secondaries is 0'
node_exec 1 sh -c 'echo 0 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries; echo 0 >/proc/sys/net/ipv4/conf/all/promote_secondaries'
node_exec 1 ip addr del 192.168.1.11/24 dev eth0
check 'the service address is put back' soon removed_times 1
check 'the first node has it' soon address_on 1
node_exec 1 ip addr add 192.168.1.11/24 broadcast + dev eth0
is 'the first node has its own address' "$(own 1)" 1
sends_from_its_own() { node_exec 1 ip route get 192.168.1.254 | grep -q 'src 192.168.1.11 '; }
check 'the machine sends from its own address' soon sends_from_its_own
check 'the client reads the page of the first node' soon served_by 1

note 'an operator deletes it by hand'
remove 1
check 'it is put back again' soon removed_times 2
check 'the first node serves, both are at rest' soon settled_on 1
check 'the status says held' sh -c 'printf "%s\n" "$1" | grep -q held' sh "$(cl_status 1 groups)"
is 'the log counts the removals' "$(log_since 1 "$mark" | grep -o 'removal [0-9]*' | tail -n 1)" 'removal 2'
kill "$monitor"
read -r count worst <<<"$(gaps)"
check 'the kernel has reported both removals and both returns' test "$count" -ge 2
note "the longest time without the address was $worst us"
at_most 'it was back within a moment, ms' "$((worst / 1000))" "$UNNOTICED_MS"
measure_stop
is 'there were never two owners' "$(two_owners_ms)" 0
at_most 'the client had no outage that it would notice, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
check_not 'the second node did not start it' log_has 2 'Running .* start'

note 'a program deletes it again and again: the group goes to the other node'
owners_start
node_exec 1 sh -c "while [ ! -e /tmp/enough ]; do ip addr del $VIP/24 dev eth0; sleep 0.05; done" >"$LIVE/loop" 2>&1 &
loop=$!
check 'the second node gets the group' soon settled_on 2
check 'the client reads its page' soon served_by 2
check 'the log of the first node has the reason at CRIT' log_has 1 "CRIT: Group .* $VIP was removed more than" "$mark"
look_on 1
check 'the status of the first node has the reason' sh -c 'printf "%s\n" "$1" | grep -q "was removed more than"' sh "$(cl_status 1 groups)"
check_not 'and its exit code is not 0' cl_status 1 groups
node_exec 1 touch /tmp/enough
wait "$loop"
look_on 2
check 'it stays there' settled_on 2
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
