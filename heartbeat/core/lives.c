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

/* Numbers up to this one prove nothing: recordings, and packets that were held back, can name them. */
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

/* The other life must hear us before it can prove that it does: do not let it wait for our next regular status.  A copy
 * of a packet gets no answer. */
static void note_rival(struct core *c, struct node *n, bool proven, uint64_t generation, uint64_t seq)
{
	struct rival *r = &n->rival;
	/* The packets of several lives may come in any order: a life between the followed one and the newest one is
	 * over (plan second-of-three-lives). */
	if (!proven && generation < r->generation)
		return;
	/* Its first status may come just before the deadtime ends: it needs time to answer us. */
	if (generation != r->generation)
		node_dies_not_before(n, mono_add(c->now.mono, c->conf->keepalive));
	if (generation != r->generation || seq > r->number) {
		if (!proven && !mono_is_never(r->heard_at)) /* one packet alone may be a recording */
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
	node_alive(c, n); /* the node is there, in one life or the other */
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

/* A status of another life that was heard before beside the followed one: a recording may repeat it. */
static bool rival_repeats(const struct node *n, uint64_t generation, uint64_t seq)
{
	return generation == n->rival.generation && seq <= n->rival.number;
}

/* The followed life has left, and a newer one is heard that proves nothing yet.  The notice of the old life says
 * nothing about the new one, which may have started everything meanwhile (plan left-in-an-earlier-life). */
static void end_of_life(struct core *c, struct node *n)
{
	n->heard = false;
	n->dead_since_seq = c->seq;
}

/* The followed life may have been heard, or be remembered from an earlier start of ours. */
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
		if (proven && newer && !late) /* if there are two machines, the other one is heard again by then */
			n->start_not_before = mono_add(c->now.mono, node_late_after(c, n));
		if (newer ? proven || (!native && late) : proven && late)
			return true;
	} else if (generation == followed && !n->met && c->memory.spoke_native && !native) {
		return replayed(c, n, m, generation); /* one life speaks one dialect */
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
	/* Nothing of a new life counts before its first status. */
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
