// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/director.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/alert.h"
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/log/monitor.h"
#include "ldirectord/daemon/mail/mail.h"
#include "ldirectord/daemon/maintenance.h"
#include "ldirectord/daemon/table_watch.h"

/* --- the pool's deadline --- */

static void on_deadline(void *context)
{
	struct director *d = context;
	pool_tick(d->pool, mono_now());
	batch_collect(d);
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
	if (d->stopping) /* only the last mails are sent now, so a reload has no effect */
		return G_SOURCE_CONTINUE;
	ldlog("Reloading Linux Director Daemon config on signal");
	reload_begin(d->reload, NULL, NULL);
	return G_SOURCE_CONTINUE;
}

/* GLib cannot watch QUIT: send TERM, which has the same meaning. */
static void on_quit(int number)
{
	(void)number;
	(void)kill(getpid(), SIGTERM); /* this cannot fail for our own process */
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

static struct ipvs *open_back_end(const char **why)
{
	const char *command = getenv("IPVSADM");
	return command && *command ? ipvs_command(command, why) : ipvs_netlink(why);
}

static bool prepare(struct director *d, const char **why)
{
	struct table kernel = {0};
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
	d->alert = alert_new();
	d->monitor = monitor_new();
	mail_configure(d->mail, d->config);
	watch_signals(d);
	maintenance_look(watch.maintenance, d->config, on_maintenance, d);
	/* the first batch waits for their results, so that the fallback is not added without need */
	(void)checks_new(d);
	batch_collect(d);
	d->control = control_open(d);
	guint seconds = g_timeout_add(1000, on_second, &watch);
	d->table_watch = table_watch_new(d);
	if (!d->flush)
		batch_ready(d);
	g_main_loop_run(d->loop);
	g_source_remove(seconds);
	table_watch_free(d->table_watch);
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
	alert_free(d->alert);
	monitor_free(d->monitor);
}

int director_run(const struct director_options *options, struct lb_config *config)
{
	struct director d = {.options = options, .config = config, .status = "starting", .started = time(NULL)};
	const char *why = "";
	d.loop = g_main_loop_new(NULL, FALSE);
	d.waiting = g_array_new(FALSE, FALSE, sizeof(struct pool_action));
	director_log(&d, config);
	bool good = prepare(&d, &why);
	if (good) {
		ldlog("Starting Linux Director %s as daemon", VERSION);
		director_warn(&d, config);
		live(&d);
	} else {
		ldlog("the IPVS table cannot be used: %s", why);
		options->ready(options->context, false, why);
	}
	pool_free(d.pool);
	ipvs_free(d.ipvs);
	g_array_free(d.waiting, TRUE);
	g_main_loop_unref(d.loop);
	lb_config_free(d.config);
	ldlog_close();
	return good ? 0 : 1;
}
