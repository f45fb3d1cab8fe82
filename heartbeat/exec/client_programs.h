// SPDX-License-Identifier: MIT
/* The programs of respawn and failfast lines: runs them as their users, starts them again when they end, stops them in
 * order.  Never decides about resources.  Works on the GLib main context of the thread.  doc/configuration.md 5
 *
 * A program that ends is started again at once when it has run for ten seconds, otherwise after 1, 2, 4 ... 60
 * seconds.  After exit code 100 it stays away. */
#ifndef HEARTBEAT_EXEC_CLIENT_PROGRAMS_H
#define HEARTBEAT_EXEC_CLIENT_PROGRAMS_H

#include <stddef.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/exec/client_reports.h"
#include "lib/process_groups.h"

struct client_programs;

struct client_programs_config {
	/* HA_CF_CHILDREN_MAX slots, in which each program is recorded while it runs.  Borrowed. */
	struct process_group *slots;
	/* How they do.  Those of an earlier process are continued.  Borrowed. */
	struct client_reports *reports;
	/* A failfast program has ended.  Called once at most; name: its path, for people. */
	void (*failed)(void *context, const char *name);
	/* All have ended, after client_programs_stop.  Called from the main loop. */
	void (*stopped)(void *context);
	void *context;
};

struct client_programs *client_programs_new(const struct client_programs_config *config);
/* The lines of conf are in effect from now on: programs that have no line any more are ended, those of new lines are
 * started, in their order; the others go on.  Nothing of conf is kept.  node: our own name. */
void client_programs_use(struct client_programs *c, const struct ha_cf *conf, const char *node);
/* End all, the last one first, each only when the one before it has ended: SIGTERM, and SIGKILL three seconds later. */
void client_programs_stop(struct client_programs *c);
/* Only after stopped was called. */
void client_programs_free(struct client_programs *c);

#endif
