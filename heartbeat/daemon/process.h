// SPDX-License-Identifier: MIT
/* Lock, pid file, title and scheduling class of this process.  doc/commands.md 1, 6, 7. */
#ifndef HEARTBEAT_DAEMON_PROCESS_H
#define HEARTBEAT_DAEMON_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "heartbeat/conf/ha_cf.h"

/* Take the one lock of this machine (on the pid file; inherited by the engine, so it lasts as long as either lives).
 * Returns 0, -EWOULDBLOCK when a heartbeat runs, or -errno. */
int process_lock(void);
/* Write our pid into the pid file (10 columns and a newline).  False with a message. */
bool process_write_pid(void);
/* Remove the pid file when the daemon ends. */
void process_remove_pid(void);
/* Pid of the heartbeat that runs, by lock and not by number alone; 0 when none runs; -1, with a message, when that
 * cannot be known.
 * *stale: the file is there all the same. */
pid_t process_running(bool *stale);
/* What ps shows. */
void process_title_init(int argc, char **argv);
void process_title(const char *title);
/* Replace the standard streams by /dev/null. */
void process_release_terminal(void);
/* Round-robin real-time scheduling and locked memory (ha.cf: realtime, rtprio); a refusal is logged once and
 * harmless. */
void process_realtime(const struct ha_cf *conf);

#endif
