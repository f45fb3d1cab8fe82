// SPDX-License-Identifier: MIT
/* An instance of ldirectord: which file, which name, which pid file, and whether it runs.  doc/ldirectord.md 1 */
#ifndef LDIRECTORD_DAEMON_INSTANCE_H
#define LDIRECTORD_DAEMON_INSTANCE_H

#include <stdbool.h>
#include <sys/types.h>

struct instance {
	char file[4096];    /* the configuration file; as given if none was found */
	char name[128];     /* "ldirectord", "web.cf" */
	char pid_file[256]; /* RUNDIR/ldirectord.NAME.pid */
	/* the pid file of the same instance under its other name ("" none): `start` and `ldirectord.cf start` are
	 * one */
	char other[256];
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
enum instance_state instance_state(const struct instance *i, pid_t *pid);

/* Lock and write the pid file.  Returns a descriptor that holds the lock until the process ends, -EWOULDBLOCK if
 * another process runs this instance, or -errno. */
int instance_claim(const struct instance *i);
void instance_leave(const struct instance *i);

#endif
