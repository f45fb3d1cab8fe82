// SPDX-License-Identifier: MIT
/* The fields of the answers to getstatus and getdecisions.  The daemon writes them as text, and heartbeat --status
 * converts them to JSON.  doc/status.schema.json describes the JSON; a test compares the two. */
#ifndef HEARTBEAT_IPC_STATUS_FIELDS_H
#define HEARTBEAT_IPC_STATUS_FIELDS_H

#include <stddef.h>

enum { STATUS_FORMAT = 1 }; /* increases when a reader of the old form would misunderstand the new one */

/* Every time is in milliseconds before or after now; the name of the field says which. */
enum status_type {
	STATUS_TEXT,
	STATUS_NUMBER, /* null when missing */
	STATUS_SWITCH, /* 0 or 1 */
	STATUS_LIST,   /* words, separated by blanks */
};

struct status_field {
	const char *name;
	enum status_type type;
};

/* The fields of one frame; the field "what" of the frame has this name. */
struct status_kind {
	const char *what;
	const struct status_field *fields;
	size_t count;
};

/* Returns NULL past the end. */
const struct status_kind *status_kind_at(size_t index);

#endif
