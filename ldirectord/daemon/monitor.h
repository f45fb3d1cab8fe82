// SPDX-License-Identifier: MIT
/* monitorfile: a line for each check, appended by a thread of its own, so that a disk or file server that hangs delays
 * no check. doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MONITOR_H
#define LDIRECTORD_DAEMON_MONITOR_H

#include <stddef.h>

#include "ldirectord/conf/config.h"

struct monitor;
/* With the default main context: what could not be written is told in the log from there. */
struct monitor *monitor_new(void);
/* What waits is still written, as far as that takes no more than half a second. */
void monitor_free(struct monitor *m);
/* A check of r ended; v without a monitorfile: nothing. */
void monitor_check(struct monitor *m, const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why);
/* "negotiate http tcp 10.0.0.1 80 1 masq / Test [up] 200 OK": pure.  g_free() it. */
char *monitor_text(const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why);

#endif
