// SPDX-License-Identifier: MIT
/* heartbeat --check and --diff: everything that can be known to be wrong before heartbeat starts, in the files, on this
 * machine, and between the two nodes.  The start of the daemon logs the findings of --check.  Changes nothing. */
#ifndef HEARTBEAT_DAEMON_CHECK_H
#define HEARTBEAT_DAEMON_CHECK_H

#include <stdbool.h>

#include "heartbeat/daemon/load.h"

enum { CHECK_CLEAN = 0, CHECK_WARNINGS = 1, CHECK_ERRORS = 2 /* critical findings too */ };

struct check_options {
	const char *directory; /* NULL: the directory that the daemon uses */
	const char *diff;      /* compare with these files of the other node instead; NULL: check */
	bool json;             /* the form is documented in man/heartbeat.8 */
};

/* Check files and machine, print one line for each finding, and return the exit code.  Ends after a time limit. */
int check_command(const struct check_options *options);
/* Report what is wrong with a configuration without errors, and no other part of the daemon reports. */
void check_at_start(const struct configuration *files, configuration_report *report, void *context);

#endif
