// SPDX-License-Identifier: MIT
/* alertcommand: a program of the site gets the events that a mail would report, as a JSON document on its standard
 * input.  One document has all events of a moment; while a program runs, further events wait for the next document.
 * doc/ldirectord.md 10, 11.13 */
#ifndef LDIRECTORD_DAEMON_ALERT_H
#define LDIRECTORD_DAEMON_ALERT_H

#include "ldirectord/pool/pool.h"

struct alert;

struct alert *alert_new(void);
/* A program that runs goes on, and nothing waits for it. */
void alert_free(struct alert *a);
/* An event of v, for its alertcommand.  status: of the daemon.  text: of the log.  op: the change of the table that it
 * reports; NULL: none. */
void alert_event(struct alert *a, const struct lb_virtual *v, const char *status, const char *text,
	const struct table_op *op);
/* The moment is over: start the programs that do not run yet. */
void alert_flush(struct alert *a);

#endif
