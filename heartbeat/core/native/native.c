// SPDX-License-Identifier: MIT
/* The native dialect: each status carries the whole of what its sender holds, so that nothing has to be asked for and a
 * lost datagram is repaired by the next one.  3.0.6 ignores the fields (doc/protocol.md 3).  doc/protocol.md 13.
 *
 *   h4=1                       the sender speaks it
 *   h4hears=GEN:SEQ            the last status of the peer that the sender has processed (hex; 0:0 none)
 *   h4digest=HEX               of its haresources
 *   h4hold=ID:LETTER:EPOCH ... every group: hash of its key, state letter, epoch (hex)
 *
 * An answer counts only for the request it names: h4hears tells which of our statuses the sender knew when it spoke. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/native/native.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/state.h"

enum { NATIVE_VERSION = 1, HOLD_MAX = HARESOURCES_GROUPS_MAX * 32 };

/* Our state as a letter, and a letter as what the peer says. */
static const char own_letters[OWN_STATES] = {
	[OWN_UNKNOWN] = 'u', [OWN_NONE] = 'n', [OWN_CLAIM] = 'c', [OWN_STARTING] = 's', [OWN_HELD] = 'h',
	[OWN_GIVING] = 'g', [OWN_STOPPING] = 'r', [OWN_FAILED] = 'f', [OWN_STUCK] = 'x',
};
static const struct {
	char letter;
	enum peer_column column;
} peer_letters[] = {
	{'u', PEER_UNSURE},
	{'n', PEER_NONE},
	{'l', PEER_LEAVING},
	{'f', PEER_FAILED},
	{'c', PEER_CLAIM},
	{'a', PEER_ASK},
	{'s', PEER_STARTING},
	{'h', PEER_HELD},
	{'g', PEER_GIVING},
	{'r', PEER_STOPPING},
	{'x', PEER_STUCK},
};

/* Of this life, and since its death: also a peer that has not proven itself yet. */
static bool is_audible(const struct node *peer)
{
	return peer->status_seq > peer->seen_up_to;
}

static char letter_of(const struct core *c, const struct group *group)
{
	if (ownership_is_active(group->state))
		return own_letters[group->state];
	if (c->phase >= PHASE_LEAVING)
		return 'l';
	/* A peer that has not proven itself is told that it is heard, but what it claims was not read here: to its
	 * claim "not here" would be an answer that we do not know of, and we may start as well
	 * (tests/model/ownership.pml, WITHOUT_BELIEF). */
	const struct node *peer = &c->nodes[c->peer];
	if (c->peer != c->self && !peer->heard && is_audible(peer))
		return 'u';
	return group->state == OWN_CLAIM && group->asked ? 'a' : own_letters[group->state];
}

void native_fields(struct core *c, struct message *m)
{
	const struct node *peer = node_peer(c);
	char text[HOLD_MAX];
	struct writer w = writer_over(text, sizeof text);
	message_add_decimal(m, "h4", NATIVE_VERSION);
	/* Also a peer that has not proven itself yet: it can only do so when it is told that it is heard. */
	bool hears = peer && is_audible(peer);
	writer_number(&w, 16, hears ? peer->sequence.generation : 0);
	writer_byte(&w, ':');
	writer_number(&w, 16, hears ? peer->status_seq : 0);
	message_add_bytes(m, FIELD_STRING, bytes_of("h4hears"), writer_done(&w));
	message_add_hex(m, "h4digest", c->resources->digest);
	w = writer_over(text, sizeof text);
	for (size_t g = 0; g < c->group_count; g++) {
		writer_text(&w, g ? " " : "");
		writer_number(&w, 16, c->resources->groups[g].id);
		writer_byte(&w, ':');
		writer_byte(&w, (uint8_t)letter_of(c, &c->groups[g]));
		writer_byte(&w, ':');
		writer_number(&w, 16, c->groups[g].epoch);
	}
	message_add_bytes(m, FIELD_STRING, bytes_of("h4hold"), writer_done(&w));
}

/* "A:B", both hex. */
static bool pair_of_hex(struct bytes text, uint64_t *a, uint64_t *b)
{
	struct reader r = reader_over(text);
	struct bytes first = reader_until(&r, ':');
	return !r.failed && bytes_to_u64(first, 16, a) && bytes_to_u64(reader_take(&r, reader_left(&r)), 16, b);
}

/* Take one word off; words are separated by single blanks. */
static struct bytes next_word(struct reader *r)
{
	struct reader probe = *r;
	struct bytes word = reader_until(&probe, ' ');
	if (!probe.failed) {
		*r = probe;
		return word;
	}
	return reader_take(r, reader_left(r));
}

/* "ID:LETTER:EPOCH" */
static bool parse_hold(struct bytes word, uint32_t *id, enum peer_column *said, uint64_t *epoch)
{
	struct reader r = reader_over(word);
	uint64_t number;
	struct bytes first = reader_until(&r, ':');
	struct bytes letter = reader_until(&r, ':');
	if (r.failed || letter.len != 1 || !bytes_to_u64(first, 16, &number) || number > UINT32_MAX ||
	    !bytes_to_u64(reader_take(&r, reader_left(&r)), 16, epoch))
		return false;
	*id = (uint32_t)number;
	for (size_t i = 0; i < sizeof peer_letters / sizeof *peer_letters; i++)
		if ((uint8_t)peer_letters[i].letter == *letter.at) {
			*said = peer_letters[i].column;
			return true;
		}
	return false;
}

static bool knows_our_state(const struct core *c, size_t g)
{
	return c->native.hears_generation == c->generation && c->groups[g].published &&
	       c->native.hears_seq >= c->groups[g].published;
}

/* An answer out of turn, at most four a keepalive: two nodes that both ask must not answer each other's answers for
 * ever. */
static bool may_answer(struct core *c)
{
	if (!mono_is_never(c->native.last_answer) &&
	    !mono_reached(c->now.mono, mono_add(c->native.last_answer, (struct span){c->conf->keepalive.ns / 4})))
		return false;
	c->native.last_answer = c->now.mono;
	return true;
}

/* The peer's list, group by group; what it does not list it does not have. */
static void take_holdings(struct core *c, struct bytes list)
{
	size_t leaving = 0;
	for (size_t g = 0; g < c->group_count; g++) {
		enum peer_column said = PEER_NONE;
		uint64_t epoch = 0;
		struct reader r = reader_over(list);
		for (size_t i = 0; i < HARESOURCES_GROUPS_MAX && reader_left(&r); i++) {
			uint32_t id;
			enum peer_column s;
			uint64_t e;
			if (parse_hold(next_word(&r), &id, &s, &e) && id == c->resources->groups[g].id) {
				said = s;
				epoch = e;
				break;
			}
		}
		bool is_news = c->groups[g].peer.said != said;
		ownership_peer_says(c, g, said, epoch, knows_our_state(c, g));
		leaving += said == PEER_LEAVING;
		/* It waits for our answer: whether we have it is in our next status.  Once: two that answer each
		 * other's answers would go on for as long as a stop takes (plan claims-answered-for-ever); a lost one
		 * is in the next regular status. */
		if ((said == PEER_CLAIM || said == PEER_ASK) && is_news)
			beat_soon(c);
	}
	c->peer_left |= c->group_count && leaving == c->group_count;
}

static void compare_digest(struct core *c, const struct node *peer)
{
	if (!c->native.digest || c->native.digest == c->resources->digest || c->native.digest_differs_logged)
		return;
	c->native.digest_differs_logged = true;
	core_log(c, LOG_LEVEL_ERROR,
		"haresources is not the same here and on %s (digest %llx here, %llx there): copy one file to both nodes. "
		"Until then a group that either node runs is not started on the other, and ties go to the lower node name.",
		peer->name, (unsigned long long)c->resources->digest, (unsigned long long)c->native.digest);
}

/* Whom the peer hears; when it does not hear us yet, answer at once, but not in a storm. */
static void native_hears(struct core *c, const struct message *m)
{
	if (!pair_of_hex(message_string(m, "h4hears"), &c->native.hears_generation, &c->native.hears_seq))
		c->native.hears_generation = c->native.hears_seq = 0;
	if (c->native.hears_generation == c->generation)
		return;
	if (may_answer(c))
		beat_soon(c);
}

static void native_status(struct core *c, const struct message *m)
{
	const struct node *peer = node_peer(c);
	if (!message_find(m, "h4")) {
		core_complain(c, COMPLAINT_FIELDS,
			"status of %s lacks the fields that it had before; its holdings are taken as unknown",
			peer->name);
		ownership_forget_peer(c);
		return;
	}
	if (!message_number(m, "h4digest", 16, &c->native.digest))
		c->native.digest = 0;
	compare_digest(c, peer);
	take_holdings(c, message_string(m, "h4hold"));
}

/* It names our generation, and a status of ours that is newer than its death, and not much older than a deadtime:
 * frames held back on the way name statuses from before, recordings those of the time when they were made (plan
 * recorded-while-deaf). */
static bool native_proven(const struct core *c, const struct node *n)
{
	uint64_t oldest = c->beat.recent_before > n->dead_since_seq ? c->beat.recent_before : n->dead_since_seq;
	return c->native.hears_generation == c->generation && c->native.hears_seq > oldest;
}

static void native_prepare(struct core *c)
{
	(void)c; /* the statuses do it */
}

static bool native_is_prepared(const struct core *c)
{
	return c->native.hears_generation == c->generation;
}

static void native_cluster_up(struct core *c)
{
	beat_soon(c);
}

static void native_forget(struct core *c)
{
	struct mono last_answer = c->native.last_answer; /* a storm of new generations must not be answered by one */
	c->native = (struct native){.last_answer = last_answer};
	ownership_forget_peer(c);
}

static void native_message(struct core *c, const struct message *m)
{
	/* Good-bye is said in both dialects; the holdings came with the statuses. */
	const struct node *peer = node_peer(c);
	/* From who has not shown yet that it hears us it may be the recording of a good-bye (plan recorded-goodbye). */
	if (message_is(m, "t", "shutdone") && peer->heard) {
		c->peer_left = true;
		core_log(c, LOG_LEVEL_INFO, "Received shutdown notice from '%s'.", peer->name);
	}
}

static void native_report(struct core *c)
{
	(void)c; /* came with the status */
}

static void native_publish(struct core *c)
{
	(void)c; /* the status says it all */
}

static struct mono native_deadline(const struct core *c)
{
	(void)c;
	return MONO_FAR;
}

static bool native_acknowledged(const struct core *c, size_t g)
{
	return c->groups[g].peer.acked;
}

static bool native_may_leave(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (ownership_column(c, g) != PEER_HELD && ownership_column(c, g) != PEER_STARTING)
			return false;
	return true;
}

static bool native_peer_relies_on(const struct core *c, size_t g)
{
	(void)c, (void)g; /* it is told about each group */
	return false;
}

static bool native_at_rest(const struct core *c)
{
	(void)c; /* each group answers for itself */
	return true;
}

static void native_moved(struct core *c, bool takeover, enum half half)
{
	(void)c, (void)takeover, (void)half; /* group by group */
}

const struct dialect dialect_native = {
	.proven = native_proven,
	.prepare = native_prepare,
	.is_prepared = native_is_prepared,
	.cluster_up = native_cluster_up,
	.forget = native_forget,
	.hears = native_hears,
	.status = native_status,
	.message = native_message,
	.report = native_report,
	.publish = native_publish,
	.deadline = native_deadline,
	.acknowledged = native_acknowledged,
	.may_leave = native_may_leave,
	.peer_relies_on = native_peer_relies_on,
	.takes_back = true,
	.at_rest = native_at_rest,
	.moved = native_moved,
};
