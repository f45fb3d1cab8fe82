// SPDX-License-Identifier: MIT
/* heartbeat --report: what a person needs who was not there: files, log, status, decisions, check and the last
 * datagrams of this node, without keys. */
#ifndef HEARTBEAT_DAEMON_REPORT_H
#define HEARTBEAT_DAEMON_REPORT_H

/* Make the directory, which must not exist, and fill it.  Each part has its own time limit; what cannot be had is named
 * in the report.  Returns EXIT_OK, or EXIT_OTHER when the directory or a file cannot be written. */
int report_command(const char *directory);

#endif
