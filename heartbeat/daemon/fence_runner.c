// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/fence_runner.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/fence_program.h"
#include "heartbeat/daemon/paths.h"
#include "lib/log.h"

enum {
	EXIT_BADHOST = 4, /* man stonith: the device does not control that host */
	TEXT_MAX = 160,
};

/* The attempt in progress; the core requests only one at a time. */
static struct attempt {
	struct engine *engine;
	struct fence_program *program;
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

/* Only an exit status of 0 is a success.  Whatever was ended in the middle may have switched the machine off. */
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

static void on_done(void *context, const struct spawn_result *r, bool cancelled)
{
	struct attempt *t = context;
	(void)cancelled; /* it may have switched the machine off all the same */
	struct event event = {.kind = EVENT_FENCE_DONE, .fence_done = {.node = t->node, .attempt = t->number}};
	event.fence_done.result = result_of(r, t->last);
	event.fence_done.text = t->last;
	current = NULL; /* the core may ask for the next one in this step */
	t->engine->calls->step(t->engine, &event);
	g_free(t);
}

void fence_runner_start(struct engine *e, const struct action *a)
{
	static const char *const operations[] = {[FENCE_RESET] = "reset", [FENCE_OFF] = "off", [FENCE_ON] = "on"};
	const struct stonith_conf *device = &e->files->conf->stonith[a->fence.device];
	const char *const what[] = {"-T", operations[a->fence.operation], a->fence.name, NULL};
	struct attempt *t = g_new0(struct attempt, 1);
	*t = (struct attempt){.engine = e, .node = a->fence.node, .number = a->fence.attempt};
	log_at(LOG_LEVEL_INFO, "Resetting node %s with [%s] (ha.cf:%u), %s", a->fence.name, device->type, device->line,
		operations[a->fence.operation]);
	current = t;
	t->program = fence_program_start(e, FENCE_PROGRAM_SHOT, device, what,
		&(struct fence_program_handlers){.line = on_line, .done = on_done, .context = t});
}

void fence_runner_cancel(unsigned attempt)
{
	if (current && current->number == attempt)
		fence_program_cancel(current->program);
}
