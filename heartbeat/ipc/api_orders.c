// SPDX-License-Identifier: MIT
/* Orders of an operator: moves, confirmations, cleanups and reloads.  Their clients get the answer when the order has
 * ended.
 * doc/commands.md 4.2. */
#include <string.h>

#include "heartbeat/core/halves.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

enum { RESOURCE_TEXT_MAX = 1024, CLEANUP_TEXT_MAX = 1024 };

/* The half of the groups that the operator wants to move.  "failback" moves each group to its home: a standby gives the
 * foreign groups away (doc/commands.md 3), a takeover takes our own. */
static bool move_half(bool takeover, struct bytes word, enum half *half)
{
	if (bytes_equal_text(word, "failback")) {
		*half = takeover ? HALF_LOCAL : HALF_FOREIGN;
		return true;
	}
	return half_parse(word, half) && *half != HALF_NONE;
}

/* Returns a new request number, by which the client gets its answer later. */
static unsigned wait_for_end(struct api_session *s, const char *reqtype)
{
	if (++s->hub->last_request == 0) /* 0 means that no client waits */
		s->hub->last_request = 1;
	s->waits_type = reqtype;
	return s->waits_for = s->hub->last_request;
}

void answer_move(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct api_hub *hub = s->hub;
	bool takeover = message_is(request, "kind", "takeover");
	enum half half;
	if (!takeover && !message_is(request, "kind", "standby"))
		answer_refuse(s, reqtype, "kind is neither standby nor takeover");
	else if (!move_half(takeover, message_string(request, "rsc_hold"), &half))
		answer_refuse(s, reqtype, "rsc_hold is none of all, local, foreign, failback");
	else if (s->waits_for != 0)
		answer_refuse(s, reqtype, "this client still waits for the answer to an earlier request");
	else if (!hub->config->move)
		answer_refuse(s, reqtype, "moving resources is not available here");
	else {
		unsigned id = wait_for_end(s, reqtype);
		log_at(LOG_LEVEL_INFO, "pid %ld asks for %s [%s]", (long)s->peer.pid, takeover ? "takeover" : "standby",
			half_name(half));
		hub->config->move(hub->config->context, takeover, half, id);
		/* When the move has already ended, api_session_request_done has sent the answer. */
		if (s->waits_for == id && !message_is(request, "wait", "1"))
			api_session_request_done(s, id, true, "accepted");
	}
}

void answer_confirm(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct api_hub *hub = s->hub;
	struct node_view view;
	size_t node;
	if (!request_node(s, request, &view, &node))
		answer_refuse(s, reqtype, "no node of ha.cf has this name");
	else if (s->waits_for != 0)
		answer_refuse(s, reqtype, "this client still waits for the answer to an earlier request");
	else if (!hub->config->confirm)
		answer_refuse(s, reqtype, "confirming is not available here");
	else {
		log_at(LOG_LEVEL_INFO, "pid %ld confirms that node %s is off", (long)s->peer.pid, view.name);
		hub->config->confirm(hub->config->context, node, wait_for_end(s, reqtype));
	}
}

void answer_cleanup(struct api_session *s, const char *reqtype, const struct message *request)
{
	const struct api_config *config = s->hub->config;
	char key[RESOURCE_TEXT_MAX], text[CLEANUP_TEXT_MAX] = "";
	struct bytes group = message_string(request, "group");
	if (!config->cleanup)
		answer_refuse(s, reqtype, "cleaning is not available here");
	else if (!bytes_to_text(group, key, sizeof key))
		answer_refuse(s, reqtype, "no group of haresources has such a long name");
	else {
		log_at(LOG_LEVEL_INFO, "pid %ld asks to clean %s", (long)s->peer.pid, key[0] ? key : "all groups");
		if (!config->cleanup(config->context, key[0] ? key : NULL, text, sizeof text)) {
			answer_refuse(s, reqtype, text);
			return;
		}
		struct answer a;
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "info", text);
		answer_end(&a, "OK");
	}
}

void api_session_request_done(struct api_session *s, unsigned id, bool ok, const char *text)
{
	if (id == 0 || s->waits_for != id)
		return;
	s->waits_for = 0;
	struct reader r = reader_over(bytes_of(text ? text : ""));
	do {
		struct answer a;
		bool more = memchr(r.at, '\n', reader_left(&r));
		struct bytes line = more ? reader_until(&r, '\n') : reader_take(&r, reader_left(&r));
		answer_begin(&a, s, s->waits_type);
		message_add_bytes(&a.message, FIELD_STRING, bytes_of("info"), line);
		answer_end(&a, more ? "ok/more" : ok ? "OK" : "badreq");
	} while (reader_left(&r) > 0 && !s->closing);
}

void answer_reload(struct api_session *s, const char *reqtype, const struct message *request)
{
	const struct api_config *config = s->hub->config;
	(void)request;
	if (s->waits_for != 0)
		answer_refuse(s, reqtype, "this client still waits for the answer to an earlier request");
	else if (!config->reload)
		answer_refuse(s, reqtype, "reading the files again is not available here");
	else
		config->reload(config->context, wait_for_end(s, reqtype));
}

