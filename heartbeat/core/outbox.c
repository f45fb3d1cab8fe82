// SPDX-License-Identifier: MIT
#include "heartbeat/core/outbox.h"

#include <string.h>

#include "heartbeat/core/message_types.h"
#include "heartbeat/core/state.h"

/* Encode a message.  With traditional_compression on, a datagram above the threshold is compressed. */
static bool encode(struct core *c, const struct message *m, struct writer *out)
{
	bool with_field = !c->conf->msgfmt_netstring;
	if (!codec_netstring(m, c->auth, with_field, out))
		return false;
	if (!c->conf->traditional_compression || out->len <= (size_t)c->conf->compression_threshold_kib * 1024)
		return true;
	struct writer packed = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	return codec_compressed(m, c->auth, with_field, c->conf->compression, &packed) ? (*out = packed, true) : false;
}

/* Returns true if there is a medium that carries only text framing.  doc/protocol.md 8.1 */
static bool has_serial(const struct ha_cf *conf)
{
	for (size_t i = 0; i < conf->media_count; i++)
		if (conf->media[i].kind == MEDIUM_SERIAL)
			return true;
	return false;
}

/* Returns the message as signed text, in the arena of the actions.  Returns empty bytes when no medium needs text, when
 * there is no space, or when text cannot express the message. */
static struct bytes text_of(struct core *c, const struct message *m)
{
	struct writer w = c->arena;
	if (!has_serial(c->conf) || !codec_text(m, c->auth, &w))
		return (struct bytes){0};
	struct reader written = reader_over(writer_done(&w));
	(void)reader_take(&written, c->arena.len);
	c->arena = w;
	return reader_take(&written, reader_left(&written));
}

/* Queue a datagram for sending.  m: the message in the datagram.  Returns false when there is no space. */
static bool hand_out(struct core *c, struct bytes datagram, const struct message *m, bool is_status)
{
	struct bytes copy = action_bytes(c, datagram);
	if (!copy.at)
		return false;
	struct bytes text = text_of(c, m);
	struct action *a = action_add(c, ACTION_SEND);
	a->send.data = copy;
	a->send.text = text;
	a->send.is_status = is_status;
	return true;
}

struct message *outbox_begin(struct core *c, const char *type)
{
	message_init(&c->out, c->out_arena, CODEC_DATAGRAM_MAX);
	message_add(&c->out, "t", type);
	return &c->out;
}

static void common_fields(struct core *c, struct message *m, const struct node *to, bool numbered)
{
	if (to && to->has_uuid)
		message_add_bytes(m, FIELD_BINARY, bytes_of("destuuid"), (struct bytes){to->uuid, sizeof to->uuid});
	message_add(m, "src", c->node_name);
	message_add_bytes(m, FIELD_BINARY, bytes_of("srcuuid"), (struct bytes){c->uuid, sizeof c->uuid});
	if (numbered)
		message_add_hex(m, "seq", ++c->seq);
	message_add_hex(m, "hg", c->generation);
	message_add_hex(m, "ts", c->now.wall_s);
	if (numbered)
		message_add(m, "ld", c->load);
	message_add_decimal(m, "ttl", c->conf->hopfudge + c->node_count);
}

void outbox_send(struct core *c, struct message *m, const struct node *to)
{
	bool numbered = message_type_of(message_string(m, "t"))->numbered;
	common_fields(c, m, to, numbered);
	/* twice the size, because codec_netstring needs space for the text rendering too */
	struct writer w = writer_over(c->datagram, 2 * (size_t)CODEC_DATAGRAM_MAX);
	if (m->broken || !encode(c, m, &w) || w.len > CODEC_DATAGRAM_MAX) {
		c->seq -= numbered; /* do not use the number, or the other nodes would request it as missing */
		core_complain(c, COMPLAINT_FIELDS,
			"a message of ours does not fit into a datagram of %d bytes; it is not sent",
			CODEC_DATAGRAM_MAX);
		return;
	}
	if (numbered)
		history_keep(c->history, c->seq, writer_done(&w));
	c->counters.sent += hand_out(c, writer_done(&w), m, message_is(m, "t", "status"));
}

/* Send an NS_st to each ping medium.  doc/protocol.md 9: "The field auth is there with msgfmt netstring too". */
static void send_pings(struct core *c)
{
	for (size_t i = 0; i < c->conf->media_count; i++) {
		const struct medium_conf *medium = &c->conf->media[i];
		if (!medium_is_ping(medium->kind))
			continue;
		struct message *m = outbox_begin(c, "NS_st");
		message_add(m, "st", "ping");
		message_add(m, "info", medium->kind == MEDIUM_PING_GROUP ? "ping_group" : "ping");
		message_add(m, "src", medium->name);
		message_add_hex(m, "ts", c->now.wall_s);
		struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
		if (m->broken || !codec_netstring(m, c->auth, true, &w))
			continue;
		struct action *a = action_add(c, ACTION_PING);
		a->send.data = action_bytes(c, writer_done(&w));
		a->send.medium = i;
	}
}

void outbox_status(struct core *c)
{
	static const char *const words[] = {[PHASE_INIT] = "init", [PHASE_UP] = "up", [PHASE_ACTIVE] = "active",
	                                    [PHASE_LEAVING] = "active", [PHASE_GONE] = "active"};
	struct message *m = outbox_begin(c, "status");
	message_add(m, "st", words[c->phase]);
	message_add_hex(m, "dt", (uint64_t)span_to_ms(c->conf->deadtime));
	message_add(m, "protocol", "1");
	native_fields(c, m);
	outbox_send(c, m, NULL);
	for (size_t g = 0; g < c->group_count; g++)
		if (!c->groups[g].published)
			c->groups[g].published = c->seq;
	beat_done(c);
	send_pings(c);
}

void outbox_ack(struct core *c, const struct node *to, uint64_t seq)
{
	struct message *m = outbox_begin(c, "NS_ackmsg");
	message_add(m, "dest", to->name);
	message_add_hex(m, "ackseq", seq);
	outbox_send(c, m, to);
}

void outbox_request(struct core *c, const struct node *to, uint64_t seq)
{
	struct message *m = outbox_begin(c, "NS_rexmit");
	message_add(m, "dest", to->name);
	message_add_decimal(m, "firstseq", seq); /* decimal, unlike all other numbers: doc/protocol.md 3.1 */
	message_add_decimal(m, "lastseq", seq);
	outbox_send(c, m, to);
	c->counters.requested++;
}

static void send_nak(struct core *c, const struct node *to, uint64_t seq, const char *reason)
{
	struct message *m = outbox_begin(c, "NS_nak_rexmit");
	message_add(m, "dest", to->name);
	message_add_hex(m, "firstseq", seq);
	message_add(m, "info", reason);
	outbox_send(c, m, to);
}

/* Limit how many numbers are sent again.  A peer that has lost everything requests each number once in this time.  More
 * is not needed, and would let an attacker cause many datagrams with one. */
static bool may_serve(struct core *c)
{
	if (mono_reached(c->now.mono, c->serve_until)) {
		c->serve_until = mono_add(c->now.mono, span_ms(ha_cf_repeat_ms(c->conf) + 1));
		c->served = 0;
	}
	return c->served++ < SEQUENCE_MISSING_MAX;
}

/* Send a kept datagram again, with a new signature: the active key may have changed, and the peer may not accept the
 * old key any more.  Returns false when there is no space. */
static bool resend(struct core *c, struct bytes datagram)
{
	struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	struct decoded ignored;
	if (!codec_sign_again(datagram, c->auth, &w))
		return true;
	message_init(&c->out, c->out_arena, CODEC_DATAGRAM_MAX);
	/* The signature is not checked, because the datagram is our own.  If the message cannot be decoded here, it is
	 * sent without text: it is too large for a serial line. */
	if (has_serial(c->conf) && codec_decode(datagram, NULL, false, &c->out, &ignored) != CODEC_OK)
		c->out.broken = true;
	if (!hand_out(c, writer_done(&w), &c->out, false))
		return false;
	c->counters.resent++;
	return true;
}

bool outbox_serve(struct core *c, const struct node *to, uint64_t first, uint64_t last)
{
	/* Limit the range before the numbers are looked up: one request for 1 to 2^31 keeps Heartbeat 3.0.6 busy for
	 * minutes (doc/protocol.md 12). */
	bool sent = false;
	if (last < first || first > c->seq)
		return false;
	if (last - first >= HISTORY_PER_REQUEST_MAX)
		last = first + HISTORY_PER_REQUEST_MAX - 1;
	struct span gap = span_ms(ha_cf_repeat_ms(c->conf) - 10);
	for (uint64_t seq = first; seq <= last && may_serve(c); seq++) {
		struct bytes datagram;
		switch (history_resend(c->history, seq, c->now.mono, gap, &datagram)) {
		case HISTORY_FOUND:
			if (!resend(c, datagram))
				return sent;
			sent = true;
			break;
		case HISTORY_TOO_LOW:
			send_nak(c, to, seq, "seqno too low");
			break;
		case HISTORY_NOT_FOUND:
			send_nak(c, to, seq, "seqno not found");
			break;
		case HISTORY_RECENT:
		case HISTORY_TOO_HIGH: /* the request is from before our restart */
			break;
		}
	}
	return sent;
}
