// SPDX-License-Identifier: MIT
/* The state of the daemon as metrics for a monitoring system.  The text is valid OpenMetrics and valid in the older
 * format of Prometheus, which its textfile collector reads.  These write counters in different ways, so counts are
 * gauges too.  PURE.  doc/ldirectord.md 11.12 */
#ifndef LDIRECTORD_DAEMON_METRICS_H
#define LDIRECTORD_DAEMON_METRICS_H

#include <glib.h>
#include <stdbool.h>

/* Append the metrics of the answer to "status" (status.c).  False: it is no such answer. */
bool metrics_put(const char *status, GString *out);

#endif
