#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's fence agents: their metadata are the help and the check of parameters, and their status is read back.
. "$(dirname "$0")/lib.sh"
st_begin "$@"

stonith -L
want 0 'fence/ipmilan' '' 'the agents are listed'
for name in pve vmware_rest sbd scsi aws azure_arm gce kdump; do
	has out "fence/$name" && pass "among them $name" || fail "among them $name"
done
stonith -t fence/nosuch -S
want 8 '' 'package fence-agents' 'an agent that is not installed: 8'
stonith -t fence/dummy -n
want 0 'status_file' '' '-n prints the parameters of the agent'
has out 'action' && fail 'but not its action' || pass 'but not its action'
stonith -t rhcs/apc_snmp -h
want 0 'ip                   IP address or hostname of fencing device; required' '' '-h describes them; rhcs/NAME is the same'
stonith -t fence/dummy -m
want 0 '<resource-agent name="fence_dummy"' '' '-m prints the metadata of the agent'
stonith -t fence/apc_snmp hostlist=a -S
want 3 '' 'missing: ip' 'a missing parameter is named'
stonith -t fence/dummy status_file=f -S
want 3 '' 'missing: hostlist (this agent cannot list its hosts)' 'hostlist is needed when the agent has no list'
stonith -t fence/dummy hostlist=a stat_file=x -S
want 3 '' 'did you mean "status_file"?' 'an unknown parameter is refused, although the agent would ignore it'
stonith -t fence/dummy -p 'a b c' -S
want 1 '' 'takes NAME=VALUE only' 'values without names: 1'
stonith -t fence/dummy hostlist=a status_file=$'x\naction=on' -S
want 3 '' 'has a line feed' 'a value cannot carry a second parameter'

# --- a status in a file: words on and off
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status -S
want 0 '' 'fence/dummy device OK' 'the agent is asked'
printf on >status
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status -T off node2
want 0 '' 'Host fence/dummy-off: node2' 'off'
has err 'alone it proves nothing' && pass 'with a warning: this agent switches nothing' || fail 'with a warning: this agent switches nothing'
is 'the file says off' "$(cat status)" off
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status -T reset node2
want 0 '' 'off already and stays off' 'off already is a success'
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status -T on node2
want 0 '' '-on: node2' 'on'
is 'the file says on' "$(cat status)" on
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status node2
want 0 '' 'is off, read twice' 'reset'
is 'the file says on again' "$(cat status)" on
stonith -d -t fence/dummy hostlist=node2 status_file=/mnt/status -T off node1
want 4 '' "doesn't control host [node1]" 'another host: 4'

# --- agents of our own: they show what is given to an agent
agent() { # NAME ACTIONS: an agent that notes its input; its actions as XML
	cat >"/usr/sbin/fence_$1" <<-S
		#!/bin/sh
		if [ \$# -gt 0 ]; then cat <<'X'; exit; fi
		<?xml version="1.0" ?>
		<resource-agent name="fence_$1" shortdesc="test"><longdesc>A test &amp; more.</longdesc><parameters>
		<parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
		<parameter name="plug" required="1" obsoletes="port"><content type="string"/></parameter>
		<parameter name="port" required="1" deprecated="1"><content type="string"/></parameter>
		<parameter name="login" required="1" deprecated="1"><content type="string"/></parameter>
		<parameter name="username" required="1" obsoletes="login"><content type="string"/></parameter>
		<parameter name="password"><content type="string"/></parameter>
		<parameter name="level"><content type="select" default="1"><option value="1"/><option value="2"/></content></parameter>
		</parameters><actions>$2</actions></resource-agent>
		X
		cat >/mnt/input
		action=\$(sed -n 's/^action=//p' /mnt/input)
		cat /mnt/input >>/mnt/inputs
		case \$action in
		list) printf '1,node1\n2,Node2\n3,\n' ;;
		status) exit "\$(cat /mnt/power 2>/dev/null || echo 2)" ;;
		off) echo 'off fails with password Geheim99' >&2; exit "\$(cat /mnt/off 2>/dev/null || echo 0)" ;;
		esac
	S
	chmod 755 "/usr/sbin/fence_$1"
}
agent probe '<action name="on"/><action name="off"/><action name="status"/><action name="list"/><action name="monitor"/>'
stonith -t fence/probe username=u -l
want 0 $'node1\nnode2\n3' '' 'without hostlist the agent lists the hosts'
is 'by its alias, if there is one' "$(tr '\n' ' ' <out)" 'node1 node2 3 '
stonith -t fence/probe login=u level=2 -T off node2
want 0 '' '' 'an old name of a required parameter will do'
is 'plug is what the agent listed' "$(tr '\n' ' ' <input)" 'action=status login=u level=2 plug=2 '
stonith -t fence/probe username=u hostlist='node2:outlet 7' -T off node2
is 'or what hostlist has' "$(grep plug input)" 'plug=outlet'
stonith -t fence/probe username=u hostlist='node2' -T off node2
is 'or the name of the host' "$(grep plug input)" 'plug=node2'
stonith -t fence/probe username=u plug=9 hostlist='node2' -T off node2
is 'or the parameter plug' "$(grep plug input)" 'plug=9'
stonith -t fence/probe username=u level=3 hostlist=a -S
want 3 '' 'level=3; expected 1 2' 'a value that the metadata do not have is refused'
grep -L '^action=' inputs | grep -q . && fail 'every call has an action' || pass 'every call has an action'
echo 0 >power
echo 1 >off
stonith -d --timeout 30 -t fence/probe username=u password=Geheim99 hostlist=node2 -T off node2
want 5 '' 'off fails with password ***' 'an agent that fails: 5; its last line is the reason, without the password'
has err Geheim99 && fail 'no secret in a message' || pass 'no secret in a message'
agent fabric '<action name="on" automatic="1" on_target="1"/><action name="off"/><action name="status"/>'
rm off
echo 2 >power
: >inputs
stonith -d -t fence/fabric username=u hostlist=node2 node2
want 0 '' 'Host fence/fabric-reset: node2' 'reset by an agent whose hosts join again by themselves'
grep -q 'action=on' inputs && fail 'does not switch on' || pass 'does not switch on'
agent blind '<action name="off"/><action name="monitor"/>'
: >inputs
stonith -d -t fence/blind username=u hostlist=node2 node2
want 0 '' 'Host fence/blind-reset: node2' 'an agent without status must verify off itself'
is 'and is asked once' "$(grep -c action=off inputs)" 1
stonith -d -t fence/blind username=u hostlist=node2 -T on node2
want 3 '' 'has no action on' 'and cannot switch on: 3'
printf '#!/bin/sh\nsleep 600\n' >/usr/sbin/fence_hang
chmod 755 /usr/sbin/fence_hang
chmod 775 /usr/sbin/fence_blind
stonith -t fence/blind -n
want 8 '' 'lets its group change it' 'an agent that others can write is refused'
printf '#!/bin/sh\necho nothing\n' >/usr/sbin/fence_odd
chmod 755 /usr/sbin/fence_odd
stonith -t fence/odd -n
want 8 '' 'metadata' 'a program that is no agent is refused'
st_end
