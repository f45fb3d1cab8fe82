// SPDX-License-Identifier: MIT
/* Requests the state of the daemon of this machine, and makes JSON of the answer.  Each wait has a time limit. */
#ifndef HEARTBEAT_DAEMON_STATUS_QUERY_H
#define HEARTBEAT_DAEMON_STATUS_QUERY_H

#include <jansson.h>
#include <stdbool.h>

enum {
	STATUS_GOOD = 0,
	STATUS_ATTENTION = 1, /* the daemon answered, and something needs the attention of a person */
	STATUS_STOPPED = 3,   /* as in the LSB: no heartbeat runs here */
	STATUS_UNKNOWN = 4,   /* as in the LSB: no answer came, or it could not be understood */
};

enum { STATUS_ERROR_MAX = 512 };

/* Send the request getstatus or getdecisions.  Returns an object for json_decref.  Its members are lists, one for each
 * kind of item (status_fields.h), such as "node" and "group".  Returns NULL when there is no answer; then *code is
 * STATUS_STOPPED or STATUS_UNKNOWN, and why says what to do. */
json_t *status_query(const char *reqtype, int *code, char why[STATUS_ERROR_MAX]);

#endif
