// SPDX-License-Identifier: MIT
/* The table of requests: reqtype, whether only root may send it, and the handler.  doc/commands.md 4.2. */
#include "heartbeat/ipc/api_requests.h"

#include <glib.h>
#include <string.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/core/halves.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

static const struct core *core_of(const struct api_session *s)
{
	return s->hub->config->core;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

/* Names are folded in the configuration; an operator may type capitals
 * (doc/commands.md 7.8).  False when there is no such node. */
static bool find_node(struct api_session *s, const struct message *request, struct node_view *view, size_t *index)
{
	struct bytes name = message_string(request, "node");
	size_t count = core_node_count(core_of(s));
	for (size_t i = 0; i < count; i++) {
		core_node_view(core_of(s), i, view);
		if (name.len == strlen(view->name) && name.len > 0 &&
		    g_ascii_strncasecmp((const char *)name.at, view->name, name.len) == 0) {
			*index = i;
			return true;
		}
	}
	return false;
}

static const char *node_type(const struct node_view *view)
{
	return view->ping ? "ping" : "normal";
}

static const char *view_status(const struct node_view *view)
{
	return view->status;
}

static const char *view_weight(const struct node_view *view)
{
	(void)view; /* weights are refused in haresources mode: every node has the preset */
	return "100";
}

static const char *view_site(const struct node_view *view)
{
	(void)view;
	return "";
}

/* Each row is a request that asks for one property of one node. */
static const struct node_question {
	const char *reqtype, *field;
	const char *(*value)(const struct node_view *view);
} node_questions[] = {
	{"nodestatus", "st", view_status},
	{"nodetype", "nodetype", node_type},
	{"nodeweight", "weight", view_weight},
	{"nodesite", "site", view_site},
};

static void answer_node(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	size_t index;
	if (!find_node(s, request, &view, &index)) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	for (size_t i = 0; i < sizeof node_questions / sizeof node_questions[0]; i++)
		if (strcmp(reqtype, node_questions[i].reqtype) == 0) {
			struct answer a;
			answer_begin(&a, s, reqtype);
			message_add(&a.message, node_questions[i].field, node_questions[i].value(&view));
			answer_end(&a, "OK");
		}
}

static void answer_nodelist(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	size_t count = core_node_count(core_of(s));
	for (size_t i = 0; i < count && !s->closing; i++) {
		struct node_view view;
		struct answer a;
		core_node_view(core_of(s), i, &view);
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "node", view.name);
		message_add(&a.message, "nodetype", node_type(&view));
		message_add(&a.message, "st", view.status);
		answer_end(&a, i + 1 < count ? "ok/more" : "OK");
	}
}

static void answer_numnodes(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	uint64_t normal = 0;
	size_t count = core_node_count(core_of(s));
	for (size_t i = 0; i < count; i++) {
		struct node_view view;
		core_node_view(core_of(s), i, &view);
		normal += !view.ping;
	}
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add_decimal(&a.message, "numnodes", normal);
	answer_end(&a, "OK");
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static void add_link(struct answer *a, const struct link_view *link)
{
	message_add(&a->message, "ifname", link->name);
	message_add(&a->message, "st", link->up ? "up" : "dead");
}

static void answer_iflist(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	struct link_view link, ahead;
	size_t node;
	struct answer a;
	if (!find_node(s, request, &view, &node)) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	bool found = core_link_view(core_of(s), node, 0, &link);
	if (!found) { /* a node without a link: an empty list */
		answer_begin(&a, s, reqtype);
		answer_end(&a, "OK");
	}
	for (size_t i = 1; found && i <= HA_CF_MEDIA_MAX && !s->closing; i++) {
		bool more = core_link_view(core_of(s), node, i, &ahead);
		answer_begin(&a, s, reqtype);
		add_link(&a, &link);
		answer_end(&a, more ? "ok/more" : "OK");
		link = ahead;
		found = more;
	}
}

static void answer_ifstatus(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	struct link_view link;
	struct bytes name = message_string(request, "ifname");
	size_t node;
	if (find_node(s, request, &view, &node))
		for (size_t i = 0; i < HA_CF_MEDIA_MAX && core_link_view(core_of(s), node, i, &link); i++)
			if (bytes_equal_text(name, link.name)) {
				struct answer a;
				answer_begin(&a, s, reqtype);
				message_add(&a.message, "st", link.up ? "up" : "dead");
				answer_end(&a, "OK");
				return;
			}
	answer_refuse(s, reqtype, "EINVAL");
}

/* --- clients, parameters, resources ----------------------------------------------------------- */

static bool client_online(const struct api_hub *hub, struct bytes name)
{
	for (const struct api_session *other = hub->sessions; other; other = other->next)
		if (other->signed_on && !other->closing && bytes_equal_text(name, other->name))
			return true;
	return false;
}

/* We do not ask a peer for its clients.  For a live peer we send the answer that the reference sends when the peer is
 * slow.  A dead node has no clients. */
static void answer_clientstatus(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	size_t node;
	bool known = find_node(s, request, &view, &node);
	if (!known || (!view.is_self && strcmp(view.status, "dead") != 0)) {
		answer_refuse(s, reqtype, "No timely response.");
		return;
	}
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add(&a.message, "subt", "respond-cstatus");
	message_add(&a.message, "cs",
		view.is_self && client_online(s->hub, message_string(request, "cn")) ? "online" : "offline");
	answer_end(&a, "OK");
}

static void answer_getparm(struct api_session *s, const char *reqtype, const struct message *request)
{
	char name[64];
	const char *value = NULL;
	if (!bytes_to_text(message_string(request, "pname"), name, sizeof name))
		name[0] = '\0'; /* longer than any directive: unset */
	if (strcmp(name, "hbversion") == 0)
		value = s->hub->config->version;
	else if (name[0])
		value = ha_cf_parameter(s->hub->config->conf, name);
	struct answer a;
	answer_begin(&a, s, reqtype);
	if (value) /* unset: OK without pvalue, as captured */
		message_add(&a.message, "pvalue", value);
	answer_end(&a, "OK");
}

static void answer_getrsc(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add(&a.message, "rsc_hold", core_holdings(core_of(s)));
	answer_end(&a, "OK");
}

static void answer_getgroups(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	const struct haresources *resources = s->hub->config->resources;
	size_t count = resources ? resources->count : 0;
	struct answer a;
	if (count == 0) {
		answer_begin(&a, s, reqtype);
		answer_end(&a, "OK");
	}
	for (size_t i = 0; i < count && !s->closing; i++) {
		struct group_view view;
		core_group_view(core_of(s), i, &view);
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "key", view.key);
		message_add(&a.message, "home", view.home);
		message_add(&a.message, "state", group_state_name(view.state));
		message_add(&a.message, "peerstate", view.peer_known ? group_state_name(view.peer_state) : "?");
		message_add_decimal(&a.message, "epoch", view.epoch);
		message_add(&a.message, "why", view.why ? view.why : "");
		answer_end(&a, i + 1 < count ? "ok/more" : "OK");
	}
}

/* Settings of what the client receives: accepted, and without effect. */
static void answer_accept(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	struct answer a;
	answer_begin(&a, s, reqtype);
	answer_end(&a, "OK");
}

static void answer_signoff(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)reqtype;
	(void)request;
	s->closing = true; /* doc/commands.md 4.2: signoff has no answer */
}

/* --- moves -------------------------------------------------------------------------------------------------------- */

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

static void answer_move(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct api_hub *hub = s->hub;
	bool takeover = message_is(request, "kind", "takeover");
	enum half half;
	if (!takeover && !message_is(request, "kind", "standby"))
		answer_refuse(s, reqtype, "kind is neither standby nor takeover");
	else if (!move_half(takeover, message_string(request, "rsc_hold"), &half))
		answer_refuse(s, reqtype, "rsc_hold is none of all, local, foreign, failback");
	else if (s->move_id != 0)
		answer_refuse(s, reqtype, "this client already waits for a move");
	else if (!hub->config->move)
		answer_refuse(s, reqtype, "moving resources is not available here");
	else {
		if (++hub->last_move == 0) /* 0 means that no client waits */
			hub->last_move = 1;
		unsigned id = s->move_id = hub->last_move;
		log_at(LOG_LEVEL_INFO, "pid %ld asks for %s [%s]", (long)s->peer.pid, takeover ? "takeover" : "standby",
			half_name(half));
		hub->config->move(hub->config->context, takeover, half, id);
		/* When the move has already ended, api_session_move_done has sent the answer. */
		if (s->move_id == id && !message_is(request, "wait", "1"))
			api_session_move_done(s, id, true, "accepted");
	}
}

void api_session_move_done(struct api_session *s, unsigned id, bool ok, const char *text)
{
	if (id == 0 || s->move_id != id)
		return;
	s->move_id = 0;
	struct answer a;
	answer_begin(&a, s, "move");
	message_add(&a.message, "info", text ? text : "");
	answer_end(&a, ok ? "OK" : "badreq");
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static const struct request_row {
	const char *reqtype;
	bool root_only;
	void (*answer)(struct api_session *s, const char *reqtype, const struct message *request);
} requests[] = {
	{"signoff", false, answer_signoff},
	{"nodelist", false, answer_nodelist},
	{"nodestatus", false, answer_node},
	{"nodetype", false, answer_node},
	{"nodeweight", false, answer_node},
	{"nodesite", false, answer_node},
	{"iflist", false, answer_iflist},
	{"ifstatus", false, answer_ifstatus},
	{"clientstatus", false, answer_clientstatus},
	{"getparm", false, answer_getparm},
	{"getrsc", false, answer_getrsc},
	{"numnodes", false, answer_numnodes},
	{"setfilter", false, answer_accept},
	{"setsignal", false, answer_accept},
	{"set_sendqlen", false, answer_accept},
	{"getgroups", false, answer_getgroups},
	{"move", true, answer_move},
};

void request_answer(struct api_session *s, const struct message *request)
{
	struct bytes reqtype = message_string(request, "reqtype");
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		if (!bytes_equal_text(reqtype, requests[i].reqtype))
			continue;
		if (requests[i].root_only && s->peer.uid != 0)
			answer_refuse(s, requests[i].reqtype, "only root may do that");
		else
			requests[i].answer(s, requests[i].reqtype, request);
		return;
	}
	char shown[64];
	struct writer w = writer_over(shown, sizeof shown - 1);
	writer_escaped(&w, reqtype, 12);
	shown[w.len] = '\0';
	log_at(LOG_LEVEL_WARN, "Unknown API request [%s] of client %s", shown, s->name);
	answer_refuse(s, shown, "unknown request");
}

/* --- messages to the cluster ------------------------------------------------------------------ */

void request_send(struct api_session *s, const struct message *message)
{
	const struct api_config *config = s->hub->config;
	if (s->casual || !config->message) {
		answer_refuse(
			s, "send", s->casual ? "a client without a name may not send" : "sending is not possible here");
		return;
	}
	/* else a client could send messages in the name of the whole node */
	if (message_type_of(message_string(message, "t"))->sender != MESSAGE_BY_CLIENTS) {
		answer_refuse(s, "send", "only the daemon may send this type of message");
		return;
	}
	struct message out;
	/* not the hub's memory: the core may end a move during this call, and that answer uses the hub's memory */
	uint8_t memory[API_ANSWER_MAX];
	message_init(&out, memory, sizeof memory);
	for (size_t i = 0; i < message->count; i++) {
		const struct field *f = &message->fields[i];
		if (!bytes_equal_text(f->name, "from_id") && !bytes_equal_text(f->name, "to_id") &&
			!bytes_equal_text(f->name, "auth"))
			message_add_bytes(&out, f->type, f->name, f->value);
	}
	/* doc/protocol.md 4: "a client speaks to the client of the same name on the other node". */
	message_add(&out, "from_id", s->name);
	message_add(&out, "to_id", s->name);
	if (out.broken)
		answer_refuse(s, "send", "the message is too long");
	else
		config->message(config->context, &out);
}

void request_of_peer(struct api_hub *hub, struct bytes text)
{
	const struct api_config *config = hub->config;
	struct message in, out;
	struct decoded decoded;
	message_init(&in, hub->arena, CODEC_DATAGRAM_MAX);
	if (!config->message || codec_decode(text, NULL, false, &in, &decoded) != CODEC_OK ||
		!message_is(&in, "t", "query-cstatus") || !message_is(&in, "dest", config->node))
		return;
	struct bytes client = message_string(&in, "cn"), asker = message_string(&in, "from_id");
	if (client.len == 0 || asker.len == 0)
		return;
	uint8_t memory[API_ANSWER_MAX]; /* not the hub's: see request_send */
	message_init(&out, memory, sizeof memory);
	message_add(&out, "t", "respond-cstatus");
	message_add_bytes(&out, FIELD_STRING, bytes_of("dest"), message_string(&in, "src"));
	message_add(&out, "result", "OK");
	message_add_bytes(&out, FIELD_STRING, bytes_of("cn"), client);
	message_add_bytes(&out, FIELD_STRING, bytes_of("to_id"), asker);
	message_add(&out, "cs", client_online(hub, client) ? "online" : "offline");
	if (!out.broken)
		config->message(config->context, &out);
}
