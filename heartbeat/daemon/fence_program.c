// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/fence_program.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/shared.h"
#include "lib/log.h"

enum {
	/* The command keeps the limit itself, and then still ends what it has started. */
	SPARE_MS = 5000,
	GRACE_MS = 3000, /* stonith/README.md: "At SIGTERM the command kills its programs and fails within 2 s" */
	HURRY_MS = 500, /* of a check that a shot ends: a turn of doc/fencing.md R8 passes meanwhile */
};

struct fence_program {
	struct shared *shared;
	enum fence_program_kind kind;
	GPtrArray *argv; /* ends with NULL */
	gchar *input;    /* NULL: the parameters are in a file */
	struct span deadline;
	struct fence_program_handlers handlers;
	struct spawn *running; /* NULL: a shot that waits for the end of a check */
	bool cancelled;
};

/* How often one call of the command may use fence_timeout.  A check has three parts: the description of the type, the
 * status and the list.  A shot has only the time that an attempt has. */
static const unsigned parts[FENCE_PROGRAM_KINDS] = {[FENCE_PROGRAM_SHOT] = 1, [FENCE_PROGRAM_CHECK] = 3};

/* NULL: there is none of this kind. */
static struct fence_program *current[FENCE_PROGRAM_KINDS];

bool fence_program_exists(enum fence_program_kind kind)
{
	return current[kind] != NULL;
}

static void on_line(void *context, bool is_stderr, const char *line)
{
	const struct fence_program *p = context;
	p->handlers.line(p->handlers.context, is_stderr, line);
}

static void on_dropped(void *context, const char *text)
{
	(void)context;
	log_at(LOG_LEVEL_WARN, "stonith: %s", text);
}

static void run(struct fence_program *p);

static void end(struct fence_program *p, const struct spawn_result *result)
{
	current[p->kind] = NULL; /* the handler may start the next one */
	p->handlers.done(p->handlers.context, result, p->cancelled);
	g_ptr_array_free(p->argv, TRUE);
	if (p->input)
		explicit_bzero(p->input, strlen(p->input));
	g_free(p->input);
	g_free(p);
}

static void on_done(void *context, const struct spawn_result *result)
{
	end(context, result);
	struct fence_program *shot = current[FENCE_PROGRAM_SHOT];
	if (!shot || shot->running)
		return;
	if (shot->cancelled)
		end(shot, &(struct spawn_result){.end = SPAWN_FAILED, .code = ECANCELED});
	else
		run(shot);
}

static void run(struct fence_program *p)
{
	static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	const struct spawn_request request = {.path = PATH_STONITH,
		.argv = (char *const *)p->argv->pdata,
		.envp = environment,
		.input = p->input,
		.deadline = p->deadline,
		.grace = span_ms(GRACE_MS),
		.group = process_groups_take(p->shared->scripts, SHARED_SCRIPTS),
		.bound = true,
		.line = on_line,
		.dropped = on_dropped,
		.done = on_done,
		.context = p};
	p->running = spawn_start(&request);
}

struct fence_program *fence_program_start(struct engine *e, enum fence_program_kind kind,
	const struct stonith_conf *device, const char *const *what, const struct fence_program_handlers *handlers)
{
	assert(!current[FENCE_PROGRAM_SHOT] && (kind == FENCE_PROGRAM_SHOT || !current[kind]));
	struct span limit = e->files->conf->fence_timeout;
	const char *const first[] = {
		"stonith", "-d", "-t", device->type, "-F", device->from_file ? device->parameters : "-", "--timeout", NULL};
	struct fence_program *p = g_new0(struct fence_program, 1);
	*p = (struct fence_program){.shared = e->shared,
		.kind = kind,
		.argv = g_ptr_array_new_with_free_func(g_free),
		.input = device->from_file ? NULL : g_strdup_printf("%s\n", device->parameters),
		.deadline = span_ms(parts[kind] * span_to_ms(limit) + SPARE_MS),
		.handlers = *handlers};
	for (size_t i = 0; first[i]; i++)
		g_ptr_array_add(p->argv, g_strdup(first[i]));
	g_ptr_array_add(p->argv, g_strdup_printf("%lld", (long long)(span_to_ms(limit) / 1000)));
	for (size_t i = 0; what[i]; i++)
		g_ptr_array_add(p->argv, g_strdup(what[i]));
	g_ptr_array_add(p->argv, NULL);
	current[kind] = p;
	struct fence_program *check = current[FENCE_PROGRAM_CHECK];
	if (kind == FENCE_PROGRAM_SHOT && check) {
		check->cancelled = true;
		spawn_cancel_within(check->running, span_ms(HURRY_MS));
	} else {
		run(p);
	}
	return p;
}

void fence_program_cancel(struct fence_program *p)
{
	p->cancelled = true;
	if (p->running)
		spawn_cancel(p->running);
}
