#!/bin/bash
# SPDX-License-Identifier: MIT
# The script of the service cannot be executed on one node: its mode, its owner, its line ends, its interpreter, or it is
# missing.  That is reported on the terminal at the start, and the other node runs the group; it is never stuck.
# A script without "#!" is run by sh, as 3.0.6 does it.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

INITDEAD_MS=300000 # no node acts before it has heard its peer
cluster_new web
S=/etc/init.d/httpd
state_of() { cl_status "$1" groups | cut -f 3; } # N

broken() { # SENTENCE PATTERN COMMAND...: to make the script of the first node unusable
	note "$1"
	node_exec 1 cp $S /root/httpd
	node_exec 1 "${@:3}"
	owners_start
	check 'both daemons start' both_nodes_start
	check 'the terminal shows the reason' grep -q "ERROR: .*$2" "$LIVE/node1/stderr"
	check 'the second node serves' soon settled_on 2
	check 'the client reads its page' soon served_by 2
	check_not 'the group is not stuck on the first node' grep -q stuck <<<"$(state_of 1)"
	check 'the status has the reason' grep -q "$2" <<<"$(cl_status 1 groups)"
	measure_stop
	is 'there are never two owners' "$(two_owners_ms)" 0
	check 'the first daemon stops with 0' node_stop 1
	check 'the second one, too' node_stop 2
	node_exec 1 rm -f $S
	node_exec 1 cp -p /root/httpd $S
}
broken 'it is writable by all' 'mode 0777' chmod 777 $S
broken 'it belongs to another user' 'it belongs to uid 1666' chown 1666 $S
broken 'it has the line ends of Windows' 'CR LF' sed -i 's/$/\r/' $S
broken 'its interpreter is missing' 'its interpreter /bin/nosh' sed -i '1s|.*|#!/bin/nosh|' $S
broken 'it is missing' 'Cannot locate resource script httpd' rm $S

note 'without a first line for the kernel'
node_exec 1 sed -i 1d $S
check_not 'the script has no "#!"' node_exec 1 grep -q '^#!' $S
check 'both daemons start' both_nodes_start
check 'the first node serves' soon settled_on 1
check 'the client reads its page' soon served_by 1

note 'a script that becomes unusable while its service runs: nobody knows that it stops'
node_exec 1 chmod 777 $S
node_exec 1 timeout "$LIMIT_S" /usr/sbin/hb_standby --wait all >"$LIVE/standby" 2>&1
check 'the first node keeps the group' only_owner 1
check 'the status names the reason' grep -q 'mode 0777' <<<"$(cl_status 1 groups)"
node_exec 1 chmod 755 $S
no_longer_stuck() { ! grep -q stuck <<<"$(state_of 1)" && settled; }
check 'when it is repaired, its stop succeeds, and one node serves' wait_for $((2 * LIMIT_S)) no_longer_stuck # after 30 s
check 'the client reads a page' soon eval '[ -n "$(serving)" ]'
done_testing
