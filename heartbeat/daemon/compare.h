// SPDX-License-Identifier: MIT
/* Compares the files of the two nodes.  Opens no file; no finding contains a key. */
#ifndef HEARTBEAT_DAEMON_COMPARE_H
#define HEARTBEAT_DAEMON_COMPARE_H

#include "heartbeat/daemon/load.h"

/* Report each difference, with its place in the files of this node:
 * an error where the nodes would not hear each other, or would judge by different rules: keys, nodes, haresources, the
 * settings of core/native/settings.h, port, address and speed of a medium;
 * a warning where they usually agree: media, ping hosts, programs, deadlines, environment;
 * a notice where they may differ: logs, priorities, interfaces, the host of a ucast line, stonith. */
void compare_configurations(const struct configuration *here, const struct configuration *there,
	configuration_report *report, void *context);
/* For the test of the table: returns true if the values of a directive are compared, and the severity of a difference
 * in *severity. */
bool compare_directive(const char *name, enum diag_severity *severity);

#endif
