// SPDX-License-Identifier: MIT
/* The street of a packet: verify, decode, who is it, is it new, what does it say.  doc/protocol.md 5.2, 10. */
#include "heartbeat/core/receive.h"

#include <arpa/inet.h>
#include <string.h>

#include "heartbeat/core/membership.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

struct origin {
	char text[INET6_ADDRSTRLEN];
};

/* Use as origin(e).text inside one expression.  Only complaints ask: a good datagram needs no text of its address. */
static struct origin origin(const struct event *e)
{
	struct bytes from = e->datagram.from;
	int family = from.len == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	struct origin o = {"unknown address"};
	if (from.len == sizeof(struct in_addr) || from.len == sizeof(struct in6_addr))
		/* cannot fail: it is of this family and fits */
		(void)inet_ntop(family, from.at, o.text, sizeof o.text);
	return o;
}

static const char *medium_name(const struct core *c, size_t medium)
{
	return c->conf->media[medium].name;
}

/* --- step 1: is it authentic? --- */

static bool decode(struct core *c, const struct event *e)
{
	struct decoded decoded;
	message_init(&c->in, c->in_arena, CODEC_UNCOMPRESSED_MAX);
	enum codec_verdict verdict = codec_decode(e->datagram.data, c->auth, false, &c->in, &decoded);
	if (verdict == CODEC_OK)
		return true;
	bool unauthentic = verdict == CODEC_UNAUTHENTIC;
	(*(unauthentic ? &c->counters.unauthentic : &c->counters.malformed))++;
	if (!c->conf->log_badpack)
		return false;
	if (unauthentic)
		core_complain(c, COMPLAINT_UNAUTHENTIC,
			"datagram from %s on %s refused, failed authentication: %s. Is /etc/ha.d/authkeys the same on both nodes, "
			"or does another cluster use this port?",
			origin(e).text, medium_name(c, e->datagram.medium), auth_verdict_text(decoded.auth));
	else
		core_complain(c, COMPLAINT_MALFORMED, "datagram from %s on %s dropped: %s (%s)", origin(e).text,
		              medium_name(c, e->datagram.medium), codec_verdict_text(verdict), decoded.why);
	return false;
}

/* --- step 2: does it have what every message has, once? --- */

static const char *field_twice(const struct message *m)
{
	static const char *const once[] = {"t", "ts", "hg", "src", "seq", "dest", "srcuuid", "destuuid"};
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (message_occurs(m, once[i]) > 1)
			return once[i];
	return NULL;
}

static bool fields_are_sound(struct core *c, const struct event *e)
{
	const struct message *m = &c->in;
	const char *twice = field_twice(m);
	uint64_t ts;
	if (twice) {
		core_complain(
			c, COMPLAINT_FIELDS, "message from %s dropped: field %s occurs twice", origin(e).text, twice);
		return false;
	}
	if (!message_string(m, "t").len || !message_string(m, "src").len || !message_number(m, "ts", 16, &ts) || !ts) {
		core_complain(c, COMPLAINT_FIELDS, "message from %s dropped: t, src or ts is missing", origin(e).text);
		return false;
	}
	return true;
}

/* --- step 3: who sent it? --- */

static struct bytes uuid_of(const struct message *m)
{
	const struct field *f = message_find(m, "srcuuid");
	return f && f->type == FIELD_BINARY && f->value.len == 16 ? f->value : (struct bytes){NULL, 0};
}

/* Our own name or uuid: a broadcast looped back by the kernel (marks our link), or an impostor. */
static bool is_own(struct core *c, const struct event *e)
{
	struct bytes uuid = uuid_of(&c->in);
	bool by_uuid = uuid.len && memcmp(uuid.at, c->uuid, sizeof c->uuid) == 0;
	if (!by_uuid && !bytes_equal_text(message_string(&c->in, "src"), c->node_name))
		return false;
	uint64_t generation = 0, seq = 0;
	(void)message_number(&c->in, "hg", 16, &generation);
	(void)message_number(&c->in, "seq", 16, &seq);
	if (by_uuid && generation == c->generation && seq <= c->seq)
		membership_heard(c, &c->nodes[c->self], e->datagram.medium);
	else if (generation >= c->generation)
		core_complain(c, COMPLAINT_OWN_NAME,
			"a machine at %s on %s sends with our own name or uuid (generation %llx, ours %llx): a cloned disk? "
			"Give it another uname and remove its /var/lib/heartbeat/hb_uuid",
			origin(e).text, medium_name(c, e->datagram.medium), (unsigned long long)generation,
			(unsigned long long)c->generation);
	return true;
}

static struct node *sender(struct core *c, const struct event *e)
{
	struct bytes name = message_string(&c->in, "src");
	struct node *n = node_find(c, name);
	if (!n || n->ping) {
		c->counters.foreign++;
		char shown[HA_CF_NAME_MAX];
		(void)bytes_to_text(name, shown, sizeof shown);
		core_complain(c, COMPLAINT_FOREIGN,
			"process_status_message: bad node [%s] in message from %s: it is not in ha.cf", shown,
			origin(e).text);
		return NULL;
	}
	return n;
}

/* Only from what is new: a recording from before must not bring the old one back. */
static void learn_uuid(struct core *c, struct node *n)
{
	struct bytes uuid = uuid_of(&c->in);
	if (!uuid.len || (n->has_uuid && memcmp(n->uuid, uuid.at, sizeof n->uuid) == 0))
		return;
	if (n->has_uuid)
		core_complain(c, COMPLAINT_UUID, "node %s changed its uuid", n->name);
	memcpy(n->uuid, uuid.at, sizeof n->uuid);
	n->has_uuid = true;
}

/* --- step 4: unnumbered messages --- */

static void take_unnumbered(struct core *c, struct node *n)
{
	const struct message *m = &c->in;
	uint64_t first, last;
	if (message_is(m, "t", "NS_rexmit") && message_is(m, "dest", c->node_name) &&
		message_number(m, "firstseq", 10, &first) && message_number(m, "lastseq", 10, &last)) {
		/* Not for a dead node: anybody can replay an old request. */
		if (outbox_serve(c, n, first, last) && n->heard)
			beat_lossy(c);
	} else if (message_is(m, "t", "NS_nak_rexmit") && message_number(m, "firstseq", 16, &first) &&
		   sequence_lost(&n->sequence, first))
		core_complain(c, COMPLAINT_NAK, "Irretrievably lost packet: node %s seq %llu", n->name,
			(unsigned long long)first);
	else if (message_is(m, "t", "NS_ackmsg") && message_is(m, "dest", c->node_name) &&
		 message_number(m, "ackseq", 16, &first) && first <= c->seq)
		history_acked(c->history, first);
}

/* --- step 5: is the number new? --- */

static bool is_fresh(struct core *c, struct node *n, uint64_t generation, uint64_t seq)
{
	struct span wait = span_ms(50 + (int64_t)core_random(c, 200)); /* doc/protocol.md 5.3: "50 to 250 ms" */
	enum seq_verdict verdict = sequence_accept(&n->sequence, generation, seq, c->now.mono, wait);
	if (verdict == SEQ_GAP || verdict == SEQ_LOST_MANY)
		beat_lossy(c);
	switch (verdict) {
	case SEQ_GAP:
		n->loss_told |= core_complain(c, COMPLAINT_LOST, "%llu lost packet(s) for [%s] [%llu:%llu]",
			(unsigned long long)(n->sequence.gap_last - n->sequence.gap_first - 1), n->name,
			(unsigned long long)n->sequence.gap_first, (unsigned long long)n->sequence.gap_last);
		return true;
	case SEQ_LOST_MANY:
		core_complain(c, COMPLAINT_LOST, "lost a lot of packets from %s: numbering starts anew at %llu",
			n->name, (unsigned long long)seq);
		return true;
	case SEQ_FILLED:
		if (n->sequence.missing_count == 0 && n->loss_told) {
			core_log(c, LOG_LEVEL_INFO, "No pkts missing from %s!", n->name);
			n->loss_told = false;
		}
		return true;
	case SEQ_NEW:
		return true;
	case SEQ_DUPLICATE:
	case SEQ_OLD:
	case SEQ_OLD_GENERATION: /* was called a replay before it came here */
		break;
	}
	c->counters.duplicate++;
	return false;
}

/* --- step 6: what does it say? --- */

static bool is_addressed(const struct core *c, const struct message *m)
{
	const struct field *uuid = message_find(m, "destuuid");
	if (uuid && uuid->type == FIELD_BINARY && uuid->value.len == 16)
		return memcmp(uuid->value.at, c->uuid, 16) == 0;
	return !message_find(m, "dest") || message_is(m, "dest", c->node_name);
}

static void answer_reqnodes(struct core *c, const struct node *to)
{
	char list[HA_CF_NODES_MAX * (HA_CF_NAME_MAX + 1)];
	struct writer w = writer_over(list, sizeof list);
	for (size_t i = 0; i < c->conf->node_count; i++)
		writer_format(&w, "%s ", c->conf->nodes[i]);
	struct message *m = outbox_begin(c, "repnodes");
	message_add(m, "dest", to->name);
	message_add_bytes(m, FIELD_STRING, bytes_of("nodelist"), writer_done(&w));
	message_add(m, "delnodelist", " ");
	outbox_send(c, m, to);
}

static void pass_to_clients(struct core *c, const struct message *m)
{
	struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	if (codec_text(m, NULL, &w))
		action_add(c, ACTION_NOTIFY)->notify.data = action_bytes(c, writer_done(&w));
}

static void deliver(struct core *c, struct node *n)
{
	const struct message *m = &c->in;
	const struct message_type *type = message_type_of(message_string(m, "t"));
	if (!is_addressed(c, m))
		return;
	if (message_is(m, "t", "reqnodes"))
		answer_reqnodes(c, n);
	else if (type->owner == MESSAGE_OF_DIALECT && n == node_peer(c))
		c->dialect->message(c, m);
	if (type->clients_receive)
		pass_to_clients(c, m);
}

/* False: it was dropped, or came before. */
static bool take_numbered(struct core *c, const struct event *e, struct node *n)
{
	const struct message *m = &c->in;
	uint64_t seq, generation = 0;
	if (!message_number(m, "seq", 16, &seq) || !seq ||
		(message_find(m, "hg") && !message_number(m, "hg", 16, &generation))) {
		core_complain(c, COMPLAINT_FIELDS, "message of %s dropped: seq or hg is no number", n->name);
		return false;
	}
	bool is_status = message_is(m, "t", "status");
	if (generation < n->sequence.generation) {
		c->counters.replayed++;
		core_complain(c, COMPLAINT_REPLAY,
			"should_drop_message: attempted replay attack [%s]? [gen = %llu, curgen = %llu]", n->name,
			(unsigned long long)generation, (unsigned long long)n->sequence.generation);
		return false;
	}
	/* Before its first status of a life nothing of it is believed; nor what was already seen before it was declared
	 * dead. */
	if ((generation > n->sequence.generation && !is_status) ||
		(generation == n->sequence.generation && seq <= n->seen_up_to)) {
		c->counters.duplicate++;
		return false;
	}
	bool news = is_status && membership_status(c, n, m, seq);
	bool duplicate_of_last = seq == n->sequence.last;
	bool fresh = is_fresh(c, n, generation, seq);
	if (fresh || duplicate_of_last)
		membership_heard(c, n, e->datagram.medium);
	if (!fresh)
		return false;
	learn_uuid(c, n);
	uint64_t ack = sequence_ack_due(&n->sequence);
	if (ack)
		outbox_ack(c, n, ack);
	if (is_status && news) {
		membership_status_accepted(c, n, m, seq);
	} else if (!is_status) {
		if (message_is(m, "t", "repnodes"))
			membership_alive(c, n);
		deliver(c, n);
	}
	return true;
}

/* --- pings: what comes back is what we sent; it names the ping node of its medium --- */

static void take_ping(struct core *c, size_t medium)
{
	const struct medium_conf *conf = &c->conf->media[medium];
	const char *info = conf->kind == MEDIUM_PING_GROUP ? "ping_group" : "ping";
	if (message_is(&c->in, "t", "NS_st") && message_is(&c->in, "src", conf->name) &&
		message_is(&c->in, "info", info))
		membership_ping(c, medium);
}

bool receive_datagram(struct core *c, const struct event *e)
{
	size_t medium = e->datagram.medium;
	c->counters.received++;
	if (medium >= c->conf->media_count || !decode(c, e) || !fields_are_sound(c, e))
		return false;
	if (medium_is_ping(c->conf->media[medium].kind)) {
		take_ping(c, medium);
		return true;
	}
	if (is_own(c, e))
		return false;
	struct node *n = sender(c, e);
	if (!n)
		return false;
	if (message_type_of(message_string(&c->in, "t"))->numbered)
		return take_numbered(c, e, n);
	take_unnumbered(c, n);
	return true;
}
