#!/bin/bash
# SPDX-License-Identifier: MIT
# Each two kinds of media in turn are the only connections of the nodes, and the pair survives the loss of either.
# A reload exchanges one of the two for the next, so that the nodes never lose each other.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
line=/dev/ttyS1
declare -A lines=(
	[bcast]='bcast eth0'
	[mcast]='mcast eth0 225.0.0.1 694 1 0'
	[ucast]='ucast eth0 192.168.1.11\nucast eth0 192.168.1.12'
	[mcast6]='mcast6 eth0 ff02::694 694 1 0'
	[ucast6]='ucast6 eth0 fd00:1::11\nucast6 eth0 fd00:1::12'
	[serial]="serial $line"
)
# What the switch drops for a cut, and the link at node1.
declare -A packets=(
	[bcast]='ip daddr 192.168.1.255'
	[mcast]='ip daddr 225.0.0.1'
	[ucast]='ip daddr { 192.168.1.11, 192.168.1.12 }'
	[mcast6]='ip6 daddr ff02::694'
	[ucast6]='ip6 daddr fd00:1::/64'
)
declare -A addresses=([mcast]=225.0.0.1 [ucast]=192.168.1.1 [mcast6]=ff02::694 [ucast6]=fd00:1::1)

# The only loss at present: of this kind; without an argument: none.  One command to the switch, so that a medium which is
# healed and one which is cut change at the same moment.
lose() { # [KIND]
	local rule=''
	case ${1:-} in
	serial) cable cut ;;
	*)
		cable plug
		[ -z "${1:-}" ] || rule="udp dport 694 ${packets[$1]} drop;"
		;;
	esac
	printf '%s\n' 'table bridge media { }' 'delete table bridge media' \
		"table bridge media { chain forward { type filter hook forward priority 0; $rule }; }" | switch nft -f -
}

# The name of a kind's link to the other node.  Two media on one interface have their address in the name.
link_of() { # KIND OTHER-KIND N
	case $1 in
	serial) echo $line ;;
	bcast) echo eth0 ;;
	ucast*) echo "eth0:${addresses[$1]}$((3 - $3))" ;; # the file has two lines of this kind
	*) if [ "$2" = serial ]; then echo eth0; else echo "eth0:${addresses[$1]}"; fi ;;
	esac
}
both_links_are() { # KIND OTHER-KIND up|dead
	link_is 1 2 "$(link_of "$1" "$2" 1)" "$3" && link_is 2 1 "$(link_of "$1" "$2" 2)" "$3"
}
lost_only() { both_links_are "$1" "$2" dead && both_links_are "$2" "$1" up && node_is 1 2 active && node_is 2 1 active; } # KIND OTHER-KIND
install_pair() { # KIND KIND
	local n
	for n in 1 2; do ha_cf_install $n web sed -e "s,^bcast .*,${lines[$1]}\n${lines[$2]}," -e 's/^baud .*/baud 115200/'; done
}

cluster_new web
for n in 1 2; do in_net "${NODE_PID[n]}" ip addr add "fd00:1::1$n/64" dev eth0 nodad; done
cable_new
cable baud 115200
kinds=(bcast mcast ucast mcast6 ucast6 serial)
pairs=() # each two neighbours in this list have one kind in common
for ((i = 0; i < ${#kinds[@]}; i++)); do
	row=()
	for ((k = i + 1; k < ${#kinds[@]}; k++)); do
		if ((i % 2 == 0)); then row+=("$i $k"); else row=("$i $k" "${row[@]}"); fi
	done
	pairs+=("${row[@]}")
done

running=''
for pair in "${pairs[@]}"; do
	read -r i k <<<"$pair"
	a=${kinds[i]} b=${kinds[k]}
	install_pair "$a" "$b"
	if [ -z "$running" ]; then
		check 'both daemons start' both_nodes_start
		check 'the first node serves and both are at rest' soon settled_on 1
		probe_start
		owners_start
		mark=$(log_mark 1) mark2=$(log_mark 2) running=1
	else
		check "node1 reloads: $a and $b" node_exec 1 heartbeat -r
		check 'node2 reloads' node_exec 2 heartbeat -r
	fi
	lose
	check "$a and $b: both nodes hear each other by $a" soon both_links_are "$a" "$b" up
	check "both nodes hear each other by $b" soon both_links_are "$b" "$a" up
	lose "$a"
	check "without $a they hear each other by $b" soon lost_only "$a" "$b"
	lose "$b"
	check "without $b they hear each other by $a" soon lost_only "$b" "$a"
done
check 'the first node serves and both are at rest' settled_on 1
measure_stop
is 'there are never two owners' "$(two_owners_ms)" 0
at_most 'the client has no outage, longest in ms' "$(longest_outage)" "$UNNOTICED_MS"
is 'no node was declared dead' "$(($(log_count 1 "node ${NODE_NAME[2]}: is dead" "$mark") + $(log_count 2 "node ${NODE_NAME[1]}: is dead" "$mark2")))" 0
done_testing
