// SPDX-License-Identifier: MIT
/* heartbeat --check and --diff: find what is wrong before heartbeat starts: in the files, on this machine, and between
 * the two nodes.  The daemon logs the findings of --check at its start.  Changes nothing. */
#ifndef HEARTBEAT_DAEMON_CHECK_H
#define HEARTBEAT_DAEMON_CHECK_H

#include <stdbool.h>

#include "heartbeat/daemon/load.h"

enum { CHECK_CLEAN = 0, CHECK_WARNINGS = 1, CHECK_ERRORS = 2 /* also for critical findings */ };

struct check_options {
	const char *directory; /* the directory with the files; NULL: the directory that the daemon uses */
	/* the directory with the files of the other node, to compare with; NULL: check, do not compare */
	const char *diff;
	bool json;             /* print JSON; man/heartbeat.8 documents its form */
};

/* Check the files and the machine, print one line for each finding, and return the exit code.  Ends after a time
 * limit. */
int check_command(const struct check_options *options);
/* Report the findings about a configuration without errors that no other part of the daemon reports. */
void check_at_start(const struct configuration *files, configuration_report *report, void *context);

#endif
