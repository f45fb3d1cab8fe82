// SPDX-License-Identifier: MIT
/* The words of the control socket: one line asks, the answer is everything until the end, its first line "ok" or
 * "error: WHY".
 *     status | reload | stop | enable VIRTUAL REAL | drain VIRTUAL REAL | disable VIRTUAL REAL
 * VIRTUAL as in the log, "tcp:10.9.0.1:80" or "10.9.0.1:80" or "fwm:5"; REAL "ADDRESS:PORT". */
#ifndef LDIRECTORD_DAEMON_CONTROL_H
#define LDIRECTORD_DAEMON_CONTROL_H

#include <stddef.h>

/* Ask the daemon behind a socket, wait for its answer (10 s at most).  Returns 0 with *answer (free it) without its
 * first line; 1 refused, *answer says why; -errno when there is nobody. */
int control_ask(const char *socket, const char *line, char **answer);

#endif
