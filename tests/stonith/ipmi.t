#!/bin/bash
# SPDX-License-Identifier: MIT
# The driver ipmi, and Debian's fence_ipmilan, with ipmitool and a simulated management controller.
. "$(dirname "$0")/lib.sh"
st_begin "$@"
bmc_start || { echo 'Bail out! ipmi_sim does not answer'; exit 1; }
printf 'hostname=node2\nipaddr=127.0.0.1\nuserid=admin\npasswd=S3cret-of-bmc\ncipher=3\n' >conf
orders() { tr '\n' ' ' <orders; }

stonith -t ipmi -n
want 0 'hostname  ipaddr  userid  passwd  interface  ' '' 'the parameters have the order of external/ipmi'
stonith -d -t ipmi -F conf -lS
want 0 'node2' 'ipmi device OK' 'the controller is reachable'
stonith -d -t ipmi -F conf -T reset node2
want 0 '' 'node2 is off, read twice' 'reset: off is read back twice'
is 'off, then on' "$(orders)" 'power 0 power 1 '
is 'the machine is on again' "$(cat power)" 1
bmc_power 1
stonith -d -t ipmi -F conf -T off node2
want 0 '' 'Host ipmi-off: node2' 'off'
is 'the machine is off' "$(cat power) $(orders)" '0 power 0 '
bmc_power 0
stonith -d -t ipmi -F conf -T off node2
want 0 '' 'off already' 'off again is a success'
stonith -d -t ipmi -F conf -T reset node2
want 0 '' 'off already and stays off' 'reset of a machine that is off, too'
is 'without any order' "$(orders)" ''
stonith -d -t ipmi -F conf -T on node2
want 0 '' 'Host ipmi-on: node2' 'on'
is 'the machine is on' "$(cat power) $(orders)" '1 power 1 '
bmc_power 1
stonith -d -t ipmi -F conf -T off node1
want 4 '' "doesn't control host [node1]; its hosts are: node2" 'another host: 4'
is 'and the machine stays on' "$(cat power) $(orders)" '1 '
: >deaf
stonith -d --timeout 3 -t ipmi -F conf -T off node2
want 6 '' 'off of host node2 failed' 'a controller that accepts the order and does nothing: no success'
rm deaf
stonith -d -t ipmi hostname='a b' ipaddr=127.0.0.1 userid=u passwd=p -S
want 3 '' 'expected one host' 'two hosts at one controller are refused'
sed 's/S3cret-of-bmc/wrong-password/' conf >wrong
stonith -d -t ipmi -F wrong -S
want 2 '' 'ipmitool failed with exit status 1' 'a wrong password: 2'
bmc_power 1

# --- fence_ipmilan against the same controller
printf 'hostlist=node2\nip=127.0.0.1\nusername=admin\npassword=S3cret-of-bmc\nlanplus=1\ncipher=3\n' >agent
stonith -d -t fence/ipmilan -F agent -lS
want 0 'node2' 'fence/ipmilan device OK' 'fence/ipmilan: the controller is reachable'
stonith -d -t fence/ipmilan -F agent -T reset node2
want 0 '' 'node2 is off, read twice' 'fence/ipmilan: reset'
is 'fence/ipmilan: off, then on' "$(orders)" 'power 0 power 1 '
bmc_power 0
stonith -d -t fence/ipmilan -F agent -T reset node2
want 0 '' 'off already and stays off' 'fence/ipmilan: off already is a success'
is 'fence/ipmilan: without any order' "$(orders)" ''

# --- secrets
stonith -d -t ipmi -F conf -S
want 0 '' 'conf: mode 0644 lets other users read the password in it; expected 0600' 'a file that others can read: a warning'
chmod 600 conf
stonith -d -t ipmi -F conf -S
has err 'mode 0' && fail 'one that only root can read: none' || pass 'one that only root can read: none'
chmod 622 conf
stonith -d -t ipmi -F conf -S
want 0 '' 'conf: mode 0622 lets other users change it' 'one that others can write: a warning'
bmc_power 1
spy_begin
stonith -d -d -t ipmi -F conf -T reset node2
want 0 '' '*' 'an action that is watched'
stonith -d -t ipmi hostname=node2 ipaddr=127.0.0.1 userid=admin passwd=S3cret-of-bmc cipher=3 interface=lanplus -T reset node2
want 0 '' '*' 'the same with a password on the command line'
spy_end
grep -q 'ipmitool' seen && grep -q 'passwd=\*\*\*\*' seen
is 'command lines were seen' $? 0
grep -v ' passwd=S3cret-of-bmc' seen | grep -q S3cret && fail 'no program gets the password as argument' "$(grep S3cret seen)" ||
	pass 'no program gets the password as argument'
kill -STOP $BMC # a controller that is silent
stonith -d --timeout 2 -t ipmi -F conf -T off node2
want 6 '' 'did not end in time' 'a controller that does not answer: 6, at the limit'
kill -CONT $BMC
st_end
