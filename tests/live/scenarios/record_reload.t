#!/bin/bash
# SPDX-License-Identifier: MIT
# heartbeat --record across a reload: the recording has the new files and the moment, so that a replay decides as the node.
. "$(dirname "$0")/../lib.sh"
live_enter "$@"

stage_install
net_up
node_boot 1
pair_install 1 web
httpd_install 1
record=$LIVE/node1/upper/var/log/ha-record

check 'the daemon starts with a recording' node_exec 1 sh -c 'exec /usr/sbin/heartbeat --record /var/log/ha-record </dev/null >/dev/null 2>&1'
check 'after initdead it serves' soon served_by 1
node_exec 1 sed -i 's/^warntime .*/warntime 500ms/' /etc/ha.d/ha.cf
check 'heartbeat -r succeeds' node_exec 1 timeout "$LIMIT_S" heartbeat -r
check 'the recording has the reload' grep -qE '^[0-9]+ [0-9]+ reloaded$' "$record"
is 'the recording has both versions of ha.cf' "$(grep -c '^ha\.cf$' "$record")" 2
check 'the recording has the new time' grep -q $'^\twarntime 500ms' "$record"
check 'heartbeat -k stops it' node_stop 1
check 'the recording can be replayed' "$BUILD/replay" -a "$LIVE_TOP/tests/data/pairs/web/authkeys" "$record"
is 'the replay uses the new files' "$("$BUILD/replay" -a "$LIVE_TOP/tests/data/pairs/web/authkeys" "$record" | grep -c 'The new configuration is in use, warntime 500 ms')" 1
done_testing
