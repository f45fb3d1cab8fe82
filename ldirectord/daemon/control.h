// SPDX-License-Identifier: MIT
/* The protocol of the control socket: a request is one line.  The answer is everything up to the end of the connection;
 * its first line is "ok" or "error: WHY".
 *     status | reload | stop | enable VIRTUAL REAL | drain VIRTUAL REAL | disable VIRTUAL REAL
 * VIRTUAL is a name as in the log, "tcp:10.9.0.1:80" or "10.9.0.1:80" or "fwm:5"; REAL is "ADDRESS:PORT". */
#ifndef LDIRECTORD_DAEMON_CONTROL_H
#define LDIRECTORD_DAEMON_CONTROL_H

#include <stddef.h>

/* Send a request to the daemon and wait for its answer, at most 10 s, or 600 s for a reload.  Returns 0 with the
 * answer, without its first line, in *answer; 1 if the request was refused, with the reason in *answer; -errno if no
 * daemon answers.
 * The caller frees *answer with free(). */
int control_ask(const char *socket, const char *line, char **answer);

#endif
