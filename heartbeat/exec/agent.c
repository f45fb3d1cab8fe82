// SPDX-License-Identifier: MIT
#include "heartbeat/exec/agent.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/executable.h"
#include "lib/log.h"
#include "lib/trust.h"

struct agent {
	struct agent_request request;
	struct spawn *child;
	char *path, *label; /* label: "PATH ARGS ACTION" */
	bool cancelled, forgotten;
};

const char *agent_action_name(enum agent_action action)
{
	static const char *const names[AGENT_ACTIONS] = {
		[AGENT_STATUS] = "status", [AGENT_START] = "start", [AGENT_STOP] = "stop", [AGENT_MONITOR] = "status"};
	return names[action];
}

/* --- finding a script ------------------------------------------------------------------------------ */

static int fail(char *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(char *error, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(error, AGENT_ERROR_MAX, format, args);
	va_end(args);
	return code;
}

struct refusal {
	const char *path;
	char *directory; /* the directory of path, with symbolic links resolved; NULL: it is not known */
	char *error;
	int code;
};

/* The group may write to directories above the directory of the script: this is usual for /usr/local, and a script may
 * be a symbolic link into it. */
static void on_finding(void *context, const struct trust_finding *f)
{
	struct refusal *r = context;
	char text[TRUST_TEXT_MAX];
	if (f->flaw == TRUST_GROUP_WRITES && f->place != TRUST_FILE && g_strcmp0(f->path, r->directory) != 0)
		return;
	if (r->code != 0)
		return; /* only the first finding is reported */
	trust_text(f, r->path, text);
	r->code = fail(r->error, -EPERM, "script %s is not run: %s", r->path, text);
}

/* Write the directory of a path, without memory from the heap. */
static void directory_of(const char *path, char directory[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int len = slash ? (int)(slash - path) : 0;
	(void)snprintf(directory, PATH_MAX, "%.*s", len > 0 ? len : 1, len > 0 ? path : slash ? "/" : ".");
}

/* Check that only root can replace the content of the file. */
static int check_trust(const char *path, char *error)
{
	char directory[PATH_MAX];
	directory_of(path, directory);
	struct refusal r = {.path = path, .directory = realpath(directory, NULL), .error = error};
	int failed = trust_walk(path, on_finding, &r);
	free(r.directory);
	return r.code != 0 || failed == 0 ? r.code : fail(error, -EPERM, "script %s is not run: %s", path, strerror(-failed));
}

int agent_check_file(const char *path, char error[AGENT_ERROR_MAX])
{
	struct stat st;
	error[0] = '\0';
	if (stat(path, &st) < 0)
		return fail(error, -ENOENT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(error, -ENOENT, "%s is not a regular file", path);
	if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		return fail(error, -ENOENT, "%s is not executable (chmod +x)", path);
	int result = check_trust(path, error);
	if (result == 0 && executable_check(path, error, AGENT_ERROR_MAX) == EXECUTABLE_NOT)
		result = -ENOEXEC;
	return result;
}

bool agent_needs_shell(const char *path)
{
	char why[AGENT_ERROR_MAX];
	return executable_check(path, why, sizeof why) == EXECUTABLE_BY_SHELL;
}

int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX])
{
	GString *reasons = g_string_new(NULL);
	int result = -ENOENT;
	/* conf has checked the names of haresources; this check prevents that another caller leaves the directories */
	bool plain = script[0] != '\0' && script[0] != '.' && strchr(script, '/') == NULL;
	for (size_t i = 0; plain && directories[i] != NULL && result == -ENOENT; i++) {
		char why[AGENT_ERROR_MAX];
		if (snprintf(path, AGENT_PATH_MAX, "%s/%s", directories[i], script) >= AGENT_PATH_MAX)
			result = fail(why, -ENOENT, "%s/%s is too long", directories[i], script);
		else
			result = agent_check_file(path, why);
		if (result == -ENOENT)
			g_string_append_printf(reasons, "%s%s", reasons->len > 0 ? "; " : "", why);
		else if (result != 0)
			g_string_assign(reasons, why);
	}
	if (result == -ENOENT)
		(void)fail(error, -ENOENT, "Cannot locate resource script %s%s%s", script, reasons->len > 0 ? ": " : "",
			reasons->str);
	else if (result != 0)
		(void)fail(error, result, "%s", reasons->str);
	g_string_free(reasons, TRUE);
	return result;
}

/* --- calling a script ------------------------------------------------------------------------- */

/* The call "PATH ARGS ACTION" as a vector; label_of makes one line of it. */
static char **vector_of(const char *path, const struct resource_conf *resource, enum agent_action action)
{
	size_t count = resource->arg_count;
	char **vector = g_new0(char *, count + 3);
	vector[0] = g_strdup(path);
	for (size_t i = 0; i < count; i++)
		vector[i + 1] = g_strdup(resource->args[i]);
	vector[count + 1] = g_strdup(agent_action_name(action));
	return vector;
}

static char *label_of(const char *path, const struct resource_conf *resource, enum agent_action action)
{
	char **vector = vector_of(path, resource, action);
	char *label = g_strjoinv(" ", vector);
	g_strfreev(vector);
	return label;
}

/* Its output is an answer to us, which the operator does not need. */
static bool asks(enum agent_action action)
{
	return action == AGENT_STATUS || action == AGENT_MONITOR;
}

void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource)
{
	char *label = label_of(path, resource, action);
	log_at(asks(action) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "Running %s", label);
	g_free(label);
}

static void on_line(void *context, bool is_stderr, const char *line)
{
	const struct agent *a = context;
	if (a->forgotten)
		return; /* the resource with the script's name is gone */
	enum log_level level = asks(a->request.action) && !is_stderr ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	log_output(level, a->request.resource->script, line);
}

static void on_dropped(void *context, const char *text)
{
	const struct agent *a = context;
	if (!a->forgotten)
		log_at(LOG_LEVEL_WARN, "%s: %s", a->label, text);
}

/* Write to why, and to the log, how a call has failed.  Returns false when it has not failed. */
static bool describe_failure(const struct agent *a, const struct spawn_result *result, char why[AGENT_ERROR_MAX])
{
	why[0] = '\0';
	switch (result->end) {
	case SPAWN_EXITED:
		if (result->code == 0)
			return false;
		(void)fail(why, 0, "exit code %d", result->code);
		log_at(LOG_LEVEL_ERROR, "Return code %d from %s", result->code, a->path);
		return true;
	case SPAWN_SIGNALED:
		(void)fail(why, 0, "killed by signal %d", result->code);
		break;
	case SPAWN_TIMED_OUT:
		if (a->cancelled)
			(void)fail(why, 0, "cancelled");
		else
			(void)fail(why, 0,
				"not finished within %" PRId64 " ms: killed with its process group. "
				"If it needs more time: \"script_deadline TIME %s %s\" in ha.cf",
				span_to_ms(a->request.deadline), a->request.resource->script,
				agent_action_name(a->request.action));
		break;
	case SPAWN_FAILED:
		(void)fail(why, 0, "cannot be run: %s", strerror(result->code));
		break;
	}
	log_at(a->cancelled ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s: %s", a->label, why);
	return true;
}

/* Log a contradiction, only once for each script: its author should repair it, but no decision depends on it. */
static void log_contradiction(
	const struct agent *a, const struct spawn_result *result, const struct agent_status *status)
{
	static GHashTable *logged;
	if (logged == NULL)
		logged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!g_hash_table_add(logged, g_strdup(a->path)))
		return;
	log_at(LOG_LEVEL_NOTICE,
		"%s: status exits with %d and prints \"%.60s\", which do not say the same: %s. "
		"A status that cannot be misread prints \"running\" and exits with 0, or prints \"stopped\" and exits with 3",
		a->path, result->code, result->output, status->rule);
}

/* Returns true if execve refused the script.  Other errors, such as a lack of memory, may be gone at the next
 * attempt. */
static bool is_refused(const struct spawn_result *result)
{
	static const int errors[] = {ENOENT, ENOEXEC, EACCES, EPERM, ELOOP, ENOTDIR, EISDIR, ENAMETOOLONG, ELIBBAD};
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++)
		if (result->end == SPAWN_FAILED && result->code == errors[i])
			return true;
	return false;
}

/* One line a failure: whoever asked logs it, with what follows. */
static enum agent_verdict monitor_verdict(
	const struct agent *a, const struct spawn_result *result, char why[AGENT_ERROR_MAX])
{
	struct agent_status status = agent_monitor_decide(result->end, result->code, result->output);
	why[0] = '\0';
	if (result->end == SPAWN_FAILED)
		(void)fail(why, 0, "its status cannot be run: %s", strerror(result->code));
	else if (result->end == SPAWN_SIGNALED)
		(void)fail(why, 0, "its status was killed by signal %d", result->code);
	else if (result->end == SPAWN_TIMED_OUT)
		(void)fail(why, 0, "its status has not answered within %" PRId64 " ms, and was killed",
			span_to_ms(a->request.deadline));
	else if (status.verdict != AGENT_RUNNING)
		(void)fail(why, 0, "its status exits with %d: %s", result->code, status.rule);
	log_at(LOG_LEVEL_DEBUG, "%s: exit code %d, text \"%.60s\": %s", a->label, result->code, result->output, status.rule);
	if (status.contradicts)
		log_contradiction(a, result, &status);
	return status.verdict;
}

static enum agent_verdict verdict_of(
	const struct agent *a, const struct spawn_result *result, char why[AGENT_ERROR_MAX])
{
	if (a->request.action == AGENT_MONITOR)
		return monitor_verdict(a, result, why);
	if (a->request.action != AGENT_STATUS)
		return !describe_failure(a, result, why) ? AGENT_OK
		       : is_refused(result)              ? AGENT_NOT_EXECUTED
						         : AGENT_FAILED;
	why[0] = '\0';
	if (result->end != SPAWN_EXITED)
		/* the result is not needed: after a failure the verdict is unknown */
		(void)describe_failure(a, result, why);
	struct agent_status status = agent_status_decide(result->end, result->code, result->output);
	log_at(LOG_LEVEL_DEBUG, "%s: exit code %d, text \"%.60s\": %s: %s", a->label, result->code, result->output,
		status.verdict == AGENT_RUNNING   ? "running"
		: status.verdict == AGENT_STOPPED ? "stopped"
						  : "unknown, taken for stopped before a start",
		status.rule);
	if (status.contradicts)
		log_contradiction(a, result, &status);
	return status.verdict;
}

static void on_done(void *context, const struct spawn_result *result)
{
	struct agent *a = context;
	if (!a->forgotten) {
		char why[AGENT_ERROR_MAX];
		enum agent_verdict verdict = verdict_of(a, result, why);
		a->request.done(a->request.context, verdict, why);
	}
	g_free(a->path);
	g_free(a->label);
	g_free(a);
}

struct agent *agent_call(const struct agent_request *request)
{
	struct agent *a = g_new0(struct agent, 1);
	char **argv = vector_of(request->path, request->resource, request->action);
	a->request = *request;
	a->path = g_strdup(request->path);
	a->label = label_of(request->path, request->resource, request->action);
	log_at(asks(request->action) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "Running %s", a->label);
	a->child = spawn_start(&(struct spawn_request){
		.path = request->path,
		.argv = argv,
		.envp = request->environment,
		.deadline = request->deadline,
		.group = request->group,
		.by_shell = agent_needs_shell(request->path),
		.line = on_line,
		.dropped = on_dropped,
		.lasting_name = request->resource->script,
		.done = on_done,
		.context = a,
	});
	g_strfreev(argv);
	return a;
}

void agent_cancel(struct agent *a)
{
	a->cancelled = true;
	spawn_cancel(a->child);
}

void agent_forget(struct agent *a)
{
	a->forgotten = true;
	agent_cancel(a);
}
