// SPDX-License-Identifier: MIT
#include "stonith/program.h"

#include <string.h>

#include "lib/executable.h"
#include "lib/spawn.h"
#include "stonith/say.h"
#include "stonith/waiting.h"

/* The time from SIGTERM to SIGKILL for a program.  The caller of this command sends SIGKILL 5 s after SIGTERM; the
 * programs must have ended by then. */
enum { KILL_GRACE_MS = 1000 };

static const char path_usual[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct run {
	const struct program_call *call;
	struct program_result *result;
	enum spawn_end end;
	int code;
	bool done;
};

static void take_line(void *context, bool is_stderr, const char *line)
{
	struct run *r = context;
	GString *text = is_stderr ? r->result->err : r->result->out;
	if (text->len < PROGRAM_OUTPUT_MAX)
		g_string_append_printf(text, "%s\n", line);
	if (r->call->log_output && *line)
		say(is_stderr ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "%s: %s", r->call->path, line);
}

static void take_end(void *context, const struct spawn_result *result)
{
	struct run *r = context;
	r->end = result->end;
	r->code = result->code;
	r->done = true;
}

/* Returns the absolute path of a program, or NULL when PATH does not have it.  Free with g_free. */
static char *program_find(const char *name)
{
	if (g_path_is_absolute(name))
		return g_strdup(name);
	const char *path = g_getenv("PATH");
	char **places = g_strsplit(path && *path ? path : path_usual, ":", -1), *found = NULL;
	for (int i = 0; places[i] && !found; i++) {
		char *file = g_build_filename(places[i], name, NULL);
		if (places[i][0] == '/' && g_file_test(file, G_FILE_TEST_IS_EXECUTABLE) &&
			!g_file_test(file, G_FILE_TEST_IS_DIR))
			found = g_steal_pointer(&file);
		g_free(file);
	}
	g_strfreev(places);
	return found;
}

static void add_unless_set(GPtrArray *list, const char *name, const char *value)
{
	size_t len = strlen(name);
	for (guint i = 0; i < list->len; i++) {
		const char *have = list->pdata[i];
		if (strncmp(have, name, len) == 0 && have[len] == '=')
			return;
	}
	g_ptr_array_add(list, g_strdup_printf("%s=%s", name, value));
}

static GPtrArray *build_environment(const struct program_call *call)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; call->environment && call->environment[i]; i++)
		g_ptr_array_add(list, g_strdup(call->environment[i]));
	const char *path = g_getenv("PATH"), *home = g_getenv("HOME");
	add_unless_set(list, "PATH", path && *path ? path : path_usual);
	// ssh, virsh and other programs read their settings there
	add_unless_set(list, "HOME", home && *home ? home : "/root");
	add_unless_set(list, "LC_ALL", "C");                          // drivers parse the output of programs
	g_ptr_array_add(list, NULL);
	return list;
}

static const char *last_line(const GString *text, char **copy)
{
	*copy = g_strchomp(g_strdup(text->str));
	char *newline = strrchr(*copy, '\n');
	return newline ? newline + 1 : *copy;
}

/* Store the reason why the program did not end with 0. */
static void note_failure(struct device *d, const struct run *r, unsigned limit_ms)
{
	char *err, *out;
	const char *text = last_line(r->result->err, &err), *said = *text ? text : last_line(r->result->out, &out);
	if (*text)
		out = NULL;
	const char *path = r->call->path, *colon = *said ? ": " : "";
	switch (r->end) {
	case SPAWN_EXITED:
		(void)device_note(d, "%s failed with exit status %d%s%s", path, r->code, colon, said);
		break;
	case SPAWN_SIGNALED:
		(void)device_note(d, "%s was ended by signal %d%s%s", path, r->code, colon, said);
		break;
	case SPAWN_TIMED_OUT:
		(void)device_note(d, "%s was killed: %s%s%s", path,
			waiting_interrupted() ? "this command was ordered to stop" : "it did not end in time", colon, said);
		if (!waiting_interrupted())
			g_string_append_printf(d->note, " (%u.%u s)", limit_ms / 1000, limit_ms / 100 % 10);
		break;
	case SPAWN_FAILED: (void)device_note(d, "%s cannot be run: %s", path, g_strerror(r->code)); break;
	}
	g_free(err);
	g_free(out);
}

static void start_and_wait(struct run *r, const char *path, struct span limit)
{
	GPtrArray *argv = g_ptr_array_new(), *envp = build_environment(r->call);
	g_ptr_array_add(argv, (gpointer)path);
	for (int i = 0; r->call->arguments && r->call->arguments[i]; i++)
		g_ptr_array_add(argv, (gpointer)r->call->arguments[i]);
	g_ptr_array_add(argv, NULL);
	const struct spawn_request request = {
		.path = path,
		.argv = (char *const *)argv->pdata,
		.envp = (char *const *)envp->pdata,
		.input = r->call->input,
		.deadline = limit,
		.grace = span_ms(KILL_GRACE_MS),
		// When this command is killed, its program must not keep the device busy.
		// An external script may act in the background, and has ended before.
		.bound = true,
		.leaves_rest = true,
		.by_shell = true,
		.line = take_line,
		.done = take_end,
		.context = r,
	};
	struct spawn *s = spawn_start(&request);
	if (!waiting_until(&r->done)) {
		spawn_cancel(s);
		while (!r->done)
			(void)g_main_context_iteration(NULL, TRUE);
	}
	g_ptr_array_free(argv, TRUE);
	g_ptr_array_free(envp, TRUE);
}

int program_run(struct device *d, const struct program_call *call, struct program_result *result)
{
	struct program_result own;
	struct run r = {.call = call, .result = result ? result : &own};
	*r.result = (struct program_result){PROGRAM_NOT_ENDED, false, g_string_new(NULL), g_string_new(NULL)};
	struct span limit = device_time_left(d), asked = span_ms((int64_t)call->limit_s * 1000);
	if (call->limit_s && asked.ns < limit.ns)
		limit = asked;
	char why[512], *path = program_find(call->path);
	if (limit.ns == 0) {
		r.result->timed_out = true;
		(void)device_note(d, "the time of this attempt is over");
	} else if (!path) {
		(void)device_note(d, "the program %s is not installed (not found in PATH)", call->path);
	} else if (executable_check(path, why, sizeof(why)) == EXECUTABLE_NOT) {
		(void)device_note(d, "%s", why);
	} else {
		start_and_wait(&r, path, limit);
		if (r.end == SPAWN_EXITED)
			r.result->status = r.code;
		r.result->timed_out = r.end == SPAWN_TIMED_OUT && !waiting_interrupted();
		if (r.result->status != 0)
			note_failure(d, &r, (unsigned)span_to_ms(limit));
	}
	g_free(path);
	int status = r.result->status;
	if (!result)
		program_result_free(&own);
	return status;
}

void program_result_free(struct program_result *result)
{
	g_string_free(result->out, TRUE);
	g_string_free(result->err, TRUE);
}
