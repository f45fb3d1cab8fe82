// SPDX-License-Identifier: MIT
#include "heartbeat/core/receive.h"

#include <arpa/inet.h>
#include <string.h>

#include "heartbeat/core/lives.h"
#include "heartbeat/core/membership.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/core/node_times.h"
#include "heartbeat/core/notify.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

struct origin {
	char text[INET6_ADDRSTRLEN];
};

/* The source address as text.  Use it only as origin(e).text inside one expression.  Only complaints call this, so a
 * good datagram costs no time for it. */
static struct origin origin(const struct event *e)
{
	struct bytes from = e->datagram.from;
	int family = from.len == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	struct origin o = {"unknown address"};
	if (from.len == sizeof(struct in_addr) || from.len == sizeof(struct in6_addr))
		/* this cannot fail: the family is right and the text fits */
		(void)inet_ntop(family, from.at, o.text, sizeof o.text);
	return o;
}

static const char *medium_name(const struct core *c, size_t medium)
{
	return c->conf->media[medium].name;
}

/* --- step 1: check and decode --- */

static bool decode(struct core *c, const struct event *e)
{
	struct decoded decoded;
	message_init(&c->in, c->in_arena, CODEC_UNCOMPRESSED_MAX);
	enum codec_verdict verdict = codec_decode(e->datagram.data, c->auth, false, &c->in, &decoded);
	c->in_key = decoded.auth_index;
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

/* --- step 2: the fields that every message has, each once --- */

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
			c, COMPLAINT_FIELDS, "message from %s dropped: duplicate field %s", origin(e).text, twice);
		return false;
	}
	if (!message_string(m, "t").len || !message_string(m, "src").len || !message_number(m, "ts", 16, &ts) || !ts) {
		core_complain(c, COMPLAINT_FIELDS, "message from %s dropped: t, src or ts is missing", origin(e).text);
		return false;
	}
	return true;
}

/* --- step 3: the sender --- */

static struct bytes uuid_of(const struct message *m)
{
	const struct field *f = message_find(m, "srcuuid");
	return f && f->type == FIELD_BINARY && f->value.len == 16 ? f->value : (struct bytes){NULL, 0};
}

/* Returns true for a packet with our own name: it is a broadcast that came back to us (then our own link is up), a
 * packet of another machine, or a recording of this node.  namesake_is_peer handles our uuid with another name. */
static bool is_own(struct core *c, const struct event *e)
{
	if (!bytes_equal_text(message_string(&c->in, "src"), c->node_name))
		return false;
	uint64_t generation = 0, seq = 0;
	(void)message_number(&c->in, "hg", 16, &generation);
	(void)message_number(&c->in, "seq", 16, &seq);
	if (namesake_is_echo(c, &c->in, generation, seq))
		membership_heard(c, &c->nodes[c->self], e->datagram.medium);
	else
		namesake_heard(c, &c->in, generation, seq,
			action_text(c, "%s on %s", origin(e).text, medium_name(c, e->datagram.medium)));
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

/* Store the uuid of the sender.  Called only for new messages, so that a recording does not restore an old uuid. */
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

/* Log when a node signs with another key, because an administrator who changes keys must know when all nodes use the
 * new key. */
static void note_key(struct core *c, struct node *n)
{
	if (n->signs_with && n->signs_with != c->in_key + 1)
		core_log(c, LOG_LEVEL_INFO, "node %s signs with key %u now", n->name, c->in_key);
	n->signs_with = c->in_key + 1;
}

/* --- step 4: unnumbered messages --- */

static void take_unnumbered(struct core *c, struct node *n)
{
	const struct message *m = &c->in;
	uint64_t first, last;
	if (message_is(m, "t", "NS_rexmit") && message_is(m, "dest", c->node_name) &&
		message_number(m, "firstseq", 10, &first) && message_number(m, "lastseq", 10, &last)) {
		/* beat_lossy only for a node that is heard: the request of a dead node may be a recording */
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

/* --- step 5: whether the sequence number is new --- */

static bool is_fresh(struct core *c, struct node *n, uint64_t generation, uint64_t seq)
{
	struct span wait = span_ms(50 + (int64_t)core_random(c, 200)); /* doc/protocol.md 5.3: "50 to 250 ms" */
	enum seq_verdict verdict = sequence_accept(&n->sequence, generation, seq, c->now.mono, wait);
	if (verdict == SEQ_GAP || verdict == SEQ_LOST_MANY)
		beat_lossy(c);
	switch (verdict) {
	case SEQ_GAP:
		n->loss_logged |= core_complain(c, COMPLAINT_LOST, "%llu lost packet(s) for [%s] [%llu:%llu]",
			(unsigned long long)(n->sequence.gap_last - n->sequence.gap_first - 1), n->name,
			(unsigned long long)n->sequence.gap_first, (unsigned long long)n->sequence.gap_last);
		return true;
	case SEQ_LOST_MANY:
		core_complain(c, COMPLAINT_LOST, "lost a lot of packets from %s: numbering starts again at %llu",
			n->name, (unsigned long long)seq);
		return true;
	case SEQ_FILLED:
		if (n->sequence.missing_count == 0 && n->loss_logged) {
			core_log(c, LOG_LEVEL_INFO, "No pkts missing from %s!", n->name);
			n->loss_logged = false;
		}
		return true;
	case SEQ_NEW:
		return true;
	case SEQ_DUPLICATE:
	case SEQ_OLD:
	case SEQ_OLD_GENERATION: /* lives_admit has already logged this as a replay */
		break;
	}
	c->counters.duplicate++;
	return false;
}

/* --- step 6: deliver --- */

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
		notify_clients(c, m);
}

/* Returns false when the message was dropped or is a repetition. */
static bool take_numbered(struct core *c, const struct event *e, struct node *n)
{
	const struct message *m = &c->in;
	uint64_t seq, generation = 0;
	if (!message_number(m, "seq", 16, &seq) || !seq ||
		(message_find(m, "hg") && !message_number(m, "hg", 16, &generation))) {
		core_complain(c, COMPLAINT_FIELDS, "message from %s dropped: seq or hg is not a number", n->name);
		return false;
	}
	bool is_status = message_is(m, "t", "status");
	if (!lives_admit(c, n, m, generation, seq))
		return false;
	link_loss_heard(&n->links[e->datagram.medium].loss, n->sequence.generation, seq);
	/* A status that is newer than the last status also counts when the numbering began with a later message: that
	 * message overtook the status in the network (plan overtaken-status). */
	bool news = is_status && seq > n->status_seq;
	bool duplicate_of_last = seq == n->sequence.last;
	bool fresh = is_fresh(c, n, generation, seq) || news;
	if (fresh || duplicate_of_last)
		membership_heard(c, n, e->datagram.medium);
	if (!fresh)
		return false;
	learn_uuid(c, n);
	uint64_t ack = sequence_ack_due(&n->sequence);
	if (ack)
		outbox_ack(c, n, ack);
	if (is_status && news) {
		enum node_status before = n->status;
		note_key(c, n);
		membership_status_accepted(c, n, m, seq);
		if (n->status == before)
			notify_beat(c, m);
	} else if (!is_status) {
		if (message_is(m, "t", "repnodes"))
			node_alive(c, n);
		deliver(c, n);
	}
	return true;
}

/* --- pings: the answer contains the message that we sent, which names the ping node of its medium --- */

static void take_ping(struct core *c, size_t medium)
{
	const struct medium_conf *conf = &c->conf->media[medium];
	const char *info = conf->kind == MEDIUM_PING_GROUP ? "ping_group" : "ping";
	if (!message_is(&c->in, "t", "NS_st") || !message_is(&c->in, "src", conf->name) ||
		!message_is(&c->in, "info", info))
		return;
	membership_ping(c, medium);
	notify_beat(c, &c->in);
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
