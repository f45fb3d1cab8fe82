// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/fence_runner.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/shared.h"
#include "lib/log.h"
#include "lib/spawn.h"

enum {
	/* The command itself has the time limit, and after it needs some time to end what it has started. */
	SPARE_MS = 5000,
	GRACE_MS = 3000, /* stonith/README.md: "At SIGTERM the command kills its programs and fails within 2 s" */
	EXIT_BADHOST = 4, /* man stonith: the device does not control that host */
	TEXT_MAX = 160,
};

/* The attempt in progress; the core requests only one at a time. */
static struct attempt {
	struct engine *engine;
	struct spawn *program;
	struct process_group *slot;
	size_t node;
	unsigned number;
	char last[TEXT_MAX]; /* the last line that the command printed */
} *current;

static void on_line(void *context, bool is_stderr, const char *line)
{
	struct attempt *t = context;
	(void)is_stderr;
	log_at(LOG_LEVEL_INFO, "stonith: %s", line);
	(void)snprintf(t->last, sizeof t->last, "%s", line);
}

static void on_dropped(void *context, const char *text)
{
	(void)context;
	log_at(LOG_LEVEL_WARN, "stonith: %s", text);
}

/* Only the exit status 0 is a success.  A command that was ended in the middle may have switched the machine off. */
static enum fence_result result_of(const struct spawn_result *r, char *text)
{
	switch (r->end) {
	case SPAWN_EXITED:
		if (*text == 0)
			(void)snprintf(text, TEXT_MAX, "exit status %d", r->code);
		return r->code == 0              ? FENCE_RESULT_OK
		       : r->code == EXIT_BADHOST ? FENCE_RESULT_NOT_ITS_HOST
						 : FENCE_RESULT_FAILED;
	case SPAWN_SIGNALED:
		(void)snprintf(text, TEXT_MAX, "it ended by signal %d", r->code);
		return FENCE_RESULT_UNKNOWN;
	case SPAWN_TIMED_OUT:
		(void)snprintf(text, TEXT_MAX, "it was ended after %lld ms", (long long)span_to_ms(r->took));
		return FENCE_RESULT_UNKNOWN;
	case SPAWN_FAILED:
		(void)snprintf(text, TEXT_MAX, "%s cannot be run: %s", PATH_STONITH, strerror(r->code));
		return FENCE_RESULT_FAILED;
	}
	return FENCE_RESULT_UNKNOWN;
}

static void on_done(void *context, const struct spawn_result *r)
{
	struct attempt *t = context;
	struct event event = {.kind = EVENT_FENCE_DONE, .fence_done = {.node = t->node, .attempt = t->number}};
	event.fence_done.result = result_of(r, t->last);
	event.fence_done.text = t->last;
	if (t->slot)
		process_groups_release(t->slot);
	current = NULL; /* clear it first: the core may request the next attempt in this step */
	t->engine->calls->step(t->engine, &event);
	g_free(t);
}

void fence_runner_start(struct engine *e, const struct action *a)
{
	static const char *const operations[] = {[FENCE_RESET] = "reset", [FENCE_OFF] = "off", [FENCE_ON] = "on"};
	static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	const struct stonith_conf *device = &e->files->conf->stonith[a->fence.device];
	struct span limit = e->files->conf->fence_timeout;
	char seconds[24];
	(void)snprintf(seconds, sizeof seconds, "%lld", (long long)(span_to_ms(limit) / 1000));
	char *input = device->from_file ? NULL : g_strdup_printf("%s\n", device->parameters);
	const char *argv[] = {"stonith", "-d", "-t", device->type, "-F", device->from_file ? device->parameters : "-",
		"--timeout", seconds, "-T", operations[a->fence.operation], a->fence.name, NULL};
	struct attempt *t = g_new0(struct attempt, 1);
	*t = (struct attempt){.engine = e,
		.slot = process_groups_take(e->shared->scripts, SHARED_SCRIPTS),
		.node = a->fence.node,
		.number = a->fence.attempt};
	log_at(LOG_LEVEL_INFO, "Resetting node %s with [%s] (ha.cf:%u), %s", a->fence.name, device->type, device->line,
		operations[a->fence.operation]);
	const struct spawn_request request = {.path = PATH_STONITH,
		.argv = (char *const *)(void *)argv, /* spawn copies it */
		.envp = environment,
		.input = input,
		.deadline = span_ms(span_to_ms(limit) + SPARE_MS),
		.grace = span_ms(GRACE_MS),
		.group = t->slot,
		.bound = true,
		.line = on_line,
		.dropped = on_dropped,
		.done = on_done,
		.context = t};
	current = t;
	t->program = spawn_start(&request);
	g_free(input);
}

void fence_runner_cancel(unsigned attempt)
{
	if (current && current->number == attempt)
		spawn_cancel(current->program);
}
