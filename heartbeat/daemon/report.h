// SPDX-License-Identifier: MIT
/* heartbeat --report: collects what a person needs to analyse a problem later: files, log, status, decisions, check and
 * the last datagrams of this node, without keys. */
#ifndef HEARTBEAT_DAEMON_REPORT_H
#define HEARTBEAT_DAEMON_REPORT_H

/* Make the directory, which must not exist, and fill it.  Each part has its own time limit; the report names each part
 * that is missing.  Returns EXIT_OK, or EXIT_OTHER when the directory or a file cannot be written. */
int report_command(const char *directory);

#endif
