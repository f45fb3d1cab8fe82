#!/bin/bash
# SPDX-License-Identifier: MIT
# A host sends garbage to the heartbeat port: no node is declared dead, nothing moves, the log stays readable, and a real
# death is still detected.  (3.0.6 at the same rates: false deaths, and up to 72 MB of log in 5 s.)
. "$(dirname "$0")/../lib.sh"
live_enter "$@"
RATE=5000

log_lines() { wc -l <"$(log_file "$1")"; }
flood() { client "$LIVE_HELP/flood" 192.168.1.255 694 "$RATE" "$1"; }
sent() { awk '$1 == "eth0:" {print $11}' "/proc/$CLIENT_PID/net/dev"; } # packets of the client
flooded() { [ $(($(sent) - sent)) -ge 2000 ]; }

cluster_running web
probe_start
owners_start
lines1=$(log_lines 1) lines2=$(log_lines 2) mark1=$(log_mark 1) mark2=$(log_mark 2) begin=$(now_ms)
flood 5 >"$LIVE/flood"
note "$(cat "$LIVE/flood")"
check 'at least 10,000 datagrams were sent' grep -qE "^sent [0-9]{5,} " "$LIVE/flood"
check_not 'the first node declared no node dead' log_has 1 'is dead' "$mark1"
check_not 'the second node declared no node dead' log_has 2 'is dead' "$mark2"
check 'the first node serves' settled_on 1
at_most 'the log of the first node stays short, lines' $(($(log_lines 1) - lines1)) 20
at_most 'the log of the second node stays short, lines' $(($(log_lines 2) - lines2)) 20
check 'the log reports refused or dropped datagrams' log_has 2 'refused|dropped' "$mark2"

# The second flood lasts longer than the takeover; it is ended after the takeover.
sent=$(sent)
nsenter -t "$CLIENT_PID" -n -- "$LIVE_HELP/flood" 192.168.1.255 694 "$RATE" 600 >/dev/null &
flooding=$!
check 'there is a second flood' soon flooded
off=$(now_ms)
node_power_off 1
check 'the owner dies during the flood: the second node takes over' soon only_owner 2
check 'the flood continues' kill -0 "$flooding"
kill "$flooding" && wait "$flooding"
check 'the client reads its page' soon served_by 2
measure_stop
is 'the address had an owner all the time before' "$(nobody_ms "$begin" "$off")" 0
is 'there are never two owners' "$(two_owners_ms)" 0
done_testing
