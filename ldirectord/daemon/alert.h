// SPDX-License-Identifier: MIT
/* Runs alertcommand, a program of the site that gets the events of a mail as a JSON document on its standard input.
 * Events of the same moment are in one document.  While a program runs, further events wait for the next document.
 * doc/ldirectord.md 10, 11.13 */
#ifndef LDIRECTORD_DAEMON_ALERT_H
#define LDIRECTORD_DAEMON_ALERT_H

#include "ldirectord/pool/pool.h"

struct alert;

struct alert *alert_new(void);
/* Free a.  A running program continues, and nothing waits for it. */
void alert_free(struct alert *a);
/* Add an event of v for its alertcommand.  status: of the daemon.  text: of the log.  op: the change of the table that
 * the event reports; NULL: none. */
void alert_event(struct alert *a, const struct lb_virtual *v, const char *status, const char *text,
	const struct table_op *op);
/* Start the programs that have waiting events and do not run yet.  Call this after all events of a moment. */
void alert_flush(struct alert *a);

#endif
