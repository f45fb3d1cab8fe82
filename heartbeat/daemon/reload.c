// SPDX-License-Identifier: MIT
/* A reload inside the running engine.  Another process reads the files.  Then the engine opens everything new beside
 * what is in use.  Only if all of this works, it uses the new configuration and closes the old; before that, nothing
 * changes.
 *
 *   IDLE -request-> READING -files read-> WAITING (while resources move) -at rest-> prepare, switch over -> IDLE
 *   A request during a reload starts another one afterwards, because the files may have changed since they were read.
 * */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/fence_check.h"
#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/record.h"
#include "heartbeat/daemon/run_resources.h"
#include "lib/lasting_output.h"
#include "lib/log.h"

enum {
	READ_MS = 10000, /* a client must not wait longer for a disk that does not answer */
	REST_MS = 60000, /* the reload waits this long until no resource moves */
	REST_STEP_MS = 100, /* the time between two checks */
	REPORT_MAX = 16384,
};

struct reload {
	struct engine *engine;
	GArray *asked, *asked_again; /* of unsigned: the requests that wait for an answer; 0: a signal */
	pid_t reader; /* 0: none */
	/* the pidfd of the reader: GLib may reap the reader before we are informed, and then its number can be used
	 * again */
	int reader_fd;
	guint reader_source, timer;
	struct configuration *fresh; /* parsed, but not in use yet */
	struct mono give_up; /* when the reload is given up, if resources still move */
	GString *report; /* the lines for the client */
};

/* --- the report to the operator --- */

static void report(void *context, const struct diag_line *line)
{
	struct reload *r = context;
	configuration_log(NULL, line);
	if (r->report->len + strlen(line->whole) < REPORT_MAX)
		g_string_append_printf(r->report, "%s\n", line->whole);
}

static void report_text(struct reload *r, enum diag_severity severity, const char *text)
{
	report(r, &(struct diag_line){.severity = severity, .text = text, .whole = text});
}

static void start(struct reload *r);

static void finish(struct reload *r, bool ok, const char *text)
{
	log_at(ok ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s", text);
	g_string_append(r->report, text);
	for (guint i = 0; i < r->asked->len; i++)
		if (r->engine->api)
			api_request_done(r->engine->api, g_array_index(r->asked, unsigned, i), ok, r->report->str);
	configuration_free(r->fresh);
	r->fresh = NULL;
	if (!ok)
		accepted_drop(r->engine->config->accepted);
	g_array_set_size(r->asked, 0);
	g_string_truncate(r->report, 0);
	if (r->asked_again->len == 0)
		return;
	GArray *next = r->asked_again;
	r->asked_again = r->asked;
	r->asked = next;
	start(r);
}

/* --- switching over --- */

/* The objects that are opened before anything changes. */
struct prepared {
	struct core_change *core;
	struct media_change *media;
};

/* Resources that move, and those that a monitor restarts. */
static bool are_moving(const struct reload *r)
{
	return core_in_transition(r->engine->core) || exec_is_repairing(r->engine->exec);
}

static bool prepare(struct reload *r, struct prepared *p)
{
	struct engine *e = r->engine;
	char why[CORE_WHY_MAX];
	struct core_config config = {.conf = r->fresh->conf,
		.resources = r->fresh->resources,
		.keys = r->fresh->keys,
		.node = r->fresh->node};
	p->core = core_prepare(e->core, &config, why);
	if (!p->core) {
		report_text(r, DIAG_ERROR, why);
		return false;
	}
	struct diags d;
	diags_init(&d, PATH_HA_CF);
	p->media = media_prepare(e->media, r->fresh->conf->media, r->fresh->conf->media_count, &d);
	(void)diags_report(&d, report, r); /* only the number of usable media decides */
	if (!p->media)
		core_change_abandon(p->core);
	return p->media;
}

/* Use the new configuration.  This cannot fail. */
static void switch_over(struct reload *r, struct prepared *p)
{
	struct engine *e = r->engine;
	struct configuration *old = e->files;
	const struct ha_cf *conf = r->fresh->conf;
	e->files = r->fresh;
	r->fresh = NULL;
	struct instant now = engine_now();
	media_commit(p->media);
	record_reloaded(now);
	core_commit(e->core, p->core, now);
	struct exec_config exec = run_resources_config(e->files, e->shared, e->interfaces);
	exec_reconfigure(e->exec, &exec);
	run_resources_check_scripts(e->files, configuration_log, NULL);
	fence_check_reconfigure(e->fence_check);
	if (e->api)
		api_server_reconfigure(e->api, conf, e->files->resources, e->files->node);
	e->shared->keepalive_ns = conf->keepalive.ns;
	e->shared->deadtime_ns = conf->deadtime.ns;
	accepted_commit(e->config->accepted);
	if (logging_differs(old->conf, conf)) {
		logging_open(e->files, e->config->accepted->debug, e->config->accepted->foreground, true);
		lasting_output_restart();
	}
	if (conf->realtime && (!old->conf->realtime || conf->rtprio != old->conf->rtprio))
		process_realtime(conf, e->config->accepted);
	configuration_check_unserved(e->files, configuration_log, NULL);
	configuration_free(old);
	e->calls->apply(e);
}

static void wait_for_rest(struct reload *r);

static void apply(struct reload *r)
{
	struct prepared p = {0};
	exec_deliver(r->engine->exec);
	if (are_moving(r)) {
		wait_for_rest(r);
		return;
	}
	if (!prepare(r, &p)) {
		finish(r, false, "reload refused: the configuration in use stays");
		return;
	}
	switch_over(r, &p);
	finish(r, true, "Configuration reloaded: the new files are in use; what runs was not touched.");
}

static gboolean on_rest_timer(gpointer data)
{
	struct reload *r = data;
	if (are_moving(r) && !mono_reached(mono_now(), r->give_up))
		return G_SOURCE_CONTINUE;
	r->timer = 0;
	if (are_moving(r))
		finish(r, false,
			"reload refused while resources are moving; ask again when cl_status rscstatus is stable");
	else
		apply(r);
	return G_SOURCE_REMOVE;
}

static void wait_for_rest(struct reload *r)
{
	if (!are_moving(r)) {
		apply(r);
		return;
	}
	log_at(LOG_LEVEL_INFO, "reload: resources are moving; it waits until they are at rest");
	r->give_up = mono_add(mono_now(), span_ms(REST_MS));
	r->timer = g_timeout_add(REST_STEP_MS, on_rest_timer, r);
}

/* --- reading by another process, because the engine must not wait for a disk --- */

static void report_in_child(void *context, const struct diag_line *line)
{
	struct accepted *a = context;
	size_t used = strlen(a->report);
	(void)snprintf(a->report + used, sizeof a->report - used, "%c%s\n", line->severity == DIAG_ERROR ? 'E' : 'W',
		line->whole);
}

/* Run in the child.  It closes our sockets first: if it hangs in the kernel, a later engine must be able to use the
 * port. */
static _Noreturn void read_files(struct accepted *a)
{
	closefrom(STDERR_FILENO + 1);
	bool good = configuration_read(&config_files_here, accepted_candidate(a), report_in_child, a);
	/* Check the names here and not in the engine, because a name service may not answer.  The engine reports errors
	 * of the texts. */
	const struct configuration *c =
		good ? configuration_parse(&config_files_here, accepted_candidate(a), NULL, NULL) : NULL;
	_exit(good && (!c || configuration_check_names(c, report_in_child, a)) ? 0 : 1);
}

static void take_report(struct reload *r, const struct accepted *a)
{
	gchar **lines = g_strsplit(a->report, "\n", -1);
	for (gchar **line = lines; *line && **line; line++)
		report_text(r, **line == 'E' ? DIAG_ERROR : DIAG_WARNING, *line + 1);
	g_strfreev(lines);
}

static void take_files(struct reload *r, bool read)
{
	struct accepted *a = r->engine->config->accepted;
	take_report(r, a);
	if (read && configuration_same_files(accepted_texts(a), accepted_candidate(a))) {
		accepted_drop(a);
		finish(r, true, "Configuration unchanged.");
		return;
	}
	r->fresh = configuration_parse(&config_files_here, accepted_candidate(a), report, r);
	if (r->fresh && read && run_resources_check(r->fresh, report, r))
		wait_for_rest(r);
	else
		finish(r, false, "Config errors: the configuration in use stays");
}

static void kill_reader(const struct reload *r)
{
	(void)syscall(SYS_pidfd_send_signal, r->reader_fd, SIGKILL, NULL, 0); /* ESRCH: the process has ended */
}

static void end_reader(struct reload *r)
{
	(void)close(r->reader_fd); /* the descriptor is only used to send signals */
	if (r->timer != 0)
		(void)g_source_remove(r->timer);
	r->timer = 0;
	r->reader = 0;
}

static void on_reader_end(GPid pid, gint status, gpointer data)
{
	struct reload *r = data;
	(void)pid;
	r->reader_source = 0;
	end_reader(r);
	take_files(r, WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void ignore_end(GPid pid, gint status, gpointer data) { (void)pid, (void)status, (void)data; }

static gboolean on_reader_late(gpointer data)
{
	struct reload *r = data;
	r->timer = 0;
	(void)g_source_remove(r->reader_source);
	r->reader_source = 0;
	kill_reader(r);
	(void)g_child_watch_add(r->reader, ignore_end, NULL);
	end_reader(r);
	finish(r, false,
		"the files could not be read within 10 s (a disk that does not answer?): the configuration in use stays");
	return G_SOURCE_REMOVE;
}

static void start(struct reload *r)
{
	struct accepted *a = r->engine->config->accepted;
	a->report[0] = '\0';
	log_flush();
	r->reader = fork();
	if (r->reader == 0)
		read_files(a);
	if (r->reader < 0) {
		r->reader = 0;
		finish(r, false, "no process could be started to read the files: the configuration in use stays");
		return;
	}
	r->reader_fd = (int)syscall(SYS_pidfd_open, r->reader, 0); /* with -1 it cannot be killed, but ends by itself */
	r->reader_source = g_child_watch_add(r->reader, on_reader_end, r);
	r->timer = g_timeout_add(READ_MS, on_reader_late, r);
}

/* --- interface --- */

struct reload *reload_new(struct engine *e)
{
	struct reload *r = g_new0(struct reload, 1);
	r->engine = e;
	r->asked = g_array_new(FALSE, FALSE, sizeof(unsigned));
	r->asked_again = g_array_new(FALSE, FALSE, sizeof(unsigned));
	r->report = g_string_new(NULL);
	return r;
}

void reload_free(struct reload *r)
{
	if (!r)
		return;
	if (r->reader_source != 0)
		(void)g_source_remove(r->reader_source);
	if (r->timer != 0)
		(void)g_source_remove(r->timer);
	if (r->reader > 0) {
		kill_reader(r);
		(void)close(r->reader_fd); /* as in end_reader */
	}
	configuration_free(r->fresh);
	(void)g_array_free(r->asked, TRUE);
	(void)g_array_free(r->asked_again, TRUE);
	(void)g_string_free(r->report, TRUE);
	g_free(r);
}

void reload_request(struct reload *r, unsigned id)
{
	bool busy = r->reader > 0 || r->fresh;
	g_array_append_val(busy ? r->asked_again : r->asked, id);
	if (!busy)
		start(r);
}
