#!/bin/bash
# SPDX-License-Identifier: MIT
# The drivers libvirt, with libvirt's test driver, and ssh; the test of all devices of ha.cf.
. "$(dirname "$0")/lib.sh"
st_begin "$@"
# A daemon of its own keeps the state of the test driver between calls of virsh.  It needs none of the other drivers.
rm -f /usr/lib/*/libvirt/connection-driver/*
mkdir -p virt && printf 'unix_sock_dir = "/mnt/virt"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n' >virt/conf
libvirtd -f virt/conf -p /mnt/virt/pid >virt/log 2>&1 &
URI='test+unix:///default?socket=/mnt/virt/libvirt-sock'
state() { virsh -q -c "$URI" domstate test 2>/dev/null; }
soon state >/dev/null || { echo 'Bail out! libvirtd does not answer'; cat virt/log; exit 1; }
mkfifo hold && { virsh -q -c "$URI" <hold >/dev/null 2>&1 & exec 7>hold; } # the state lives as long as a connection

stonith -d -t libvirt hostlist=node2:test hypervisor_uri="$URI" -lS
want 0 'node2' 'libvirt device OK' 'libvirt: the domain is known'
stonith -d -t libvirt hostlist=node2:test hypervisor_uri="$URI" -T off node2
want 0 '' 'Host libvirt-off: node2' 'libvirt: off'
is 'the domain is shut off' "$(state)" 'shut off'
stonith -d -t libvirt hostlist=node2:test hypervisor_uri="$URI" node2
want 0 '' 'off already and stays off' 'libvirt: off already is a success'
stonith -d -t libvirt hostlist=node2:test hypervisor_uri="$URI" -T on node2
want 0 '' 'Host libvirt-on: node2' 'libvirt: on'
stonith -d -t libvirt hostlist=node2:test hypervisor_uri="$URI" node2
want 0 '' 'node2 is off, read twice' 'libvirt: reset'
is 'the domain runs' "$(state)" running
stonith -d -t libvirt hostlist=node2:nosuch hypervisor_uri="$URI" -T off node2
want 2 '' "failed to get domain 'nosuch'" 'libvirt: a domain that is not known is no success'
stonith -d -t libvirt hostlist='node2:-h' hypervisor_uri="$URI" -T off node2
want 2 '' '*' 'libvirt: a domain like an option is no success'
virsh -q -c "$URI" suspend test
stonith -d --timeout 20 -t libvirt hostlist=node2:test hypervisor_uri="$URI" -T off node2
want 0 '' 'neither running nor shut off: paused' 'libvirt: a paused domain is not off'
stonith -d --timeout 3 -t libvirt hostlist=node2:test hypervisor_uri=test:///default -T off node2
want 6 '' 'off of host node2 failed' 'libvirt: a driver that forgets what was ordered is no success'
stonith -t libvirt -p 'node2:test test:///default power_cycle' -S
want 0 '' '' 'libvirt: a line for external/libvirt will do'

# --- ssh: a stand-in for the client, which runs the command over there
mkdir bin && export PATH=$TEMP/bin:$PATH
cat >bin/ssh <<'S'
#!/bin/sh
printf '%s|' "$@" >>/mnt/sshes
echo >>/mnt/sshes
[ -e /mnt/silent ] && exit 255
for command; do :; done
case $command in
cat*) cat /mnt/boot_id ;;
nohup*) [ -e /mnt/deaf ] || echo second >/mnt/boot_id ;;
esac
S
chmod 755 bin/ssh
echo first >boot_id
stonith -d -t ssh hostlist='node2:192.0.2.7' -S
want 0 '' 'ssh device OK' 'ssh: the machine answers'
stonith -d -t ssh hostlist='node2:192.0.2.7' node2
want 0 '' 'Host ssh-reset: node2' 'ssh: reset, when the machine has started again'
grep -qF -- '|--|192.0.2.7|nohup sh -c' sshes && ! grep -q node2 sshes
is 'ssh: the command over there has no name in it' $? 0
: >deaf
stonith -d --timeout 2 -t ssh hostlist=node2 node2
want 6 '' 'has not started again' 'ssh: an order without effect is no success'
: >silent
stonith -d -t ssh hostlist=node2 node2
want 2 '' 'nothing is proven' 'ssh: a machine that does not answer is no success'
stonith -d -t ssh hostlist=node2 -T off node2
want 3 '' 'not capable of power-off' 'ssh: off cannot be verified: 3'

# --- the devices of ha.cf
printf 'hostlist=node2:test\nhypervisor_uri=%s\n' "$URI" >virt.conf
cat >ha.cf <<'C'
# stonith null /nonexist
node self node2
stonith_host * null node2 node3   # for everyone
stonith_host other nosuch x
stonith libvirt /mnt/virt.conf
stonith_host SELF ssh node2
C
stonith -t all --test --ha-cf ha.cf
want 2 'ha.cf:3: null node2 node3: OK, 0.0' 'ha.cf:6: ssh: ssh failed with exit status 255' 'every device of ha.cf is tested'
has out 'ha.cf:5: libvirt node2: OK' && has out 'ha.cf:6: ssh node2: not accessible' && pass 'each with its result' ||
	fail 'each with its result' "$(cat out)"
grep -q other out err && fail 'a line for another node is left out' || pass 'a line for another node is left out'
printf 'stonith_host * wti_nps x\nstonith_host * ipmi a b c\n' >ha.cf
stonith -t all --test --ha-cf ha.cf
want 8 '' "ha.cf:1: Invalid device type: 'wti_nps': this version has no driver for it; use fence/wti" 'a wrong type has its line'
has err 'ha.cf:2: Invalid STONITH parameters: ipmi needs 5 values' && pass 'and so have wrong parameters' ||
	fail 'and so have wrong parameters' "$(cat err)"
echo 'node self' >ha.cf
stonith -t all --test --ha-cf ha.cf
want 1 '' 'no line "stonith TYPE FILE"' 'a file without devices: 1'
stonith -t null hostlist=a --test
want 0 'null a: OK, 0.0' '' '--test of one device'
stonith -t all -S
want 1 '' '-t all goes with --test only' 'all without --test: 1'
exec 7>&-
st_end
