// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/environment.h"
#include "heartbeat/exec/exec_private.h"
#include "heartbeat/exec/old_hook.h"
#include "lib/log.h"

struct hook {
	char *path, *name;
	char **environment;
};

struct hook_queue {
	GQueue *waiting; /* of struct hook */
	struct hook *now;
	struct spawn *child;
	struct exec *exec; /* not valid after abandoned is set */
	struct span deadline;
	bool full_logged; /* a full queue was logged; reset when the queue is empty */
	bool abandoned; /* the owner is gone, and the queue is freed when the child has ended */
};

static void hook_free(void *memory)
{
	struct hook *h = memory;
	if (h == NULL)
		return;
	g_free(h->path);
	g_free(h->name);
	g_strfreev(h->environment);
	g_free(h);
}

static void queue_destroy(struct hook_queue *q)
{
	g_queue_free_full(q->waiting, hook_free);
	hook_free(q->now);
	g_free(q);
}

struct hook_queue *hook_queue_new(struct exec *e)
{
	struct hook_queue *q = g_new0(struct hook_queue, 1);
	q->waiting = g_queue_new();
	q->exec = e;
	q->deadline = e->config.deadline.ns > 0 ? e->config.deadline : span_ms(HOOK_DEADLINE_MS);
	return q;
}

void hook_queue_free(struct hook_queue *q)
{
	q->abandoned = true;
	if (q->child != NULL)
		spawn_cancel(q->child);
	else
		queue_destroy(q);
}

static void on_line(void *context, bool is_stderr, const char *line)
{
	const struct hook_queue *q = context;
	(void)is_stderr; /* a hook gives no answer, so all its output is for people */
	log_output(LOG_LEVEL_INFO, q->now->name, line);
}

static void on_dropped(void *context, const char *text)
{
	const struct hook_queue *q = context;
	log_at(LOG_LEVEL_WARN, "hook %s: %s", q->now->path, text);
}

static void run_next(struct hook_queue *q);

static void on_done(void *context, const struct spawn_result *result)
{
	struct hook_queue *q = context;
	q->child = NULL;
	if (q->abandoned) {
		queue_destroy(q);
		return;
	}
	if (result->end == SPAWN_EXITED && result->code != 0)
		log_at(LOG_LEVEL_WARN, "hook %s: exit code %d", q->now->path, result->code);
	else if (result->end == SPAWN_SIGNALED)
		log_at(LOG_LEVEL_WARN, "hook %s: killed by signal %d", q->now->path, result->code);
	else if (result->end == SPAWN_TIMED_OUT)
		log_at(LOG_LEVEL_ERROR, "hook %s: not finished in time, killed with its process group", q->now->path);
	else if (result->end == SPAWN_FAILED)
		log_at(LOG_LEVEL_ERROR, "hook %s: cannot be run: %s", q->now->path, strerror(result->code));
	hook_free(q->now);
	q->now = NULL;
	run_next(q);
}

static void run_next(struct hook_queue *q)
{
	struct hook *h = g_queue_pop_head(q->waiting);
	if (h == NULL) {
		q->full_logged = false;
		return;
	}
	char *argv[] = {h->path, h->name, NULL};
	q->now = h;
	log_at(LOG_LEVEL_INFO, "Running %s %s", h->path, h->name);
	q->child = spawn_start(&(struct spawn_request){
		.path = h->path,
		.argv = argv,
		.envp = h->environment,
		.deadline = q->deadline,
		.group = exec_take_slot(q->exec),
		.by_shell = agent_needs_shell(h->path),
		.line = on_line,
		.dropped = on_dropped,
		.lasting_name = h->name,
		.done = on_done,
		.context = q,
	});
}

/* The name is a message type, so it comes from the network and must be checked. */
static bool name_is_plain(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-')
			return false;
	return name[0] != '\0' && name[0] != '-' && strlen(name) <= 64;
}

/* Log that an old hook is not run, once for each hook. */
static void log_old_hook(const char *path, const char *program)
{
	static GHashTable *logged;
	if (logged == NULL)
		logged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (g_hash_table_add(logged, g_strdup(path)))
		log_at(LOG_LEVEL_WARN,
			"hook %s is not run: it calls %s, which belongs to the resource manager of Heartbeat 3. "
			"Delete the file, or move your own lines into a hook without that call",
			path, program);
}

void exec_hook(struct exec *e, const char *directory, const char *name, const char *const *environment)
{
	char error[AGENT_ERROR_MAX];
	if (!name_is_plain(name))
		return;
	char *path = g_strdup_printf("%s/%s", directory, name);
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_free(path);
		return;
	}
	if (agent_check_file(path, error) != 0) {
		log_at(LOG_LEVEL_ERROR, "hook not run: %s", error);
		g_free(path);
		return;
	}
	const char *program = old_hook_program(path);
	if (program != NULL) {
		log_old_hook(path, program);
		g_free(path);
		return;
	}
	if (g_queue_get_length(e->hooks->waiting) >= HOOKS_QUEUED_MAX) {
		if (!e->hooks->full_logged)
			log_at(LOG_LEVEL_WARN,
				"hook %s is not run, and no other one until these have ended: %d hooks are already waiting for %s to end",
				path, HOOKS_QUEUED_MAX, e->hooks->now->path);
		e->hooks->full_logged = true;
		g_free(path);
		return;
	}
	struct hook *h = g_new(struct hook, 1);
	*h = (struct hook){path, g_strdup(name), environment_build(e->config.conf, e->config.node, environment)};
	g_queue_push_tail(e->hooks->waiting, h);
	if (e->hooks->child == NULL)
		run_next(e->hooks);
}
