// SPDX-License-Identifier: MIT
/* Lock, pid file, title and scheduling class of this process.  doc/commands.md 1, 6, 7. */
#ifndef HEARTBEAT_DAEMON_PROCESS_H
#define HEARTBEAT_DAEMON_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/daemon/accepted.h"

/* The name of the guardian process, by which pidof, pgrep -x, ps -C and killall find the daemon. */
#define PROCESS_NAME "heartbeat"

/* Take the one lock of this machine.  The engine inherits it, so it lasts as long as either process lives.
 * Returns 0, -EWOULDBLOCK when a heartbeat runs, or -errno. */
int process_lock(void);
/* The lock that an earlier process of this daemon took: its descriptor, for a process that continues after execve. */
int process_lock_descriptor(void);
void process_take_lock(int fd);
/* Write our number into the lock and into the pid file (10 columns and a newline).  From then on this process gets the
 * orders.  False with a message. */
bool process_write_pid(void);
/* Now and then: write the pid file again, and lock again, when somebody removed the file. */
void process_keep_files(void);
/* The daemon ends: remove the pid file and release the lock. */
void process_unlock(void);

enum process_running {
	PROCESS_STOPPED,
	PROCESS_RUNS,
	PROCESS_CHANGES, /* it runs, but no process takes orders now: it starts, or its guardian is being replaced */
	PROCESS_UNKNOWN, /* that cannot be known; logged on standard error */
};
/* Does a heartbeat run on this machine?  The lock decides.  Other users than root cannot see the lock; for them the
 * process in the pid file decides.
 * *pidfd: with PROCESS_RUNS the process that takes orders, to be closed; otherwise -1.  NULL: not wanted.
 * *pid: its number, 0 when unknown.  *stale: with PROCESS_STOPPED, a pid file is there all the same. */
enum process_running process_running(pid_t *pid, int *pidfd, bool *stale);
/* What ps shows as the arguments; the first 15 characters become the name too. */
void process_title_init(int argc, char **argv);
void process_title(const char *title);
void process_name(const char *name);
/* Replace the standard streams by /dev/null, and log no longer to standard error.  A failure is logged and harmless. */
void process_release_terminal(void);
/* The kernel does not kill this process or its forked children when memory runs out; the programs that they start are
 * not protected.  A refusal is logged and harmless. */
void process_protect(void);
/* Round-robin real-time scheduling and locked memory (ha.cf: realtime, rtprio); a refusal is logged once and
 * harmless. */
void process_realtime(const struct ha_cf *conf, const struct accepted *accepted);

#endif
