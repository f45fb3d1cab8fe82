// SPDX-License-Identifier: MIT
/* The daemon: one event loop that runs the checks, asks the pool what follows, and writes the table.
 * doc/ldirectord.md 1, 7 to 9 */
#ifndef LDIRECTORD_DAEMON_DIRECTOR_H
#define LDIRECTORD_DAEMON_DIRECTOR_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/daemon/instance.h"

struct director_options {
	const struct instance *instance;
	bool debug; /* -d */
	/* Called once, when the table is as it is wanted for the start; ok false: it could not be read or written, why
	 * says it. */
	void (*ready)(void *context, bool ok, const char *why);
	void *context;
};

/* Run until a signal ends it.  The configuration becomes the director's.  Returns an exit code: 0, 1 initialisation
 * failed. */
int director_run(const struct director_options *options, struct lb_config *config);

#endif
