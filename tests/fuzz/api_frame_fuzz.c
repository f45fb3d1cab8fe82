// SPDX-License-Identifier: MIT
/* The byte stream of one client of the API, before a real core that has just been started.
 * First byte: bit 0 an unprivileged user, bit 1 the rest is not a raw stream but lines of fields, one framed message up
 * to each NUL; bits 2.. how many bytes come at a time (0: all at once).
 * Invariants: every answer is a whole frame with a text message of type hbapi-resp that carries no digest; nothing
 * moves and nothing is sent before sign-on, nothing moves for anybody but root, and nobody without a name sends. */
#include <string.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/api_requests.h"
#include "tests/fuzz/fuzz.h"

enum { PID = 4242, USER = 11, STREAM_MAX = 65536 };

static const char ha_cf_text[] =
	"keepalive 500ms\ndeadtime 3\nauto_failback on\nbcast eth0\nnode cfa cfb\nping 10.77.0.254\n"
	"apiauth anon uid=0,11\napiauth web uid=0,11\n";
static const char haresources_text[] = "cfa 10.0.0.1 httpd\ncfb 10.0.0.2\n";
static const char authkeys_text[] = "auth 1\n1 sha1 fuzz\n";

static struct {
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys keys;
	struct core *core;
	struct api_config config;
	struct api_hub hub; /* kept: making it looks users up */
	struct api_session *session;
	struct message answer;
	uint8_t arena[CODEC_DATAGRAM_MAX];
	uint8_t framed[STREAM_MAX];
} lab;

static void on_move(void *context, bool takeover, enum half half, unsigned id)
{
	(void)context;
	(void)takeover;
	MUST(lab.session->signed_on && lab.session->peer.uid == 0);
	MUST(half != HALF_NONE && id != 0);
	if (id % 2) /* half of them end at once */
		api_session_request_done(lab.session, id, id % 4 == 1, "so it is");
}

static void on_message(void *context, const struct message *m)
{
	(void)context;
	/* our client interface asks the other node for a client, on behalf of any client */
	bool asks = message_is(m, "t", "query-cstatus");
	MUST(lab.session->signed_on && (asks || !lab.session->casual));
	MUST(!m->broken && message_is(m, "from_id", lab.session->name));
	MUST(asks || message_is(m, "to_id", lab.session->name));
	MUST(!message_find(m, "auth"));
}

static void set_up(void)
{
	struct diags diags;
	const char *why;
	diags_init(&diags, "fuzz");
	lab.conf = ha_cf_parse(bytes_of(ha_cf_text), NULL, &diags);
	lab.resources = haresources_parse(bytes_of(haresources_text), lab.conf->nodes, lab.conf->node_count, &diags);
	authkeys_parse(bytes_of(authkeys_text), &lab.keys, &diags);
	MUST(diags.errors == 0);
	diags_free(&diags);
	const struct core_config core = {.conf = lab.conf,
		.resources = lab.resources,
		.keys = &lab.keys,
		.node = "cfa",
		.generation = 1,
		.seed = 1};
	lab.core = core_new(&core, &why);
	MUST(lab.core);
	lab.config = (struct api_config){.core = lab.core,
		.conf = lab.conf,
		.resources = lab.resources,
		.node = "cfa",
		.version = "fuzz",
		.move = on_move,
		.message = on_message};
	api_hub_init(&lab.hub, &lab.config);
}

static void judge_answers(struct api_session *s)
{
	struct bytes body;
	struct decoded decoded;
	enum frame_verdict verdict;
	while ((verdict = frame_next(&s->out, FRAME_BODY_MAX, &body)) == FRAME_READY) {
		message_init(&lab.answer, lab.arena, sizeof lab.arena);
		MUST(codec_decode(body, NULL, false, &lab.answer, &decoded) == CODEC_OK);
		MUST(message_is(&lab.answer, "t", "hbapi-resp"));
		MUST(message_occurs(&lab.answer, "result") == 1 && message_occurs(&lab.answer, "reqtype") == 1);
		MUST(!message_find(&lab.answer, "auth"));
	}
	MUST(verdict == FRAME_PARTIAL && frame_buffer_waiting(&s->out).len == 0);
}

/* Turn each run of bytes up to a NUL into the fields of one framed message. */
static struct bytes frame_lines(struct bytes lines)
{
	struct writer out = writer_over(lab.framed, sizeof lab.framed);
	struct reader r = reader_over(lines);
	while (reader_left(&r) > 0) {
		struct reader ahead = r;
		struct bytes part = reader_until(&ahead, 0);
		if (ahead.failed)
			part = reader_take(&r, reader_left(&r));
		else
			r = ahead;
		uint32_t head[2] = {(uint32_t)part.len + 9, FRAME_MAGIC};
		writer_bytes(&out, (struct bytes){(const uint8_t *)head, sizeof head});
		writer_text(&out, ">>>\n");
		writer_bytes(&out, part);
		writer_text(&out, "<<<\n");
		writer_byte(&out, 0);
	}
	return writer_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_session session;
	struct api_peer peer = {.pid = PID};
	if (size == 0)
		return 0;
	if (!lab.core)
		set_up();
	struct reader r = reader_over((struct bytes){data, size});
	unsigned how = (unsigned)reader_byte(&r);
	struct bytes stream = reader_take(&r, reader_left(&r));
	if (how & 1)
		peer.uid = peer.gid = USER;
	if (how & 2)
		stream = frame_lines(stream);
	size_t step = how >> 2 ? how >> 2 : stream.len + 1;

	lab.hub.last_request = 0; /* no input depends on an earlier one */
	api_session_begin(&session, &lab.hub, &peer);
	lab.session = &session;
	r = reader_over(stream);
	while (reader_left(&r) > 0 && !session.closing) {
		api_session_take(&session, reader_take(&r, reader_left(&r) < step ? reader_left(&r) : step));
		judge_answers(&session);
	}
	api_session_request_done(&session, session.waits_for, true, "at last");
	judge_answers(&session);
	MUST(!session.signed_on || session.name[0]);
	api_session_end(&session);
	MUST(!lab.hub.sessions);
	return 0;
}
