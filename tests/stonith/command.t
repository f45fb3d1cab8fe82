#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line, its output and its exit statuses; the drivers null, meatware, suicide and external.
. "$(dirname "$0")/lib.sh"
st_begin "$@"

# --- the command line
stonith
want 1 '' 'usage: stonith -L' 'without a type: usage'
stonith -t null
want 1 '' 'usage: stonith -L' 'without anything to do: usage'
stonith -t null -S
want 1 '' 'Must specify either -p option' 'a device without parameters: usage'
stonith -t null hostlist=a a b
want 1 '' 'more than one node [b]' 'two nodes: usage'
stonith -t null -p a hostlist=b -S
want 1 '' 'Cannot mix name=value' '-p with NAME=VALUE is refused'
stonith -t null -p a -E -S
want 1 '' 'Please use just one' '-p with -E is refused'
stonith -t null hostlist=a -T halt a
want 1 '' 'bad reset type [halt]' 'an unknown action is refused'
stonith -t null hostlist=a -c 0 -S
want 1 '' 'bad count [0]' 'a count of 0 is refused'
stonith -i
want 1 '' 'invalid option' 'an unknown option is refused'
stonith -V
want 0 'stonith: ' '' '-V prints the version'
stonith -h
want 0 'meatware: an operator' '' '-h describes every type'
stonith -L
want 0 'meatware' '' '-L lists the types'

page=$TESTS/../man/stonith.8
for type in $("$BUILD/sbin/stonith" -L | grep -v /) external/ fence/; do
	grep -q "^\.It Cm $type" "$page" && pass "the manual page has the type $type" || fail "the manual page has the type $type"
done
undocumented=$("$BUILD/sbin/stonith" -h | sed -n 's/^  -\(-*[a-zA-Z]*[a-z-]*\) .*/\1/p' | while read -r option; do
	grep -q -- "^\.It Fl $option" "$page" || echo "$option"
done)
is 'the manual page has every option' "$undocumented" ''

# --- types and parameters
stonith -t nosuch -n
want 8 '' "ERROR: Invalid device type: 'nosuch'" 'an unknown type: 8'
stonith -t nul -S
want 8 '' 'did you mean null?' 'the nearest type is named'
stonith -t wti_nps -S
want 8 '' 'use fence/wti' 'a type of the old list names the agent to use'
stonith -t external/rackpdu -S
want 8 '' 'use snmp' 'an old script that is not installed names the type to use'
printf '%s\n' 'stonith_host * null node1 node2' 'stonith_also * null node3' >ha.cf
stonith -t all --test --ha-cf ha.cf
want 0 'ha.cf:2: null node3: OK' '' 'a second device of a level is tested too'
# --check asks no device, and lists the hosts that the parameters name
stonith -t nosuch hostlist=a --check
want 8 '' 'Invalid device type' '--check: an unknown type: 8'
stonith -t ipmi hostname=a --check
want 3 '' 'missing: ipaddr' '--check: a missing parameter: 3'
stonith -t null -F /nonexist --check
want 1 '' 'Cannot open' '--check: a file that does not exist: 1'
stonith -t ipmi -p 'a 192.0.2.1 user secret lanplus' --check
want 0 'a' '' '--check: right parameters, without a device: 0, and the host'
stonith -t snmp -p 'AUTO 192.0.2.1 private' --check
want 0 '' '' '--check does not ask for a list'
stonith -t null hostlist=a --check -l
want 1 '' '--test and --check go with neither' '--check goes with no order'
stonith -t null -n
want 0 'hostlist  ' '' '-n prints the names of the parameters'
stonith -t null -m
want 0 '<parameter name="hostlist"' '' '-m prints XML'
stonith -t null foo=bar -S
want 3 '' 'Valid config names are:' 'an unknown parameter: 3, with the names'
stonith -t null hostlits=a -S
want 3 '' 'did you mean "hostlist"?' 'the nearest parameter is named'
stonith -t null -E -S
want 3 '' 'missing: hostlist' 'a parameter that the environment does not have: 3'
stonith -t null -E -l
want 255 '' 'missing: hostlist' 'the same with -l: 255'

process_is_gone() { ! [ -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; } # PROCESS

# --- where values come from
stonith -t null hostlist='a b' -l
want 0 $'a\nb' '' '-l prints the hosts'
[ "$(cat out)" = $'a\nb' ] && pass 'one on each line' || fail 'one on each line'
stonith -t null -p 'a,B' -l
want 0 'b' '' '-p splits at blanks and commas, in lower case'
printf '# comment\n\nx y\nz\n' >conf
stonith -t null -F conf -l
want 0 'y' '' '-F takes the first line that is no comment'
has out z && fail 'and only that one' || pass 'and only that one'
printf '  # indented\n' >conf
stonith -t null -F conf -l
want 0 '#' '' 'a comment behind a blank is data'
: >conf
stonith -t null -F conf -S
want 1 '' 'Invalid config file' 'an empty file: 1'
stonith -t null -F /nonexist -S
want 1 '' 'Cannot open /nonexist' 'a missing file: 1'
printf 'hostlist=x\n# more\n' >conf
stonith -t null -F conf -l
want 0 'x' '' 'a file may have NAME=VALUE lines'
printf 'hostlist=x\nnonsense\n' >conf
stonith -t null -F conf -l
want 1 '' 'conf:2: expected NAME=VALUE' 'and a wrong one is named with its number'
echo 'p q' | timeout $LIMIT_S "$BUILD/sbin/stonith" -t null -F - -l >out 2>err
CODE=$?
want 0 'q' '' '-F - reads standard input'
hostlist='e f' stonith -t null -E -l
want 0 'f' '' '-E takes the environment'

# --- status, list, action
stonith -d -t null hostlist=a -S
want 0 '' 'info: null device OK.' '-S reports a device that is there'
stonith -d -s -t null hostlist=a -S
want 0 '' '' '-s leaves out the line'
stonith -d -t null hostlist=a -c 2 -S
is '-c repeats' "$(grep -c 'device OK' err)" 2
stonith -t null hostlist=a -S
want 0 '' '' 'without a terminal nothing goes to standard error'
stonith -d -t null hostlist='a b' -lS
want 0 'b' 'null device OK' '-l and -S together'
stonith -d -t null hostlist=a a
want 0 '' 'info: Host null-reset: a' 'a node alone is reset'
stonith -d -t null hostlist=a -T off A
want 0 '' 'info: Host null-off: a' 'the case of a name does not count'
stonith -d -t null hostlist=a -T reset b
want 4 '' "doesn't control host [b]; its hosts are: a" 'a host that the device does not control: 4'
stonith -d -t null hostlist=-x -T reset -- -x
want 4 '' "doesn't control host" 'a name like an option is no host'

# --- external scripts
export WITNESS=$TEMP/witness
install -D "$TESTS/../stonith/ha_log.sh" /usr/share/heartbeat/stonith/ha_log.sh
script probe <<'S'
#!/bin/sh
# A script by the rules of the protocol.  It writes down how it was called.
printf '%s|' "$@" >>/mnt/witness
echo "hostlist=${hostlist-unset} p2=${p2-unset} extra=${extra-unset} tag=$HA_LOGTAG leak=${WITNESS-unset} path=${PATH%%:*}" >>/mnt/witness
case $1 in
getconfignames) echo hostlist p2 ;;
gethosts) for h in $hostlist; do echo "$h"; done ;;
status) echo "all is well"; exit "${STATUS:-${extra:-0}}" ;;
reset | off | on)
	ha_log.sh err "the helper is there"
	echo "acting on $2"
	[ "$p2" != hang ] || sleep 600
	[ "$p2" != alone ] || { echo $$ >/mnt/process; exec sleep 600; }
	[ "$p2" != later ] || { (sleep 0.3; echo later >>/mnt/witness) >/dev/null 2>&1 & }
	[ "$p2" != stubborn ] || { trap '' TERM; sleep 600 & wait; sleep 600; }
	[ "$p2" != fail ] || exit 3 ;;
getinfo-devid) echo "A probe" ;;
getinfo-devdescr) printf 'It writes down\nhow it is called.\n' ;;
*) exit 1 ;;
esac
S
printf '#!/bin/sh\n' | script hidden
chmod 644 $EXTERNAL/hidden
stonith -L
want 0 'external/probe' '' 'a script is listed'
has out external/hidden && fail 'one that is not executable is not' || pass 'one that is not executable is not'
printf '#!/bin/sh\nexit 0\n' | script open
chmod 777 $EXTERNAL/open
stonith -t external/open hostlist=a -S
want 8 '' 'lets every user change it' 'a script that others can write is refused: 8'
stonith -t external/../external/probe -n
want 8 '' 'Invalid device type' 'a path is no name of a script'
rm $EXTERNAL/open
stonith -t external/probe -n
want 0 'hostlist  p2  ' '' '-n asks the script'
stonith -t external/probe -h
want 0 'how it is called' '' '-h too'
: >witness
stonith -d -t external/probe hostlist='a b' p2='x y' extra=0 -lS
want 0 $'a\nb' 'external/probe device OK' 'status and list'
grep -q '^getconfignames|hostlist=unset p2=unset' witness && grep -q '^status|hostlist=a b p2=x y extra=0 tag=external/probe leak=unset path=/usr/share/cluster-glue$' witness
is 'parameters, also unknown ones, HA_LOGTAG and PATH are in the environment; ours is not' $? 0
stonith -d -t external/probe hostlist=a p2=v extra=7 -S
want 7 '' 'ERROR: external/probe device not accessible' 'the status of the script is passed through'
stonith -d -t external/probe -p 'a,b x y z' -l
want 0 'a,b' '' 'the last parameter takes the rest'
grep -q '^gethosts|hostlist=a,b p2=x y z ' witness
is 'with its blanks; a comma is part of a name here' $? 0
stonith -t external/probe -p 'a,b' -S
want 1 '' 'needs 2 values hostlist p2; 1 given' 'too few values: 1'
stonith -d -t external/probe hostlist='a b' p2=v -T off B
want 0 '' 'acting on b' 'off runs the script, in lower case'
has err 'err: the helper is there' && pass 'ha_log.sh is found' || fail 'ha_log.sh is found' "$(cat err)"
stonith -d -t external/probe hostlist='a b' p2=fail -T off b
want 5 '' 'off of host b failed' 'every failed action: 5'
: >witness
stonith -d -t external/probe hostlist='a b' p2=v -T reset c
want 4 '' "doesn't control" 'a host that is not in the list of the script: 4'
grep -q '^reset' witness && fail 'and the script does not run' || pass 'and the script does not run'
evil='a;>/mnt/hit;$(>/mnt/hit)`>/mnt/hit`|>/mnt/hit&'
stonith -t external/probe "hostlist=$evil" p2=v -T reset "$evil"
grep -qF "reset|$evil|" witness && [ ! -e hit ]
is 'a host name with characters of the shell is one argument, and nothing else' $? 0
stonith -d --timeout 1 -t external/probe hostlist=a p2=hang -T off a
want 6 '' 'did not end in time' 'a script that hangs is killed at the limit: 6'
stonith -d --timeout 1 -t external/probe hostlist=a p2=stubborn -T off a
want 6 '' 'did not end in time' 'also one that ignores SIGTERM'
is 'and its whole process group' "$(pgrep -fc 'sleep 600')" 0
"$BUILD/sbin/stonith" -t external/probe hostlist=a p2=hang -T off a &
soon pgrep -f 'sleep 600' >/dev/null
kill -TERM $!
wait $!
is 'when the command is ordered to stop, it fails' $? 5
is 'and no script outlives it' "$(pgrep -fc 'sleep 600')" 0
"$BUILD/sbin/stonith" -t external/probe hostlist=a p2=alone -T off a &
soon [ -s process ]
kill -KILL $!
wait $! 2>/dev/null
soon process_is_gone "$(cat process)"
is 'a command that is killed takes the program of its device with it' $? 0
stonith -d -t external/probe hostlist=a p2=later -T off a
want 0 '' '*' 'a script that acts in the background ends'
soon grep -q '^later' witness
is 'and what it has started still acts' $? 0

# --- meatware
stonith -d --timeout 1 -t meatware hostlist=Node1 -T reset node1
want 6 '' 'Run "meatclient -c node1" AFTER' 'without an operator meatware fails: 6'
is 'its FIFO is gone' "$(ls /run)" ''
meat() { # ANSWER: a waiting attempt, and the answer of the operator
	"$BUILD/sbin/stonith" -d -t meatware hostlist=node1 -T off node1 >out 2>err &
	attempt=$!
	soon [ -p /run/meatware.node1 ]
	echo "$1" | "$BUILD/sbin/meatclient" -c Node1 >client 2>&1
	CLIENT=$?
	wait $attempt
	CODE=$?
}
meat y
want 0 '' 'OPERATOR INTERVENTION REQUIRED' 'an operator confirms'
is 'meatclient reports it' "$CLIENT $(tail -n 1 client)" '0 PROCEED? [yN] Meatware_client: reset confirmed.'
meat Y
want 5 '' 'the operator has refused' 'only a lower-case y is yes: 5'
is 'meatclient exits with 3' "$CLIENT" 3
"$BUILD/sbin/stonith" -d -t meatware hostlist=node1 -T off node1 >out 2>err &
soon [ -p /run/meatware.node1 ]
is 'the FIFO belongs to root alone' "$(stat -c %a /run/meatware.node1)" 600
printf 'meatware reply node10' >/run/meatware.node1
wait $!
CODE=$?
want 5 '' 'the reply is for another node' 'a reply for a longer name is refused'
"$BUILD/sbin/meatclient" -c node1 >client 2>&1
is 'meatclient without a waiting attempt: 4' "$?" 4
"$BUILD/sbin/meatclient" node1 >client 2>&1
is 'a wrong call of meatclient: 3' "$?" 3

# --- suicide.  The kernel's trigger is covered by a file, where it exists; reboot(2) in a PID namespace ends only that namespace.
: >trigger
[ $$ -eq 1 ] && { [ ! -e /proc/sysrq-trigger ] || { mount --bind trigger /proc/sysrq-trigger &&
	[ "$(stat -c %d:%i /proc/sysrq-trigger)" = "$(stat -c %d:%i trigger)" ]; }; } ||
	{ echo 'Bail out! this machine is not protected'; exit 1; }
stonith -d -t suicide -S
want 0 '' 'suicide device OK' 'suicide needs no parameters'
stonith -t suicide -l
want 0 'self' '' 'it controls this machine'
stonith -d -t suicide -T on self
want 3 '' 'not capable of power-on' 'on is refused: 3'
stonith -d -t suicide -T reset other
want 4 '' "doesn't control host [other]" 'another host is refused'
is 'nothing was triggered so far' "$(cat trigger)" ''
# As process 1 of its own namespace a shell, which reboot(2) kills.
timeout $LIMIT_S unshare --pid --fork --kill-child sh -c '"$1" -d -t suicide -T reset self; exit 9' sh "$BUILD/sbin/stonith" >out 2>err </dev/null
CODE=$?
[ ! -e /proc/sysrq-trigger ] || is 'the immediate reset of the kernel is triggered' "$(cat trigger)" b
has err 'CRIT: suicide: this machine, self, is reset now' && [ $CODE -ne 9 ] && [ $CODE -ne 124 ]
is 'the machine is reset before the command ends' $? 0
st_end
