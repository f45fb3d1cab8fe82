// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/status_command.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/daemon/status_query.h"
#include "heartbeat/daemon/time_limit.h"
#include "heartbeat/ipc/status_fields.h"

enum { LIMIT_MS = 15000 };

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));
	return value ? value : "";
}

static bool is(const json_t *object, const char *name, const char *value)
{
	return strcmp(text(object, name), value) == 0;
}

/* --- the document --- */

static json_t *new_document(const char *command)
{
	return json_pack("{s:i, s:s, s:I}", "format", STATUS_FORMAT, "command", command, "time", (json_int_t)time(NULL));
}

static void complain(json_t *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void complain(json_t *list, const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args); /* a long text is cut, because it is for people */
	va_end(args);
	(void)json_array_append_new(list, json_string(line));
}

static void judge_node(const json_t *node, json_t *list)
{
	size_t i;
	json_t *link;
	if (is(node, "status", "dead"))
		complain(list, "node %s is dead", text(node, "name"));
	json_array_foreach(json_object_get(node, "links"), i, link)
		if (!json_is_true(json_object_get(link, "up")) && !json_is_true(json_object_get(node, "self")) &&
			!is(node, "status", "dead"))
			complain(list, "link %s of node %s is down", text(link, "name"), text(node, "name"));
}

static void judge_monitor(const json_t *monitor, const json_t *group, json_t *list)
{
	const char *answer = text(monitor, "answer");
	if (json_is_true(json_object_get(monitor, "halted")))
		complain(list, "group %s is stopped here (on-fail stop); \"hb_cleanup %s\" starts it again", text(group, "key"),
			text(group, "key"));
	else if (is(group, "state", "held") && *answer && strcmp(answer, "runs") != 0)
		complain(list, "%s of group %s: its status is: %s", text(monitor, "resource"), text(group, "key"), answer);
}

static void judge_group(const json_t *group, const json_t *daemon, json_t *list)
{
	size_t owners = json_array_size(json_object_get(group, "owners"));
	const char *state = text(group, "state");
	if (strcmp(state, "failed") == 0 || strcmp(state, "stuck") == 0 || json_is_true(json_object_get(group, "hindered")))
		complain(list, "group %s is %s here: %s", text(group, "key"), state, text(group, "trouble"));
	else if (owners == 0 && is(daemon, "phase", "active"))
		complain(list, "group %s runs on no node", text(group, "key"));
	if (owners > 1)
		complain(list, "group %s is on both nodes", text(group, "key"));
	size_t i;
	json_t *monitor;
	bool halted = false; /* all its resources are, which is one complaint */
	json_array_foreach(json_object_get(group, "monitors"), i, monitor) {
		if (!halted)
			judge_monitor(monitor, group, list);
		halted |= json_is_true(json_object_get(monitor, "halted"));
	}
}

static void judge_daemon(const json_t *daemon, json_t *list)
{
	if (!is(daemon, "phase", "active"))
		complain(list, "this node is not active: %s", text(daemon, "phase"));
	if (json_is_true(json_object_get(daemon, "isolated")))
		complain(list, "this node is cut off: it reaches neither the other node nor any ping host");
	if (json_is_true(json_object_get(daemon, "fencing")))
		complain(list, "the other node is being fenced");
	if (*text(daemon, "fencing_alarm"))
		complain(list, "the other node is silent, and is not fenced: %s; see hb_confirm(1)", text(daemon, "fencing_alarm"));
}

/* The list of sentences about what needs the attention of a person. */
static json_t *judge(const json_t *document)
{
	json_t *list = json_array(), *at;
	const json_t *daemon = json_object_get(document, "daemon");
	size_t i;
	judge_daemon(daemon, list);
	json_array_foreach(json_object_get(document, "nodes"), i, at)
		judge_node(at, list);
	json_array_foreach(json_object_get(document, "groups"), i, at)
		judge_group(at, daemon, list);
	json_array_foreach(json_object_get(document, "doubts"), i, at)
		complain(list, "%s", json_string_value(at));
	return list;
}

/* Copies of the members of a list, each with those parts whose field of that name is its key, without this field. */
static json_t *with_parts(const json_t *list, const char *key, const json_t *parts, const char *field, const char *name)
{
	json_t *out = json_deep_copy(list), *one, *part;
	size_t i, k;
	json_array_foreach(out, i, one) {
		json_t *own = json_array();
		json_array_foreach(parts, k, part)
			if (is(part, field, text(one, key))) {
				json_t *copy = json_copy(part);
				(void)json_object_del(copy, field);
				(void)json_array_append_new(own, copy);
			}
		(void)json_object_set_new(one, name, own);
	}
	return out;
}

/* Links are listed under their node. */
static json_t *nodes_of(const json_t *answer)
{
	return with_parts(json_object_get(answer, "node"), "name", json_object_get(answer, "link"), "node", "links");
}

/* Watched resources are listed under their group. */
static json_t *groups_of(const json_t *answer)
{
	return with_parts(json_object_get(answer, "group"), "key", json_object_get(answer, "monitor"), "group", "monitors");
}

static json_t *doubts_of(const json_t *answer)
{
	json_t *list = json_array(), *doubt;
	size_t i;
	json_array_foreach(json_object_get(answer, "doubt"), i, doubt)
		(void)json_array_append(list, json_object_get(doubt, "text"));
	return list;
}

static json_t *finish(json_t *document, int code, const char *error)
{
	if (error)
		(void)json_object_set_new(document, "error", json_string(error));
	(void)json_object_set_new(document, "exit", json_integer(code));
	return document;
}

static json_t *status_document(int *code)
{
	char why[STATUS_ERROR_MAX];
	json_t *document = new_document("status"), *answer = status_query("getstatus", code, why);
	if (!answer)
		return finish(document, *code, why);
	(void)json_object_set(document, "daemon", json_array_get(json_object_get(answer, "daemon"), 0));
	(void)json_object_set_new(document, "nodes", nodes_of(answer));
	(void)json_object_set_new(document, "groups", groups_of(answer));
	(void)json_object_set(document, "moves", json_object_get(answer, "move"));
	(void)json_object_set(document, "devices", json_object_get(answer, "device"));
	(void)json_object_set(document, "programs", json_object_get(answer, "program"));
	(void)json_object_set_new(document, "doubts", doubts_of(answer));
	(void)json_object_set_new(document, "attention", judge(document));
	json_decref(answer);
	*code = json_array_size(json_object_get(document, "attention")) > 0 ? STATUS_ATTENTION : STATUS_GOOD;
	return finish(document, *code, NULL);
}

/* A list of the members in which the field has this value; with value NULL, of all members. */
static json_t *selected(json_t *list, const char *field, const char *value)
{
	json_t *out = json_array(), *at;
	size_t i;
	json_array_foreach(list, i, at)
		if (!value || is(at, field, value))
			(void)json_array_append(out, at);
	return out;
}

static json_t *explain_document(const char *group, int *code)
{
	char why[STATUS_ERROR_MAX];
	json_t *document = new_document("explain"), *now = status_query("getstatus", code, why);
	json_t *past = now ? status_query("getdecisions", code, why) : NULL;
	if (past) {
		*code = STATUS_GOOD;
		(void)json_object_set(document, "daemon", json_array_get(json_object_get(now, "daemon"), 0));
		json_t *groups = groups_of(now);
		(void)json_object_set_new(document, "groups", selected(groups, "key", group));
		json_decref(groups);
		(void)json_object_set_new(
			document, "decisions", selected(json_object_get(past, "decision"), "group", group));
		if (group && json_array_size(json_object_get(document, "groups")) == 0) {
			*code = STATUS_ATTENTION;
			(void)snprintf(why, sizeof why, "there is no group %.300s; heartbeat --status names them", group);
		}
	}
	bool failed = *code != STATUS_GOOD;
	json_decref(now);
	json_decref(past);
	return finish(document, *code, failed ? why : NULL);
}

/* --- the commands --- */

static void print(const json_t *document, const struct status_options *o, void (*for_people)(const json_t *))
{
	const char *error = text(document, "error");
	if (o->json) {
		/* time_limit_run flushes the output and checks the result */
		(void)json_dumpf(document, stdout, o->watch ? JSON_COMPACT : JSON_INDENT(1));
		(void)putchar('\n');
	} else if (*error)
		(void)fprintf(stderr, "heartbeat: %s\n", error);
	else
		for_people(document);
}

static int status(void *context)
{
	const struct status_options *o = context;
	int code;
	json_t *document = status_document(&code);
	if (o->watch && !o->json && isatty(STDOUT_FILENO))
		(void)printf("\033[H\033[2J");
	print(document, o, status_print);
	json_decref(document);
	return code;
}

static int explain(void *context)
{
	const struct status_options *o = context;
	int code;
	json_t *document = explain_document(o->group, &code);
	print(document, o, explain_print);
	json_decref(document);
	return code;
}

/* Returns true if the reader of standard output has closed it.  Waits timeout_ms at most. */
static bool is_closed(int timeout_ms)
{
	struct pollfd p = {.fd = STDOUT_FILENO};
	return poll(&p, 1, timeout_ms) > 0 && (p.revents & (POLLERR | POLLNVAL | POLLHUP)) != 0;
}

int status_command(const struct status_options *options)
{
	struct status_options copy = *options;
	int code = time_limit_run(span_ms(LIMIT_MS), STATUS_UNKNOWN, "the status", status, &copy);
	while (options->watch && !is_closed((int)options->interval_s * 1000))
		code = time_limit_run(span_ms(LIMIT_MS), STATUS_UNKNOWN, "the status", status, &copy);
	return code;
}

int explain_command(const struct status_options *options)
{
	struct status_options copy = *options;
	return time_limit_run(span_ms(LIMIT_MS), STATUS_UNKNOWN, "the explanation", explain, &copy);
}
