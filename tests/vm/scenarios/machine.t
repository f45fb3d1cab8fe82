#!/bin/bash
# SPDX-License-Identifier: MIT
# The services of tests/vm/vm, with two guests: status and output of a command, switch, serial cable, shared disk, watchdog, reset, power.
. "$(dirname "$0")/../lib.sh"
vm_enter "$@"

net_up
truncate -s 8M "$LIVE/disk"
guest_start 1 --serial "$LIVE/cable" --disk "$LIVE/disk" --watchdog &
first=$!
check 'the second guest boots' guest_start 2 --serial "$LIVE/cable" --disk "$LIVE/disk"
check 'the first guest boots' wait $first

in_guest 1 sh -c 'echo out; echo err >&2; exit 42' >"$LIVE/result"
is 'the exit status of a command comes back' $? 42
is 'the output of a command comes back' "$(paste -sd ' ' "$LIVE/result")" 'out err'
check_not 'a guest that does not exist is an error' vm exec nobody true
check 'the host is read-only: the guest writes a file' in_guest 1 touch /written-by-a-guest
check_not 'the host does not have the file of the guest' test -e /written-by-a-guest
check 'a program without privileges can read below /' in_guest 1 setpriv --reuid 65534 --clear-groups ls /etc/hostname

for n in 1 2; do check "guest $n gets an address" in_guest $n ip addr add "192.168.1.1$n/24" dev eth0; done
check 'the guests reach each other through the switch' in_guest 1 ping -c 1 -W 30 192.168.1.12
check 'a namespace of the host reaches a guest' client ping -c 1 -W 30 192.168.1.11

check 'the serial lines are set' sh -c '
	for n in 1 2; do "$0" exec node$n stty -F /dev/ttyS1 19200 raw -echo || exit; done' "$LIVE_TOP/tests/vm/vm"
# The reader may open its end in the middle of a line, so the text is repeated until a whole line has arrived.
in_guest 2 timeout "$PATIENCE_S" grep -m 1 -x 'over the cable' /dev/ttyS1 >"$LIVE/received" &
reader=$!
received() { in_guest 1 sh -c 'echo over the cable >/dev/ttyS1' && ! kill -0 $reader 2>/dev/null; }
check 'text goes over the serial cable' wait_for "$PATIENCE_S" received
check 'the text arrives unchanged' wait $reader

check 'the first guest writes to the shared disk' in_guest 1 sh -c 'printf "%-512s" shared | dd of=/dev/vda oflag=direct bs=512 count=1'
is 'the second one reads it' "$(in_guest 2 sh -c 'dd if=/dev/vda iflag=direct bs=512 count=1 2>/dev/null' | cut -c 1-6)" shared

check 'a reset from outside succeeds' vm power node2 reset
check 'the guest boots again' wait_for "$PATIENCE_S" booted 2 2
is 'after the reset its address is gone' "$(in_guest 2 ip -4 -o addr show dev eth0)" ''

# WDIOC_SETTIMEOUT is 0xc0045706.
check 'the guest opens the watchdog and does not feed it' in_guest 1 perl -e '
	open(my $w, "+>", "/dev/watchdog") or die "$!\n";
	my $s = pack("i", 2);
	ioctl($w, 0xc0045706, $s) or die "$!\n";
	fork or sleep 1000'
check 'the watchdog resets the guest' wait_for "$PATIENCE_S" booted 1 2
check 'a power off from outside succeeds' vm power node1 off
is 'after the power off the state is off' "$(vm power node1 state)" off
in_guest 1 true 2>"$LIVE/error"
is 'a command for a guest that is off is an error' $? 121
is 'the error reports that the guest is off' "$(cat "$LIVE/error")" 'vm: node1 is off'
done_testing
