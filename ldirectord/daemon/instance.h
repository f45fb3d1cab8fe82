// SPDX-License-Identifier: MIT
/* An instance of ldirectord: its file, its name, its pid file, and whether it runs.  doc/ldirectord.md 1 */
#ifndef LDIRECTORD_DAEMON_INSTANCE_H
#define LDIRECTORD_DAEMON_INSTANCE_H

#include <stdbool.h>
#include <sys/types.h>

struct instance {
	char file[4096];    /* the configuration file, an absolute path; as given if no file was found */
	char name[128];     /* "ldirectord", "web.cf" */
	char pid_file[256]; /* RUNDIR/ldirectord.NAME.pid: for people and scripts */
	/* The pid file of the same instance with its other name; "": none.  `start` and `ldirectord.cf start` are the
	 * same instance, with one lock and one socket. */
	char other[256];
	char lock[256];     /* the lock file (lib/lock_file.h) */
	char socket[256];   /* the path of the control socket */
	bool found;
};

/* Fill *i.  config: the argument of the command line; NULL: omitted.  Looks in /etc/ha.d and /etc/ha.d/conf, and then
 * uses config as a path. */
void instance_of(struct instance *i, const char *config);

enum instance_state {
	INSTANCE_STOPPED,
	INSTANCE_RUNS,
	INSTANCE_STALE /* the pid file names a process that is not ldirectord */
};
/* Find out whether the instance runs.  The lock determines this.  ldirectord 4 has no lock: its process must be a Perl
 * process of root that runs a program named ldirectord.
 * *pid: for INSTANCE_RUNS the number of the process; 0 while it starts. */
enum instance_state instance_state(const struct instance *i, pid_t *pid);
/* End the instance.  SIGTERM is sent exactly to the process that instance_state found, never to another process that
 * got its number later.  Returns 0, or -errno: -ESRCH when none runs. */
int instance_end(const struct instance *i);

/* Take the lock and write the pid file.  Returns a descriptor that holds the lock until the process ends, -EWOULDBLOCK
 * if another process runs this instance, or -errno. */
int instance_claim(const struct instance *i);
void instance_leave(const struct instance *i);

#endif
