// SPDX-License-Identifier: MIT
/* Writes monitorfile: a line for each check.  A separate process appends it, so a disk or file server that hangs delays
 * no check.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_LOG_MONITOR_H
#define LDIRECTORD_DAEMON_LOG_MONITOR_H

#include <stddef.h>

#include "ldirectord/conf/config.h"

struct monitor;
/* Create a monitor.  It uses the default main context to log lines that could not be written. */
struct monitor *monitor_new(void);
/* Write the waiting lines, for at most half a second. */
void monitor_free(struct monitor *m);
/* Write the result of a check of r; does nothing if v has no monitorfile. */
void monitor_check(struct monitor *m, const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why);

#endif
