// SPDX-License-Identifier: MIT
/* Can the media of ha.cf work on this machine?  Looks at interfaces and devices; opens no socket, so that it may run
 * beside the daemon. */
#ifndef HEARTBEAT_DAEMON_CHECK_MEDIA_H
#define HEARTBEAT_DAEMON_CHECK_MEDIA_H

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"

/* A warning for each medium that cannot work now; an error when that are all media that reach the other node: the
 * daemon would not start. */
void check_media(const struct ha_cf *conf, struct diags *diags);

#endif
