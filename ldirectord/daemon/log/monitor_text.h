// SPDX-License-Identifier: MIT
/* The result of a check as a text for monitorfile.  Pure.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_LOG_MONITOR_TEXT_H
#define LDIRECTORD_DAEMON_LOG_MONITOR_TEXT_H

#include "ldirectord/conf/config.h"

/* "negotiate http tcp 10.0.0.1 80 1 masq / Test [up] 200 OK".  g_free() it. */
char *monitor_text(const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why);

#endif
