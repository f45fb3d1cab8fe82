#!/bin/bash
# SPDX-License-Identifier: MIT
# Files and directories of the configuration that other users own or can write: refused or warned about, with the path
# and the command that repairs it.  Weak keys cause a warning that does not show them.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

stage_install
net_up
node_boot 1
pair_install 1 web
httpd_install 1
D=/etc/ha.d
says() { grep -qE -- "$1" "$LIVE/node1/stderr"; }

refused() { # SENTENCE PATTERN REPAIR-COMMAND...: exit code 6, and after the repair it starts without the message
	node_start 1
	is "$1: the start is refused" $? 6
	check "$1: the message says what is wrong" says "error: $2"
	check "$1: the message has the command that repairs it" says "\\(${*:3}\\)"
	check "$1: that command succeeds" node_exec 1 "${@:3}"
	check "$1: now it starts" node_start 1
	check_not "$1: without the message" says "$2"
	node_stop 1
}
warned() { # SENTENCE PATTERN
	check "$1: it starts" node_start 1
	check "$1: the message says what is wrong" says "warning: $2"
	node_stop 1
}

node_exec 1 chown 1666 $D/authkeys
refused 'authkeys of another user' 'it belongs to uid 1666' chown root $D/authkeys
node_exec 1 chmod 620 $D/authkeys
refused 'authkeys that its group can write' 'mode 0620' chmod 600 $D/authkeys
node_exec 1 chmod 666 $D/ha.cf
refused 'ha.cf that all can write' 'mode 0666' chmod go-w $D/ha.cf
node_exec 1 chown 1666 $D/haresources
refused 'haresources of another user' 'it belongs to uid 1666' chown root $D/haresources
node_exec 1 chmod 777 $D
refused 'a directory that all can write' "directory $D: mode 0777" chmod go-w $D
node_exec 1 chown 1666 $D
refused 'a directory of another user' "directory $D: it belongs to uid 1666" chown root $D
node_exec 1 sh -c "mkdir -m 777 /srv/open && mv $D/ha.cf /srv/open/ha.cf && ln -s /srv/open/ha.cf $D/ha.cf"
refused 'a link into a directory that all can write' 'directory /srv/open: mode 0777' chmod go-w /srv/open

note 'as on many old installations'
node_exec 1 chmod 664 $D/ha.cf $D/haresources
node_exec 1 chmod 775 $D
warned 'files and directory that the group can write' 'mode 0664'
is 'each of them is named once' "$(grep -c 'lets its group change it' "$LIVE/node1/stderr")" 3
node_exec 1 chown 1666 /var/lib/heartbeat
warned 'a directory of state of another user' 'it belongs to uid 1666'
node_exec 1 chown root /var/lib/heartbeat

note 'a reload'
check 'it starts' node_start 1
check 'it serves' soon served_by 1
node_exec 1 sh -c "echo '# changed' >>$D/haresources; chmod 646 $D/haresources"
check_not 'heartbeat -r refuses a file that all can write' node_exec 1 timeout "$LIMIT_S" heartbeat -r
check 'the service goes on' served_by 1
node_stop 1
node_exec 1 chmod 644 $D/haresources

note 'keys'
printf 'auth 1\n1 sha1 secretword\n' | node_put 1 $D/authkeys 600
warned 'a short key' 'key 1 is shorter than 16 characters'
check_not 'the key is not in the message' says secretword
check_not 'nor in the log' log_has 1 secretword
node_put 1 $D/authkeys 600 <"$LIVE_TOP/ha.d/authkeys"
warned 'the key of the sample file' 'key 1 is the one of the sample file'
done_testing
