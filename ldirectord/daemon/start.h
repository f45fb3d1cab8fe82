// SPDX-License-Identifier: MIT
/* Reads the configuration and starts the director, in the background or in this process.  doc/ldirectord.md 1 */
#ifndef LDIRECTORD_DAEMON_START_H
#define LDIRECTORD_DAEMON_START_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/daemon/instance.h"

/* Exit codes of the commands. */
enum { EXIT_GOOD = 0, EXIT_INIT = 1, EXIT_CONFIG = 2, EXIT_STOPPED = 3, EXIT_USAGE = 255 };

/* Read the file of the instance and print its errors and warnings; with logs, also write its errors to the log.  The
 * caller owns the result.
 * Returns NULL when the instance cannot start with this file; *code is then the exit code. */
struct lb_config *start_load(const struct instance *instance, bool logs, int *code);

/* Start the director, which owns config from now on.  With debug, or with supervised in the file, it runs in this
 * process, and this function returns when it has ended.  Otherwise it runs in the background, and this function returns
 * when its table was written, because a cluster manager relies on the table after exit code 0, or when the start has
 * failed.  Returns the exit code; errors are printed. */
int start_director(const struct instance *instance, struct lb_config *config, bool debug);

#endif
