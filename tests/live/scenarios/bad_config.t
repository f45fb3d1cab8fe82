#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon refuses wrong configurations: exit status, and every error with file, line and column on standard error.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

stage_install
net_up
node_boot 1
httpd_install 1
fresh() {
	node_exec 1 rm -rf /etc/ha.d/ha.cf /etc/ha.d/haresources /etc/ha.d/authkeys
	pair_install 1 web
}
edit() { node_exec 1 sed -i "$2" "/etc/ha.d/$1"; } # FILE SED-COMMAND
refused() { # SENTENCE STATUS PATTERN-ON-STDERR...
	local sentence=$1 status=$2 found pattern
	shift 2
	node_start 1
	found=$?
	is "$sentence: exit $status" "$found" "$status"
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$LIVE/node1/stderr"; then
			pass "$sentence: the error names it"
		else
			fail "$sentence: the error names it" "no '$pattern' in:" "$(cat "$LIVE/node1/stderr")"
		fi
	done
	[ "$found" -ne 0 ] || node_stop 1
	fresh
}
ha_cf() { # SENTENCE SED-COMMAND PATTERN...
	edit ha.cf "$2"
	refused "$1" 6 "${@:3}"
}

fresh
ha_cf 'an unknown directive' '3i nosuch 1' 'ha\.cf:3:1:.*nosuch'
ha_cf 'a keepalive that is not a time' 's/^keepalive .*/keepalive abc/' 'ha\.cf:3:11:.*abc'
ha_cf 'a keepalive of 0' 's/^keepalive .*/keepalive 0/' 'ha\.cf:3:'
ha_cf 'a wrong auto_failback' 's/^auto_failback .*/auto_failback maybe/' 'ha\.cf:10:15:.*maybe'
ha_cf 'a port that is not a number' 's/^udpport .*/udpport port/' 'ha\.cf:7:9:.*port'
ha_cf 'two errors' '1i nosuch 1
s/^deadtime .*/deadtime never/' 'ha\.cf:1:1:.*nosuch' 'ha\.cf:5:10:.*never'
ha_cf 'deadtime not above keepalive' 's/^deadtime .*/deadtime 200ms/' 'deadtime'
ha_cf 'initdead below deadtime' 's/^initdead .*/initdead 500ms/' 'initdead'
ha_cf 'no nodes' '/^node /d' 'node'
ha_cf 'no media' '/^bcast/d; /^ping/d' 'media'
ha_cf 'an interface that does not exist' 's/^bcast .*/bcast eth7/' 'ha\.cf:9:.*eth7'
ha_cf 'a medium without argument' 's/^bcast .*/mcast/' 'ha\.cf:9:'
ha_cf 'this node not listed, the error has both names' 's/^node node1.*/node node3.magedu.com/' 'node1\.magedu\.com'
ha_cf 'an empty ha.cf' 'd'
node_exec 1 rm /etc/ha.d/ha.cf
refused 'no ha.cf' 6 'ha\.cf'

node_exec 1 rm /etc/ha.d/authkeys
refused 'no authkeys' 6 'authkeys'
node_exec 1 chmod 644 /etc/ha.d/authkeys
refused 'authkeys that every user may read' 6 'authkeys.*0?644.*0?600|authkeys.*0?600'
edit authkeys 's/^1 crc/1 sha9 secretword/'
refused 'an unknown method' 6 'authkeys:2:3:.*not a method'
edit authkeys 's/^1 crc/1 sha9 secretword/'
node_start 1
check_not 'the key is not in the error' grep -q secretword "$LIVE/node1/stderr"
fresh
edit authkeys 's/^auth 1/auth 2/'
refused 'a key number that does not exist' 6 'authkeys:1:.*2'

node_exec 1 rm /etc/ha.d/haresources
refused 'no haresources' 6 'haresources'
edit haresources 's/^node1/node9/'
refused 'a group of an unknown node' 6 'haresources:1:1:.*node9'

node_exec 1 /usr/sbin/heartbeat -Z >/dev/null 2>&1
is 'a wrong option is exit 2' $? 2
node_exec 1 setpriv --reuid 65534 --regid 65534 --clear-groups /usr/sbin/heartbeat >/dev/null 2>&1
is 'a start by a user other than root is exit 4' $? 4
check 'no daemon runs after these starts' sh -c '! "$@"' sh nsenter -t "${NODE_PID[1]}" -p -m -r -w pgrep -x heartbeat
check_not 'no address is up after these starts' address_on 1

check 'with the correct files the daemon starts' node_start 1
check 'with the correct files the node serves' soon address_on 1
engine=$(engine_pid 1)
edit ha.cf 's/^keepalive .*/keepalive abc/'
node_exec 1 timeout "$LIMIT_S" /usr/sbin/heartbeat -r >/dev/null 2>"$LIVE/stderr"
is 'with a bad ha.cf heartbeat -r is exit 1' $? 1
check 'the error of heartbeat -r has line and column' grep -q 'ha\.cf:3:11:' "$LIVE/stderr"
look_on 1
is 'the same engine continues to run' "$(engine_pid 1)" "$engine"
check 'the node continues to serve' address_on 1
done_testing
