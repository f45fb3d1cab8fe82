// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/status_query.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/process.h"
#include "heartbeat/ipc/api_client.h"
#include "heartbeat/ipc/status_fields.h"

enum { ANSWER_MS = 5000 };

/* --- one frame --- */

/* Names come from files and may have any bytes; JSON needs valid UTF-8. */
static json_t *text_of(struct bytes value)
{
	gchar *valid = g_utf8_make_valid(value.len ? (const char *)value.at : "", (gssize)value.len);
	json_t *text = json_string(valid);
	g_free(valid);
	return text;
}

static json_t *list_of(struct bytes value)
{
	json_t *list = json_array();
	struct reader r = reader_over(value);
	while (reader_left(&r) > 0) {
		bool more = memchr(r.at, ' ', reader_left(&r));
		struct bytes word = more ? reader_until(&r, ' ') : reader_take(&r, reader_left(&r));
		(void)json_array_append_new(list, text_of(word));
	}
	return list;
}

static json_t *value_of(const struct message *frame, const struct status_field *field)
{
	uint64_t number;
	switch (field->type) {
	case STATUS_TEXT:
		return text_of(message_string(frame, field->name));
	case STATUS_NUMBER:
		return message_number(frame, field->name, 10, &number) ? json_integer((json_int_t)number) : json_null();
	case STATUS_SWITCH:
		return json_boolean(message_is(frame, field->name, "1"));
	case STATUS_LIST:
		return list_of(message_string(frame, field->name));
	}
	return json_null();
}

/* Add a frame of the answer to its list.  An unknown kind comes from a newer daemon, and is left out. */
static void take_frame(json_t *all, const struct message *frame)
{
	const struct status_kind *kind;
	for (size_t i = 0; (kind = status_kind_at(i)); i++) {
		if (!message_is(frame, "what", kind->what))
			continue;
		json_t *one = json_object();
		for (size_t k = 0; k < kind->count; k++)
			(void)json_object_set_new(one, kind->fields[k].name, value_of(frame, &kind->fields[k]));
		(void)json_array_append_new(json_object_get(all, kind->what), one);
	}
}

/* --- the answer --- */

static json_t *empty_answer(void)
{
	const struct status_kind *kind;
	json_t *all = json_object();
	for (size_t i = 0; (kind = status_kind_at(i)); i++)
		(void)json_object_set_new(all, kind->what, json_array());
	return all;
}

static void no_answer(enum api_result result, const char *error, int *code, char why[STATUS_ERROR_MAX])
{
	pid_t pid = 0;
	bool stale;
	*code = STATUS_UNKNOWN;
	switch (result) {
	case API_DENIED:
		(void)snprintf(why, STATUS_ERROR_MAX,
			"no permission to open the socket of heartbeat; expected root or a member of the group haclient");
		return;
	case API_TIMEOUT:
		(void)snprintf(why, STATUS_ERROR_MAX,
			"heartbeat did not answer within %d s: its engine process hangs; the log shows whether the engine was restarted",
			ANSWER_MS / 1000);
		return;
	case API_REFUSED:
		(void)snprintf(why, STATUS_ERROR_MAX,
			"heartbeat refuses the question: %s; expected root or a member of the group haclient", error);
		return;
	case API_PROTOCOL:
	case API_OK:
		(void)snprintf(why, STATUS_ERROR_MAX,
			"heartbeat closed the connection, or its answer is not understood; see the log");
		return;
	case API_DOWN:
		break;
	}
	if (process_running(&pid, NULL, &stale) != PROCESS_STOPPED) {
		(void)snprintf(why, STATUS_ERROR_MAX,
			"heartbeat runs, but its client socket is not open: it is being started, or has ended in part; see the log");
		return;
	}
	*code = STATUS_STOPPED;
	(void)snprintf(why, STATUS_ERROR_MAX, "heartbeat is stopped on this machine");
}

static void not_understood(const struct api_client *client, int *code, char why[STATUS_ERROR_MAX])
{
	struct bytes version = message_string(api_client_signon(client), "hbversion");
	*code = STATUS_UNKNOWN;
	(void)snprintf(why, STATUS_ERROR_MAX,
		"the heartbeat that runs is version %.*s and does not know this question; heartbeat --reexec changes it to the "
		"installed " VERSION,
		(int)version.len, version.len ? (const char *)version.at : "");
}

static json_t *ask(struct api_client *client, const char *reqtype, int *code, char why[STATUS_ERROR_MAX])
{
	struct mono until = mono_add(mono_now(), span_ms(ANSWER_MS));
	const struct message *frame;
	json_t *all = empty_answer();
	enum api_result result = api_client_ask(client, span_ms(ANSWER_MS), reqtype, NULL, &frame);
	while (result == API_OK && message_is(frame, "result", "ok/more")) {
		take_frame(all, frame);
		result = api_client_more(client, mono_since(until, mono_now()), &frame);
	}
	if (result == API_OK && message_is(frame, "result", "OK")) {
		take_frame(all, frame);
		return all;
	}
	json_decref(all);
	if (result == API_OK)
		not_understood(client, code, why);
	else
		no_answer(result, "", code, why);
	return NULL;
}

json_t *status_query(const char *reqtype, int *code, char why[STATUS_ERROR_MAX])
{
	struct api_client *client;
	char error[256] = "";
	enum api_result result = api_client_open(api_client_path(), span_ms(ANSWER_MS), &client, error);
	if (result != API_OK) {
		no_answer(result, error, code, why);
		return NULL;
	}
	json_t *all = ask(client, reqtype, code, why);
	api_client_close(client);
	return all;
}
