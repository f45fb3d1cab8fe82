#!/bin/bash
# SPDX-License-Identifier: MIT
# ha.cf has host names, and the resolver does not answer.  A node that knows the addresses from before starts, restarts
# its engine and reloads at once.  A ping host that nobody can resolve prevents nothing.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
engine_is_new() { [ -n "$(engine_pid 1)" ] && [ "$(engine_pid 1)" != "$engine" ]; }
known() { node_exec "$1" grep -qx "$2" /var/lib/heartbeat/names; } # N LINE
no_process() { ! node_exec 1 pgrep -f '^heartbeat: '; }

# Packets to our own address take lo.
on_lo() { node_exec "$1" awk '$1 == "lo:" {print $3}' /proc/net/dev; }
hears_itself() { local before; before=$(on_lo "$1") && sleep 1 && [ "$(on_lo "$1")" -gt "$before" ]; }

# /etc/hosts knows the nodes; every other name is a question to a server that drops it.
resolver_as() { # with|without
	local n
	for n in 1 2; do
		printf 'hosts: files dns\n' | node_put $n /etc/nsswitch.conf 644
		printf 'nameserver 10.99.99.99\noptions timeout:3 attempts:1\n' | node_put $n /etc/resolv.conf 644
		{
			echo '127.0.0.1 localhost'
			[ "$1" = without ] || printf '192.168.1.11 n1.example.com\n192.168.1.12 n2.example.com\n'
		} | node_put $n /etc/hosts 644
	done
}

cluster_new web sed -e 's/^bcast .*/ucast eth0 n1.example.com\nucast eth0 n2.example.com/' -e 's/^ping .*/ping gateway.example.com/'
resolver_as with
check 'both daemons start although nobody can resolve the ping host' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
for n in 1 2; do
	check "node$n remembers the address of its peer" soon known $n 'n2.example.com 192.168.1.12'
	check "node$n remembers its own address" soon known $n 'n1.example.com 192.168.1.11'
done

# Both nodes have the same file: the line of the own address shows the own link, and nothing is sent there.
for n in 1 2; do
	check "node$n shows its own link" soon link_is "$n" "$n" "eth0:n$n.example.com" up
	check "node$n shows the link of its peer" soon link_is "$n" $((3 - n)) "eth0:n$((3 - n)).example.com" up
	check_not "node$n sends nothing to itself" hears_itself "$n"
done

resolver_as without
owners_start
probe_start
mark=$(log_mark 1) mark2=$(log_mark 2) engine=$(engine_pid 1)
node_exec 1 kill -9 "$engine"
check 'the resolver is silent, the engine is killed, and there is a new engine' soon engine_is_new
check 'the first node serves and both are at rest' soon settled_on 1
check 'the new engine knows the peer' log_has 1 'ucast: started on port 694 interface eth0 to 192\.168\.1\.12' "$mark"
check_not 'the second node does not declare the first dead' log_has 2 "node ${NODE_NAME[1]}: is dead" "$mark2"
check 'the log names the ping host, which cannot be resolved' soon log_has 1 \
	'WARN: ping gateway\.example\.com .line [0-9]* of ha\.cf.: host "gateway\.example\.com" has no address'
check 'cl_status doubts names it too' doubts_have 1 '^ping gateway\.example\.com: host "gateway\.example\.com" has no address'
check 'the first node serves and both are at rest' settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"

check 'the first node stops' node_stop 1
check 'no process is left' soon no_process
check 'it starts again while the resolver is silent' node_start 1
check 'both are at rest' soon settled
mark=$(log_mark 1)
printf '192.168.1.254 gateway.example.com\n' | node_exec 1 sh -c 'cat >>/etc/hosts'
check 'when the resolver knows the ping host, it is used' soon log_has 1 'ping heartbeat started. ping gateway\.example\.com: 192\.168\.1\.254' "$mark"
pinged() { [ "$(cl_status 1 nodestatus gateway.example.com)" = ping ]; }
check 'it answers' soon pinged
done_testing
