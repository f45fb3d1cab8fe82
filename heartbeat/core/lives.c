// SPDX-License-Identifier: MIT
#include "heartbeat/core/lives.h"

#include "heartbeat/core/membership.h"
#include "heartbeat/core/native/native_parts.h"
#include "heartbeat/core/node_times.h"
#include "heartbeat/core/refused.h"
#include "heartbeat/core/state.h"
#include "heartbeat/core/unproven.h"

/* --- proof --- */

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A status that names our number up to this one proves nothing: a recording, or a packet that was delayed in the
 * network, can name it too. */
static uint64_t oldest_proof(const struct core *c, const struct node *n)
{
	return larger(c->beat.recent_before, larger(n->dead_since_seq, n->met_seq));
}

static bool names_us(const struct core *c, const struct node *n, const struct message *m)
{
	uint64_t generation, seq;
	native_read_hears(m, &generation, &seq);
	return generation == c->generation && seq > oldest_proof(c, n) && seq <= c->seq;
}

/* --- refusing --- */

static bool came_before(struct core *c)
{
	c->counters.duplicate++;
	return false;
}

static bool replayed(struct core *c, const struct node *n, const struct message *m, uint64_t generation)
{
	bool classic = message_is(m, "t", "status") && !message_find(m, "h4");
	c->counters.replayed++;
	core_complain(c, COMPLAINT_REPLAY,
		"should_drop_message: attempted replay attack [%s]? [gen = %llu, curgen = %llu]%s", n->name,
		(unsigned long long)generation, (unsigned long long)n->sequence.generation,
		classic ? ".  If this is the node itself, restored from a copy: stop heartbeat there, write a number larger "
			  "than curgen into its /var/lib/heartbeat/hb_generation, and start it"
			: "");
	return false;
}

/* --- another life is heard beside the followed one --- */

/* Note that another life is heard.  It can prove that it hears us only after it has received a status of ours, so we
 * send a status at once.  A copy of a packet gets no answer. */
static void note_rival(struct core *c, struct node *n, bool proven, uint64_t generation, uint64_t seq)
{
	struct rival *r = &n->rival;
	/* Packets of several lives may come in any order.  A life between the followed life and the newest life has
	 * ended (plan second-of-three-lives). */
	if (!proven && generation < r->generation)
		return;
	/* The first status of the new life may come just before the deadtime ends, and the new life needs time to
	 * answer us. */
	if (generation != r->generation)
		node_dies_not_before(n, mono_add(c->now.mono, c->conf->keepalive));
	if (generation != r->generation || seq > r->number) {
		if (!proven && !mono_is_never(r->heard_at)) /* a single packet may be a recording */
			unproven_rival(c, n);
		r->generation = generation;
		r->number = seq;
		r->heard_at = c->now.mono;
		if (native_may_answer(c))
			beat_soon(c);
	}
	/* The followed life may have released some groups for good before it died.  The newer life did not promise that
	 * (plan left-in-part-in-an-earlier-life). */
	if (generation > n->sequence.generation)
		ownership_doubt_goodbye(c);
	if (!proven)
		return;
	r->at = c->now.mono;
	r->our_seq = c->seq;
	node_alive(c, n); /* the node is alive, in the followed life or in the other life */
}

/* --- which life --- */

static bool is_late(const struct core *c, const struct node *n)
{
	return c->proof.kind == PROOF_LEFT || mono_is_never(n->last_status) ||
	       mono_since(c->now.mono, n->last_status).ns > node_late_after(c, n).ns;
}

static void log_what_is_unusual(struct core *c, const struct node *n, const struct message *m, uint64_t generation)
{
	if (generation < n->sequence.generation)
		core_log(c, LOG_LEVEL_WARN,
			"node %s has generation %llu now, after %llu: it was restored from an older copy.  It is accepted, "
			"because it proves that it hears us.",
			n->name, (unsigned long long)generation, (unsigned long long)n->sequence.generation);
	else if (c->memory.spoke_native && !message_find(m, "h4"))
		core_log(c, LOG_LEVEL_WARN,
			"node %s speaks the classic dialect now (generation %llu), after the native one (generation %llu).  It "
			"is accepted, because its generation is higher than all before: was Heartbeat 3.0.6 installed there "
			"again?",
			n->name, (unsigned long long)generation, (unsigned long long)c->memory.generation);
}

/* Returns true for a status of the other life that was heard before: a recording may repeat it. */
static bool rival_repeats(const struct node *n, uint64_t generation, uint64_t seq)
{
	return generation == n->rival.generation && seq <= n->rival.number;
}

/* Called when the followed life has left, and a newer life is heard that proves nothing yet.  The shutdown notice of
 * the old life does not count for the new life, which may have started groups meanwhile (plan
 * left-in-an-earlier-life). */
static void end_of_life(struct core *c, struct node *n)
{
	n->heard = false;
	n->dead_since_seq = c->seq;
}

/* Decide about a status of the peer that is not of the followed life, or that repeats it.  The followed life was heard
 * since our start, or is remembered from an earlier engine. */
static bool peer_admits(struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq)
{
	uint64_t followed = n->sequence.generation;
	bool native = message_find(m, "h4") != NULL, proven = names_us(c, n, m), newer = generation > followed;
	bool is_new = newer && !rival_repeats(n, generation, seq);
	if (n->heard && native && is_new && !proven && c->proof.kind == PROOF_LEFT)
		end_of_life(c, n);
	if (n->heard) {
		bool late = is_late(c, n);
		if (proven || newer)
			note_rival(c, n, proven, generation, seq);
		/* if there are two machines, the other machine is heard again before this time */
		if (proven && newer && !late)
			n->start_not_before = mono_add(c->now.mono, node_late_after(c, n));
		if (newer ? proven || (!native && late) : proven && late)
			return true;
	} else if (generation == followed && !n->met && c->memory.spoke_native && !native) {
		return replayed(c, n, m, generation); /* a life does not change its dialect */
	} else if (proven || is_new || (generation == followed && seq > n->seen_up_to)) {
		return true;
	}
	if (native && !n->heard)
		refused_note(c, n, generation, seq);
	if (generation >= followed)
		return came_before(c);
	return replayed(c, n, m, generation);
}

bool lives_admit(struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq)
{
	bool same = n->met && generation == n->sequence.generation;
	bool is_peer = node_is_peer(c, n);
	if (same && seq > n->seen_up_to)
		return true;
	/* Other messages of a new life are ignored before its first status. */
	if (!message_is(m, "t", "status") || (same && (n->heard || !is_peer)))
		return generation < n->sequence.generation ? replayed(c, n, m, generation) : came_before(c);
	if (is_peer && !peer_admits(c, n, m, generation, seq))
		return false;
	if (!is_peer && generation < n->sequence.generation)
		return replayed(c, n, m, generation);
	if (is_peer)
		log_what_is_unusual(c, n, m, generation);
	membership_life_begins(c, n, m, generation, seq);
	return true;
}
