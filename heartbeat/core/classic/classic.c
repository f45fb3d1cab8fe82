// SPDX-License-Identifier: MIT
/* The classic dialect: converts the messages starting, resource and ask_resources of Heartbeat 3.0.6 to the reports of
 * ownership.h and back.  The state tables are in doc/protocol.md 7.2, 7.4, 7.5 and 7.8; this code follows them.
 *
 *   start-up   INIT -joined: send starting-> STARTING -starting of the peer: report-> BOTHSTARTING
 *              STARTING, BOTHSTARTING -any resource-> RSCRCVD
 *              RSCRCVD -10 s, or resource isstable=1 of the peer-> STABLE
 *              RSCRCVD -the peer starts at the same time and holds nothing (ours)-> STABLE
 *   standby    in standby.c
 *
 * What the messages of the peer mean for a group:
 *              not STABLE, or no report yet: UNSURE      after shutdone: AWAY
 *              for groups of the half that is given:
 *              OTHER: GIVING   TAKING: GIVING until claimed, then NONE   ACCEPTED, DONE: CLAIM
 *              otherwise: HELD if the rsc_hold of the peer includes the group, NONE if not */
#include "heartbeat/core/classic/classic.h"

#include "heartbeat/core/moves.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

/* PING_NEWS_MS: Heartbeat 3.0.6 looks for dead nodes once a second, and then its ipfail program sends it several
 * requests (seen: the count came 0.5 to 1.5 s later than ours; tests/interop ipfail) */
enum { PING_NEWS_MS = 3000 };
enum { ASK_AGAIN_MS = 2000, LEAVING_MS = 60000, TAKEOVER_AGAIN_MS = 4000, HOME_MS = 10000 };

static void become_stable(struct core *c, const char *reason)
{
	struct classic *k = &c->classic;
	if (k->state == CLASSIC_STABLE)
		return;
	/* First report isstable=0, as Heartbeat 3.0.6 does.  A Heartbeat 3.0.6 that took over while it started assumes
	 * without a question that we are stable.  It gives our groups back only when it sees a change from isstable=0
	 * to 1 (tests/interop join_states). */
	classic_report(c, NULL);
	k->state = CLASSIC_STABLE;
	k->must_report = true;
	if (!(k->other_holds & HALF_FOREIGN))
		halves_add(c, HALF_LOCAL);
	if (c->conf->failback == FAILBACK_ON)
		k->home_at = mono_add(c->now.mono, span_ms(HOME_MS));
	core_log(c, LOG_LEVEL_INFO, "local resource transition completed.");
	core_log(c, LOG_LEVEL_INFO, "Initial resource acquisition complete (%s)", reason);
}

/* --- received messages --- */

static void hear_starting(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	uint64_t seq = 0;
	k->peer_starting = true;
	if (k->state == CLASSIC_INIT)
		return;
	/* The report that the peer sent after this "starting" may have arrived first.  Then "starting" does not make
	 * the peer unstable, but the peer still needs an answer. */
	if (message_number(m, "seq", 16, &seq) && seq > k->report_seq)
		k->other_stable = false;
	k->peer_asked |= seq > k->exchange_seq;
	classic_report(c, NULL);
	/* The peer was not ready for our "starting", or it would have answered.  Ask again, because it is ready now. */
	if (!k->other_known && k->state != CLASSIC_STABLE) /* but not before its answer counts */
		k->ask_at = mono_reached(c->now.mono, k->reports_not_before) ? c->now.mono : k->reports_not_before;
}

static void hear_resource(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	enum half holds;
	if (message_is(m, "isstable", "1"))
		/* a stable peer does not wait for a "done", also when the rest of the report does not count */
		k->awaited_half = HALF_NONE;
	if (!half_parse(message_string(m, "rsc_hold"), &holds) || !mono_reached(c->now.mono, k->reports_not_before))
		return;
	k->ask_at = MONO_FAR;
	/* Heartbeat 3.0.6 sends this when it *starts* to release (seen: its address was up for another 0.3 s).
	 * "shutdone" reports that it has released. */
	bool still_releasing = message_is(m, "info", "shutdown");
	/* the first report of a peer that is still releasing must not count as "holds nothing" (plan
	 * classic-first-message-is-leaving) */
	if (!still_releasing) {
		k->other_holds = message_is(m, "rtype", "full") || holds == HALF_NONE ? holds : k->other_holds | holds;
		k->other_known = true;
	}
	classic_move_starter_on(c);
	/* If the peer starts at the same time as this node, has answered our "starting", and holds nothing, there is no
	 * reason to wait.  Our isstable=1 also ends the wait of 10 s at the peer.
	 * If the peer started before this node, holds nothing and is not stable, it is leaving (seen: it had announced
	 * this before our start, and its scripts were still releasing).  This ends with "shutdone", with isstable=1, or
	 * with the death of the peer. */
	if (k->state == CLASSIC_RSCRCVD && message_is(m, "rtype", "full") && holds == HALF_NONE && !still_releasing)
		k->acquire_at = k->peer_starting ? c->now.mono : mono_add(c->now.mono, span_ms(LEAVING_MS));
	if (message_is(m, "isstable", "0"))
		k->other_stable = false;
	if (!message_is(m, "isstable", "1"))
		return;
	standby_hear_report(c);
	if (!k->other_stable) {
		core_log(c, LOG_LEVEL_INFO, "remote resource transition completed.");
		k->other_stable = true;
		k->must_report = true;
	}
	if (k->state != CLASSIC_INIT)
		become_stable(c, "T_RESOURCES(them)");
}

/* An operator of the peer has ordered a takeover.  As with Heartbeat 3.0.6, this node then goes standby, with local and
 * foreign swapped. */
static void hear_takeover(struct core *c, const struct message *m)
{
	enum half half;
	if (!half_parse(message_string(m, "rsc_hold"), &half))
		half = HALF_ALL;
	move_begin(c, false, half_mirror(half), 0, NULL);
}

static void hear_shutdone(struct core *c)
{
	if (!classic_hear_shutdone(c))
		return;
	c->classic.other_holds = HALF_NONE;
	c->classic.state = CLASSIC_STABLE;
	standby_set(c, STANDBY_NOT, 0);
}

/* Returns true if the report is older than another report that we have.  Each report is complete, so an old report that
 * was sent again must not replace a later report.  Only reports are put in order: Heartbeat 3.0.6 sends its report
 * before the "done", although "done" has the lower number (doc/protocol.md 5.5). */
static bool is_outdated(struct core *c, const struct message *m)
{
	uint64_t seq = 0;
	if (!message_is(m, "t", "resource") || !message_number(m, "seq", 16, &seq))
		return false;
	if (seq < c->classic.report_seq)
		return true;
	c->classic.report_seq = seq;
	/* If later numbers are missing, this report was sent again, and a later report may be missing too: drop it and
	 * ask for the present state (plan classic-resent-before-the-rest).  The dropped report still makes older
	 * reports out of date (plan classic-older-than-the-dropped). */
	if (!sequence_missing_after(&node_peer(c)->sequence, seq))
		return false;
	c->classic.ask_at = mono_min(c->classic.ask_at, c->now.mono);
	return true;
}

static void classic_message(struct core *c, const struct message *m)
{
	if (message_is(m, "t", "repnodes"))
		classic_hear_nodes(c);
	/* Messages are ignored before comm is up (doc/protocol.md 6.3).  But is_outdated must see each report, so that
	 * an older report does not count later (plan classic-report-before-comm-up). */
	if (is_outdated(c, m) || c->phase < PHASE_ACTIVE || ping_counts_hear(c, m))
		return;
	if (message_is(m, "t", "shutdone"))
		hear_shutdone(c);
	else if (message_is(m, "t", "starting"))
		hear_starting(c, m);
	else if (message_is(m, "t", "resource"))
		hear_resource(c, m);
	else if (message_is(m, "t", "ask_resources"))
		standby_hear(c, m);
	else if (message_is(m, "t", "hb_takeover"))
		hear_takeover(c, m);
}

/* --- what the messages mean for each group --- */

static enum peer_column column_of(const struct core *c, size_t g)
{
	const struct classic *k = &c->classic;
	if (c->proof.kind == PROOF_LEFT)
		return PEER_AWAY;
	if (k->state != CLASSIC_STABLE || !k->other_known)
		return PEER_UNSURE;
	bool given = ownership_in_half(c, g, k->standby_half),
	     taken = ownership_in_half(c, g, half_mirror(k->standby_half));
	switch (k->standby) {
	case STANDBY_ASKED:
		/* We have offered our half, and send no report meanwhile: start nothing of the half (plan
		 * classic-start-while-offered). */
		if (given && !ownership_is_active(c->groups[g].state))
			return PEER_UNSURE;
		break;
	case STANDBY_ACCEPTED:
	case STANDBY_DONE:
		if (given)
			return PEER_CLAIM;
		break;
	case STANDBY_OTHER:
		/* If we run the group as well (two owners), do not claim it.  The peer is releasing it, so this is no
		 * conflict either. */
		if (taken)
			return c->groups[g].state == OWN_STARTING || c->groups[g].state == OWN_HELD ? PEER_UNSURE
			                                                                            : PEER_GIVING;
		break;
	/* Usually we claimed the group while it was offered.  If the peer was not known at that time, claim it now. */
	case STANDBY_TAKING:
		if (taken)
			return c->groups[g].state == OWN_NONE ? PEER_GIVING : PEER_NONE;
		break;
	default:
		break;
	}
	/* If a message that the peer sent after its last report is missing, it may be a newer report (plan
	 * classic-takeover-report-lost). */
	bool may_have_it = sequence_missing_after(&node_peer(c)->sequence, k->report_seq) &&
	                   !ownership_is_active(c->groups[g].state);
	if (!ownership_in_half(c, g, half_mirror(k->other_holds)))
		return may_have_it ? PEER_UNSURE : PEER_NONE;
	/* A peer that is not stable may be stopping what an earlier life left behind.  Then we do not release our
	 * group. */
	bool ours = c->groups[g].state == OWN_HELD || c->groups[g].state == OWN_STARTING;
	return ours && !k->other_stable ? PEER_UNSURE : PEER_HELD;
}

/* --- messages to be sent --- */

static void publish_asks(struct core *c)
{
	struct classic *k = &c->classic;
	enum half half = HALF_NONE;
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_CLAIM && c->groups[g].asked)
			half |= c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN;
	/* Heartbeat 3.0.6 can lose this order, because its own script writes the order to its FIFO in pieces (seen:
	 * "Message with zero fields"). */
	bool lost = k->standby == STANDBY_NOT && mono_reached(c->now.mono, k->takeover_again);
	if (half == HALF_NONE)
		k->takeover_again = MONO_FAR;
	if (half != HALF_NONE && (!k->takeover_asked || lost)) {
		k->takeover_again = mono_add(c->now.mono, span_ms(TAKEOVER_AGAIN_MS));
		struct message *m = outbox_begin(c, "hb_takeover");
		message_add(m, "rsc_hold", half_name(half));
		outbox_send(c, m, NULL);
	}
	k->takeover_asked = half != HALF_NONE;
}

static void publish_leaving(struct core *c)
{
	struct classic *k = &c->classic;
	if (!k->leaving_said)
		classic_report(c, "shutdown");
	else if (!k->released_said && ownership_all_released(c))
		classic_report(c, "shutdown");
	k->released_said = ownership_all_released(c);
	k->leaving_said = true;
}

static bool classic_at_rest(const struct core *c);

/* Heartbeat 3.0.6 gives our groups back when it sees that we become stable.  If this happens at the end of its own
 * takeover ("T_STARTING received during takeover"), it has nothing to give yet, and does not try again later.  So this
 * node asks for its groups once, when the peer holds them and is stable. */
static void ask_for_home(struct core *c)
{
	struct classic *k = &c->classic;
	bool done = (halves_held(c) & HALF_LOCAL) != 0 || c->conf->failback != FAILBACK_ON;
	for (size_t g = 0; g < c->group_count; g++)
		/* the group came back already, but failed here */
		done |= c->groups[g].mine && c->groups[g].state == OWN_FAILED;
	k->home_at = done ? MONO_FAR : mono_add(c->now.mono, span_ms(HOME_MS));
	if (done || k->state != CLASSIC_STABLE || !classic_at_rest(c) || !k->other_known ||
		!(k->other_holds & HALF_FOREIGN))
		return;
	core_log(c, LOG_LEVEL_INFO, "%s has not given back the groups whose home is here: asking for them (auto_failback)",
		node_peer(c)->name);
	move_begin(c, true, HALF_LOCAL, 0, "its home is here (auto_failback)");
}

static void classic_report_columns(struct core *c)
{
	struct classic *k = &c->classic;
	if (!classic_partner(c))
		return;
	if (mono_reached(c->now.mono, k->nudge_at)) {
		k->nudge_at = mono_add(c->now.mono, span_ms(FIRST_ANSWER_MS));
		k->ask_at = mono_min(k->ask_at, c->now.mono);
	}
	if (mono_reached(c->now.mono, k->ask_at)) {
		k->ask_at = mono_add(c->now.mono, span_ms(ASK_AGAIN_MS));
		outbox_send(c, outbox_begin(c, "starting"), NULL);
		/* After "starting", the peer believes that we are not stable.  Without a new report, it would not offer
		 * us anything again (plan classic-question-without-report). */
		k->must_report = true;
	}
	if (k->state == CLASSIC_RSCRCVD && mono_reached(c->now.mono, k->acquire_at))
		become_stable(c, "T_RESOURCES(us)");
	if (k->standby != STANDBY_NOT && mono_reached(c->now.mono, k->standby_deadline)) {
		core_log(c, LOG_LEVEL_WARN, "No reply to standby request.  Standby request cancelled.");
		k->other_stable = true;
		standby_set(c, STANDBY_NOT, 0);
	}
	if (c->phase == PHASE_ACTIVE && mono_reached(c->now.mono, k->home_at))
		ask_for_home(c);
	for (size_t g = 0; g < c->group_count; g++)
		ownership_peer_says(c, g, column_of(c, g), 0, true);
}

static void classic_publish(struct core *c)
{
	struct classic *k = &c->classic;
	const struct node *peer = node_peer(c);
	classic_publish_fencing(c);
	/* The peer is dead, but perhaps only we do not hear it: then it can still receive the report that we took its
	 * groups. */
	if (peer && peer->status == NODE_DEAD && c->phase >= PHASE_ACTIVE && k->reported != halves_held(c))
		classic_report(c, "mach_down");
	if (!classic_partner(c))
		return;
	if (c->phase == PHASE_LEAVING) {
		publish_leaving(c);
		return;
	}
	standby_publish_giver(c);
	standby_publish_taker(c);
	publish_asks(c);
	ping_counts_publish(c);
	bool wrong = k->must_report || k->reported != halves_held(c) || k->reported_stable == classic_is_cleaning_up(c);
	if (k->state == CLASSIC_STABLE && k->standby == STANDBY_NOT && wrong)
		classic_report(c, NULL);
}

static void classic_cluster_up(struct core *c)
{
	struct classic *k = &c->classic;
	struct mono drained = mono_add(c->now.mono, (struct span){2 * c->conf->keepalive.ns});
	if (k->state == CLASSIC_INIT) {
		outbox_send(c, outbox_begin(c, "starting"), NULL);
		k->state = CLASSIC_STARTING;
		k->ask_at = mono_add(c->now.mono, span_ms(ASK_AGAIN_MS));
		/* this node got no CPU until a moment ago */
		if (!mono_reached(c->now.mono, node_peer(c)->dead_not_before))
			k->reports_not_before = drained;
		halves_set(c, HALF_NONE); /* set again when this node acquires its groups */
		return;
	}
	/* Packets that still wait in the sockets may be old: ask the peer after they were read. */
	k->ask_at = k->reports_not_before = drained;
}

static struct mono classic_deadline(const struct core *c)
{
	const struct classic *k = &c->classic;
	if (c->phase == PHASE_UP)
		return c->nodes[c->peer].heard && !k->nodes_answered ? k->next_reqnodes : MONO_FAR;
	/* no message of ours has an effect now, and classic_publish sends nothing */
	if (c->nodes[c->peer].status == NODE_DEAD)
		return MONO_FAR;
	struct mono next = mono_min(k->ask_at, k->nudge_at);
	if (k->standby != STANDBY_NOT)
		next = mono_min(next, k->standby_deadline);
	else if (c->phase == PHASE_ACTIVE)
		next = mono_min(next, k->takeover_again);
	if (c->phase == PHASE_ACTIVE)
		next = mono_min(next, k->home_at);
	if (k->state == CLASSIC_RSCRCVD)
		next = mono_min(next, k->acquire_at);
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_FAILED && !mono_reached(c->now.mono, k->offer_after[g]))
			next = mono_min(next, k->offer_after[g]);
	return next;
}

/* We report only halves, so when we hold a part of a half, the peer believes that we hold all of it (plan
 * classic-half-of-a-half).  This does not count while a group of the half is being stopped. */
static bool classic_peer_relies_on(const struct core *c, size_t g)
{
	bool held = false;
	if (c->classic.state != CLASSIC_STABLE || c->classic.standby != STANDBY_NOT)
		return false;
	for (size_t i = 0; i < c->group_count; i++) {
		if (c->groups[i].mine != c->groups[g].mine)
			continue;
		if (c->groups[i].state == OWN_STOPPING || c->groups[i].state == OWN_UNKNOWN)
			return false;
		held |= ownership_is_active(c->groups[i].state);
	}
	return held;
}

static bool classic_at_rest(const struct core *c)
{
	const struct classic *k = &c->classic;
	/* When we stop a group, we report it as released at that moment, and the peer may start it at once.  So no move
	 * may begin before the stop has ended. */
	return classic_stops_nothing(c) && k->state == CLASSIC_STABLE && k->standby == STANDBY_NOT && k->other_stable;
}

static void classic_moved(struct core *c, bool takeover, enum half half)
{
	c->classic.home_at = MONO_FAR; /* the order of an operator replaces auto_failback */
	if (takeover)
		c->classic.takeover_asked = false;
	else
		c->classic.give_half |= half;
}

const struct dialect dialect_classic = {
	.name = "classic",
	.proven = classic_proven,
	.prepare = classic_prepare,
	.is_prepared = classic_is_prepared,
	.cluster_up = classic_cluster_up,
	.forget = classic_forget,
	.hears = classic_status,
	.status = classic_status,
	.message = classic_message,
	.report = classic_report_columns,
	.publish = classic_publish,
	.deadline = classic_deadline,
	.acknowledged = classic_acknowledged,
	.notice_counts = classic_notice_counts,
	.may_leave = classic_may_leave,
	.peer_relies_on = classic_peer_relies_on,
	.takes_back = false,
	.tells_hindrance = false,
	.ping_news_ms = PING_NEWS_MS,
	.at_rest = classic_at_rest,
	.moved = classic_moved,
};
