// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/clients.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/exec/client_programs.h"
#include "lib/log.h"

struct clients {
	const struct clients_config *config;
	struct configuration *files;
	struct client_programs *programs;
	GMainLoop *loop;
};

static void on_failed(void *context, const char *name)
{
	const struct clients *c = context;
	(void)name; /* the name is already logged */
	/* Order a normal stop.  If the guardian has ended, the kernel ends this process too. */
	if (getppid() == c->config->guardian && kill(c->config->guardian, SIGTERM) != 0)
		log_at(LOG_LEVEL_ERROR, "cannot order heartbeat to stop: %s", strerror(errno));
}

static void on_stopped(void *context)
{
	const struct clients *c = context;
	g_main_loop_quit(c->loop);
}

static gboolean on_terminate(gpointer data)
{
	const struct clients *c = data;
	client_programs_stop(c->programs);
	return G_SOURCE_CONTINUE;
}

static gboolean on_change(gpointer data)
{
	struct clients *c = data;
	const struct accepted *a = c->config->accepted;
	log_reopen();
	uint32_t number;
	struct configuration *fresh = NULL;
	do { /* the texts may change while they are parsed, so parse them again until they are stable */
		number = a->number;
		configuration_free(fresh);
		fresh = configuration_parse(&config_files_here, accepted_texts(a), NULL, NULL);
	} while (number != a->number);
	if (!fresh)
		return G_SOURCE_CONTINUE; /* there is no memory; the programs continue as before */
	if (logging_differs(c->files->conf, fresh->conf))
		logging_open(fresh, a->debug, a->foreground, true);
	configuration_free(c->files);
	c->files = fresh;
	client_programs_use(c->programs, fresh->conf, fresh->node);
	return G_SOURCE_CONTINUE;
}

static void take_signals(struct clients *c)
{
	sigset_t none;
	sigemptyset(&none);
	(void)signal(SIGINT, SIG_IGN); /* SIGINT of a terminal also reaches the guardian, which sends us SIGTERM */
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
	g_unix_signal_add(SIGTERM, on_terminate, c);
	g_unix_signal_add(SIGHUP, on_change, c);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int clients_run(const struct clients_config *config)
{
	struct clients c = {.config = config, .files = config->files};
	/* Close the lock, so that the next start of heartbeat need not wait until the last program has ended. */
	(void)close(process_lock_descriptor());
	process_title("heartbeat: clients");
	c.loop = g_main_loop_new(NULL, FALSE);
	c.programs = client_programs_new(&(struct client_programs_config){
		.slots = config->shared->clients,
		.reports = &config->shared->client_reports,
		.failed = on_failed, .stopped = on_stopped, .context = &c});
	take_signals(&c);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != config->guardian)
		return 0; /* the guardian has ended meanwhile */
	client_programs_use(c.programs, c.files->conf, c.files->node);
	g_main_loop_run(c.loop);
	client_programs_free(c.programs);
	configuration_free(c.files);
	g_main_loop_unref(c.loop);
	return 0;
}
