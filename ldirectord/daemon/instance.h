// SPDX-License-Identifier: MIT
/* An instance of ldirectord: which file, which name, which pid file, and whether it runs.  doc/ldirectord.md 1 */
#ifndef LDIRECTORD_DAEMON_INSTANCE_H
#define LDIRECTORD_DAEMON_INSTANCE_H

#include <stdbool.h>
#include <sys/types.h>

struct instance {
	char file[4096];    /* the configuration file, an absolute path; as given if none was found */
	char name[128];     /* "ldirectord", "web.cf" */
	char pid_file[256]; /* RUNDIR/ldirectord.NAME.pid: for people and scripts */
	/* the pid file of the same instance under its other name ("" none): `start` and `ldirectord.cf start` are
	 * one, with one lock and one socket */
	char other[256];
	char lock[256];     /* lib/lock_file.h */
	char socket[256];   /* of the control socket */
	bool found;
};

/* config NULL: omitted on the command line.  Looks in /etc/ha.d, /etc/ha.d/conf, then takes config as a path. */
void instance_of(struct instance *i, const char *config);

enum instance_state {
	INSTANCE_STOPPED,
	INSTANCE_RUNS,
	INSTANCE_STALE /* the pid file names a process that is not ldirectord */
};
/* The lock decides.  A process of the reference has none: it must be a Perl of root that runs a program ldirectord.
 * *pid: with INSTANCE_RUNS its number, 0 while it starts. */
enum instance_state instance_state(const struct instance *i, pid_t *pid);
/* Order the instance to end; SIGTERM goes to the very process that instance_state found, never to another one that got
 * its number since then.  Returns 0, or -errno: -ESRCH when none runs. */
int instance_end(const struct instance *i);

/* Take the lock and write the pid file.  Returns a descriptor that holds the lock until the process ends, -EWOULDBLOCK
 * if another process runs this instance, or -errno. */
int instance_claim(const struct instance *i);
void instance_leave(const struct instance *i);

#endif
