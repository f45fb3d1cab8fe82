// SPDX-License-Identifier: MIT
/* Converts the state of the daemon to metrics for a monitoring system.  The text is valid OpenMetrics, and valid in the
 * older format of Prometheus, which its textfile collector reads.  The two formats write counters differently, so
 * counts are gauges here too.  PURE.  doc/ldirectord.md 11.12 */
#ifndef LDIRECTORD_DAEMON_METRICS_H
#define LDIRECTORD_DAEMON_METRICS_H

#include <glib.h>
#include <stdbool.h>

/* Append the metrics of the answer to "status" (status.c).  Returns false when status is not such an answer. */
bool metrics_put(const char *status, GString *out);

#endif
