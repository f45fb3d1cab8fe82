// SPDX-License-Identifier: MIT
#include "heartbeat/core/ipfail.h"

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/state.h"

enum {
	SETTLE_MS = 300,   /* ours: both nodes notice a dead router within this time */
	/* ours: a router that fails again and again must not move the groups each time */
	HOME_MS = 10000,
	HOME_MOST_MS = 600000,
	/* ours: the ipfail program of Heartbeat 3.0.6 signs on some seconds after its daemon is active */
	SILENCE_MS = 10000,
	AGAIN_MS = 30000,  /* the same time as for a start that failed: RETRY_MS of ownership.h */
	ISOLATED_LEAST = 2, /* doc/fencing.md R9: if there is only one ping node, that node itself may have failed */
};

static const char reason_to_leave[] = "fewer ping nodes answer here";

void ipfail_init(struct core *c)
{
	c->ipfail = (struct ipfail){.since = MONO_NEVER,
		.silent_since = MONO_NEVER,
		.home_not_before = MONO_NEVER,
		.again_at = MONO_FAR,
		.view = IPFAIL_UNKNOWN};
}

/* --- the counts --- */

static void changed(struct core *c)
{
	c->ipfail.since = c->now.mono;
}

static void count_here(struct core *c)
{
	struct ipfail *f = &c->ipfail;
	size_t alive = 0, total = 0;
	for (size_t i = 0; i < c->node_count; i++) {
		total += c->nodes[i].ping;
		alive += c->nodes[i].ping && c->nodes[i].status == NODE_PING;
	}
	if (alive == f->alive && total == f->total)
		return;
	f->alive = alive;
	f->total = total;
	changed(c);
	beat_soon(c); /* the peer compares our count with its own count */
}

void ipfail_peer_says(struct core *c, size_t alive, size_t total)
{
	struct ipfail *f = &c->ipfail;
	if (f->peer_known && f->peer_alive == alive && f->peer_total == total)
		return;
	f->peer_known = true;
	f->peer_alive = alive;
	f->peer_total = total;
	changed(c);
}

void ipfail_forget_peer(struct core *c)
{
	if (!c->ipfail.peer_known)
		return;
	c->ipfail.peer_known = false;
	changed(c);
}

/* --- the view --- */

static struct span settle(const struct core *c)
{
	struct span two = {2 * c->conf->keepalive.ns}, least = span_ms(SETTLE_MS);
	struct span both = two.ns > least.ns ? two : least;
	return (struct span){both.ns + span_ms(c->dialect->ping_news_ms).ns};
}

static bool both_are_active(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return c->conf->ipfail && c->ipfail.total && peer && peer->status == NODE_ACTIVE && peer->heard &&
	       c->phase == PHASE_ACTIVE;
}

static bool both_are_known(const struct core *c)
{
	return both_are_active(c) && c->ipfail.peer_known;
}

/* Log why the counts cannot be compared, because the administrator expects that they are. */
static void log_obstacle(struct core *c)
{
	struct ipfail *f = &c->ipfail;
	if (!both_are_active(c)) {
		f->silent_since = MONO_NEVER;
		return;
	}
	if (f->peer_known)
		f->silent_since = MONO_NEVER;
	else if (mono_is_never(f->silent_since))
		f->silent_since = c->now.mono;
	bool silent = !f->peer_known && mono_reached(c->now.mono, mono_add(f->silent_since, span_ms(SILENCE_MS)));
	if (silent && !f->silence_logged)
		core_log(c, LOG_LEVEL_WARN,
			"ipfail: %s does not report how many ping nodes it reaches (it has no ping lines, or is Heartbeat 3.0.6 "
			"without the ipfail program): nothing moves because of them",
			node_peer_name(c));
	f->silence_logged = silent;
	if (!f->peer_known)
		return;
	if (f->total != f->peer_total && !f->totals_differ_logged)
		core_log(c, LOG_LEVEL_ERROR,
			"ipfail: this node has %zu ping nodes, and %s has %zu: the counts cannot be compared, and nothing moves. "
			"Write the same ping and ping_group lines on both nodes",
			f->total, node_peer_name(c), f->peer_total);
	f->totals_differ_logged = f->total != f->peer_total;
}

static enum ipfail_view compare(const struct core *c)
{
	const struct ipfail *f = &c->ipfail;
	if (!both_are_known(c) || f->total != f->peer_total)
		return IPFAIL_UNKNOWN;
	return f->alive == f->peer_alive ? IPFAIL_EQUAL : f->alive < f->peer_alive ? IPFAIL_WORSE : IPFAIL_BETTER;
}

static bool is_unequal(enum ipfail_view v)
{
	return v == IPFAIL_WORSE || v == IPFAIL_BETTER;
}

/* Returns twice the time of the last wait if that wait has ended only a short time ago, or has not ended yet. */
static struct span next_home_wait(const struct core *c)
{
	const struct ipfail *f = &c->ipfail;
	struct span first = span_ms(HOME_MS), most = span_ms(HOME_MOST_MS);
	if (c->conf->deadping.ns > first.ns)
		first = c->conf->deadping;
	struct mono calm = mono_add(f->home_not_before, (struct span){10 * f->home_wait.ns});
	if (mono_is_never(f->home_not_before) || mono_reached(c->now.mono, calm))
		return first;
	return 2 * f->home_wait.ns < most.ns ? (struct span){2 * f->home_wait.ns} : most;
}

/* Some log texts are those of Heartbeat 3.0.6, because monitoring searches for them.  doc/commands.md 5.1.36 */
static void set_view(struct core *c, enum ipfail_view to)
{
	struct ipfail *f = &c->ipfail;
	enum ipfail_view from = f->view;
	if (from == to)
		return;
	f->view = to;
	f->overridden = false;
	f->again_at = to == IPFAIL_WORSE ? c->now.mono : MONO_FAR;
	if (is_unequal(from))
		f->home_not_before = mono_add(c->now.mono, f->home_wait);
	else if (is_unequal(to))
		f->home_wait = next_home_wait(c);
	if (from == IPFAIL_WORSE)
		move_cancel(c, reason_to_leave,
			to == IPFAIL_UNKNOWN ? "the ping nodes cannot be compared any more"
					     : "as many ping nodes answer here again");
	if (to == IPFAIL_EQUAL && from != IPFAIL_UNKNOWN)
		core_log(c, LOG_LEVEL_INFO, "Ping node count is balanced.");
	if (to == IPFAIL_WORSE)
		core_log(c, LOG_LEVEL_WARN, "ipfail: %zu of %zu ping nodes answer here, %zu at %s", f->alive, f->total,
			f->peer_alive, node_peer_name(c));
	if (to == IPFAIL_BETTER)
		core_log(c, LOG_LEVEL_INFO, "ipfail: %zu of %zu ping nodes answer here, %zu at %s: it gives up its resources",
			f->alive, f->total, f->peer_alive, node_peer_name(c));
	beat_soon(c); /* the peer is informed about groups that do not run here in another way now */
}

/* Returns true if both counts have not changed for SETTLE, and a status of the peer came in the second half of this
 * time.  By then the peer would have noticed the same dead router (plan stale-ping-count). */
static bool are_steady(const struct core *c)
{
	struct mono since = c->ipfail.since;
	struct span all = settle(c), half = {all.ns / 2};
	return mono_reached(c->now.mono, mono_add(since, all)) &&
	       mono_reached(node_peer(c)->last_status, mono_add(since, half));
}

enum ipfail_view ipfail_compared(const struct core *c)
{
	enum ipfail_view now = compare(c);
	return now == IPFAIL_EQUAL || (now != IPFAIL_UNKNOWN && are_steady(c)) ? now : IPFAIL_UNKNOWN;
}

static void judge(struct core *c)
{
	enum ipfail_view now = compare(c);
	log_obstacle(c);
	if (now == IPFAIL_UNKNOWN || are_steady(c))
		set_view(c, now);
}

/* --- what follows --- */

static bool has_groups(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_HELD || c->groups[g].state == OWN_STARTING)
			return true;
	return false;
}

static void give_up(struct core *c)
{
	struct ipfail *f = &c->ipfail;
	if (!ipfail_is_worse(c) || !mono_reached(c->now.mono, f->again_at))
		return;
	if (!has_groups(c)) {
		f->again_at = mono_add(c->now.mono, settle(c)); /* the peer may be giving a group to this node */
		return;
	}
	f->again_at = mono_add(c->now.mono, span_ms(AGAIN_MS));
	core_log(c, LOG_LEVEL_INFO, "Giving up because we have less visible ping nodes.");
	move_begin(c, false, HALF_ALL, 0, reason_to_leave);
}

/* Returns true if a ping node has answered a request that was sent after the peer became silent.  If one cable carries
 * everything and fails, the peer and the ping nodes become silent at the same moment, but the ping nodes may be
 * declared dead later than the peer. */
static bool one_has_answered_since(const struct core *c)
{
	const struct node *peer = node_peer(c);
	struct mono silent =
		mono_is_never(peer->last_status) ? MONO_NEVER : mono_add(peer->last_status, c->conf->keepalive);
	for (size_t i = 0; i < c->node_count; i++) {
		const struct node *n = &c->nodes[i];
		if (n->ping && n->status == NODE_PING && mono_reached(n->last_status, silent))
			return true;
	}
	return false;
}

/* Returns true if the silent peer may still run its groups, as far as this node knows. */
static bool peer_may_live(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return c->conf->ipfail && peer && c->ipfail.total >= ISOLATED_LEAST && c->phase == PHASE_ACTIVE &&
	       peer->status == NODE_DEAD && c->proof.kind == PROOF_NONE;
}

/* Decide whether this node is cut off.  When a cable works again, answers of ping nodes come first, and the heartbeats
 * of the peer a moment later.  So wait for these heartbeats as long as a living peer can be silent. */
static void judge_path(struct core *c)
{
	struct ipfail *f = &c->ipfail;
	bool was_cut_off = f->cut_off;
	f->cut_off = peer_may_live(c) && (f->alive == 0 || !one_has_answered_since(c));
	if (f->cut_off == was_cut_off)
		return;
	/* an order of an operator that came before this change does not count for the new situation */
	f->overridden = false;
	if (!f->cut_off && peer_may_live(c))
		proof_wait_until(c, mono_add(c->now.mono, node_peer(c)->dead_after));
}

static void judge_isolation(struct core *c)
{
	struct ipfail *f = &c->ipfail;
	bool isolated = f->cut_off && f->alive == 0;
	if (isolated != f->isolated) {
		f->isolated = isolated;
		if (isolated)
			core_log(c, LOG_LEVEL_CRIT,
				"ipfail: %s is silent, and none of %zu ping nodes answers: this node is cut off. It takes nothing "
				"over until a ping node answers; hb_takeover does it all the same%s",
				node_peer_name(c), f->total,
				c->conf->isolated_demote ? ". What runs here is released (isolated_demote)" : "");
		else
			core_log(c, LOG_LEVEL_INFO, "ipfail: this node is not cut off any more");
	}
	if (isolated && !f->overridden && c->conf->isolated_demote)
		ownership_release_all(c, "this node is cut off (isolated_demote)");
}

void ipfail_reconfigured(struct core *c)
{
	changed(c);
}

void ipfail_override(struct core *c)
{
	c->ipfail.overridden = true;
}

void ipfail_tick(struct core *c)
{
	count_here(c);
	judge(c);
	judge_path(c);
	judge_isolation(c);
	give_up(c);
}

struct mono ipfail_deadline(const struct core *c)
{
	const struct ipfail *f = &c->ipfail;
	if (!c->conf->ipfail)
		return MONO_FAR;
	struct mono next = mono_add(f->since, settle(c));
	if (mono_is_never(f->since) || mono_reached(c->now.mono, next))
		next = MONO_FAR;
	if (ipfail_is_worse(c))
		next = mono_min(next, f->again_at);
	if (!mono_is_never(f->silent_since) && !f->silence_logged)
		next = mono_min(next, mono_add(f->silent_since, span_ms(SILENCE_MS)));
	if (!mono_reached(c->now.mono, f->home_not_before))
		next = mono_min(next, f->home_not_before);
	return next;
}

/* --- questions --- */

bool ipfail_is_worse(const struct core *c)
{
	return c->ipfail.view == IPFAIL_WORSE && !c->ipfail.overridden;
}

bool ipfail_peer_has_fewer(const struct core *c)
{
	return compare(c) == IPFAIL_BETTER;
}

bool ipfail_allows_failback(const struct core *c)
{
	return c->ipfail.view != IPFAIL_BETTER && mono_reached(c->now.mono, c->ipfail.home_not_before);
}

bool ipfail_is_isolated(const struct core *c)
{
	return c->ipfail.cut_off && !c->ipfail.overridden;
}
