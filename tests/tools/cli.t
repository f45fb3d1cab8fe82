#!/bin/sh
# SPDX-License-Identifier: MIT
# cl_status, hb_standby, hb_takeover as an operator uses them: texts and exit codes, without a daemon and with an
# imitated one (fake_daemon.pl).  doc/commands.md 2, 3, 7.
# usage: BUILD=build prove tests/tools/cli.t
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
BUILD=${BUILD:-$here/../../build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
temp=$(mktemp -d) || exit 1
daemon=
stop_daemon() {
	[ -n "$daemon" ] && kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
	daemon=
}
trap 'stop_daemon; rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$temp" || exit 1
HA_API_SOCKET=$temp/register
export HA_API_SOCKET
export LC_ALL=C

number=0
ok() { # STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# out: /' out
		sed 's/^/# err: /' err
		echo "# exit: $code"
	fi
}

# Run one of our tools; sets out, err, code.  code is 124 when it hangs.
call() {
	tool=$1
	shift
	timeout 60 "$BUILD/tools/$tool" "$@" >out 2>err </dev/null
	code=$?
}

# want CODE OUT ERR SENTENCE: OUT is the exact output; ERR is a pattern of grep -x for one line, "" for an empty standard error
want() {
	bad=0
	[ "$code" -eq "$1" ] || bad=1
	printf "$2" >expected
	cmp -s expected out || bad=1
	if [ -z "$3" ]; then
		[ ! -s err ] || bad=1
	else
		grep -qx -e "$3" err || bad=1
	fi
	ok "$bad" "$4"
}

milliseconds() { date +%s%3N; }

start_daemon() { # mode
	stop_daemon
	rm -f register
	perl "$here/fake_daemon.pl" "$temp/register" "$1" 2>daemon.log &
	daemon=$!
	tries=0
	while [ ! -S register ] && [ $tries -lt 1200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
}

stamp='[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9][.0-9]* [^ ]* cl_status: \[[0-9]*\]: ERROR: '
down='hb_api_signon: Can.t initiate connection to heartbeat'

# --- usage ----------------------------------------------------------------------------------------------------------
call cl_status
[ "$code" -eq 0 ] && grep -q 'nodestatus' out && grep -q 'groups' out && [ ! -s err ]
ok $? 'cl_status alone prints help on stdout, exit 0'
call cl_status -h
[ "$code" -eq 0 ] && grep -q 'rscstatus' out
ok $? 'cl_status -h prints help on stdout, exit 0'
call cl_status bogus
want 11 '' "${stamp}bogus: invalid sub-command\." 'an unknown subcommand is exit 11'
for tool in hb_standby hb_takeover; do
	call $tool nonsense
	want 1 "$BUILD/tools/$tool: wrong resources(nonsense).\nusage:\n" ".*/$tool .*" "$tool with a wrong argument is exit 1"
	call $tool all local
	want 1 "$BUILD/tools/$tool: too many arguments\nusage:\n" ".*/$tool .*" "$tool with two arguments is exit 1"
	call $tool --help
	want 0 'usage:\n' ".*/$tool \[all|foreign|local|failback\].*" "$tool --help is exit 0"
	for bad in --wait= --wait=0 --wait=x --wait=5x --wait=100000 --waiting; do
		call $tool $bad
		want 1 'usage:\n' ".*$bad: --wait takes 1 to 86400 seconds.*" "$tool $bad is exit 1"
	done
done
call hb_confirm
want 1 '' 'usage: .*/hb_confirm NODE.*' 'hb_confirm without a node is exit 1'
call hb_confirm a b
want 1 '' 'usage: .*/hb_confirm NODE.*' 'hb_confirm with two nodes is exit 1'
call hb_confirm --help
[ "$code" -eq 0 ] && grep -q 'hb_confirm NODE' out && [ ! -s err ]
ok $? 'hb_confirm --help is exit 0'
call hb_cleanup a b
want 1 '' 'usage: .*/hb_cleanup \[GROUP\].*' 'hb_cleanup with two groups is exit 1'
call hb_cleanup --all
want 1 '' 'usage: .*/hb_cleanup \[GROUP\].*' 'hb_cleanup with an option is exit 1'
call hb_cleanup --help
[ "$code" -eq 0 ] && grep -q 'hb_cleanup \[GROUP\]' out && [ ! -s err ]
ok $? 'hb_cleanup --help is exit 0'

# --- daemon down ------------------------------------------------------------------------------------------------------
call cl_status hbstatus
want 1 'Heartbeat is stopped on this machine.\n' '' 'hbstatus without a daemon: stopped, exit 1'
call cl_status hbstatus -v
[ "$code" -eq 1 ] && grep -q 'stopped on this machine\.$' out && grep -qx "($down)" out
ok $? 'hbstatus -v without a daemon prints the reason'
for sub in listnodes 'nodestatus cfa' rscstatus 'hbparameter -p deadtime' 'listhblinks cfa' 'hblinkstatus cfa eth0' 'clientstatus cfa x' test groups doubts; do
	call cl_status $sub
	want 1 '' "${stamp}Cannot signon with heartbeat" "$sub without a daemon is exit 1"
done
call cl_status rscstatus
want 1 '' "${stamp}REASON: $down" 'the second line has the reason'
for tool in hb_standby hb_takeover; do
	for words in '' all 'local --wait' --wait=60; do
		call $tool $words
		want 1 '' ".*/$tool: heartbeat is not running on this machine.*" "$tool $words without a daemon: an error, exit 1"
	done
done
call hb_confirm cfb
want 1 '' ".*/hb_confirm: heartbeat is not running on this machine.*" 'hb_confirm without a daemon: an error, exit 1'
for words in '' web; do
	call hb_cleanup $words
	want 1 '' ".*/hb_cleanup: heartbeat is not running on this machine.*Nothing was cleaned.*" "hb_cleanup $words without a daemon: an error, exit 1"
done
[ "$(ls)" = "$(printf 'err\nexpected\nout')" ]
ok $? 'the tools leave nothing behind'

: >register
call cl_status hbstatus
want 1 'Heartbeat is stopped on this machine.\n' '' 'a plain file instead of the socket means that no daemon runs'
rm register

# --- a user who may not open the socket ----------------------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	start_daemon good
	mkdir closed
	chmod 700 closed "$temp"
	cp "$BUILD/tools/cl_status" closed/
	# The program is passed as a descriptor, because that user may enter neither the directories nor perhaps / of this machine.
	timeout 60 "$here/../open_root" setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/9 hbstatus >out 2>err 9<"$BUILD/tools/cl_status"
	code=$?
	[ "$code" -eq 1 ] && grep -q 'you have no permission to open its socket (are you in the group haclient?)' out
	ok $? 'hbstatus without permission reports that, and not "stopped"'
	rm -r closed
else
	ok 1 'hbstatus without permission: needs root and setpriv (util-linux)'
fi

# --- a daemon that answers ----------------------------------------------------------------------------------------------
start_daemon good
call cl_status hbstatus
want 0 'Heartbeat is running on this machine.\n' '' 'hbstatus'
for sub in nodestatus nodeweight nodesite; do
	call cl_status $sub
	want 11 '' 'Not enough parameters\.' "$sub without a node is exit 11"
done
for sub in listhblinks hblinkstatus clientstatus nodetype 'hblinkstatus cfa' 'clientstatus cfa'; do
	call cl_status $sub
	want 11 '' 'No enough parameter\.' "$sub with too few arguments is exit 11"
done
call cl_status hbparameter
want 11 '' "${stamp}parameter name required" 'hbparameter without -p is exit 11'

call cl_status nodestatus -z cfa
want 11 '' "${stamp}Error: getopt returnedcharacter ?\." 'a wrong option is exit 11'
call cl_status hbstatus -z
want 0 'Heartbeat is running on this machine.\n' "hbstatus: invalid option -- 'z'" 'a wrong option is reported and not fatal'
links='\teth0\tup\n\teth1\tdead\n'
blocks="\ncfb\tdead\t(nodetype: normal)\n$links\ncfa\tactive\t(nodetype: normal)\n$links\n10.77.0.254\tping\t(nodetype: ping)\n$links"
human() { printf %s "$1" | sed 's/)\\n/)\\n\\tthis node has the following heartbeat links:\\n/g'; } # BLOCKS: as -m prints them
call cl_status hbstatus -v
want 0 "version:\t3.0.6 (fake)\nmanaged by:\t\"haresources\"\n$blocks" '' 'hbstatus -v'
call cl_status hbstatus -v -m
want 0 "Heartbeat version 3.0.6 (fake)\nResources controlled by \"haresources\"\nThe nodes are as follow:\n$(human "$blocks")" '' 'hbstatus -v -m'
call cl_status listnodes
want 0 'cfb\ncfa\n10.77.0.254\n' '' 'listnodes: reverse order of definition, ping nodes included'
call cl_status listnodes -m
want 0 'The nodes are as follow:\ncfb\ncfa\n10.77.0.254\n' '' 'listnodes -m'
call cl_status listnodes -n
want 0 'cfb\ncfa\n' '' 'listnodes -n'
call cl_status listnodes -p
want 0 '10.77.0.254\n' '' 'listnodes -p'
call cl_status listnodes -n -p
want 0 'cfb\ncfa\n10.77.0.254\n' '' 'listnodes -n -p: all'
call cl_status listnodes -v
want 0 "$blocks" '' 'listnodes -v'
call cl_status nodestatus cfa
want 0 'active\n' '' 'nodestatus of an active node'
call cl_status nodestatus CFB
want 1 'dead\n' '' 'nodestatus of a dead node is exit 1; capitals are accepted'
call cl_status nodestatus -m cfb
want 1 'The cluster node cfb is dead\n' '' 'nodestatus -m'
call cl_status nodestatus 10.77.0.254
want 0 'ping\n' '' 'nodestatus of a ping node'
call cl_status nodestatus nosuch
want 11 '' 'Error\. May be due to incorrect node name' 'nodestatus of an unknown node is exit 11'
call cl_status nodetype cfa
want 0 'normal\n' '' 'nodetype'
call cl_status nodetype cfa -m
want 0 "The node cfa's type: normal\n" '' 'nodetype -m, the option last'
call cl_status nodetype nosuch
want 11 '' 'Error\. May be due to incorrect node name' 'nodetype of an unknown node'
call cl_status nodeweight cfa
want 0 '100\n' '' 'nodeweight'
call cl_status nodeweight -m cfa
want 0 'The weight of the cluster node cfa is 100\n' '' 'nodeweight -m'
call cl_status nodeweight nosuch
want 11 '' 'Error\. Maybe due to incorrect node name\.' 'nodeweight of an unknown node'
call cl_status nodesite cfa
want 0 '\n' '' 'nodesite'
call cl_status nodesite -m cfa
want 0 'The site of the cluster node cfa is \n' '' 'nodesite -m'
call cl_status listhblinks cfb
want 0 '\teth0\n\teth1\n' '' 'listhblinks'
call cl_status listhblinks -v cfb
want 0 "$links" '' 'listhblinks -v'
call cl_status listhblinks -m cfb
want 0 '\tthis node has the following heartbeat links:\n\teth0\n\teth1\n' '' 'listhblinks -m'
call cl_status listhblinks nosuch
want 13 '' "${stamp}Cannot start heartbeat link interface walk\." 'listhblinks of an unknown node is exit 13'
call cl_status listhblinks nosuch
want 13 '' "${stamp}REASON: EINVAL" 'listhblinks of an unknown node prints the reason'
call cl_status hblinkstatus cfb eth0
want 0 'up\n' '' 'hblinkstatus of a link that is up'
call cl_status hblinkstatus cfb eth1
want 1 'dead\n' '' 'hblinkstatus of a dead link is exit 1'
call cl_status hblinkstatus -m cfb eth0
want 0 "The node cfb's heartbeat link eth0 is up\n" '' 'hblinkstatus -m'
call cl_status hblinkstatus cfb eth7
want 13 '' "${stamp}Cannot get heartbeat link status" 'hblinkstatus of an unknown link is exit 13'
call cl_status clientstatus cfa ipfail
want 0 'online\n' '' 'clientstatus online'
call cl_status clientstatus cfa nobody
want 1 'offline\n' '' 'clientstatus offline is exit 1'
call cl_status clientstatus cfx ipfail 100
want 13 '' "${stamp}REASON: No timely response\." 'clientstatus without an answer in time is exit 13'
call cl_status clientstatus cfx ipfail 100
want 13 '' "${stamp}Cannot get heartbeat client ipfail's status" 'clientstatus without an answer in time names the client'
call cl_status rscstatus
want 0 'local\n' '' 'rscstatus'
call cl_status rscstatus -m
want 0 'This node is holding local resources.\n' '' 'rscstatus -m'
call cl_status hbparameter -p deadtime
want 0 '3\n' '' 'hbparameter'
call cl_status hbparameter -m -p deadtime
want 0 "Heartbeat parameter deadtime's value: 3\n" '' 'hbparameter -m'
call cl_status hbparameter -p nosuch
want 1 '' "${stamp}Cannot get parameter nosuch's value" 'hbparameter of an unset parameter is exit 1'
call cl_status test
want 0 'Dead time: 3000\n keeplive time: 500\n mynodeid: cfa\n rsc: local\n' '' 'test'
call cl_status groups
want 0 '10.0.0.1\thome=cfa\theld\tpeer=none\tepoch=7\n' '' 'groups'
call cl_status doubts
want 0 '' '' 'no doubts is exit 0'
call hb_standby
want 0 '' 'Going standby \[all\]\.' 'hb_standby reports what it starts'
call hb_standby foreign --wait=5
want 0 '' 'Going standby \[foreign\]\.' 'hb_standby --wait ends when the move is done'
call hb_takeover local
want 0 '' '' 'hb_takeover prints nothing'

start_daemon starting
call cl_status hbstatus
want 0 'Heartbeat is running on this machine.\n' '' 'hbstatus of a daemon that still starts: running'
call cl_status hbstatus -v
[ "$code" -eq 0 ] && grep -q '^status:	up (starting)$' out
ok $? 'hbstatus -v reports that the daemon still starts'

start_daemon refuse
call cl_status hbstatus
want 0 'Heartbeat is apparently running on this machine, but refuses my connection\n' '' 'hbstatus of a daemon that refuses the connection: running'
call cl_status hbstatus -v
[ "$code" -eq 0 ] && grep -q '(client failed authorization)' out
ok $? 'hbstatus -v prints the reason of a refusal'
call cl_status rscstatus
want 1 '' "${stamp}REASON: client failed authorization" 'another subcommand that is refused is exit 1'
call hb_standby
want 1 '' '.*: heartbeat refuses the connection: client failed authorization\. Nothing was moved\.' 'hb_standby that is refused is exit 1, and nothing was moved'

start_daemon refuse-move
call hb_standby local
want 1 '' '.*/hb_standby: refused: Other side is in flux' 'a refused standby is exit 1 with the reason'
! grep -q Going err
ok $? 'a refused standby does not print "Going standby"'
call hb_takeover local
want 1 '' '.*/hb_takeover: refused: Other side is in flux' 'a refused takeover is exit 1 with the reason'

start_daemon failed-move
call hb_takeover all
want 0 '' '' 'without --wait an accepted move is exit 0'
call hb_takeover all --wait
want 1 '' '.*/hb_takeover: failed: httpd: exit status 1' 'with --wait a move that fails is exit 1 with the reason'
call cl_status groups
want 1 '10.0.0.1\thome=cfa\theld\tpeer=none\tepoch=7\nhttpd\thome=cfb\tfailed\tpeer=?\tepoch=9\thttpd: exit status 1\n' '' 'groups with a failed one is exit 1'
call cl_status doubts
want 1 'bcast eth1: no such interface\ndisk full\n' '' 'each doubt is a line, and exit 1'

start_daemon hangup
call cl_status rscstatus
want 1 '' "${stamp}Cannot signon with heartbeat" 'a daemon that closes the connection: exit 1'
call hb_standby
[ "$code" -eq 1 ] && grep -q -e 'hung up' -e 'closed the connection' err
ok $? 'hb_standby with a daemon that closes the connection is exit 1'

start_daemon silent
before=$(milliseconds)
call cl_status listnodes
took=$(($(milliseconds) - before))
want 12 '' "${stamp}heartbeat does not answer within 5 seconds" 'a silent daemon is exit 12'
[ $took -ge 4900 ]
ok $? "a silent daemon gets five seconds ($took ms)"
before=$(milliseconds)
call hb_standby
took=$(($(milliseconds) - before))
[ "$code" -eq 1 ] && [ $took -lt 4900 ] && grep -q 'does not answer' err
ok $? "hb_standby waits for a shorter time ($took ms)"

echo "1..$number"
