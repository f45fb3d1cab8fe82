// SPDX-License-Identifier: MIT
#include <glib.h>
#include <string.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/api_requests.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

void api_hub_init(struct api_hub *hub, const struct api_config *config)
{
	*hub = (struct api_hub){
		.config = config,
		.auth = api_auth_new(config->conf),
		.arena = g_malloc(CODEC_DATAGRAM_MAX),
		.heard = g_malloc(CODEC_DATAGRAM_MAX),
		.answer = g_malloc(2 * API_ANSWER_MAX),
	};
}

void api_hub_reconfigure(struct api_hub *hub)
{
	api_auth_free(hub->auth);
	hub->auth = api_auth_new(hub->config->conf);
}

void api_hub_free(struct api_hub *hub)
{
	api_auth_free(hub->auth);
	g_free(hub->arena);
	g_free(hub->heard);
	g_free(hub->answer);
	*hub = (struct api_hub){0};
}

void api_session_begin(struct api_session *s, struct api_hub *hub, const struct api_peer *peer)
{
	*s = (struct api_session){.hub = hub, .next = hub->sessions, .peer = *peer};
	hub->sessions = s;
}

void api_session_end(struct api_session *s)
{
	struct api_session **at = &s->hub->sessions;
	while (*at && *at != s)
		at = &(*at)->next;
	if (*at)
		*at = s->next;
	if (s->filter & API_FILTER_BEATS)
		request_beats(s->hub);
	if (s->signed_on)
		request_announce(s, "leave", s->signed_off ? "signoff" : "EOF");
	frame_buffer_free(&s->in);
	frame_buffer_free(&s->out);
}

/* --- sign-on ------------------------------------------------------------------------------------------------------ */

static bool name_in_use(const struct api_session *self, struct bytes name)
{
	for (const struct api_session *other = self->hub->sessions; other; other = other->next)
		if (other != self && other->signed_on && !other->closing && bytes_equal_text(name, other->name))
			return true;
	return false;
}

static bool name_printable(struct bytes name)
{
	struct reader r = reader_over(name);
	while (reader_left(&r) > 0) {
		int byte = reader_byte(&r);
		if (byte <= ' ' || byte > '~')
			return false;
	}
	return true;
}

/* Returns the reason to refuse this sign-on; NULL: none.  Uses the text of Heartbeat 3.0.6 where that has one. */
static const char *signon_refusal(struct api_session *s, const struct message *request)
{
	uint64_t pid = 0;
	struct bytes name = message_string(request, "from_id");
	if (!message_number(request, "pid", 10, &pid) || s->peer.pid <= 0 || pid != (uint64_t)s->peer.pid)
		return "pid mismatch";
	if (name.len == 0 || name.len > API_NAME_MAX || !name_printable(name))
		return "from_id is no client name of 1 to 31 bytes";
	s->casual = bytes_equal(name, message_string(request, "pid"));
	const char *why = api_auth_refusal(s->hub->auth, &s->peer, name, s->casual);
	if (why)
		return why;
	if (name_in_use(s, name))
		return "duplicate add request";
	(void)bytes_to_text(name, s->name, sizeof s->name); /* the length was checked above */
	return NULL;
}

/* A refusal contains the parameters too, so that the client can distinguish "refused" from "not running". */
static void sign_on(struct api_session *s, const struct message *request)
{
	const struct api_config *config = s->hub->config;
	const char *why = signon_refusal(s, request);
	struct answer a;
	answer_begin(&a, s, "signon");
	if (why)
		message_add(&a.message, "info", why);
	message_add(&a.message, "result", why ? "badreq" : "OK");
	message_add_hex(&a.message, "deadtime", (uint64_t)span_to_ms(config->conf->deadtime));
	message_add_hex(&a.message, "keepalive", (uint64_t)span_to_ms(config->conf->keepalive));
	message_add(&a.message, "node", config->node);
	message_add(&a.message, "hbversion", config->version);
	message_add(&a.message, "pacemaker", "false");
	char facility[16];
	(void)g_snprintf(facility, sizeof facility, "%d", config->conf->logfacility);
	message_add(&a.message, "logfacility", facility);
	answer_send(&a);
	if (why)
		api_session_fault(s, API_FAULT_IDENTITY, why);
	else {
		s->signed_on = true;
		s->filter = API_FILTER_CHANGES;
		s->life = s->casual ? 0 : ++s->hub->last_life;
		request_announce(s, "join", "signon"); /* must be the last step, because it calls the core */
	}
}

/* --- every message ------------------------------------------------------------------------------------------------ */

/* Returns true when a field that identifies the client or the request is given twice: two readers could then see two
 * different requests. */
static bool has_doubles(const struct message *request)
{
	static const char *const once[] = {"t", "reqtype", "dest", "pid", "from_id", "result"};
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		if (message_occurs(request, once[i]) > 1)
			return true;
	return false;
}

static const char *identity_fault(const struct api_session *s, const struct message *request)
{
	uint64_t pid = 0;
	struct bytes dest = message_string(request, "dest");
	const char *node = s->hub->config->node;
	if (!message_number(request, "pid", 10, &pid) || pid != (uint64_t)s->peer.pid)
		return "pid mismatch";
	if (!message_is(request, "from_id", s->name))
		return "from_id is not the name it signed on with";
	if (dest.len != strlen(node) || g_ascii_strncasecmp((const char *)dest.at, node, dest.len) != 0)
		return "dest is not this node";
	return NULL;
}

static void refuse_and_close(struct api_session *s, const char *reqtype, const char *why)
{
	answer_refuse(s, reqtype, why);
	api_session_fault(s, API_FAULT_IDENTITY, why);
}

static void take_message(struct api_session *s, const struct message *request)
{
	bool is_request = message_is(request, "t", "hbapi-req");
	bool is_signon = is_request && message_is(request, "reqtype", "signon");
	if (has_doubles(request))
		api_session_fault(s, API_FAULT_MESSAGE, "duplicate field");
	else if (is_signon && !s->signed_on)
		sign_on(s, request);
	else if (is_signon)
		refuse_and_close(s, "signon", "duplicate add request");
	else if (!s->signed_on)
		refuse_and_close(s, "unknown", "sign on first");
	else if (!is_request)
		request_send(s, request);
	else {
		const char *why = identity_fault(s, request);
		if (why)
			refuse_and_close(s, "unknown", why);
		else
			request_answer(s, request);
	}
}

static void take_body(struct api_session *s, struct bytes body)
{
	struct message request;
	struct decoded decoded;
	struct reader r = reader_over(body);
	/* The clients of Heartbeat 3.0.6 send only text messages, so no other format is accepted. */
	if (!reader_skip(&r, ">>>\n")) {
		api_session_fault(s, API_FAULT_MESSAGE, "a frame that holds no text message");
		return;
	}
	message_init(&request, s->hub->arena, CODEC_DATAGRAM_MAX);
	enum codec_verdict verdict = codec_decode(body, NULL, false, &request, &decoded);
	if (verdict != CODEC_OK)
		api_session_fault(s, API_FAULT_MESSAGE, decoded.why[0] ? decoded.why : codec_verdict_text(verdict));
	else if (decoded.compressed)
		api_session_fault(s, API_FAULT_MESSAGE, "a packed message");
	else
		take_message(s, &request);
}

void api_session_take(struct api_session *s, struct bytes data)
{
	if (s->closing)
		return;
	if (!frame_buffer_append(&s->in, data, FRAME_HEAD + FRAME_BODY_MAX + data.len)) {
		api_session_fault(s, API_FAULT_FRAME, "no memory for its request");
		return;
	}
	while (!s->closing) {
		struct bytes body;
		enum frame_verdict verdict = frame_next(&s->in, s->signed_on ? FRAME_BODY_MAX : API_SIGNON_MAX, &body);
		if (verdict == FRAME_PARTIAL)
			break;
		if (verdict == FRAME_READY)
			take_body(s, body);
		else
			api_session_fault(s, API_FAULT_FRAME, frame_verdict_text(verdict));
	}
	/* Free the buffer, so that one long request does not use memory as long as the client stays. */
	if (frame_buffer_waiting(&s->in).len == 0)
		frame_buffer_free(&s->in);
}
