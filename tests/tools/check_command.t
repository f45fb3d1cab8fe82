#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --check with a directory of files: what it prints, its exit code, its JSON, and bad input.  Needs no daemon.
# usage: prove tests/tools/check_command.t
. "$(dirname "$0")/../lib.sh"
HEARTBEAT=$BUILD/sbin/heartbeat
temp=$(mktemp -d) || exit 1
trap 'chmod -R u+rwx "$temp"; rm -rf "$temp"' EXIT
cd "$temp" || exit 1
umask 022
node=$(uname -n | tr A-Z a-z)

# The files have no finding but those of the machine; "other" is the home of the group, and its script is of every machine.
fresh() {
	rm -rf files
	mkdir files
	printf '%s\n' "node $node other" "bcast ${interface:-lo}" 'serial /dev/null' 'keepalive 1' 'warntime 3' 'deadtime 10' 'initdead 30' \
		'auto_failback on' 'logfile /var/log/ha-log' >files/ha.cf
	echo "other ${address:-192.0.2.1/24/lo}" >files/haresources
	printf 'auth 1\n1 sha1 0123456789abcdef0123456789abcdef\n' >files/authkeys
	chmod 600 files/authkeys
}
run() { # ARGUMENT...: sets code, out, err
	timeout 60 "$HEARTBEAT" --check "$@" >out 2>err </dev/null
	code=$?
}
found() { # SENTENCE EXIT-CODE PATTERN...: each pattern is in the output
	local sentence=$1 expected=$2 pattern
	shift 2
	is "$sentence: exit $expected" "$code" "$expected"
	for pattern in "$@"; do
		if grep -qE -- "$pattern" out; then pass "$sentence"; else fail "$sentence" "no '$pattern' in:" "$(cat out)"; fi
	done
}

# --- what is right ------------------------------------------------------------------------------------------------------
fresh
sed -i '/^serial/d' files/ha.cf
run files
found 'a medium over lo is an error: nothing else would reach the other node' 2 \
	'^files/ha.cf:2: warning: bcast lo: the other node cannot be reached over lo' '^files/ha.cf: error: no medium can be opened'
check 'an address on lo is a warning' grep -qE '^files/haresources:1:7: warning: .*cannot be taken over here now: only this machine' out
check 'standard error has the sum, in one line' grep -qxE 'heartbeat: errors: 1, critical findings: 0, warnings: [0-9]+, notices: 0' err
is 'each line is one finding' "$(wc -l <out)" "$(($(sed 's/[^0-9 ]//g; s/^ */0/; s/  */ + /g' err)))"

# With an interface of this machine that has a carrier and an address.
read -r interface own < <(ip -4 -o addr show scope global up 2>/dev/null |
	awk '{split($4, a, "/"); print $2, a[1]; exit}')
if [ -n "${interface:-}" ] && [ "$(cat "/sys/class/net/$interface/carrier" 2>/dev/null)" = 1 ]; then
	address=${own%.*}.253/24/$interface
	fresh
	run files
	found 'files and a machine without a fault print nothing' 0
	is 'nothing at all' "$(cat out)" ''
	run --json files
	is 'JSON of no findings' "$(jq -c '[.format, .command, .exit, .node, .findings, .counts.error, .counts.warning]' out)" \
		"[1,\"check\",0,\"$node\",[],0,0]"
	echo 'nosuch 5' >>files/ha.cf
	run files
	found 'a file with an error' 2 '^files/ha.cf:10:1: error: unknown directive "nosuch"'
fi

# --- what is wrong ------------------------------------------------------------------------------------------------------
fresh
echo 'debug 1 deadtime' >>files/ha.cf
sed -i 's/^keepalive.*/keepalive 1Os/' files/ha.cf
echo 'nobody 10.0.0.1' >>files/haresources
printf 'auth 2\n' >files/authkeys
run files
found 'the errors of all three files are reported together' 2 '^files/ha.cf:4:11: error: .*1Os' \
	'^files/haresources:2:1: error: .*nobody' '^files/authkeys:1:.* error: '
fresh
echo 'other nosuchscript' >>files/haresources
run files
found 'a script that is not there' 2 '^files/haresources:2:7: error: Cannot locate resource script nosuchscript'
fresh
chmod 644 files/authkeys
run files
found 'keys that others can read' 2 '^files/authkeys: error: mode 0644 .*expected 0600'
fresh
sed -i "s/$node/third/" files/ha.cf
run files
found 'the name of this machine is not a node' 2 "^files/ha.cf:.*error: .*$node"
fresh
sed -i "1s/\$/ third/" files/ha.cf
run files
found 'three nodes with groups: what the engine refuses' 2 '^files/ha.cf: error: .*two nodes'
fresh
sed -i 's/^bcast.*/bcast nosuch0/' files/ha.cf
run files
found 'an interface that this machine does not have' 1 'ha.cf:2: warning: bcast nosuch0: this machine has no such interface now; there are: .*lo'
fresh
sed -i 's/^bcast.*/serial nosuchline/' files/ha.cf
run files
found 'a serial line that is no device' 2 'ha.cf:2:'
fresh
sed -i 's/^bcast.*/ucast lo 127.0.0.1/' files/ha.cf
run files
found 'only our own address to send to' 1 'every ucast line has an address of this machine itself'
fresh
echo 'watchdog /dev/null' >>files/ha.cf
run files
found 'a directive that is not served' "$code" '^files/ha.cf:10: warning: watchdog: not served: '
fresh
echo 'respawn nosuchuser /bin/true' >>files/ha.cf
run files
found 'a user that does not exist' 2 '^files/ha.cf:10:9: error: .*nosuchuser'

# --- JSON ---------------------------------------------------------------------------------------------------------------
fresh
printf 'nosuch \xff\x01"\\ 5\n' >>files/ha.cf
run --json files
is 'JSON is valid with any byte in the file' "$(jq -r '.findings[] | select(.severity == "error" and .line == 10) | .column' out)" 1
is 'it has the members that the manual names, and no others' "$(jq -c '[keys, (.findings[0] | keys)]' out)" \
	'[["command","counts","exit","findings","format","node","version"],["column","file","line","severity","text"]]'
is 'its counts are those of the list' "$(jq '.findings | length' out)" "$(jq '[.counts[]] | add' out)"
is 'its exit is the exit code' "$(jq .exit out)" "$code"
check 'nothing is on standard error' [ ! -s err ]

# --- bad input ----------------------------------------------------------------------------------------------------------
run nosuch
found 'a directory that does not exist' 2 '^nosuch: error: cannot be opened: No such file or directory; expected a directory'
run files/ha.cf
found 'a file instead of a directory' 2 '^files/ha.cf: error: cannot be opened: Not a directory'
is 'this is one finding, not one for each file' "$(wc -l <out)" 1
mkdir empty
run empty
found 'an empty directory: every file is named' 2 '^empty/ha.cf: error: cannot be read: No such file' '^empty/haresources: error: ' '^empty/authkeys: error: '
fresh
rm files/ha.cf && mkfifo files/ha.cf
rm files/haresources && mkdir files/haresources
run files
found 'what is no file is not waited for' 2 '^files/ha.cf: error: cannot be read: not a regular file' '^files/haresources: error: cannot be read: '
fresh
head -c 100000 /dev/urandom >files/ha.cf
run files
found 'garbage' 2 '^files/ha.cf:'
fresh
head -c 2000000 /dev/zero >files/haresources
run files
found 'a file that is too large' 2 '^files/haresources: error: cannot be read: larger than 1 MiB'
if [ "$(id -u)" -eq 0 ]; then
	fresh
	chmod 755 .
	setpriv --reuid 65534 --regid 65534 --clear-groups timeout 60 "$HEARTBEAT" --check files >out 2>err </dev/null
	code=$?
	found 'a file that this user may not read' 2 '^files/authkeys: error: cannot be read: Permission denied'
fi
timeout 60 "$HEARTBEAT" --check one two >out 2>err </dev/null
is 'two directories are a usage error' $? 2
check 'which prints the usage' grep -q '^usage: ' err
"$HEARTBEAT" --check --json files >/dev/full 2>err
is 'an output that cannot be written is an error' $? 2
plan check_command
