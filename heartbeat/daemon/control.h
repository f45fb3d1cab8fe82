// SPDX-License-Identifier: MIT
/* The options that control a running heartbeat: -s, -k, -r, --reexec.  doc/commands.md 1. */
#ifndef HEARTBEAT_DAEMON_CONTROL_H
#define HEARTBEAT_DAEMON_CONTROL_H

/* Print the state and return the exit code.  0: "heartbeat OK [pid N et al] is running on ...".  3: "heartbeat is
 * stopped.  No process", without a pid file.  1: the same text, with a stale pid file. */
int control_status(void);
/* Stop the running heartbeat and wait until it has ended.  Prints every few seconds what is not stopped yet.  Returns 1
 * after a time limit. */
int control_stop(void);
/* Check the files, then signal the running heartbeat to read them again.  *running is false when no heartbeat runs;
 * then the caller starts it. */
int control_reload(int *running);
/* Order the running heartbeat to change to the installed binary. */
int control_reexec(void);

#endif
