// SPDX-License-Identifier: MIT
/* Asks the daemon of this machine for its state, and makes JSON of the answer.  Every wait has a limit. */
#ifndef HEARTBEAT_DAEMON_STATUS_QUERY_H
#define HEARTBEAT_DAEMON_STATUS_QUERY_H

#include <jansson.h>
#include <stdbool.h>

enum {
	STATUS_GOOD = 0,
	STATUS_ATTENTION = 1, /* answered, and something needs a person */
	STATUS_STOPPED = 3,   /* as of LSB: no heartbeat runs here */
	STATUS_UNKNOWN = 4,   /* as of LSB: no answer, or one that is not understood */
};

enum { STATUS_ERROR_MAX = 512 };

/* Send getstatus or getdecisions.  Returns an object for json_decref: its members are lists by the kind of thing
 * (status_fields.h), such as "node" and "group".  NULL: *code is STATUS_STOPPED or STATUS_UNKNOWN, and why says what to
 * do. */
json_t *status_query(const char *reqtype, int *code, char why[STATUS_ERROR_MAX]);

#endif
