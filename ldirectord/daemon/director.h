// SPDX-License-Identifier: MIT
/* The daemon: one event loop that runs the checks, gives the results to the pool, and writes the table.
 * doc/ldirectord.md 1, 7 to 9 */
#ifndef LDIRECTORD_DAEMON_DIRECTOR_H
#define LDIRECTORD_DAEMON_DIRECTOR_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/daemon/instance.h"

struct director_options {
	const struct instance *instance;
	bool debug; /* -d */
	/* Called once, when the first table was written.  ok false: the table cannot be used; why is the reason.  ok
	 * true and why not empty: the daemon runs, but the kernel refused a virtual service. */
	void (*ready)(void *context, bool ok, const char *why);
	void *context;
};

/* Run until a signal or a command stops it.  The director owns the configuration afterwards.  Returns an exit code: 0,
 * or 1 if the initialisation failed. */
int director_run(const struct director_options *options, struct lb_config *config);

#endif
