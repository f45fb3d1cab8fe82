// SPDX-License-Identifier: MIT
/* The declarations that the files of the daemon share, with the state of the director.  Only ldirectord/daemon includes
 * this header. */
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
struct table_watch;
struct alert;
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
	struct alert *alert;
	struct monitor *monitor;
	struct table_watch *table_watch;
	GMainLoop *loop;
	struct precise_timer *timer; /* fires at the pool's deadline */
	GSource *flush;         /* writes the next batch; NULL: none is planned */
	bool held;              /* the next batch waits for the first checks */
	/* a batch waits for results of first checks until this time; MONO_NEVER: it does not wait */
	struct mono hold;
	struct mono flushed;    /* the time when the last batch was written */
	unsigned gap_ms;        /* pause between the last batch and the next one */
	GArray *waiting;        /* struct pool_action; the actions of the next batch */
	const char *status;     /* "starting" "running" "reloading" "stopping" */
	char last_error[512];   /* the error of the last reload; "": none */
	int64_t started, reloaded; /* by the wall clock, in seconds */
	uint64_t batches, operations, failures;
	bool ready; /* the command that started us was informed that the table is written */
	bool stopping;
};

/* --- site_program.c --- */
/* Run a program that the configuration names, found as check/program.h describes: in the background, for at most a
 * minute, with a small environment.  A failure is logged with this name. */
void run_site_program(const char *name, char *const words[]);
/* The same for a program at an absolute path, with input on its standard input (NULL: none).  done gets its result. */
void feed_site_program(const char *path, char *const argv[], const char *input,
	void (*done)(void *context, const struct spawn_result *result), void *context);

/* --- batch.c: the actions of the pool --- */
/* Take the actions of the last call to the pool.  The operations of one iteration of the main loop are one batch. */
void batch_collect(struct director *d);
/* Write the batch now. */
void batch_flush(struct director *d);
/* Report once to the command that started us that the table is as wanted. */
void batch_ready(struct director *d);
/* Call this when d->hold has changed: a waiting batch waits until the new time. */
void batch_hold_again(struct director *d);

/* --- checks.c: the running checks --- */
struct checks *checks_new(struct director *d);
void checks_free(struct checks *c);
/* Call this when the pool has new checks after a reload: unchanged checks keep their start times, new ones start
 * soon. */
void checks_renew(struct director *d);
size_t checks_running(const struct checks *c);

/* --- change.c: change of the configuration, and the stop --- */
/* Send the log to the destination of the configuration. */
void director_log(const struct director *d, const struct lb_config *config);
/* Warn about settings that are ignored or handled differently. */
void director_warn(const struct director *d, const struct lb_config *config);
/* Replace the current configuration by config, which the director owns afterwards.  Returns false without memory; then
 * nothing has changed, and the caller still owns config. */
bool director_apply(struct director *d, struct lb_config *config);
void director_stop(struct director *d);
void director_reload_failed(const struct director *d, const char *why); /* sends mail to all recipients */

/* --- reload.c: a thread reads the file again, so that a name that does not resolve delays no check --- */
struct reload *reload_new(struct director *d);
void reload_free(struct reload *r);
/* Load the current file.  A reload that already runs is completed first.  done may be NULL; why is valid during the
 * call. */
typedef void reload_done(void *context, bool ok, const char *why);
void reload_begin(struct reload *r, reload_done *done, void *context);
/* Do not call the function done of this context any more. */
void reload_forget(struct reload *r, const void *context);
/* Called once a second: reload when the file has changed and is unchanged since the last call. */
void reload_look(struct reload *r);

/* --- control.c: the socket --- */
/* when the socket cannot be created, this is logged, and tried again later */
struct control *control_open(struct director *d);
void control_close(struct control *c);

/* --- status.c --- */
char *status_json(struct director *d); /* reads the kernel's table; the caller frees the result with free() */

#endif
