#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --report collects what somebody needs who was not there, and no key: every word of authkeys is searched for in
# every file.  Also with a daemon that is stopped or does not answer, and where nothing can be written.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

cluster_new web
keys="3f1cd2a9b8e7465f0123 second-key-of-the-change old-key-in-a-comment"
# shellcheck disable=SC2086 # a list
set -- $keys
for n in 1 2; do
	printf 'auth 1\n1 sha1 %s\n2 md5 %s accept\n# 3 sha1 %s\n' "$@" | node_put "$n" /etc/ha.d/authkeys 600
	node_exec "$n" sh -c 'echo "# the key is $1" >>/etc/ha.d/ha.cf' sh "$1"
done
report() { # NAME: sets code
	node_exec 1 timeout 120 /usr/sbin/heartbeat --report "$1" >"$LIVE/out" 2>"$LIVE/err" </dev/null
	code=$?
}
in_report() { grep -qE -- "$2" "$LIVE/node1/upper$1"; } # FILE PATTERN
no_key_in() { # DIRECTORY
	local key
	for key in $keys; do ! grep -rqF -- "$key" "$LIVE/node1/upper$1" || return 1; done
}

report /root/before
is 'a report without a daemon: exit 0' "$code" 0
check 'says that heartbeat is stopped' in_report /root/before/status.txt 'heartbeat is stopped'
check 'no key is in it' no_key_in /root/before

check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
node_exec 1 sh -c 'echo "a program logs the key $1" >>/var/log/ha-log' sh "$1"
report /root/report
is 'a report of a running node: exit 0' "$code" 0
is 'it has all its parts' "$(node_exec 1 ls /root/report | tr '\n' ' ')" \
	'about.txt authkeys check.txt datagrams.txt explain.txt ha.cf haresources log.txt status.json status.txt '
is 'and is readable by root only' "$(node_exec 1 stat -c %a /root/report /root/report/log.txt | tr '\n' ' ')" '700 600 '
check 'no key is in it' no_key_in /root/report
check 'in the log it is replaced' in_report /root/report/log.txt 'a program logs the key \(key\)'
check 'authkeys shows the rest' in_report /root/report/authkeys '^1 sha1 \(key of 20 characters\)$'
check 'ha.cf is there' in_report /root/report/ha.cf '^node node1.magedu.com'
check 'haresources is there' in_report /root/report/haresources 'httpd'
check 'the log is there' in_report /root/report/log.txt 'starting -> held'
check 'the status is there' in_report /root/report/status.txt '^  IPaddr::192.168.1.100'
check 'also for programs' jq -e '.groups[0].state == "held"' "$LIVE/node1/upper/root/report/status.json"
check 'the decisions are there' in_report /root/report/explain.txt 'because: '
check 'the check is there' in_report /root/report/check.txt 'errors: 0'
check 'a status of the other node is there' in_report /root/report/datagrams.txt 'received on eth0 192.168.1.12, [0-9]+ bytes: t=status .*src=node2.magedu.com'
check 'and one of this node' in_report /root/report/datagrams.txt 'sent on all media .* t=status .*src=node1.magedu.com'
check_not 'no signature is there' in_report /root/report/datagrams.txt 'auth='
check 'the node serves on' settled_on 1

# --- bad input
report /root/report
is 'a directory that exists: exit 1' "$code" 1
check 'with a clear message' grep -q 'cannot make the directory /root/report: File exists; expected a name that does not exist yet' "$LIVE/err"
report /nosuch/report
is 'a directory that cannot be made: exit 1' "$code" 1
node_exec 1 setpriv --reuid 65534 --regid 65534 --clear-groups /usr/sbin/heartbeat --report /tmp/report >"$LIVE/out" 2>"$LIVE/err"
is 'another user than root: exit 4' $? 4
node_exec 1 sh -c 'mkdir /small && mount -t tmpfs -o size=16k none /small && head -c 12k /dev/zero >/small/full'
report /small/report
is 'a full disk: exit 1' "$code" 1
check 'with a clear message' grep -q 'cannot write /small/report/.*: No space left' "$LIVE/err"
guardian=$(guardian_pid 1)
node_exec 1 pkill -STOP -f '^heartbeat: engine'
node_exec 1 kill -STOP "$guardian"
node_exec 1 pkill -STOP -f '^heartbeat: engine'
report /root/frozen
is 'a daemon that does not answer: exit 0' "$code" 0
check 'the report says so' in_report /root/frozen/status.txt 'did not answer within 5 s'
check 'and has the rest' in_report /root/frozen/log.txt 'starting -> held'
node_exec 1 kill -CONT "$guardian"
node_exec 1 pkill -CONT -f '^heartbeat: engine'
done_testing
