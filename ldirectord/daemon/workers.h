// SPDX-License-Identifier: MIT
/* The daemon's side of the processes that run checks (worker.h).  They are started when the first check needs them, and
 * again when one has died or does not answer.  doc/ldirectord.md 6, "Processes" */
#ifndef LDIRECTORD_DAEMON_WORKERS_H
#define LDIRECTORD_DAEMON_WORKERS_H

#include <stdbool.h>

#include "ldirectord/check/check.h"
#include "ldirectord/daemon/worker.h"

struct workers;
struct workers_events {
	/* The verdict about a check that was started.  why is printable, and all is valid during the call only. */
	void (*verdict)(void *context, uint32_t id, const struct check_outcome *o);
	/* A process that was started takes checks now. */
	void (*ready)(void *context);
	/* A process has died: checks that were given to it have no verdict, and get none.  It is logged. */
	void (*lost)(void *context, enum worker_kind kind);
	void *context;
};

struct workers *workers_new(const struct workers_events *events);
/* Ends both.  Waits until what check commands left behind has ended, for a second at most. */
void workers_free(struct workers *w);
/* Which one runs such a check; type as in struct check_plan, but a combined one may be asked for too. */
enum worker_kind workers_kind(enum lb_check_type type, enum lb_service service);
/* Start this process, if it does not run. */
void workers_prepare(struct workers *w, enum worker_kind kind);
/* Some process has been started and is not ready yet. */
bool workers_starting(const struct workers *w);
/* Give a check to its process.  id: new for each check.  False: there is no process at present, try again later. */
bool workers_start(struct workers *w, uint32_t id, const struct check_plan *plan);
void workers_cancel(struct workers *w, uint32_t id, enum worker_kind kind);
/* It does not answer any more: end it; lost() follows. */
void workers_kill(struct workers *w, enum worker_kind kind, const char *why);

#endif
