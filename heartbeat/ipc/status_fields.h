// SPDX-License-Identifier: MIT
/* The fields of the answers to getstatus and getdecisions, which the daemon writes as text and heartbeat --status turns
 * into JSON.  doc/status.schema.json describes the JSON; a test compares the two. */
#ifndef HEARTBEAT_IPC_STATUS_FIELDS_H
#define HEARTBEAT_IPC_STATUS_FIELDS_H

#include <stddef.h>

enum { STATUS_FORMAT = 1 }; /* grows when a reader of the old form would misunderstand the new one */

/* Every time is in milliseconds from now, into the past or into the future as the name says. */
enum status_type {
	STATUS_TEXT,
	STATUS_NUMBER, /* missing: null */
	STATUS_SWITCH, /* 0 or 1 */
	STATUS_LIST,   /* words, separated by blanks */
};

struct status_field {
	const char *name;
	enum status_type type;
};

/* One frame; its field "what" has this name. */
struct status_kind {
	const char *what;
	const struct status_field *fields;
	size_t count;
};

/* NULL past the end. */
const struct status_kind *status_kind_at(size_t index);

#endif
