// SPDX-License-Identifier: MIT
/* The options that control a running heartbeat: -s, -k, -r.  doc/commands.md 1. */
#ifndef HEARTBEAT_DAEMON_CONTROL_H
#define HEARTBEAT_DAEMON_CONTROL_H

/* "heartbeat OK [pid N et al] is running on ..." 0; "heartbeat is stopped. No process" 3 no pid file, 1 a stale one. */
int control_status(void);
/* Stop the running heartbeat and wait until it has ended.  Prints every few seconds what it still waits for; returns 1
 * after a time limit. */
int control_stop(void);
/* Check the files, then signal the running heartbeat to read them again.  *running is false when none runs; then the
 * caller starts one. */
int control_reload(int *running);
/* Have the heartbeat that runs change to the installed binary. */
int control_reexec(void);

#endif
