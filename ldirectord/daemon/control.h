// SPDX-License-Identifier: MIT
/* The protocol of the control socket: a request is one line; the answer is everything until the end of the connection,
 * and its first line is "ok" or "error: WHY".
 *     status | reload | stop | enable VIRTUAL REAL | drain VIRTUAL REAL | disable VIRTUAL REAL
 * VIRTUAL as in the log, "tcp:10.9.0.1:80" or "10.9.0.1:80" or "fwm:5"; REAL "ADDRESS:PORT". */
#ifndef LDIRECTORD_DAEMON_CONTROL_H
#define LDIRECTORD_DAEMON_CONTROL_H

#include <stddef.h>

/* Send a request to the daemon and wait for its answer: 10 s at most, 600 s for a reload.  Returns 0 with *answer, the
 * answer without its first line; 1 if the request was refused, *answer is the reason; -errno if no daemon answers.
 * free() *answer. */
int control_ask(const char *socket, const char *line, char **answer);

#endif
