// SPDX-License-Identifier: MIT
/* Sends answers and messages of the cluster to a session, and closes the session of a client that breaks the rules. */
#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

enum { COMPLAINTS_A_MINUTE = 10 };

bool api_may_complain(struct api_hub *hub)
{
	uint64_t suppressed;
	if (!rate_limit_pass(&hub->complaints, COMPLAINTS_A_MINUTE, span_ms(60000), mono_now(), &suppressed))
		return false;
	if (suppressed > 0)
		log_at(LOG_LEVEL_WARN, "API: %llu more clients misbehaved in that minute",
			(unsigned long long)suppressed);
	return true;
}

void api_session_fault(struct api_session *s, enum api_fault fault, const char *text)
{
	s->hub->faults[fault]++;
	s->closing = true;
	if (api_may_complain(s->hub))
		log_at(LOG_LEVEL_WARN, "API client pid %ld uid %ld%s%s: %s: connection closed", (long)s->peer.pid,
			(long)s->peer.uid, s->signed_on ? " " : "", s->signed_on ? s->name : "", text);
}

void answer_begin(struct answer *a, struct api_session *s, const char *reqtype)
{
	a->session = s;
	a->reqtype = reqtype;
	message_init(&a->message, s->hub->answer, API_ANSWER_MAX);
	message_add(&a->message, "t", "hbapi-resp");
	message_add(&a->message, "reqtype", reqtype);
}

void answer_send(struct answer *a)
{
	struct api_session *s = a->session;
	struct writer text = writer_over(&s->hub->answer[API_ANSWER_MAX], API_ANSWER_MAX);
	if (!codec_text(&a->message, NULL, &text)) {
		/* This should not happen, because our answers are shorter.  Report the failure to the client. */
		answer_begin(a, s, a->reqtype);
		message_add(&a->message, "info", "the answer is too long");
		message_add(&a->message, "result", "badreq");
		text = writer_over(&s->hub->answer[API_ANSWER_MAX], API_ANSWER_MAX);
		if (!codec_text(&a->message, NULL, &text)) {
			api_session_fault(s, API_FAULT_MESSAGE, "an answer could not be rendered");
			return;
		}
	}
	if (!frame_put(&s->out, writer_done(&text)))
		api_session_fault(s, API_FAULT_SLOW, "does not read its answers");
}

void answer_end(struct answer *a, const char *result)
{
	message_add(&a->message, "result", result);
	answer_send(a);
}

void answer_refuse(struct api_session *s, const char *reqtype, const char *info)
{
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add(&a.message, "result", "badreq");
	if (info)
		message_add(&a.message, "info", info);
	answer_send(&a);
}

bool api_session_notify(struct api_session *s, enum api_filter kind, struct bytes to_id, struct bytes message)
{
	if (!s->signed_on || s->closing || !(s->filter & kind) ||
		(to_id.len > 0 && !bytes_equal_text(to_id, s->name)))
		return false;
	if (!frame_put(&s->out, message))
		api_session_fault(s, API_FAULT_SLOW, "does not read its messages");
	return true;
}
