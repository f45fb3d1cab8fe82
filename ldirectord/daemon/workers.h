// SPDX-License-Identifier: MIT
/* The daemon's side of the processes that run checks (worker.h).  Each is started when the first check needs it, and
 * again when it has died or does not answer.  doc/ldirectord.md 6, "Processes" */
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
	/* A process has died: its checks have no verdict, and will not get one.  This is already logged. */
	void (*lost)(void *context, enum worker_kind kind);
	void *context;
};

struct workers *workers_new(const struct workers_events *events);
/* End both processes.  Waits until the processes that check commands left behind have ended, for at most a second. */
void workers_free(struct workers *w);
/* Returns which process runs such a check.  type: as in struct check_plan; LB_CHECK_COMBINED is allowed too. */
enum worker_kind workers_kind(enum lb_check_type type, enum lb_service service);
/* Start this process, if it does not run. */
void workers_prepare(struct workers *w, enum worker_kind kind);
/* Returns true when a process was started and is not ready yet. */
bool workers_starting(const struct workers *w);
/* Send a check to its process.  id: a new number for each check.  Returns false when the process does not run at
 * present; the caller tries again later. */
bool workers_start(struct workers *w, uint32_t id, const struct check_plan *plan);
void workers_cancel(struct workers *w, uint32_t id, enum worker_kind kind);
/* Kill a process that does not answer any more; lost() is called afterwards. */
void workers_kill(struct workers *w, enum worker_kind kind, const char *why);

#endif
