// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/director.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/ldlog.h"
#include "ldirectord/daemon/mail.h"
#include "ldirectord/daemon/maintenance.h"
#include "ldirectord/daemon/monitor.h"

/* --- the pool's deadline --- */

static void on_deadline(void *context)
{
	struct director *d = context;
	pool_tick(d->pool, mono_now());
	batch_collect(d);
}

void director_arm(struct director *d)
{
	precise_timer_set(d->timer, pool_deadline(d->pool));
}

/* --- mail --- */

/* The summary of first verdicts is sent a moment later than the start or reload that it is about. */
void director_mail(const struct director *d, const struct pool_action *a)
{
	const char *status = !a->summary ? d->status : d->reloaded ? "reloading" : "starting";
	mail_event(d->mail, &d->config->virtuals[a->virtual_index], status, a->text);
}

void director_reload_failed(const struct director *d, const char *why)
{
	char text[700];
	// a long reason is cut
	(void)snprintf(text, sizeof text, "Configuration not reloaded, the old one goes on: %s", why);
	mail_everybody(d->mail, d->config, "reloading", text);
}

/* --- the file --- */

/* Warn about settings that are ignored or handled differently. */
static void warn_unserved(const struct director *d, const struct lb_config *c)
{
	if (c->execute_count > 0 && (c->supervised || d->options->debug))
		ldlog("Warning: execute is for the commands of an instance in the background: start the others by themselves");
	if (c->fork)
		ldlog("fork=yes is ignored: checks already run in parallel, and checkinterval of a section is used");
}

static enum ldlog_place log_place(const struct director *d, const struct lb_config *config)
{
	return d->options->debug ? LDLOG_STDERR : config->supervised ? LDLOG_STDOUT : LDLOG_CONFIGURED;
}

bool director_apply(struct director *d, struct lb_config *config)
{
	struct table kernel = {0};
	const char *trouble = NULL;
	batch_flush(d);
	d->status = "reloading";
	bool known = ipvs_read(d->ipvs, &kernel, &trouble) == 0;
	bool done = pool_reload(d->pool, config, known ? &kernel : NULL, mono_now());
	table_free(&kernel);
	if (done) {
		struct lb_config *old = d->config;
		d->config = config;
		mail_configure(d->mail, config);
		ldlog_open(log_place(d, config), d->options->instance->name, config->log_file);
		batch_collect(d);
		checks_renew(d);
		batch_flush(d);
		lb_config_free(old);
		warn_unserved(d, config);
	}
	d->status = "running";
	return done;
}

/* --- once a second: maintenance, and whether the file has changed --- */

struct watch {
	struct director *director;
	struct maintenance *maintenance;
};

static void on_maintenance(void *context, const struct lb_address *real, bool in)
{
	struct director *d = context;
	pool_event(d->pool,
		&(struct pool_event){.kind = POOL_MAINTENANCE,
			.address = *real,
			.up = !in,
			.why = in ? "Server in maintenance" : ""},
		mono_now());
	batch_collect(d);
}

static gboolean on_second(gpointer data)
{
	struct watch *w = data;
	maintenance_look(w->maintenance, w->director->config, on_maintenance, w->director);
	reload_look(w->director->reload);
	return G_SOURCE_CONTINUE;
}

/* --- signals --- */

void director_stop(struct director *d)
{
	if (d->stopping)
		abort(); /* a bug: it must not be called twice */
	d->stopping = true;
	d->status = "stopping";
	pool_event(d->pool, &(struct pool_event){.kind = POOL_STOP}, mono_now());
	batch_collect(d);
	batch_flush(d);
	g_main_loop_quit(d->loop);
}

struct on_signal {
	struct director *director;
	const char *name;
};

static gboolean on_end(gpointer data)
{
	struct on_signal *s = data;
	ldlog("Linux Director Daemon terminated on signal: %s", s->name);
	director_stop(s->director);
	return G_SOURCE_CONTINUE;
}

static gboolean on_hup(gpointer data)
{
	struct director *d = data;
	if (d->stopping) /* only the last mails are being sent: there is nothing to reload */
		return G_SOURCE_CONTINUE;
	ldlog("Reloading Linux Director Daemon config on signal");
	reload_begin(d->reload, NULL, NULL);
	return G_SOURCE_CONTINUE;
}

/* GLib cannot watch QUIT: send TERM, which has the same meaning. */
static void on_quit(int number)
{
	(void)number;
	(void)kill(getpid(), SIGTERM); /* our own process: cannot fail */
}

static void watch_signals(struct director *d)
{
	static struct on_signal ends[] = {{NULL, "TERM"}, {NULL, "INT"}};
	static const int numbers[] = {SIGTERM, SIGINT};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		ends[i].director = d;
		g_unix_signal_add(numbers[i], on_end, &ends[i]);
	}
	g_unix_signal_add(SIGHUP, on_hup, d);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGQUIT, on_quit);
}

/* --- the whole life --- */

void director_ready(struct director *d)
{
	if (d->ready)
		return;
	d->ready = true;
	if (!d->stopping)
		d->status = "running";
	d->options->ready(d->options->context, true, "");
}

static struct ipvs *open_back_end(const char **why)
{
	const char *command = getenv("IPVSADM");
	return command && *command ? ipvs_command(command, why) : ipvs_netlink(why);
}

static bool prepare(struct director *d, const char **why)
{
	struct table kernel = {0};
	if (!check_init(why))
		return false;
	d->ipvs = open_back_end(why);
	if (d->ipvs == NULL)
		return false;
	if (ipvs_read(d->ipvs, &kernel, why) != 0)
		return false;
	d->pool = pool_new(d->config, &kernel, mono_now());
	table_free(&kernel);
	if (d->pool == NULL)
		*why = "no memory";
	return d->pool != NULL;
}

static void live(struct director *d)
{
	struct watch watch = {.director = d, .maintenance = maintenance_new()};
	d->timer = precise_timer_new(G_PRIORITY_DEFAULT, on_deadline, d);
	d->reload = reload_new(d);
	d->mail = mail_new();
	d->monitor = monitor_new();
	mail_configure(d->mail, d->config);
	watch_signals(d);
	maintenance_look(watch.maintenance, d->config, on_maintenance, d);
	(void)checks_new(d); /* the first batch waits for their results: no fallback appears without need */
	batch_collect(d);
	d->control = control_open(d);
	guint seconds = g_timeout_add(1000, on_second, &watch);
	if (!d->flush)
		director_ready(d);
	g_main_loop_run(d->loop);
	g_source_remove(seconds);
	control_close(d->control);
	reload_free(d->reload);
	checks_free(d->checks);
	d->checks = NULL;
	maintenance_free(watch.maintenance);
	if (d->flush)
		g_source_destroy(d->flush);
	d->flush = NULL;
	precise_timer_free(d->timer); /* the pool does nothing more while the last mails are sent */
	mail_farewell(d->mail);
	mail_free(d->mail);
	monitor_free(d->monitor);
}

int director_run(const struct director_options *options, struct lb_config *config)
{
	struct director d = {.options = options, .config = config, .status = "starting", .started = time(NULL)};
	const char *why = "";
	d.loop = g_main_loop_new(NULL, FALSE);
	d.waiting = g_array_new(FALSE, FALSE, sizeof(struct pool_action));
	ldlog_open(log_place(&d, config), options->instance->name, config->log_file);
	bool good = prepare(&d, &why);
	if (good) {
		ldlog("Starting Linux Director %s as daemon", VERSION);
		warn_unserved(&d, config);
		live(&d);
	} else {
		ldlog("the IPVS table cannot be used: %s", why);
		options->ready(options->context, false, why);
	}
	pool_free(d.pool);
	ipvs_free(d.ipvs);
	check_exit();
	g_array_free(d.waiting, TRUE);
	g_main_loop_unref(d.loop);
	lb_config_free(d.config);
	ldlog_close();
	return good ? 0 : 1;
}
