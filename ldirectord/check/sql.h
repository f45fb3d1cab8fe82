// SPDX-License-Identifier: MIT
/* Functions that the checks of databases share: their query, their texts, and how much they read. */
#ifndef LDIRECTORD_CHECK_SQL_H
#define LDIRECTORD_CHECK_SQL_H

#include "ldirectord/check/private.h"

enum { SQL_TEXT_MAX = 200, SQL_RECEIVED_MAX = 1 << 20, SQL_BUSY_MS = 200 };
#define SQL_TOO_MUCH_WHY "the server sent more than 1 MiB, or more than is read in 200 ms"

/* The query: the request without its leading /.  Points into the plan. */
const char *sql_request(const struct check_plan *plan);
/* Check that there are a user, a request and a port, which a query needs.  Returns false when one is missing; the check
 * then has its verdict. */
bool sql_is_complete(struct check *c, const struct check_plan *plan);
/* Writes the first line of a library's message, as a reason.  Returns out. */
const char *sql_text(const char *message, char out[SQL_TEXT_MAX]);
/* Both libraries read as long as bytes arrive, and store all of them, so the server decides how long a call lasts.
 * Call this before each call that reads from fd.  After SQL_BUSY_MS of CPU time the socket is shut down, and the
 * library sees the end of the connection. */
void sql_begin_call(int fd);
/* Call this after the call.  Returns true when the socket was shut down, or when more bytes than a check needs have
 * arrived at fd (< 0: it is closed). */
bool sql_end_call(int fd);
/* The file of this system with the certificates of the authorities, for libraries that have no default. */
const char *sql_authorities(void);

#endif
