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

/* Take the lock that only one heartbeat of this machine can have.  The engine inherits the lock, so it lasts as long as
 * one of the two processes runs.  Returns 0, -EWOULDBLOCK when a heartbeat already runs, or another -errno. */
int process_lock(void);
/* For a process that replaces itself with execve: the descriptor of the lock is read before execve, and set after
 * it. */
int process_lock_descriptor(void);
void process_take_lock(int fd);
/* Write our process number into the lock file and into the pid file (10 columns and a newline).  From then on, commands
 * send their signals to this process.  Returns false after a message. */
bool process_write_pid(void);
/* Called regularly: if the pid file or the lock file was removed, write it and take the lock again. */
void process_keep_files(void);
/* Called when the daemon ends: remove the pid file and release the lock. */
void process_unlock(void);

enum process_running {
	PROCESS_STOPPED,
	PROCESS_RUNS,
	/* it runs, but no process takes orders now, because it is starting or its guardian is being replaced */
	PROCESS_CHANGES,
	PROCESS_UNKNOWN, /* this cannot be found out; the reason was logged to standard error */
};
/* Find out whether heartbeat runs on this machine.  For root, the lock decides.  Other users cannot see the lock; for
 * them, the process in the pid file decides.
 * *pidfd: with PROCESS_RUNS a descriptor of the process that takes orders, which the caller closes; otherwise -1.
 * pidfd may be NULL.
 * *pid: the number of that process, 0 when unknown.  *stale: with PROCESS_STOPPED, true if there is a pid file. */
enum process_running process_running(pid_t *pid, int *pidfd, bool *stale);
/* Set the arguments and the name that ps shows for this process; a name has at most 15 characters. */
void process_title_init(int argc, char **argv);
void process_title(const char *title);
void process_name(const char *name);
/* Replace the standard streams by /dev/null, and stop logging to standard error.  A failure is only logged. */
void process_release_terminal(void);
/* Order the kernel not to kill this process or its forked children when memory is out; the programs that they start are
 * not protected.  A refusal is only logged. */
void process_protect(void);
/* Use round-robin real-time scheduling and locked memory (ha.cf: realtime, rtprio).  A refusal is only logged, once. */
void process_realtime(const struct ha_cf *conf, const struct accepted *accepted);

#endif
