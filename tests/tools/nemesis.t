#!/bin/sh
# SPDX-License-Identifier: MIT
# The pure parts of tests/nemesis: draw makes the same plan from the same seed; judge accepts two owners only in the
# documented windows.  TAP.
set -u
cd "$(dirname "$0")/../nemesis" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0 failed=0
result() { # SENTENCE STATUS
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then echo "ok $count - $1"; else echo "not ok $count - $1" && failed=1; fi
}

./draw 5 50 >"$work/a" && ./draw 5 50 >"$work/b" && ./draw 6 50 >"$work/c"
cmp -s "$work/a" "$work/b"
result 'the same seed gives the same plan' $?
! cmp -s "$work/a" "$work/c"
result 'another seed gives another plan' $?
{ ./draw 1 600 && ./draw 2 600; } | awk '/^[0-9]/ {seen[$4] = 1} END {for (fault in seen) print fault}' | sort >"$work/drawn"
awk '/^[^#]/ && $2 > 0 {print $1}' faults | sort | cmp -s - "$work/drawn"
result 'every fault of the table that has a weight is drawn' $?

# A history: seconds as in "10 begin NODE FAULT ARGUMENT", "12 end", "20 settled"; end belongs to the last fault.
history() {
	rm -rf "$work/h" && mkdir "$work/h"
	awk '
		$2 == "begin" {print $1 * 1000, "begin", ++n, $3, $4, $5}
		$2 == "end" {print $1 * 1000, "end", n, 0, 0, 0}
		$2 == "settled" {print $1 * 1000, "settled", 1}' >"$work/h/events"
}
two_owners() { echo "two-owners $1000 $2000 0" >"$work/h/owners1"; }                                # FROM TO
two_services() { echo "double $1000 $2000 recordsd1 node1" >"$work/h/double"; }                     # FROM TO
lost_record() { echo "missing 7 $1000 90000" >"$work/h/client1"; }                                  # ACKNOWLEDGED
accepted() { ./judge "$2" "$work/h" >"$work/out" && [ ! -s "$work/out" ]; result "$1" $?; }         # SENTENCE MEDIA
refused() { ./judge "$2" "$work/h" >"$work/out" && grep -q "^VIOLATION $3 " "$work/out"; result "$1" $?; } # SENTENCE MEDIA KIND

history </dev/null
accepted 'a quiet history has no violation' 2
two_owners 5 6
refused 'two owners without a fault are a violation' 2 two-owners
history </dev/null
two_services 5 6
refused 'two services without a fault are a violation' 2 two-services
history </dev/null
lost_record 5
refused 'a lost record is a violation' 2 lost-record

both='10 begin 1 both-kill -
12 end
20 settled'
echo "$both" | history
two_owners 11 19
two_services 11 19
lost_record 15
accepted 'two owners are accepted after guardian and engine were killed, until the pair has settled' 2
two_owners 11 21
refused 'but not after that' 2 two-owners
two_owners 9 12
refused 'nor before' 2 two-owners
two_owners 11 12
lost_record 21
refused 'a record that was acknowledged after that must be there' 2 lost-record

history <<'END'
10 begin 1 engine-stop -
12 end
20 settled
END
two_services 11 19
accepted 'an engine that stands still may leave a service behind' 2
two_owners 11 19
refused 'but never an address' 2 two-owners

history <<'END'
10 begin 1 engine-kill -
10 end
12 begin 1 guardian-kill -
12 end
20 settled
END
two_owners 13 14
accepted 'engine and guardian of a node that are killed within 3 s are like both' 2
sed -i 's/begin 2 1/begin 2 2/' "$work/h/events"
refused 'those of different nodes are not' 2 two-owners

history <<'END'
10 begin 1 cable eth0
14 end
20 settled
END
two_owners 12 15
accepted 'without the only cable two owners are accepted' 1
refused 'without one of two cables they are not' 2 two-owners
history <<'END'
10 begin 1 cable eth0
14 end
13 begin 2 one-way eth1
18 end
20 settled
END
two_owners 14 15
accepted 'while both cables are cut, on any node, they are' 2
two_owners 11 12
refused 'but not before the second one is cut' 2 two-owners
history <<'END'
10 begin 1 address-remove own
14 end
13 begin 2 link-delete eth1
18 end
20 settled
END
two_owners 14 15
accepted 'an interface without its own address is a cable that is cut' 2
two_owners 11 12
accepted 'so one address is enough when it is the only cable' 1
refused 'and not enough when there are two' 2 two-owners

history <<'END'
10 begin 1 loss 25
14 end
20 settled
END
two_owners 12 13
refused 'lost packets alone are no reason' 2 two-owners
history <<'END'
10 begin 1 loss 25
14 end
11 begin 1 engine-kill -
11 end
20 settled
END
two_owners 12 13
accepted 'lost packets and a new engine are' 2
echo 'stall 11000 13000' >"$work/h/client1"
history </dev/null
echo 'stall 11000 13000' >"$work/h/client1"
two_owners 12 13
accepted 'a machine that ran no program proves nothing' 2

echo "1..$count"
exit "$failed"
