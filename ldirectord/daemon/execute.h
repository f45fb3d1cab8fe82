// SPDX-License-Identifier: MIT
/* Implements execute: sends a command to the instances that a file names, by running this program again for each
 * instance.
 * Only the command line uses this; the daemon ignores execute.  doc/ldirectord.md 1, 9 */
#ifndef LDIRECTORD_DAEMON_EXECUTE_H
#define LDIRECTORD_DAEMON_EXECUTE_H

#include "ldirectord/daemon/instance.h"

/* Run the command for one instance after the other, and print the output.  Does nothing if execute has started this
 * process (two files may name each other), or if the instance stays in the foreground.  Resolves no names.  Returns 0,
 * or the exit code of the first instance that failed; 1 if it could not be run or took too long. */
int execute_others(const struct instance *instance, const char *command);

#endif
