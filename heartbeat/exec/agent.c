// SPDX-License-Identifier: MIT
#include "heartbeat/exec/agent.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/log.h"

struct agent {
	struct agent_request request;
	struct spawn *child;
	char *path, *label; /* label: "PATH ARGS ACTION" */
	bool cancelled, forgotten;
};

const char *agent_action_name(enum agent_action action)
{
	static const char *const names[AGENT_ACTIONS] = {
		[AGENT_STATUS] = "status", [AGENT_START] = "start", [AGENT_STOP] = "stop"};
	return names[action];
}

/* --- where it is ------------------------------------------------------------------------------ */

static int fail(char *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(char *error, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(error, AGENT_ERROR_MAX, format, args);
	va_end(args);
	return code;
}

/* Only root may be able to replace the content of the file. */
static int check_trust(const char *path, const struct stat *st, const char *kind, char *error)
{
	if (st->st_uid != 0)
		return fail(error, -EPERM, "%s %s belongs to uid %u: not run; it must belong to root (chown root)",
			kind, path, st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(error, -EPERM,
			"%s %s has mode %04o: not run, because users other than root may change it; expected %04o (chmod go-w)",
			kind, path, st->st_mode & 07777, st->st_mode & 07777 & ~(mode_t)(S_IWGRP | S_IWOTH));
	return 0;
}

static int check_directory(const char *path, char *error)
{
	char *directory = g_path_get_dirname(path);
	struct stat st;
	int result = stat(directory, &st) < 0 ? fail(error, -errno, "%s: %s", directory, strerror(errno))
	                                      : check_trust(directory, &st, "directory", error);
	g_free(directory);
	return result;
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
	int result = check_trust(path, &st, "script", error);
	return result != 0 ? result : check_directory(path, error);
}

int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX])
{
	GString *reasons = g_string_new(NULL);
	int result = -ENOENT;
	/* conf has checked the names of haresources; this check keeps every other caller within the directories */
	bool plain = script[0] != '\0' && script[0] != '.' && strchr(script, '/') == NULL;
	for (size_t i = 0; plain && directories[i] != NULL && result == -ENOENT; i++) {
		char why[AGENT_ERROR_MAX];
		if (snprintf(path, AGENT_PATH_MAX, "%s/%s", directories[i], script) >= AGENT_PATH_MAX)
			result = fail(why, -ENOENT, "%s/%s is too long", directories[i], script);
		else
			result = agent_check_file(path, why);
		if (result == -EPERM)
			g_string_assign(reasons, why);
		else if (result != 0)
			g_string_append_printf(reasons, "%s%s", reasons->len > 0 ? "; " : "", why);
	}
	if (result == -EPERM)
		(void)fail(error, result, "%s", reasons->str);
	else if (result != 0)
		(void)fail(error, -ENOENT, "Cannot locate resource script %s%s%s", script, reasons->len > 0 ? ": " : "",
			reasons->str);
	g_string_free(reasons, TRUE);
	return result;
}

/* --- how it is called ------------------------------------------------------------------------- */

/* PATH ARGS ACTION, in one line or as vector. */
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

void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource)
{
	char *label = label_of(path, resource, action);
	log_at(action == AGENT_STATUS ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "Running %s", label);
	g_free(label);
}

static void on_line(void *context, bool is_stderr, const char *line)
{
	const struct agent *a = context;
	if (a->forgotten)
		return; /* the resource with the script's name is gone */
	/* The output of status is an answer to us; the operator does not need it. */
	enum log_level level = a->request.action == AGENT_STATUS && !is_stderr ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	log_output(level, a->request.resource->script, line);
}

/* Describe in why, and in the log, how a call failed.  True when it failed. */
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
			(void)fail(why, 0, "not finished within %" PRId64 " ms: killed with its process group",
				span_to_ms(a->request.deadline));
		break;
	case SPAWN_FAILED:
		(void)fail(why, 0, "cannot be run: %s%s", strerror(result->code),
			result->code == ENOEXEC || result->code == ENOENT
				? " (is its first line \"#!\" and an interpreter that exists?)"
				: "");
		break;
	}
	log_at(a->cancelled ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s: %s", a->label, why);
	return true;
}

static enum agent_verdict verdict_of(
	const struct agent *a, const struct spawn_result *result, char why[AGENT_ERROR_MAX])
{
	if (a->request.action != AGENT_STATUS)
		return describe_failure(a, result, why) ? AGENT_FAILED : AGENT_OK;
	why[0] = '\0';
	if (result->end != SPAWN_EXITED)
		(void)describe_failure(a, result, why); /* not needed: after a failure the verdict is unknown */
	enum agent_verdict verdict = agent_status_decide(result->end, result->code, result->output);
	log_at(LOG_LEVEL_DEBUG, "%s: exit code %d, text \"%.60s\": %s", a->label, result->code, result->output,
	       verdict == AGENT_RUNNING ? "running" : verdict == AGENT_STOPPED ? "stopped" : "unknown");
	return verdict;
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
	log_at(request->action == AGENT_STATUS ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "Running %s", a->label);
	a->child = spawn_start(&(struct spawn_request){
		.path = request->path,
		.argv = argv,
		.envp = request->environment,
		.deadline = request->deadline,
		.line = on_line,
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
