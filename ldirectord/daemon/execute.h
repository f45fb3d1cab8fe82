// SPDX-License-Identifier: MIT
/* execute: the instances that a file names are sent the same command, by running this program again for each of them.
 * For the command line; the daemon does not care.  doc/ldirectord.md 1, 9 */
#ifndef LDIRECTORD_DAEMON_EXECUTE_H
#define LDIRECTORD_DAEMON_EXECUTE_H

#include "ldirectord/daemon/instance.h"

/* One after the other; what they print is printed.  Nothing when we are such a run ourselves (two files may name each
 * other), or when the instance stays in the foreground.  Looks up no name.  Returns 0, or the exit code of the first
 * that did not end with 0; 1 when it could not be run or took too long. */
int execute_others(const struct instance *instance, const char *command);

#endif
