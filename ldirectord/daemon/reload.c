// SPDX-License-Identifier: MIT
/* Reload: a thread reads the file and resolves its names; it uses no data of the director.  The main loop applies the
 * result.  If the new file has an error, the old configuration stays in use.  doc/ldirectord.md 9 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/check_file.h"
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/ldlog.h"

struct stamp {
	int64_t mtime_ns, size;
};

struct waiter {
	reload_done *done;
	void *context;
};

struct reload {
	struct director *director;
	struct job *job;       /* the running job; NULL: none */
	GArray *next;          /* struct waiter: for the next job */
	bool again;            /* start another job after this one, also without waiters */
	struct stamp of_loaded, seen;
	char *sum;             /* of the content that was loaded last; NULL: it could not be read */
};

/* The data of the thread.  Only the main loop uses r; it sets r to NULL when the director has ended. */
struct job {
	struct reload *r;
	char *file, *sum;
	struct diags diags;
	struct lb_config *config; /* NULL: diags says why */
	GArray *waiters;
};

static struct stamp stamp_of(const char *file)
{
	struct stat st;
	if (stat(file, &st) < 0)
		return (struct stamp){0, -1};
	return (struct stamp){(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec, st.st_size};
}

static bool stamps_equal(struct stamp a, struct stamp b)
{
	return a.mtime_ns == b.mtime_ns && a.size == b.size;
}

static char *sum_of(const char *file)
{
	char *text, *sum;
	gsize len;
	if (!g_file_get_contents(file, &text, &len, NULL))
		return NULL;
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, len);
	g_free(text);
	return sum;
}

/* --- the result --- */

static void first_error(const struct diags *diags, char *why, size_t cap)
{
	(void)snprintf(why, cap, "no error was named");
	for (size_t i = 0; i < diags->count; i++)
		if (diags->list[i].severity == DIAG_ERROR) {
			diag_format(diags, i, why, cap);
			return;
		}
}

static void log_diags(const struct diags *diags)
{
	char line[1024];
	for (size_t i = 0; i < diags->count; i++) {
		diag_format(diags, i, line, sizeof line);
		ldlog("%s", line);
	}
}

static void run_callback(const struct director *d)
{
	if (!d->config->callback || access(d->config->callback, X_OK) < 0)
		return;
	char *const argv[] = {d->config->callback, d->config->file, NULL};
	run_site_program(d->config->callback, argv);
}

static bool apply(struct director *d, struct job *job, char *why, size_t cap)
{
	log_diags(&job->diags);
	if (job->config == NULL) {
		first_error(&job->diags, why, cap);
		ldlog(" - ignore new configuration");
		return false;
	}
	if (!director_apply(d, job->config)) {
		(void)snprintf(why, cap, "no memory for the new configuration");
		ldlog(" - ignore new configuration: %s", why);
		return false;
	}
	job->config = NULL;
	ldlog(" - reread new configuration");
	d->reloaded = time(NULL);
	run_callback(d);
	return true;
}

static void job_free(struct job *job)
{
	lb_config_free(job->config);
	diags_free(&job->diags);
	g_array_free(job->waiters, TRUE);
	g_free(job->file);
	g_free(job->sum);
	g_free(job);
}

static void begin(struct reload *r);

static gboolean on_loaded(gpointer data)
{
	struct job *job = data;
	struct reload *r = job->r;
	char why[512] = "";
	if (r == NULL) {
		job_free(job);
		return G_SOURCE_REMOVE;
	}
	struct director *d = r->director;
	r->job = NULL;
	g_free(r->sum);
	r->sum = g_steal_pointer(&job->sum);
	bool ok = apply(d, job, why, sizeof why);
	(void)snprintf(d->last_error, sizeof d->last_error, "%s", why);
	if (!ok)
		director_reload_failed(d, why);
	for (guint i = 0; i < job->waiters->len; i++) {
		struct waiter w = g_array_index(job->waiters, struct waiter, i);
		w.done(w.context, ok, why);
	}
	job_free(job);
	if (r->again)
		begin(r);
	return G_SOURCE_REMOVE;
}

/* --- the thread --- */

static gpointer load(gpointer data)
{
	struct job *job = data;
	job->sum = sum_of(job->file);
	job->config = lb_load_file(job->file, false, &job->diags);
	g_idle_add(on_loaded, job);
	return NULL;
}

static void begin(struct reload *r)
{
	struct job *job = g_new0(struct job, 1);
	job->r = r;
	job->file = g_strdup(r->director->options->instance->file);
	diags_init(&job->diags, job->file);
	job->waiters = g_steal_pointer(&r->next);
	r->next = g_array_new(FALSE, FALSE, sizeof(struct waiter));
	r->again = false;
	r->of_loaded = r->seen = stamp_of(job->file);
	r->job = job;
	GThread *thread = g_thread_try_new("load", load, job, NULL);
	if (thread)
		g_thread_unref(thread);
	else /* no thread: slow names delay the checks, but the file is loaded */
		(void)load(job);
}

void reload_begin(struct reload *r, reload_done *done, void *context)
{
	struct waiter w = {done, context};
	if (done)
		g_array_append_val(r->next, w);
	r->again = true;
	if (r->job == NULL)
		begin(r);
}

static void forget(GArray *waiters, const void *context)
{
	for (guint i = waiters->len; i-- > 0;)
		if (g_array_index(waiters, struct waiter, i).context == context)
			g_array_remove_index(waiters, i);
}

void reload_forget(struct reload *r, const void *context)
{
	forget(r->next, context);
	if (r->job)
		forget(r->job->waiters, context);
}

/* --- changes of the file --- */

/* A new file must be unchanged for a second, so that we do not read one that is still being copied. */
void reload_look(struct reload *r)
{
	struct director *d = r->director;
	const char *file = d->options->instance->file;
	struct stamp now = stamp_of(file);
	bool stable = stamps_equal(now, r->seen);
	r->seen = now;
	if (now.size < 0 || !stable || r->job || stamps_equal(now, r->of_loaded))
		return;
	r->of_loaded = now;
	char *sum = sum_of(file);
	bool touched = g_strcmp0(sum, r->sum) == 0; /* new time, same content */
	g_free(r->sum);
	r->sum = sum;
	if (touched)
		return;
	ldlog("Configuration file '%s' has changed on disk", file);
	if (d->config->autoreload)
		reload_begin(r, NULL, NULL);
	else
		run_callback(d);
}

struct reload *reload_new(struct director *d)
{
	struct reload *r = g_new0(struct reload, 1);
	r->director = d;
	r->next = g_array_new(FALSE, FALSE, sizeof(struct waiter));
	r->of_loaded = r->seen = stamp_of(d->options->instance->file);
	r->sum = sum_of(d->options->instance->file);
	return r;
}

/* Does not wait for the thread, which may wait for a name: the program ends. */
void reload_free(struct reload *r)
{
	if (r->job)
		r->job->r = NULL;
	g_array_free(r->next, TRUE);
	g_free(r->sum);
	g_free(r);
}
