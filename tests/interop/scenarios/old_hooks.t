#!/bin/bash
# SPDX-License-Identifier: MIT
# After an upgrade the hooks of the 3.0.6 package are still in rc.d.  Our node does not run them: they would start the old
# resource manager beside it.  Hooks of the administrator still run.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

mixed_running web
for hook in "$REFERENCE"/etc/ha.d/rc.d/*; do
	node_put "$OURS" "/etc/ha.d/rc.d/$(basename "$hook")" 755 <"$hook"
done
check 'the package has a status hook' test -s "$REFERENCE/etc/ha.d/rc.d/status"
mark=$(log_mark "$OURS")
node_power_off "$REF"
check 'our node serves' soon only_owner "$OURS"
check 'its log says that the hook is not run' soon log_has "$OURS" 'hook /etc/ha.d/rc.d/status is not run' "$mark"
check_not 'no hook of the package is run' log_has "$OURS" 'Running /etc/ha.d/rc.d/' "$mark"

printf '#!/bin/sh\necho "resource hook: $HA_src has $HA_rsc_hold"\n' | node_put "$OURS" /etc/ha.d/rc.d/resource 755
printf '#!/bin/sh\necho "site hook: $HA_src is $HA_st"\n' | node_put "$OURS" /etc/ha.d/rc.d/status 755
mark=$(log_mark "$OURS")
boot "$REF"
check 'the other node starts again' start "$REF"
check 'a hook of the administrator runs' soon log_has "$OURS" "site hook: ${NODE_NAME[REF]} is " "$mark"
check 'one for a message of 3.0.6 gets its fields' soon log_has "$OURS" "resource hook: ${NODE_NAME[REF]} has (none|local|foreign|all)" "$mark"
done_testing
