// SPDX-License-Identifier: MIT
/* What the checks of databases share: their request, their texts, and how much they read. */
#ifndef LDIRECTORD_CHECK_SQL_H
#define LDIRECTORD_CHECK_SQL_H

#include "ldirectord/check/private.h"

enum { SQL_TEXT_MAX = 200, SQL_RECEIVED_MAX = 1 << 20, SQL_BUSY_MS = 200 };
#define SQL_TOO_MUCH_WHY "the server sent more than 1 MiB, or more than is read in 200 ms"

/* The query: the request without the / in front of it.  Borrowed from the plan. */
const char *sql_request(const struct check_plan *plan);
/* A query needs a user, a request and a port.  False: the verdict is given. */
bool sql_is_complete(struct check *c, const struct check_plan *plan);
/* The first line of a message of a library, as a reason.  Returns out. */
const char *sql_text(const char *message, char out[SQL_TEXT_MAX]);
/* Both libraries read as long as bytes arrive, and keep all of them, so a call could last as long as the server likes.
 * Call this before each call that reads from fd: after SQL_BUSY_MS of computing time the socket is shut down, and the
 * library sees the end of the connection. */
void sql_begin_call(int fd);
/* After the call.  True: that happened, or more than a check needs has arrived at fd (< 0: it is closed). */
bool sql_end_call(int fd);
/* The file with the authorities of this system, for libraries that have no default of their own. */
const char *sql_authorities(void);

#endif
