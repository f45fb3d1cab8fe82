// SPDX-License-Identifier: MIT
/* heartbeat --status and --explain: what the daemon does now, and why.  Only ask; end after a time limit. */
#ifndef HEARTBEAT_DAEMON_STATUS_COMMAND_H
#define HEARTBEAT_DAEMON_STATUS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

struct status_options {
	bool json;
	bool watch;            /* --status: repeat, until somebody ends it */
	unsigned interval_s;   /* of watch */
	const char *group;     /* --explain: only this one; NULL: all */
};

/* Return the exit code: enum in status_query.h. */
int status_command(const struct status_options *options);
int explain_command(const struct status_options *options);

/* Print a document, as --json has it, for people. */
void status_print(const json_t *document);
void explain_print(const json_t *document);

#endif
