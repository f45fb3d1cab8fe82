// SPDX-License-Identifier: MIT
/* What the rooms of the daemon share: the director's state.  Nobody outside ldirectord/daemon includes it. */
#ifndef LDIRECTORD_DAEMON_DIRECTOR_PRIVATE_H
#define LDIRECTORD_DAEMON_DIRECTOR_PRIVATE_H

#include <glib.h>

#include "ldirectord/check/check.h"
#include "ldirectord/daemon/director.h"
#include "ldirectord/daemon/schedule.h"
#include "ldirectord/ipvs/ipvs.h"
#include "ldirectord/pool/pool.h"
#include "lib/precise_timer.h"
#include "lib/spawn.h"

struct checks;
struct control;
struct reload;
struct mail;
struct monitor;

struct director {
	const struct director_options *options;
	struct lb_config *config;
	struct pool *pool;
	struct ipvs *ipvs;
	struct checks *checks;
	struct control *control;
	struct reload *reload;
	struct mail *mail;
	struct monitor *monitor;
	GMainLoop *loop;
	struct precise_timer *timer; /* the pool's deadline */
	GSource *flush;         /* what waits for the end of this turn of the loop; NULL: nothing */
	bool held;              /* it waits for the first checks */
	struct mono flushed;    /* the last batch */
	unsigned gap_ms;        /* that the next one keeps from it */
	GArray *waiting;        /* struct pool_action, of this moment */
	const char *status;     /* "starting" "running" "reloading" "stopping" */
	char last_error[512];   /* of the last reload; "" it was good */
	int64_t started, reloaded; /* wall clock, seconds */
	uint64_t batches, operations, failures;
	bool ready; /* whoever started it has been told that the table is written */
	bool stopping;
};

/* --- site_program.c --- */
/* A program that the file names: in the background, a minute at most, with a plain environment. */
void run_site_program(const char *path, char *const argv[]);
/* The same with a text on its stdin (NULL: none); the caller is told how it ended. */
void feed_site_program(const char *path, char *const argv[], const char *input,
	void (*done)(void *context, const struct spawn_result *result), void *context);

/* --- batch.c: what the pool wants done --- */
/* Take what the last call to the pool wants done; the operations of one turn of the loop are one batch. */
void batch_collect(struct director *d);
/* Do it now. */
void batch_flush(struct director *d);

/* --- checks.c: the running checks --- */
struct checks *checks_new(struct director *d);
void checks_free(struct checks *c);
/* The pool has other checks now: those that are the same go on in their turn, the others begin. */
void checks_renew(struct director *d);
size_t checks_running(const struct checks *c);
/* Until then a batch had better wait for the first results of all; MONO_NEVER: for nothing.  c may be NULL. */
struct mono checks_hold(const struct checks *c);

/* --- director.c --- */
/* The difference between the configuration that is served and this one is made; the pool owns it then.  False: no
 * memory, it is still the caller's and nothing has changed. */
bool director_apply(struct director *d, struct lb_config *config);
void director_stop(struct director *d);
void director_mail(const struct director *d, const struct pool_action *a); /* the pool has something to tell */
void director_reload_failed(const struct director *d, const char *why); /* whoever wants mail is told */
void director_arm(struct director *d); /* the pool's deadline may be another one now */
void director_ready(struct director *d); /* the first batch is written */

/* --- reload.c: the file anew, read by a thread: a name that nobody resolves holds up no check --- */
struct reload *reload_new(struct director *d);
void reload_free(struct reload *r);
/* Load the file as it is now; one that has begun before comes to its end first.  done may be NULL; why lives during the
 * call. */
typedef void reload_done(void *context, bool ok, const char *why);
void reload_begin(struct reload *r, reload_done *done, void *context);
/* Whoever waits with this context is not told any more. */
void reload_forget(struct reload *r, const void *context);
/* Once a second: whether the file has changed, and is still the same a second later. */
void reload_look(struct reload *r);

/* --- control.c: the socket --- */
struct control *control_open(struct director *d); /* NULL: it goes on without; logged */
void control_close(struct control *c);

/* --- status.c --- */
char *status_json(const struct director *d); /* free() it */

#endif
