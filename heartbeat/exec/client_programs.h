// SPDX-License-Identifier: MIT
/* Runs the programs of respawn and failfast lines as their users, starts them again when they end, and stops them in
 * order.  Does not decide about resources.  Works on the GLib main context of the thread.  doc/configuration.md 5
 *
 * A program that ends is started again: at once if it has run for ten seconds, otherwise after 1, 2, 4 ... 60 seconds.
 * After exit code 100 it is not started again. */
#ifndef HEARTBEAT_EXEC_CLIENT_PROGRAMS_H
#define HEARTBEAT_EXEC_CLIENT_PROGRAMS_H

#include <stddef.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/exec/client_reports.h"
#include "lib/process_groups.h"

struct client_programs;

struct client_programs_config {
	/* HA_CF_CHILDREN_MAX slots.  Each program is recorded in one of them while it runs.  Borrowed. */
	struct process_group *slots;
	/* How they do.  Those of an earlier process are continued.  Borrowed. */
	struct client_reports *reports;
	/* A failfast program has ended.  Called once at most; name: its path, for people. */
	void (*failed)(void *context, const char *name);
	/* Called from the main loop when all programs have ended after client_programs_stop. */
	void (*stopped)(void *context);
	void *context;
};

struct client_programs *client_programs_new(const struct client_programs_config *config);
/* Use the lines of conf from now on: programs that have no line any more are ended, programs of new lines are started,
 * in the order of the lines, and the other programs continue.  conf is only read during the call.  node: our own
 * name. */
void client_programs_use(struct client_programs *c, const struct ha_cf *conf, const char *node);
/* End all programs one after the other, in the opposite order of their lines.  Each gets SIGTERM, and SIGKILL three
 * seconds later. */
void client_programs_stop(struct client_programs *c);
/* Call this only after "stopped" was called. */
void client_programs_free(struct client_programs *c);

#endif
