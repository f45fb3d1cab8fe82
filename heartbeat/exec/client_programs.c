// SPDX-License-Identifier: MIT
#include "heartbeat/exec/client_programs.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "heartbeat/exec/agent.h"
#include "heartbeat/exec/client_account.h"
#include "heartbeat/exec/environment.h"
#include "lib/log.h"
#include "lib/mono.h"
#include "lib/spawn.h"

enum {
	EXIT_STAY_AWAY = 100, /* doc/configuration.md 5: "unless it exits with 100" */
	SETTLED_S = 10,       /* a program that has run for this time is started again at once */
	DELAY_MOST_S = 60,
	GRACE_MS = 3000,
};

struct program {
	struct client_programs *all;
	char *user, *command, *path;
	char **argv;
	bool failfast;
	struct spawn *child; /* NULL: it does not run */
	guint again;         /* timer: it is started again */
	unsigned delay_s;
	uint32_t starts;
	struct mono started;
	bool dropped; /* it has no line any more */
	bool away;    /* it is not started again */
};

struct client_programs {
	struct client_programs_config config;
	/* struct program, in the order of their lines; dropped programs stay until they have ended */
	GPtrArray *list;
	char **environment;
	bool stopping, failed;
	struct client_report before[HA_CF_CHILDREN_MAX]; /* of an earlier process; starts 0: taken over, or none */
	guint done;         /* an idle source that calls stopped */
};

static enum client_state state_of(const struct program *p)
{
	return p->child ? CLIENT_RUNS : p->away ? CLIENT_AWAY : CLIENT_WAITS;
}

/* For the engine, which shows it.  Programs that a reload has dropped are left out. */
static void report(const struct client_programs *c)
{
	struct client_report list[HA_CF_CHILDREN_MAX] = {0};
	size_t count = 0;
	for (guint i = 0; i < c->list->len && count < HA_CF_CHILDREN_MAX; i++) {
		const struct program *p = g_ptr_array_index(c->list, i);
		if (p->dropped)
			continue;
		struct client_report *r = &list[count++];
		(void)g_strlcpy(r->user, p->user, sizeof r->user);          /* a long name is cut */
		(void)g_strlcpy(r->command, p->command, sizeof r->command); /* as above */
		r->failfast = p->failfast;
		r->state = state_of(p);
		r->starts = p->starts;
		r->started_ns = p->started.ns;
	}
	client_reports_write(c->config.reports, list, count);
}

/* A program that an earlier process of ours has run: go on counting. */
static void take_over(struct client_programs *c, struct program *p)
{
	for (size_t i = 0; i < HA_CF_CHILDREN_MAX; i++) {
		struct client_report *r = &c->before[i];
		if (r->starts == 0 || r->failfast != p->failfast ||
			strncmp(r->user, p->user, sizeof r->user - 1) != 0 ||
			strncmp(r->command, p->command, sizeof r->command - 1) != 0)
			continue;
		p->starts = r->starts;
		r->starts = 0;
		return;
	}
}

static void program_free(gpointer data)
{
	struct program *p = data;
	if (p->again)
		(void)g_source_remove(p->again);
	g_free(p->user);
	g_free(p->command);
	g_free(p->path);
	g_strfreev(p->argv);
	g_free(p);
}

static gboolean on_stopped(gpointer data)
{
	struct client_programs *c = data;
	c->done = 0;
	c->config.stopped(c->config.context);
	return G_SOURCE_REMOVE;
}

/* End the last program that still runs.  When no program runs, report that. */
static void stop_next(struct client_programs *c)
{
	for (guint i = c->list->len; i-- > 0;) {
		const struct program *p = g_ptr_array_index(c->list, i);
		if (!p->child)
			continue;
		log_at(LOG_LEVEL_INFO, "stopping %s", p->path);
		spawn_cancel(p->child);
		return;
	}
	if (!c->done)
		c->done = g_idle_add(on_stopped, c);
}

static void program_start(struct program *p);

static gboolean on_again(gpointer data)
{
	struct program *p = data;
	p->again = 0;
	program_start(p);
	return G_SOURCE_REMOVE;
}

static void describe(const struct spawn_result *result, char *out, size_t cap)
{
	if (result->end == SPAWN_EXITED)
		(void)g_snprintf(out, cap, "exit code %d", result->code);
	else if (result->end == SPAWN_SIGNALED)
		(void)g_snprintf(out, cap, "signal %d", result->code);
	else
		(void)g_snprintf(out, cap, "%s", result->end == SPAWN_FAILED ? strerror(result->code) : "stopped");
}

static void start_again(struct program *p, const struct spawn_result *result, const char *how)
{
	bool settled = result->took.ns >= span_ms(SETTLED_S * 1000).ns;
	unsigned delay = settled ? 0 : p->delay_s ? MIN(2 * p->delay_s, (unsigned)DELAY_MOST_S) : 1;
	p->delay_s = delay;
	log_at(LOG_LEVEL_WARN, "respawn: %s has ended (%s), for the %u. time; started again in %u s", p->path, how,
	       p->starts, delay);
	p->again = g_timeout_add_seconds(delay, on_again, p);
}

static void on_done(void *context, const struct spawn_result *result)
{
	struct program *p = context;
	struct client_programs *c = p->all;
	char how[128];
	p->child = NULL;
	describe(result, how, sizeof how);
	if (c->stopping || p->dropped) {
		log_at(LOG_LEVEL_INFO, "%s has ended", p->path);
		if (p->dropped)
			(void)g_ptr_array_remove(c->list, p);
		if (c->stopping)
			stop_next(c);
		return;
	}
	p->away = result->end == SPAWN_EXITED && result->code == EXIT_STAY_AWAY;
	if (p->away) {
		log_at(LOG_LEVEL_INFO, "%s has ended with exit code 100: it is not started again", p->path);
	} else if (p->failfast) {
		log_at(LOG_LEVEL_CRIT, "failfast: %s has ended (%s): heartbeat stops on this node", p->path, how);
		p->away = true;
		if (!c->failed)
			c->config.failed(c->config.context, p->path);
		c->failed = true;
	} else {
		start_again(p, result, how);
	}
	report(c);
}

static void on_line(void *context, bool is_stderr, const char *line)
{
	const struct program *p = context;
	(void)is_stderr; /* both streams are for people */
	log_output(LOG_LEVEL_INFO, p->path, line);
}

static void on_dropped(void *context, const char *text)
{
	const struct program *p = context;
	log_at(LOG_LEVEL_WARN, "%s: %s", p->path, text);
}

static void program_start(struct program *p)
{
	struct spawn_account account = {0};
	p->starts++;
	p->started = mono_now();
	int failed = client_account(p->user, &account);
	if (failed) {
		log_at(LOG_LEVEL_ERROR, "%s cannot be started as user %s: %s", p->path, p->user,
		       failed == -ENOENT ? "there is no such user" : strerror(-failed));
		start_again(p, &(struct spawn_result){0}, "not started");
		report(p->all);
		return;
	}
	log_at(LOG_LEVEL_INFO, "Starting child client \"%s\" (%u,%u)", p->command, (unsigned)account.uid,
	       (unsigned)account.gid);
	p->child = spawn_start(&(struct spawn_request){
		.path = p->path,
		.argv = p->argv,
		.envp = p->all->environment,
		.grace = span_ms(GRACE_MS),
		.group = process_groups_take(p->all->config.slots, HA_CF_CHILDREN_MAX),
		.account = &account,
		.bound = true,
		.by_shell = agent_needs_shell(p->path),
		.line = on_line,
		.dropped = on_dropped,
		.done = on_done,
		.context = p,
	});
	g_free((gpointer)account.groups);
	report(p->all);
}

static struct program *program_new(struct client_programs *c, const struct child_conf *line)
{
	struct program *p = g_new0(struct program, 1);
	p->all = c;
	p->user = g_strdup(line->user);
	p->command = g_strdup(line->command);
	p->argv = client_words(line);
	p->path = g_strdup(p->argv[0]);
	p->failfast = line->failfast;
	take_over(c, p);
	return p;
}

/* Find the program of a line that is already in the list.  taken: programs that already belong to another line. */
static struct program *find(const struct client_programs *c, const struct child_conf *line, const GPtrArray *taken)
{
	for (guint i = 0; i < c->list->len; i++) {
		struct program *p = g_ptr_array_index(c->list, i);
		if (!p->dropped && p->failfast == line->failfast && strcmp(p->user, line->user) == 0 &&
		    strcmp(p->command, line->command) == 0 && !g_ptr_array_find((GPtrArray *)taken, p, NULL))
			return p;
	}
	return NULL;
}

/* Called for a program whose line is gone: end it.  Returns true if it does not run, so it can be freed now. */
static bool drop(struct program *p)
{
	p->dropped = true;
	if (p->child)
		spawn_cancel(p->child);
	return !p->child;
}

void client_programs_use(struct client_programs *c, const struct ha_cf *conf, const char *node)
{
	if (c->stopping)
		return;
	g_strfreev(c->environment);
	c->environment = environment_build(conf, node, NULL);
	GPtrArray *wanted = g_ptr_array_new();
	for (size_t i = 0; i < conf->child_count; i++) {
		const struct child_conf *line = &conf->children[i];
		struct program *p = find(c, line, wanted);
		if (!p && !client_obsolete(line))
			p = program_new(c, line);
		if (p)
			g_ptr_array_add(wanted, p);
	}
	for (guint i = 0; i < c->list->len; i++) {
		struct program *p = g_ptr_array_index(c->list, i);
		if (g_ptr_array_find(wanted, p, NULL))
			continue;
		if (drop(p))
			program_free(p);
		else
			g_ptr_array_add(wanted, p); /* it stays in the list until it has ended */
	}
	g_ptr_array_set_free_func(c->list, NULL);
	(void)g_ptr_array_free(c->list, TRUE);
	c->list = wanted;
	g_ptr_array_set_free_func(c->list, program_free);
	for (guint i = 0; i < c->list->len; i++) {
		struct program *p = g_ptr_array_index(c->list, i);
		if (!p->child && !p->again && !p->away && !p->dropped)
			program_start(p);
	}
	report(c);
}

void client_programs_stop(struct client_programs *c)
{
	if (c->stopping)
		return;
	c->stopping = true;
	for (guint i = 0; i < c->list->len; i++) {
		struct program *p = g_ptr_array_index(c->list, i);
		if (p->again)
			(void)g_source_remove(p->again);
		p->again = 0;
	}
	stop_next(c);
}

struct client_programs *client_programs_new(const struct client_programs_config *config)
{
	struct client_programs *c = g_new0(struct client_programs, 1);
	c->config = *config;
	c->list = g_ptr_array_new_with_free_func(program_free);
	for (size_t i = 0; i < HA_CF_CHILDREN_MAX && client_reports_at(config->reports, i, &c->before[i]); i++)
		;
	return c;
}

void client_programs_free(struct client_programs *c)
{
	(void)g_ptr_array_free(c->list, TRUE);
	g_strfreev(c->environment);
	g_free(c);
}
