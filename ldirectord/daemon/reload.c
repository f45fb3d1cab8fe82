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
#include "ldirectord/daemon/known_names.h"
#include "ldirectord/daemon/log/ldlog.h"

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
	GArray *next;          /* struct waiter; those that wait for the next job */
	bool again;            /* start another job after this one, even if nothing waits for it */
	struct stamp of_loaded, seen;
	GBytes *content;       /* the content at the last look; NULL: it could not be read */
	GBytes *good;          /* the content in use */
	/* the time when a file that may be incomplete is read anyway; MONO_FAR: there is no such file */
	struct mono patience;
};

/* The data of the thread.  Only the main loop uses r; it sets r to NULL when the director has ended. */
struct job {
	struct reload *r;
	char *file;
	GBytes *content;
	struct known_names *names; /* those of the configuration in use */
	struct diags diags;
	struct lb_config *config; /* NULL: the reason is in diags */
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

static GBytes *content_of(const char *file)
{
	char *text;
	gsize len;
	return g_file_get_contents(file, &text, &len, NULL) ? g_bytes_new_take(text, len) : NULL;
}

static bool contents_equal(GBytes *a, GBytes *b)
{
	return a && b ? g_bytes_equal(a, b) : a == b;
}

/* Replaces *a by b, which *a owns afterwards. */
static void set_content(GBytes **a, GBytes *b)
{
	if (*a)
		g_bytes_unref(*a);
	*a = b;
}

/* Returns true when a is the beginning of b, and shorter.  This is the case for a file that is being written, and for a
 * file on a full disk. */
static bool is_beginning(GBytes *a, GBytes *b)
{
	gsize a_len, b_len;
	if (!a || !b)
		return false;
	const char *a_text = g_bytes_get_data(a, &a_len), *b_text = g_bytes_get_data(b, &b_len);
	return a_len < b_len && (a_len == 0 || memcmp(a_text, b_text, a_len) == 0);
}

/* --- the result --- */

static void first_error(const struct diags *diags, char *why, size_t cap)
{
	(void)snprintf(why, cap, "no reason was given");
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
	char *const words[] = {d->config->callback, d->config->file, NULL};
	if (d->config->callback)
		run_site_program("callback", words);
}

static bool apply(struct director *d, struct job *job, char *why, size_t cap)
{
	log_diags(&job->diags);
	if (job->config == NULL) {
		first_error(&job->diags, why, cap);
		ldlog(" - ignore new configuration");
		return false;
	}
	/* A configuration without services is probably a mistake: "> file", a full disk, a template that failed.  To
	 * remove all services, use stop. */
	if (job->config->virtual_count == 0 && d->config->virtual_count > 0) {
		(void)snprintf(why, cap, "%s: error: there is no virtual service any more; expected at least one, or stop", job->file);
		ldlog(" - ignore new configuration: %s", why);
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
	known_names_free(job->names);
	diags_free(&job->diags);
	g_array_free(job->waiters, TRUE);
	set_content(&job->content, NULL);
	g_free(job->file);
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
	bool ok = apply(d, job, why, sizeof why);
	if (ok)
		set_content(&r->good, job->content ? g_bytes_ref(job->content) : NULL);
	set_content(&r->content, g_steal_pointer(&job->content));
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
	job->content = content_of(job->file);
	job->config = lb_load_file(job->file, &(struct lb_load){.names = job->names}, &job->diags);
	g_idle_add(on_loaded, job);
	return NULL;
}

static void begin(struct reload *r)
{
	struct job *job = g_new0(struct job, 1);
	job->r = r;
	job->file = g_strdup(r->director->options->instance->file);
	job->names = known_names_of(r->director->config);
	diags_init(&job->diags, job->file);
	job->waiters = g_steal_pointer(&r->next);
	r->next = g_array_new(FALSE, FALSE, sizeof(struct waiter));
	r->again = false;
	r->of_loaded = r->seen = stamp_of(job->file);
	r->patience = MONO_FAR;
	r->job = job;
	GThread *thread = g_thread_try_new("load", load, job, NULL);
	if (thread)
		g_thread_unref(thread);
	else /* without a thread slow names delay the checks, but the file is loaded */
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

static void changed(struct reload *r, const char *file)
{
	enum { PATIENCE_S = 10 };
	struct director *d = r->director;
	ldlog("Configuration file '%s' has changed on disk", file);
	if (!d->config->autoreload) {
		run_callback(d);
	} else if (is_beginning(r->content, r->good)) {
		ldlog(" - it has only the beginning of what it had: it may be in the middle of being written; read in %d s, or when it changes again",
			PATIENCE_S);
		r->patience = mono_add(mono_now(), span_ms(PATIENCE_S * 1000));
	} else {
		reload_begin(r, NULL, NULL);
	}
}

/* Reload the file when it has changed.  It must be unchanged for a second, so that a file that is still being copied is
 * not read. */
void reload_look(struct reload *r)
{
	struct director *d = r->director;
	const char *file = d->options->instance->file;
	struct stamp now = stamp_of(file);
	bool stable = stamps_equal(now, r->seen);
	r->seen = now;
	if (now.size < 0 || !stable || r->job)
		return;
	if (stamps_equal(now, r->of_loaded)) {
		if (mono_reached(mono_now(), r->patience))
			reload_begin(r, NULL, NULL);
		return;
	}
	r->of_loaded = now;
	GBytes *content = content_of(file);
	bool touched = contents_equal(content, r->content); /* the time has changed, the content has not */
	set_content(&r->content, content);
	if (!touched) {
		r->patience = MONO_FAR;
		changed(r, file);
	}
}

struct reload *reload_new(struct director *d)
{
	struct reload *r = g_new0(struct reload, 1);
	r->director = d;
	r->next = g_array_new(FALSE, FALSE, sizeof(struct waiter));
	r->of_loaded = r->seen = stamp_of(d->options->instance->file);
	r->content = content_of(d->options->instance->file);
	r->good = r->content ? g_bytes_ref(r->content) : NULL;
	r->patience = MONO_FAR;
	return r;
}

/* Does not wait for the thread, which may wait for the resolution of a name, because the program ends. */
void reload_free(struct reload *r)
{
	if (r->job)
		r->job->r = NULL;
	g_array_free(r->next, TRUE);
	set_content(&r->content, NULL);
	set_content(&r->good, NULL);
	g_free(r);
}
