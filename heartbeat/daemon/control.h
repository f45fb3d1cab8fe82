// SPDX-License-Identifier: MIT
/* What the command line asks of a heartbeat that runs already: -s, -k, -r.  doc/commands.md 1. */
#ifndef HEARTBEAT_DAEMON_CONTROL_H
#define HEARTBEAT_DAEMON_CONTROL_H

/* "heartbeat OK [pid N et al] is running on ..." 0; "heartbeat is stopped. No process" 3 no pid file, 1 a stale one. */
int control_status(void);
/* Ask it to stop and wait until it is gone; says every few seconds what it waits for, gives up after a bound (exit
 * 1). */
int control_stop(void);
/* Check the files, then ask it to read them again; *running is false when there is nobody to ask (a normal start
 * follows). */
int control_reload(int *running);

#endif
