// SPDX-License-Identifier: MIT
/* The native dialect.  Heartbeat 3.0.6 ignores its fields (doc/protocol.md 3).
 * doc/protocol.md 13: "Each status carries everything that its sender holds. So nothing has to be asked for"
 *
 *   h4=1                       the sender speaks the dialect
 *   h4hears=GEN:SEQ            the last status of the peer that the sender has processed, or has refused while the
 *                              followed life is silent (hex; 0:0 for none)
 *   h4digest=HEX               digest of its haresources
 *   h4ping=ALIVE:TOTAL         its ping nodes: how many answer, and how many it has (hex)
 *   h4now=1                    only when a group that runs here is hindered: the peer answers at once, instead of with
 *                              its next regular status
 *   h4hold=ID:LETTER:EPOCH ... for each group: hash of its key, letter of its state, epoch (hex)
 *   h4conf=NAME:NUMBER ...     values of ha.cf that must be the same on both nodes (settings.c)
 *
 * doc/protocol.md 13: "An answer counts only for the request that it names"
 * So h4hears names the last status of the receiver that the sender had processed when it sent this status. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/native/native.h"
#include "heartbeat/core/native/native_parts.h"
#include "heartbeat/core/native/settings.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/refused.h"
#include "heartbeat/core/rivals.h"
#include "heartbeat/core/state.h"

enum { NATIVE_VERSION = 1, HOLD_MAX = HARESOURCES_GROUPS_MAX * 32, HEARS_MAX = 40 };

/* The letters for our own states, and the meaning of the letters of the peer. */
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

/* Returns true if we have heard the peer in this life and since it was last declared dead, also when it has not proven
 * yet that it hears us. */
static bool is_audible(const struct node *peer)
{
	return peer->status_seq > peer->seen_up_to;
}

static void name_what_we_hear(const struct core *c, struct message *m)
{
	const struct node *peer = node_peer(c);
	uint64_t generation = 0, number = 0;
	char text[HEARS_MAX];
	struct writer w = writer_over(text, sizeof text);
	/* Also for a peer that has not yet proven that it hears us: it can prove that only when it reads that we hear
	 * it. */
	if (peer && refused_is_named(c, peer)) {
		generation = peer->refused.generation;
		number = peer->refused.number;
	} else if (peer && is_audible(peer)) {
		generation = peer->sequence.generation;
		number = peer->status_seq;
	}
	writer_number(&w, 16, generation);
	writer_byte(&w, ':');
	writer_number(&w, 16, number);
	message_add_bytes(m, FIELD_STRING, bytes_of("h4hears"), writer_done(&w));
}

static char letter_of(const struct core *c, const struct group *group)
{
	if (ownership_is_active(group->state))
		return own_letters[group->state];
	if (c->phase >= PHASE_LEAVING)
		return 'l';
	/* When the peer has not yet proven that it hears us, our status names its status, but we have not processed its
	 * claims.  "Not here" would be an answer to a claim that we do not know, and later we could start the group as
	 * well (tests/model/ownership.pml, WITHOUT_BELIEF). */
	const struct node *peer = &c->nodes[c->peer];
	if (c->peer != c->self && !peer->heard && (is_audible(peer) || refused_is_named(c, peer)))
		return 'u';
	/* When a start would fail here, or fewer ping nodes answer here, report the group as failed: then the peer
	 * takes it or keeps it. */
	if (group->state == OWN_NONE && (group_is_hindered(group) || ipfail_is_worse(c)))
		return own_letters[OWN_FAILED];
	return group->state == OWN_CLAIM && group->asked ? 'a' : own_letters[group->state];
}

/* Returns true if a hindered group that runs here waits for the first status of the peer since the hindrance began
 * ("leave?"  in ownership.h). */
static bool waits_for_peer(const struct core *c)
{
	const struct node *peer = node_peer(c);
	bool waits = false;
	for (size_t g = 0; g < c->group_count && peer; g++)
		waits |= c->groups[g].state == OWN_HELD && group_is_hindered(&c->groups[g]) &&
		         peer->last_status.ns <= c->groups[g].hindered_at.ns;
	return waits;
}

void native_fields(struct core *c, struct message *m)
{
	char text[HOLD_MAX];
	struct writer w;
	message_add_decimal(m, "h4", NATIVE_VERSION);
	name_what_we_hear(c, m);
	message_add_hex(m, "h4digest", c->resources->digest);
	w = writer_over(text, sizeof text);
	writer_number(&w, 16, c->ipfail.alive);
	writer_byte(&w, ':');
	writer_number(&w, 16, c->ipfail.total);
	if (c->ipfail.total)
		message_add_bytes(m, FIELD_STRING, bytes_of("h4ping"), writer_done(&w));
	if (waits_for_peer(c))
		message_add(m, "h4now", "1");
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
	settings_fields(c, m);
	namesake_fields(c, m);
}

/* Read "ID:LETTER:EPOCH". */
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

/* Returns true if the peer has released everything in its list and starts nothing more.  This includes groups that our
 * file does not have, because only one of the nodes has reloaded its file (plan leaves-with-a-group-of-its-own). */
static bool all_leaving(struct bytes list)
{
	struct reader r = reader_over(list);
	size_t leaving = 0;
	for (; leaving < HARESOURCES_GROUPS_MAX && reader_left(&r); leaving++) {
		uint32_t id;
		enum peer_column said;
		uint64_t epoch;
		if (!parse_hold(native_next_word(&r), &id, &said, &epoch) || said != PEER_LEAVING)
			return false;
	}
	return leaving && !reader_left(&r);
}

/* Process the list of the peer, group by group.  A group that is missing in the list does not run at the peer. */
static void take_holdings(struct core *c, struct bytes list)
{
	bool goodbye_counts = rivals_goodbye_counts(c, node_peer(c));
	for (size_t g = 0; g < c->group_count; g++) {
		enum peer_column said = PEER_NONE;
		uint64_t epoch = 0;
		struct reader r = reader_over(list);
		for (size_t i = 0; i < HARESOURCES_GROUPS_MAX && reader_left(&r); i++) {
			uint32_t id;
			enum peer_column s;
			uint64_t e;
			if (parse_hold(native_next_word(&r), &id, &s, &e) && id == c->resources->groups[g].id) {
				said = s;
				epoch = e;
				break;
			}
		}
		if (said == PEER_LEAVING && !goodbye_counts)
			said = PEER_UNSURE;
		bool is_news = c->groups[g].peer.said != said;
		ownership_peer_says(c, g, said, epoch, knows_our_state(c, g));
		/* The peer waits for our answer, which is our next status, so send it at once.  Do this only once for a
		 * claim: otherwise two nodes would answer each other for as long as a stop takes (plan
		 * claims-answered-without-end).  If the answer is lost, the next regular status repeats it. */
		if ((said == PEER_CLAIM || said == PEER_ASK) && is_news)
			beat_soon(c);
	}
	if (goodbye_counts && all_leaving(list)) {
		proof_set(c, PROOF_LEFT);
	} else if (c->proof.kind == PROOF_LEFT) {
		/* A later status says that it is here.  The notice was of a life that had the same generation, because
		 * its file was restored from a copy (plan left-and-back-with-the-same-generation). */
		proof_set(c, PROOF_NONE);
	}
}

static void take_ping_count(struct core *c, const struct message *m)
{
	uint64_t alive, total;
	native_read_pair(m, "h4ping", &alive, &total);
	if (total == 0 || alive > total || total > HA_CF_NODES_MAX)
		ipfail_forget_peer(c); /* the field is missing or malformed */
	else
		ipfail_peer_says(c, (size_t)alive, (size_t)total);
}

static void compare_digest(struct core *c, const struct node *peer)
{
	if (!c->native.digest || c->native.digest == c->resources->digest || c->native.digest_differs_logged)
		return;
	c->native.digest_differs_logged = true;
	core_log(c, LOG_LEVEL_ERROR,
		"haresources is not the same here and on %s (digest %llx here, %llx there): copy one file to both nodes. "
		"Until then a group that runs on one node is not started on the other, and ties go to the lower node name.",
		peer->name, (unsigned long long)c->resources->digest, (unsigned long long)c->native.digest);
}

/* Called when the peer names a number of our generation that we have not sent yet: an earlier life of this node had the
 * same generation, because its file was restored from a copy.  Continue with the numbers of that life.  With lower
 * numbers, the peer would drop our messages as duplicates, and what it heard from that life would look like an answer
 * to us (plan generation-used-twice). */
static void continue_numbers(struct core *c)
{
	core_log(c, LOG_LEVEL_WARN,
		"%s has heard number %llu of our generation %llu, we are at %llu: an earlier life of this node had the "
		"same generation, perhaps before its files were restored from a copy. The numbers go on from there",
		node_peer_name(c), (unsigned long long)c->native.hears_seq, (unsigned long long)c->generation,
		(unsigned long long)c->seq);
	c->seq = c->beat.recent = c->beat.recent_before = c->native.hears_seq;
	for (size_t g = 0; g < c->group_count; g++)
		c->groups[g].published = 0;
	c->native.hears_generation = c->native.hears_seq = 0;
}

/* Note which of our statuses the peer has heard.  If it has heard none of this life, answer at once, but not too
 * often. */
static void native_hears(struct core *c, const struct message *m)
{
	native_read_hears(m, &c->native.hears_generation, &c->native.hears_seq);
	/* INT64_MAX: after a larger number, our numbers could not grow */
	if (c->native.hears_generation == c->generation && c->native.hears_seq > c->seq &&
		c->native.hears_seq < INT64_MAX)
		continue_numbers(c);
	if (c->native.hears_generation == c->generation)
		return;
	if (native_may_answer(c))
		beat_soon(c);
}

static void native_status(struct core *c, const struct message *m)
{
	const struct node *peer = node_peer(c);
	if (!message_find(m, "h4")) {
		core_complain(c, COMPLAINT_FIELDS,
			"status of %s lacks the fields of the native dialect, which it had before: its groups count as unknown",
			peer->name);
		ownership_forget_peer(c);
		return;
	}
	if (!message_number(m, "h4digest", 16, &c->native.digest))
		c->native.digest = 0;
	compare_digest(c, peer);
	settings_compare(c, peer, m);
	take_ping_count(c, m);
	if (message_is(m, "h4now", "1") && native_may_answer(c))
		beat_soon(c);
	take_holdings(c, message_string(m, "h4hold"));
}

/* The status must name our generation and one of our statuses that was sent after the death of n and not much longer
 * than a deadtime ago.  A packet that was delayed in the network names an older status, and a recording names a status
 * from the time when it was made (plan recorded-while-deaf). */
static bool native_proven(const struct core *c, const struct node *n)
{
	uint64_t oldest = c->beat.recent_before > n->dead_since_seq ? c->beat.recent_before : n->dead_since_seq;
	return c->native.hears_generation == c->generation && c->native.hears_seq > oldest;
}

static void native_prepare(struct core *c)
{
	(void)c; /* nothing to do: the statuses are enough */
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
	/* last_answer is kept, so that many new generations in a short time do not get as many answers */
	struct mono last_answer = c->native.last_answer;
	c->native = (struct native){.last_answer = last_answer};
	ipfail_forget_peer(c);
	ownership_forget_peer(c);
}

static void native_message(struct core *c, const struct message *m)
{
	/* Only the shutdown notice matters here; it is the same in both dialects.  The states of the groups come with
	 * the statuses. */
	const struct node *peer = node_peer(c);
	/* The notice of a peer that has not proven that it hears us may be a recording (plan recorded-goodbye). */
	if (message_is(m, "t", "shutdone") && peer->heard && rivals_goodbye_counts(c, peer)) {
		proof_set(c, PROOF_LEFT);
		core_log(c, LOG_LEVEL_INFO, "Received shutdown notice from '%s'.", peer->name);
	}
}

static void native_report(struct core *c)
{
	(void)c; /* nothing to do: the report came with the status */
}

static void native_publish(struct core *c)
{
	(void)c; /* nothing to do: the status contains everything */
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

static bool native_notice_counts(const struct core *c)
{
	(void)c; /* the peer takes over at any time */
	return true;
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
	(void)c, (void)g; /* this dialect reports each group separately */
	return false;
}

static bool native_at_rest(const struct core *c)
{
	(void)c; /* each group is decided separately */
	return true;
}

static void native_moved(struct core *c, bool takeover, enum half half)
{
	(void)c, (void)takeover, (void)half; /* nothing to do: each group moves separately */
}

const struct dialect dialect_native = {
	.name = "native",
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
	.notice_counts = native_notice_counts,
	.may_leave = native_may_leave,
	.peer_relies_on = native_peer_relies_on,
	.takes_back = true,
	.tells_hindrance = true,
	.at_rest = native_at_rest,
	.moved = native_moved,
};
