// SPDX-License-Identifier: MIT
/* The standby exchange of the classic dialect: one node (the giver) gives a half to the other node (the taker).  The
 * table is in doc/protocol.md 7.5.
 *
 *   giver:  NOT -send "me"-> ASKED -"other"-> ACCEPTED (release) -all released: send "done"-> DONE -"done"-> NOT
 *   taker:  NOT -"me": send "other"-> OTHER -"done"-> TAKING (start) -all settled: report, send "done"-> NOT
 *           NOT -"other", and nothing of the half runs here-> ACCEPTED   we had given up our offer (ours)
 *           OTHER -"other"-> NOT   the peer answers an offer of ours, so it has given up its own offer (ours)
 *   either  OTHER, DONE, and ACCEPTED once all is released -"starting" and a stable report-> NOT   the peer did not hear
 *           us for a time, and has therefore forgotten the exchange (ours)
 *   any     the time is over, a report contradicts the exchange, or the peer dies -> NOT */
#include "heartbeat/core/classic/classic.h"

#include "heartbeat/core/moves.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

enum { OFFER_AGAIN_MS = RETRY_MS };

void standby_set(struct core *c, enum classic_standby to, int64_t limit_ms)
{
	struct classic *k = &c->classic;
	k->standby = to;
	k->awaited_half = HALF_NONE;
	k->peer_asked = k->taker_gone = false;
	k->standby_deadline = limit_ms ? mono_add(c->now.mono, span_ms(limit_ms)) : MONO_FAR;
	/* In OTHER and DONE we wait for the "done" of the peer.  When that takes long, ask what the peer holds: its
	 * report can end the exchange too. */
	k->patience = mono_add(c->now.mono, span_ms(FIRST_ANSWER_MS));
	k->nudge_at = to == STANDBY_OTHER || to == STANDBY_DONE ? k->patience : MONO_FAR;
	if (to == STANDBY_NOT)
		k->must_report = true;
}

static void ask(struct core *c, enum half half, const char *info)
{
	struct message *m = outbox_begin(c, "ask_resources");
	message_add(m, "rsc_hold", half_name(half));
	message_add(m, "info", info);
	outbox_send(c, m, NULL);
}

/* Called when the giver has released the half: take it. */
static void take(struct core *c)
{
	struct classic *k = &c->classic;
	core_log(c, LOG_LEVEL_INFO, "acquire %s HA resources (standby).", half_name(half_mirror(k->standby_half)));
	halves_add(c, half_mirror(k->standby_half));
	k->other_holds &= ~k->standby_half;
	standby_set(c, STANDBY_TAKING, TRANSITION_MS);
}

/* Called when the taker is ready to take the half: release it. */
static void accepted(struct core *c)
{
	core_log(c, LOG_LEVEL_INFO, "give up %s HA resources (standby).", half_name(c->classic.standby_half));
	standby_set(c, STANDBY_ACCEPTED, TRANSITION_MS);
	classic_report(c, "standby");
}

/* Called when the taker has started the half: the exchange is complete. */
static void given(struct core *c)
{
	struct classic *k = &c->classic;
	core_log(c, LOG_LEVEL_INFO, "Other node completed standby takeover of %s resources.",
		half_name(k->standby_half));
	k->other_holds |= half_mirror(k->standby_half);
	standby_set(c, STANDBY_NOT, 0);
}

/* The peer reports that it is stable, and what it holds.  If it holds the half, this proves that it took the half, and
 * that its "done" was lost.  If it does not hold the half, this proves nothing, and we wait for "done": Heartbeat 3.0.6
 * reports that it is stable while its scripts run, removes the half from its report when it starts to release it, and
 * adds the half only when it has started it (seen, with scripts that took longer than 10 s: two owners).
 * Heartbeat 3.0.6 asks what we hold only when it starts.  So a node that asks, and then reports that it is stable, did
 * not hear us for a time and has given up the exchange (plan classic-done-unheard). */
void standby_hear_report(struct core *c)
{
	struct classic *k = &c->classic;
	bool late = mono_reached(c->now.mono, k->patience);
	enum half taken = half_mirror(k->standby_half);
	if (k->standby == STANDBY_DONE && (k->other_holds & taken) == taken)
		given(c);
	else if (k->standby == STANDBY_OTHER && late && (k->other_holds & k->standby_half))
		standby_set(c, STANDBY_NOT, 0); /* the peer did not receive our answer, and has given up the exchange */
	else if ((k->standby == STANDBY_OTHER || k->standby == STANDBY_DONE) && k->peer_asked)
		standby_set(c, STANDBY_NOT, 0);
	else if (k->standby == STANDBY_ACCEPTED)
		k->taker_gone |= k->peer_asked;
}

/* Returns true if any group moves.  Groups that wait for this offer do not count: Heartbeat 3.0.6 answers our
 * hb_takeover with "me". */
static bool in_flux(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		enum group_state s = c->groups[g].state;
		bool at_rest = s == OWN_NONE || s == OWN_HELD || s == OWN_FAILED || s == OWN_STUCK;
		if (!at_rest && !(s == OWN_CLAIM && c->groups[g].asked))
			return true;
	}
	return false;
}

static void hear_me(struct core *c, enum half half)
{
	struct classic *k = &c->classic;
	const char *peer = node_peer(c)->name;
	/* the offer comes again, because our answer was lost */
	bool again = k->standby == STANDBY_OTHER && k->standby_half == half;
	if (k->state != CLASSIC_STABLE || (k->standby != STANDBY_NOT && !again) || c->phase != PHASE_ACTIVE ||
		(in_flux(c) && !again)) {
		core_log(c, LOG_LEVEL_WARN, "standby message [me] from %s ignored.  local resources in flux", peer);
		return;
	}
	k->standby_half = half;
	k->other_stable = false;
	standby_set(c, STANDBY_OTHER, TRANSITION_MS);
	ask(c, half, "other");
}

/* Heartbeat 3.0.6 moves whole halves.  While a group of the half moves, the exchange must not begin, or its "done"
 * would not come. */
static bool half_at_rest(const struct core *c, enum half half)
{
	for (size_t g = 0; g < c->group_count; g++) {
		enum group_state s = c->groups[g].state;
		if (ownership_in_half(c, g, half) &&
			(s == OWN_UNKNOWN || s == OWN_CLAIM || s == OWN_STARTING || s == OWN_STOPPING))
			return false;
	}
	return true;
}

/* The answer to our offer came after we had given up the offer.  If nothing of the half runs here, continue the
 * exchange: otherwise the peer would wait an hour for our "done", and no node would run the half (plan
 * classic-late-answer). */
static void accept_late(struct core *c)
{
	struct classic *k = &c->classic;
	enum half half = k->awaited_half;
	if (half != HALF_NONE && c->phase == PHASE_ACTIVE && !(halves_held(c) & half) && half_at_rest(c, half)) {
		k->standby_half = half;
		accepted(c);
	}
}

void standby_hear(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	enum half half = HALF_ALL;
	uint64_t seq = 0;
	if (message_find(m, "rsc_hold") && !half_parse(message_string(m, "rsc_hold"), &half))
		return;
	/* A message from before the present exchange belongs to an earlier exchange: an answer counts only for its
	 * question. */
	if (!message_number(m, "seq", 16, &seq) || seq < k->exchange_seq)
		return;
	k->exchange_seq = seq;
	if (message_is(m, "info", "me")) {
		hear_me(c, half);
	} else if (message_is(m, "info", "other") && k->standby == STANDBY_ASKED) {
		accepted(c);
	} else if (message_is(m, "info", "other") && k->standby == STANDBY_NOT) {
		k->awaited_half = half;
	} else if (message_is(m, "info", "other") && k->standby == STANDBY_OTHER) {
		/* The offers of both nodes came late, and each node has answered the offer of the other: now no node
		 * gives (plan classic-late-offers-cross). */
		core_log(c, LOG_LEVEL_WARN, "%s has given up its standby request.  Standby request cancelled.",
			node_peer(c)->name);
		standby_set(c, STANDBY_NOT, 0);
	} else if (message_is(m, "info", "done") && k->standby == STANDBY_OTHER) {
		/* In a later report, the peer holds the half again.  So this "done" was sent again, and is out of date
		 * (plan classic-done-after-taking-back). */
		if (seq < k->report_seq && (k->other_holds & k->standby_half))
			standby_set(c, STANDBY_NOT, 0);
		else
			take(c);
	} else if (message_is(m, "info", "done") && k->standby == STANDBY_DONE) {
		given(c);
	}
}

/* The halves to give: the halves of groups that are offered, or that failed here and were not offered since then. */
static enum half half_to_give(struct core *c)
{
	struct classic *k = &c->classic;
	enum half half = k->give_half;
	for (size_t g = 0; g < c->group_count; g++) {
		enum half own = c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN;
		if (c->groups[g].state == OWN_GIVING)
			half |= own;
		if (c->groups[g].state != OWN_FAILED)
			k->offer_after[g] = MONO_NEVER;
		else if (mono_reached(c->now.mono, k->offer_after[g]) && ownership_column(c, g) == PEER_NONE)
			half |= own;
	}
	return half;
}

static void offer_half(struct core *c, enum half half)
{
	struct classic *k = &c->classic;
	for (size_t g = 0; g < c->group_count; g++) {
		if (!ownership_in_half(c, g, half))
			continue;
		ownership_give(c, g, "its half is given to the other node");
		k->offer_after[g] = mono_add(c->now.mono, span_ms(OFFER_AGAIN_MS));
	}
	k->give_half = HALF_NONE;
	k->standby_half = half;
	k->other_stable = false;
	standby_set(c, STANDBY_ASKED, FIRST_ANSWER_MS);
	ask(c, half, "me");
}

void standby_publish_giver(struct core *c)
{
	struct classic *k = &c->classic;
	if (k->standby == STANDBY_NOT && k->state == CLASSIC_STABLE)
		accept_late(c);
	if (k->standby == STANDBY_NOT && k->other_stable && k->state == CLASSIC_STABLE) {
		enum half half = half_to_give(c);
		if (half != HALF_NONE && half_at_rest(c, half))
			offer_half(c, half);
	}
	if (k->standby != STANDBY_ACCEPTED)
		return;
	bool released = true;
	for (size_t g = 0; g < c->group_count; g++) {
		if (!ownership_in_half(c, g, k->standby_half) || !ownership_is_active(c->groups[g].state))
			continue;
		/* If the group is held, a reload has added it after its half was offered (plan
		 * classic-added-while-giving). */
		(void)ownership_give(c, g, "its half is given to the other node");
		released = false;
	}
	if (!released)
		return;
	halves_remove(c, k->standby_half);
	core_log(c, LOG_LEVEL_INFO, "%s HA resource release completed (standby).", half_name(k->standby_half));
	if (k->taker_gone) {
		core_log(c, LOG_LEVEL_WARN, "%s has given the standby up.  Standby request cancelled.", node_peer(c)->name);
		standby_set(c, STANDBY_NOT, 0);
		return;
	}
	core_log(c, LOG_LEVEL_INFO, "Local standby process completed [%s].", half_name(k->standby_half));
	ask(c, k->standby_half, "done");
	standby_set(c, STANDBY_DONE, TRANSITION_MS);
}

void standby_publish_taker(struct core *c)
{
	struct classic *k = &c->classic;
	if (k->standby != STANDBY_TAKING)
		return;
	for (size_t g = 0; g < c->group_count; g++) {
		enum group_state s = c->groups[g].state;
		if (ownership_in_half(c, g, half_mirror(k->standby_half)) &&
			(s == OWN_NONE || s == OWN_CLAIM || s == OWN_STARTING))
			return;
	}
	enum half half = k->standby_half;
	core_log(c, LOG_LEVEL_INFO, "Standby resource acquisition done [%s].", half_name(half));
	standby_set(c, STANDBY_NOT, 0);
	classic_report(c, NULL);
	ask(c, half, "done");
}
