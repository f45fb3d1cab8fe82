// SPDX-License-Identifier: MIT
/* Messages between clients on different nodes, and the questions of the daemons about their clients.
 * doc/commands.md 4.4; doc/protocol.md 4. */
#include <string.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

static bool client_online(const struct api_hub *hub, struct bytes name)
{
	for (const struct api_session *other = hub->sessions; other; other = other->next)
		if (other->signed_on && !other->closing && bytes_equal_text(name, other->name))
			return true;
	return false;
}

/* Log that a message was refused.  No answer is sent, because the client's library would take it as the answer to its
 * next request. */
static void refuse_message(const struct api_session *s, const char *why)
{
	if (api_may_complain(s->hub))
		log_at(LOG_LEVEL_WARN, "API client %s, pid %ld: its message is not sent: %s", s->name,
			(long)s->peer.pid, why);
}

void request_send(struct api_session *s, const struct message *message)
{
	const struct api_config *config = s->hub->config;
	const char *why = NULL;
	if (s->casual)
		why = "a client without a name may not send";
	else if (!config->message)
		why = "sending is not possible here";
	/* otherwise a client could send messages in the name of the whole node */
	else if (message_type_of(message_string(message, "t"))->sender != MESSAGE_BY_CLIENTS)
		why = "only the daemon may send this type of message";
	if (why) {
		refuse_message(s, why);
		return;
	}
	struct message out;
	/* not the hub's memory, because the core may end a move during this call, and that answer uses the hub's
	 * memory */
	uint8_t memory[API_ANSWER_MAX];
	message_init(&out, memory, sizeof memory);
	/* doc/protocol.md 4: "a client speaks to the client of the same name on the other node".  All other fields keep
	 * their order; some of them are needed by the library to sort the messages. */
	for (size_t i = 0; i < message->count; i++) {
		const struct field *f = &message->fields[i];
		if (bytes_equal_text(f->name, "from_id") || bytes_equal_text(f->name, "to_id"))
			message_add_bytes(&out, FIELD_STRING, f->name, bytes_of(s->name));
		else if (!bytes_equal_text(f->name, "auth") && !bytes_equal_text(f->name, "client_gen"))
			message_add_bytes(&out, f->type, f->name, f->value);
	}
	for (size_t i = 0; i < 2; i++)
		if (!message_find(&out, i == 0 ? "from_id" : "to_id"))
			message_add(&out, i == 0 ? "from_id" : "to_id", s->name);
	message_add_decimal(&out, "client_gen", s->life);
	if (out.broken)
		refuse_message(s, "it is too long");
	else
		config->message(config->context, &out);
}

/* The core adds the fields from src to auth. */
void request_announce(struct api_session *s, const char *st, const char *info)
{
	const struct api_config *config = s->hub->config;
	struct message out;
	uint8_t memory[1024];
	if (s->casual || !config->message)
		return;
	message_init(&out, memory, sizeof memory);
	message_add(&out, "t", "hbapi-clstat");
	message_add(&out, "st", st);
	message_add(&out, "from_id", s->name);
	message_add(&out, "to_id", s->name);
	message_add(&out, "info", info);
	message_add_decimal(&out, "client_gen", s->life);
	config->message(config->context, &out);
}

/* Ask the daemon of the other node.  Its answer, respond-cstatus, is delivered to the client as a message. */
static void ask_peer(struct api_session *s, const char *node, struct bytes client)
{
	const struct api_config *config = s->hub->config;
	struct message out;
	uint8_t memory[1024];
	message_init(&out, memory, sizeof memory);
	message_add(&out, "t", "query-cstatus");
	message_add(&out, "dest", node);
	message_add_bytes(&out, FIELD_STRING, bytes_of("cn"), client);
	message_add(&out, "from_id", s->name);
	if (out.broken) /* no client can have such a name */
		answer_refuse(s, "clientstatus", "EINVAL");
	else if (config->message)
		config->message(config->context, &out);
}

void answer_clientstatus(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	size_t node;
	struct bytes client = message_string(request, "cn");
	struct answer a;
	if (!request_node(s, request, &view, &node) || client.len == 0)
		answer_refuse(s, reqtype, "EINVAL");
	else if (!view.is_self && !view.ping && strcmp(view.status, "dead") != 0)
		ask_peer(s, view.name, client);
	else { /* a dead node and a ping node have no clients */
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "subt", "respond-cstatus");
		message_add(&a.message, "cs", view.is_self && client_online(s->hub, client) ? "online" : "offline");
		answer_end(&a, "OK");
	}
}

/* Answer a peer, or a client of ours that asks all nodes, whether a client of this name is signed on here. */
static void answer_peer(struct api_hub *hub, const struct message *in)
{
	const struct api_config *config = hub->config;
	struct bytes client = message_string(in, "cn"), asker = message_string(in, "from_id");
	bool for_us = !message_find(in, "dest") || message_is(in, "dest", config->node);
	if (!config->message || !for_us || client.len == 0 || asker.len == 0)
		return;
	struct message out;
	uint8_t memory[API_ANSWER_MAX]; /* not the hub's memory: see request_send */
	message_init(&out, memory, sizeof memory);
	message_add(&out, "t", "respond-cstatus");
	message_add_bytes(&out, FIELD_STRING, bytes_of("dest"), message_string(in, "src"));
	message_add(&out, "result", "OK");
	message_add_bytes(&out, FIELD_STRING, bytes_of("cn"), client);
	message_add_bytes(&out, FIELD_STRING, bytes_of("to_id"), asker);
	message_add(&out, "cs", client_online(hub, client) ? "online" : "offline");
	if (!out.broken)
		config->message(config->context, &out);
}

void request_deliver(
	struct api_hub *hub, enum api_filter kind, struct bytes text, void (*handed)(struct api_session *s))
{
	struct message in;
	struct decoded decoded;
	message_init(&in, hub->heard, CODEC_DATAGRAM_MAX);
	if (codec_decode(text, NULL, false, &in, &decoded) != CODEC_OK)
		return;
	if (message_is(&in, "t", "query-cstatus")) {
		/* this must be the last step, because the core's next message may overwrite this one */
		answer_peer(hub, &in);
		return;
	}
	/* our own report: a client gets no report about itself */
	if (message_is(&in, "t", "hbapi-clstat") && message_is(&in, "src", hub->config->node))
		return;
	for (struct api_session *at = hub->sessions; at; at = at->next)
		if (api_session_notify(at, kind, message_string(&in, "to_id"), text))
			handed(at);
}
