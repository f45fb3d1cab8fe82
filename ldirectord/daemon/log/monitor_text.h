// SPDX-License-Identifier: MIT
/* Formats the result of a check for monitorfile.  Pure.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_LOG_MONITOR_TEXT_H
#define LDIRECTORD_DAEMON_LOG_MONITOR_TEXT_H

#include "ldirectord/conf/config.h"

/* Returns a text such as "negotiate http tcp 10.0.0.1 80 1 masq / Test [up] 200 OK".  The caller frees it with
 * g_free(). */
char *monitor_text(const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why);

#endif
