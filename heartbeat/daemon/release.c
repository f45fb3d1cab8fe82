// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/release.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <string.h>

#include "heartbeat/daemon/run_resources.h"
#include "heartbeat/exec/exec.h"
#include "lib/log.h"

struct release {
	struct shared *shared;
	const struct configuration *files;
	GMainLoop *loop;
	unsigned left; /* the number of groups that are still being stopped */
};

static void on_done(
	void *context, size_t group, enum exec_operation operation, bool ok, bool still_active, const char *why)
{
	struct release *r = context;
	const struct group_conf *g = &r->files->resources->groups[group];
	(void)operation, (void)ok;
	if (still_active)
		log_at(LOG_LEVEL_CRIT, "group %s could not be stopped: %s. Stop it by hand, or switch this machine off",
			g->key, why);
	else
		holdings_remove(&r->shared->holdings, g->id);
	if (--r->left == 0)
		g_main_loop_quit(r->loop);
}

static void stop_all(struct release *r, struct exec *exec)
{
	const struct holdings held = *holdings_now(&r->shared->holdings);
	for (uint32_t i = 0; i < held.count; i++) {
		size_t g = 0;
		while (g < r->files->resources->count && r->files->resources->groups[g].id != held.list[i].id)
			g++;
		if (g == r->files->resources->count) {
			log_at(LOG_LEVEL_CRIT,
				"a group that ran here is not in haresources any more and cannot be stopped: look for what still runs");
			holdings_remove(&r->shared->holdings, held.list[i].id);
			continue;
		}
		r->left++;
		exec_group_ran(exec, g);
		exec_group_stop(exec, g);
	}
}

int release_run(struct shared *shared, const struct configuration *files)
{
	struct release r = {.shared = shared, .files = files};
	sigset_t none;
	sigemptyset(&none);
	/* signals are ignored: this process ends by itself, and the guardian kills it at its limit */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	r.loop = g_main_loop_new(NULL, FALSE);
	struct exec_handlers handlers = {.done = on_done, .context = &r};
	struct exec *exec = run_resources_open(files, shared, NULL, &handlers);
	if (!exec)
		return 1;
	log_at(LOG_LEVEL_WARN, "stopping %u group(s) without an engine", holdings_now(&shared->holdings)->count);
	stop_all(&r, exec);
	if (r.left > 0)
		g_main_loop_run(r.loop);
	run_resources_close(exec);
	return holdings_now(&shared->holdings)->count > 0;
}
