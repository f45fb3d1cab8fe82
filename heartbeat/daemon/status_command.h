// SPDX-License-Identifier: MIT
/* heartbeat --status and --explain: print what the daemon does now, and why.  They change nothing, and end after a time
 * limit. */
#ifndef HEARTBEAT_DAEMON_STATUS_COMMAND_H
#define HEARTBEAT_DAEMON_STATUS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

struct status_options {
	bool json;
	bool watch;            /* for --status: repeat until a signal ends the command */
	unsigned interval_s;   /* the pause between two outputs of watch */
	const char *group;     /* for --explain: only this group; NULL: all groups */
};

/* Both return an exit code of status_query.h. */
int status_command(const struct status_options *options);
int explain_command(const struct status_options *options);

/* Print a document, which has the form of --json, as text for people. */
void status_print(const json_t *document);
void explain_print(const json_t *document);

#endif
