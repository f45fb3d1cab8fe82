// SPDX-License-Identifier: MIT
#include "ldirectord/check/running.h"

#include <glib.h>

struct running {
	struct check *owner; /* NULL: the check has ended */
	const struct running_events *events;
	struct spawn *spawn;
};

static void on_line(void *context, bool is_stderr, const char *line)
{
	struct running *p = context;
	(void)is_stderr;
	if (p->owner)
		p->events->line(p->owner, line);
}

static void on_done(void *context, const struct spawn_result *r)
{
	struct running *p = context;
	struct check *c = p->owner;
	const struct running_events *events = p->events;
	g_free(p);
	if (c)
		events->done(c, r);
}

struct running *running_start(struct check *c, const char *path, char *const *argv, char *const *environment,
	const char *input, const struct running_events *events)
{
	struct running *p = g_new0(struct running, 1);
	*p = (struct running){.owner = c, .events = events};
	p->spawn = spawn_start(&(struct spawn_request){.path = path,
		.argv = argv,
		.envp = environment,
		.input = input,
		.line = on_line,
		.done = on_done,
		.context = p});
	return p;
}

void running_end(struct running *p)
{
	p->owner = NULL;
	spawn_cancel(p->spawn);
}
