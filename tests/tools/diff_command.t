#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --diff: what must be the same on both nodes, what usually is, what may differ.
# usage: prove tests/tools/diff_command.t
. "$(dirname "$0")/../lib.sh"
HEARTBEAT=$BUILD/sbin/heartbeat
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
cd "$temp" || exit 1
umask 022
node=$(uname -n | tr A-Z a-z)
key=0123456789abcdef0123456789abcdef
fresh() {
	rm -rf here there
	mkdir here
	printf '%s\n' "node $node other" 'keepalive 1' 'warntime 3' 'deadtime 10' 'initdead 30' 'auto_failback on' 'logfile /var/log/ha-log' \
		'bcast eth0' 'mcast eth1 239.0.0.1 694 1 0' 'ucast eth2 10.0.0.2' 'ucast eth2 10.0.0.1' 'ping 10.0.0.254' 'serial /dev/ttyS0' >here/ha.cf
	printf '%s\n' "$node 10.0.0.9 httpd" 'other 10.0.0.8' >here/haresources
	printf 'auth 1\n1 sha1 %s\n2 sha1 2%s accept\n' $key $key >here/authkeys
	chmod 600 here/authkeys
	cp -a here there
}
run() { # sets code
	timeout 60 "$HEARTBEAT" --diff there "$@" here >out 2>err </dev/null
	code=$?
}
# After a change of their files: exit code, and a line with the pattern; no other line than the ones that match.
differs() { # SENTENCE EXIT-CODE PATTERN
	run
	is "$1: exit $2" "$code" "$2"
	if [ "$(grep -cE -- "$3" out)" = "$(wc -l <out)" ] && [ -s out ]; then
		pass "$1"
	else
		fail "$1" "expected only '$3' in:" "$(cat out)"
	fi
	check_not "$1: no key is printed" grep -q "$key" out err
	fresh
}
ha_cf() { # SENTENCE SED-COMMAND EXIT-CODE PATTERN
	sed -i "$2" there/ha.cf
	differs "$1" "$3" "$4"
}

fresh
run
is 'the same files: exit 0' "$code" 0
is 'print nothing' "$(cat out)" ''
# --- must be the same
ha_cf 'deadtime' 's/^deadtime.*/deadtime 11/' 2 '^here/ha.cf: error: deadtime is 10000ms here and 11000ms there; expected the same|deadping'
ha_cf 'auto_failback' 's/^auto_failback.*/auto_failback off/' 2 'error: auto_failback is on here and off there'
ha_cf 'a time in another unit is the same' 's/^deadtime.*/deadtime 10000ms/; $a logfile /var/log/other' 0 'notice: logfile is /var/log/ha-log here and /var/log/other there; it may differ'
ha_cf 'the nodes' 's/^node.*/& third/' 2 'error: node third is only there|more than two'
ha_cf 'the port' '1i udpport 700' 2 '(bcast eth0|ucast eth2.*): port 694 here, 700 there: the nodes do not hear each other'
ha_cf 'the group of a multicast' 's/239.0.0.1/239.0.0.2/' 2 'here/ha.cf:9: error: mcast eth1: group 239.0.0.1 here, 239.0.0.2 there'
ha_cf 'the speed of a serial line' '1i baud 9600' 2 'serial /dev/ttyS0: speed 19200 here, 9600 there'
ha_cf 'ipfail' '$a ipfail on' 2 'error: ipfail is off here and on there|warning: ipfail'
# --- usually the same
ha_cf 'a medium of one node only' '/^bcast/d' 1 'here/ha.cf:8: warning: bcast eth0 is only here'
ha_cf 'the same, there' '$a bcast eth5' 1 'warning: bcast eth5 is only there'
ha_cf 'a ping host' '/^ping/d' 1 'warning: ping 10.0.0.254 is only here'
ha_cf 'a program' '$a respawn root /bin/true' 1 'warning: "respawn root /bin/true" is only there'
ha_cf 'a deadline' '$a script_deadline 5s httpd stop' 1 'warning: "script_deadline 5000ms httpd stop" is only there'
ha_cf 'a watched resource' '$a monitor httpd 9' 1 'warning: "monitor httpd 9000ms restarts 3 within 600000ms on-fail restart" is only there'
ha_cf 'an environment' '$a env A=b' 1 'warning: "env A=b" is only there'
sed -i '/10.0.0.1$/d' here/ha.cf there/ha.cf
differs 'both send to one of them' 1 'here/ha.cf:10: warning: ucast eth2: both nodes send to 10.0.0.2, so that one of them sends to itself'
# --- may differ
sed -i '/10.0.0.1$/d' here/ha.cf
sed -i '/10.0.0.2$/d' there/ha.cf
differs 'each sends to the other one' 0 'here/ha.cf:10: notice: ucast eth2: host 10.0.0.2 here, 10.0.0.1 there; it may differ'
ha_cf 'another interface' 's/^bcast.*/bcast enp3s0/' 0 'here/ha.cf:8: notice: bcast: eth0 here, enp3s0 there; it may differ'
ha_cf 'comments and blanks' 's/^/  /; 1i # comment
$a debug 1' 0 'notice: debug is 0 here and 1 there'
ha_cf 'a device with a password' '$a stonith_host other null secretword' 0 'notice: "stonith_host other null" is only there'
# --- haresources
echo 'other 10.0.0.7' >>there/haresources
differs 'a group of one node only' 2 '^here/haresources: error: group 10.0.0.7 is only there'
echo "other 10.0.0.7" >>here/haresources
differs 'the same, here' 2 '^here/haresources:3: error: group 10.0.0.7 is only here'
sed -i 's/^other/'"$node"'/' there/haresources
differs 'another home' 2 "^here/haresources:2:1: error: group 10.0.0.8: its home is other here and $node there"
sed -i 's/httpd/nginx/' there/haresources
differs 'another resource' 2 "^here/haresources:1:.* error: group 10.0.0.9: httpd here, nginx there"
sed -i 's/ httpd//' there/haresources
differs 'a resource less' 2 'error: group 10.0.0.9: httpd here, nothing there'
tac here/haresources >there/haresources
differs 'another order' 2 'error: the groups are in another order there'
# --- keys
sed -i 's/^1 sha1 .*/1 sha1 f'$key/ there/authkeys
differs 'another key' 2 '^here/authkeys:2: error: the keys do not agree .*neither node accepts'
sed -i 's/^1 sha1/1 md5/' there/authkeys
differs 'another method' 2 '^here/authkeys:2: error: the keys do not agree'
printf 'auth 2\n1 sha1 %s accept\n2 sha1 2%s\n' $key $key >there/authkeys
differs 'a change of keys' 0 '^here/authkeys:2: notice: key 1 signs here, key 2 there, and each node accepts the other one'
printf 'auth 2\n2 sha1 2%s\n' $key >there/authkeys
differs 'half a change of keys' 2 '^here/authkeys:2: error: .*the other node does not accept our packets'
# --- JSON, bad input
run --json
is 'JSON' "$(jq -c '[.format, .command, .exit, .findings]' out)" '[1,"diff",0,[]]'
rm -r there
differs 'a directory that does not exist' 2 '^there: error: cannot be opened: No such file'
echo nosuch >>there/ha.cf
differs 'a file with an error' 2 '^there/ha.cf:14:1: error: unknown directive'
rm there/authkeys
differs 'a file that is missing' 2 '^there/authkeys: error: cannot be read'
timeout 60 "$HEARTBEAT" --diff >out 2>err
is 'without a directory: usage' "$?" 2
plan diff_command
