#!/bin/bash
# SPDX-License-Identifier: MIT
# The driver redfish, and Debian's fence_redfish, with a stand-in that answers 409 when the machine is off already.
. "$(dirname "$0")/lib.sh"
st_begin "$@"
{ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -days 2 -subj /CN=bmc \
	-addext subjectAltName=IP:127.0.0.1 -out ca.pem && cat key.pem ca.pem >bmc.pem; } 2>/dev/null
orders() { tr '\n' ' ' <orders; }
power() { # 1 or 0; forgets the orders
	echo "$1" >power
	: >orders
}
power 1
python3 "$TESTS/stonith/redfish_standin.py" $TEMP bmc.pem 443 >bmc.log 2>&1 &
BMC=$!
soon curl -sk -o curl.out https://127.0.0.1/redfish/v1 || { echo 'Bail out! the stand-in does not answer'; exit 1; }
printf 'hostlist=node2\nipaddr=127.0.0.1\nuserid=admin\npasswd=S3cret-of-bmc\ncafile=/mnt/ca.pem\n' >conf

stonith -d -t redfish -F conf -lS
want 0 'node2' 'redfish device OK' 'the controller is reachable'
stonith -d -t redfish -F conf node2
want 0 '' 'node2 is off, read twice' 'reset'
is 'off, then on' "$(orders) $(cat power)" 'ForceOff On  1'
power 1
: >slow
stonith -d -t redfish -F conf -T off node2
want 0 '' 'PowerState is PoweringOff' 'a machine that is going off is not off yet'
rm slow
is 'one order' "$(orders) $(cat power)" 'ForceOff  0'
power 0
stonith -d -t redfish -F conf node2
want 0 '' 'off already and stays off' 'off already is a success'
is 'without any order' "$(orders)" ''
: >stale
stonith -d -t redfish -F conf -T off node2
want 0 '' 'HTTP status 409' 'off between the first reading and the order: 409, then read again: a success'
is 'the order is not repeated' "$(orders)" 'ForceOff '
power 1
: >deaf
stonith -d --timeout 3 -t redfish -F conf -T off node2
want 6 '' 'off of host node2 failed' 'an order without effect is no success'
rm deaf
power 1
stonith -d -t redfish -F conf hostlist=x -T off node2
want 1 '' 'Cannot mix' 'a file and parameters are not mixed'
stonith -d -t redfish -F conf -T off node3
want 4 '' "doesn't control host [node3]" 'another host: 4'
is 'and nothing happened' "$(orders) $(cat power)" ' 1'
: >two
stonith -d -t redfish -F conf -S
want 2 '' 'has 2 systems; expected hostlist=NAME:SYSTEM' 'several systems need a name'
sed 's/node2/node2:1/' conf >plug
stonith -d -t redfish -F plug -T off node2
want 0 '' 'Host redfish-off: node2' 'with a name it works'
rm two
power 1
sed 's/S3cret-of-bmc/wrong-password/' conf >wrong
stonith -d -t redfish -F wrong -S
want 2 '' 'HTTP status 401' 'a wrong password: 2'
sed /cafile/d conf >nobody
stonith -d -t redfish -F nobody -S
want 2 '' 'certificate' 'a certificate that nobody knows: 2'
echo ssl_verify=no >>nobody
stonith -d -t redfish -F nobody -S
want 0 '' 'redfish device OK' 'unless it is not checked'

printf 'hostlist=node2\nip=127.0.0.1\nusername=admin\npassword=S3cret-of-bmc\nssl_insecure=1\n' >agent
stonith -d -t fence/redfish -F agent node2
want 0 '' 'node2 is off, read twice' 'fence/redfish: reset'
is 'fence/redfish: off, then on' "$(orders) $(cat power)" 'ForceOff On  1'
power 0
: >stale
stonith -d -t fence/redfish -F agent -T off node2
want 0 '' '-off: node2' 'fence/redfish: off between the first reading and the order'

power 1
spy_begin
stonith -d -t redfish -F conf node2
stonith -d -t fence/redfish -F agent -S
want 0 '' 'fence/redfish device OK' 'fence/redfish: the controller is reachable'
spy_end
grep -q fence_redfish seen && ! grep -q S3cret seen
is 'no program gets the password as argument' $? 0
kill -STOP $BMC # a controller that is silent
stonith -d --timeout 2 -t redfish -F conf -T off node2
want 6 '' 'timed out' 'a controller that does not answer: 6, at the limit'
"$BUILD/sbin/stonith" -d -t redfish -F conf -T off node2 >out 2>err </dev/null &
soon catches_term $!
kill -TERM $!
wait $!
is 'when the command is ordered to stop, it fails' $? 2
kill -CONT $BMC
st_end
