// SPDX-License-Identifier: MIT
/* Checks whether the media of ha.cf can work on this machine.  Looks at interfaces and devices, but opens no socket, so
 * it can run beside the daemon. */
#ifndef HEARTBEAT_DAEMON_CHECK_MEDIA_H
#define HEARTBEAT_DAEMON_CHECK_MEDIA_H

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"

/* Report a warning for each medium that cannot work now.  Report an error if no medium can reach the other node,
 * because then the daemon would not start. */
void check_media(const struct ha_cf *conf, struct diags *diags);

#endif
