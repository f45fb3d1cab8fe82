#!/bin/bash
# SPDX-License-Identifier: MIT
# The password of a fencing device is in no argument of a process and in no log, from the check of the files to the shot:
# for a script, for a fence agent, from ha.cf and from a file, also when the program prints its password.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

password=S3cret-of-device
script_install() { # N: a script of Heartbeat's kind; it prints its password, and never works
	node_put "$1" /usr/lib/stonith/plugins/external/probe 755 <<'PROBE'
#!/bin/sh
case $1 in
getconfignames) echo "hostlist passwd" ;;
gethosts) echo "$hostlist" | tr , ' ' ;;
getinfo-*) echo probe ;;
status) echo "status with $passwd" ;;
on | off | reset)
	[ "$passwd" != "$(cat /root/password)" ] || echo "$1 with the password" >>/root/calls
	echo "$1 with $passwd"
	echo "wrong password $passwd" >&2
	exit 1
	;;
*) exit 1 ;;
esac
PROBE
}
agent_install() { # N: a fence agent, which hangs in its action off until /root/agent says works
	node_put "$1" /usr/sbin/fence_probe 755 <<'AGENT'
#!/bin/sh
if [ "${1:-}" = -o ]; then
	cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_probe" shortdesc="a probe">
<parameters>
<parameter name="action"><content type="string"/></parameter>
<parameter name="passwd"><content type="string"/></parameter>
<parameter name="plug" required="1"><content type="string"/></parameter>
</parameters>
<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="monitor"/>
<action name="metadata"/></actions>
</resource-agent>
XML
	exit 0
fi
while IFS='=' read -r name value; do
	case $name in action) action=$value ;; passwd) passwd=$value ;; esac
done
[ "$passwd" != "$(cat /root/password)" ] || echo "$action with the password" >>/root/calls
echo "connecting with $passwd" >&2
case $action in
off)
	while [ "$(cat /root/agent)" = waits ]; do sleep 0.1; done
	[ "$(cat /root/agent)" = works ] || exit 1
	: >/root/off
	;;
on) rm -f /root/off ;;
monitor) exit 0 ;;
status) [ -e /root/off ] && exit 2 || exit 0 ;;
*) exit 1 ;;
esac
AGENT
}
called() { node_exec "$1" grep -qx "$2" /root/calls; } # N LINE
processes_show() { node_exec 2 sh -c 'cat /proc/[0-9]*/cmdline' 2>/dev/null | tr '\0' ' ' | grep -qF "$1"; } # TEXT
says() { grep -qF "$1" "$2"; } # TEXT FILE
everything() { cat "$LIVE"/node?/std* "$LIVE"/node?/upper/var/log/ha-* "$LIVE/syslog" "$LIVE/asked" 2>/dev/null; }

hosts="${NODE_NAME[1]},${NODE_NAME[2]}"
cluster_new web sed -e "\$a stonith_host * external/probe $hosts $password" \
	-e "\$a stonith_host * fence/probe passwd=$password hostlist=$hosts" -e '$a stonith external/probe /etc/ha.d/device.conf' \
	-e '$a priority_delay 1s' -e '$a debug 1' -e '$a debugfile /var/log/ha-debug'
for n in 1 2; do
	script_install "$n"
	agent_install "$n"
	node_put "$n" /root/agent 644 <<<works
	node_put "$n" /root/password 600 <<<"$password"
	node_put "$n" /etc/ha.d/device.conf 600 <<<"$hosts $password"
done

# Everything that syslog gets, and every command line, from the start of the daemon on.
node_exec 2 perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un("/dev/log")) or die; chmod 0666, "/dev/log"; $| = 1;
	print "ready\n"; while (defined recv(S, my $line, 65536, 0)) { print "$line\n" }' >"$LIVE/syslog" &
node_exec 2 perl -e '$| = 1; while (1) { for (glob "/proc/[0-9]*/cmdline") { if (open F, $_) { local $/; my $c = <F> // ""; $c =~ tr/\0/ /;
	print "$c\n" unless $seen{$c}++; } } select undef, undef, undef, 0.002; }' >"$LIVE/seen" &
check 'syslog is heard' soon says ready "$LIVE/syslog"
check 'command lines are seen' soon says perl "$LIVE/seen"

node_exec 2 timeout 60 /usr/sbin/heartbeat --check >"$LIVE/asked" 2>&1
check 'both daemons start' both_nodes_start
check 'the first node serves and both are at rest' soon settled_on 1
check 'the devices were checked' soon called 2 'monitor with the password'

node_put 2 /root/agent 644 <<<waits
node_power_off 1
check 'the script was called with its password, and failed' soon called 2 'reset with the password'
check 'the agent gets it too, and runs' soon called 2 'off with the password'
check 'the processes of the shot are seen' processes_show 'stonith -d -t fence/probe'
check_not 'no argument of a process has the password while the shot runs' processes_show "$password"
node_exec 2 timeout 60 /usr/sbin/heartbeat --status --json >>"$LIVE/asked" 2>&1
cl_status 2 doubts >>"$LIVE/asked" 2>&1
node_exec 2 timeout 60 /usr/sbin/heartbeat --report /root/report >>"$LIVE/asked" 2>&1
node_put 2 /root/agent 644 <<<fails
check 'the device with its parameters in a file is tried' soon log_has 2 'Resetting node node1.magedu.com with \[external/probe\] \(ha.cf:[0-9]+\), reset'
node_put 2 /root/agent 644 <<<works
check 'the second node takes over in the end' soon only_owner 2

check 'the log has what the programs print, without the password' log_has 2 'wrong password \*\*\*'
check 'syslog has the messages of stonith' says 'stonith' "$LIVE/syslog"
check 'many command lines were seen' says 'fence_probe' "$LIVE/seen"
check_not 'none of them has the password' says "$password" "$LIVE/seen"
check_not 'no log, no answer and no terminal has it' says "$password" <(everything)
check_not 'the report has it nowhere' node_exec 2 grep -rqF "$password" /root/report
check 'the report has the lines of the devices' node_exec 2 grep -rq 'stonith_host' /root/report
done_testing
