// SPDX-License-Identifier: MIT
/* The rules for fencing (doc/proof.md 5), and the operator in the calm, who confirms and orders what nodes wait for. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	OPERATOR_MS = 3000,
	RETRY_FIRST_MS = 5000, /* ha.cf: fence_retry */
	RETRY_MOST_MS = 300000,
};

static bool lies(const struct world *w)
{
	return plan_has(w->plan, FAULT_FENCE_LIE, FAULT_FENCE_LIE);
}

/* --- shots ----------------------------------------------------------------------------------------- */

/* F3: a node must not fence a peer that it hears.  F5: a node must not fence a peer that it has not heard since its own
 * boot, or that it knows to be off. */
static void check_request(struct world *w, const struct node *n)
{
	const struct node *victim = &w->nodes[1 - n->index];
	int64_t limit = node_span(w, n, ms_of(w, SET_DEADTIME)) / 100 * 97;
	/* A peer that does not hear us proves nothing, and may be fenced after a time: doc/fencing.md R10. */
	if (w->whole_since != NEVER && w->now - w->whole_since > limit && n->heard > n->thawed && !victim->restored)
		world_broken(w, "F3 no-friendly-fire", "%s fences %s, which it has heard %.3f s ago",
			node_name(n->index), node_name(victim->index), (double)(w->now - n->heard) / 1e9);
	if (w->plan->set[SET_WAIT] && !n->heard_since_boot)
		world_broken(w, "F5 no-fence-loop", "%s has booted, has not heard %s since, and fences it",
			node_name(n->index), node_name(victim->index));
	if (n->fenced)
		world_broken(w, "F5 no-fence-loop", "%s fences %s again, which it has fenced and not heard since",
			node_name(n->index), node_name(victim->index));
}

void shot_asked(struct world *w, struct node *n, const struct action *a, int64_t takes, bool slow)
{
	if (n->shot.open && n->shot.life == n->life)
		world_broken(w, "F3 no-friendly-fire", "%s asks for an attempt while another one is in progress",
			node_name(n->index));
	check_request(w, n);
	bool repeated = n->shot.attempt != 0 && n->shot.life == n->life && n->shot.silent_since == n->peer_heard;
	n->shot = (struct shot){.attempt = a->fence.attempt,
		.life = n->life,
		.asked = w->now,
		.silent_since = n->peer_heard,
		.heard = NEVER,
		.cancelled = NEVER,
		.open = true,
		.first = !repeated,
		.uneven = n->thawed >= n->peer_heard || w->nodes[0].files.times || w->nodes[1].files.times,
		.slow = slow || takes > w->plan->set[SET_DELAY] * MS * 9 / 10};
}

void shot_cancelled(struct world *w, struct node *n, const struct action *a)
{
	struct shot *s = &n->shot;
	if (!s->open || s->attempt != a->fence.attempt)
		return; /* it has just ended */
	s->cancelled = w->now;
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_FENCE, n->index, 2, 0, w->now, s->attempt);
	world_push(w, (struct sim_event){.at = w->now + pick(value, MS, FENCE_TAIL_MS * MS),
			      .kind = SIM_FENCE,
			      .node = n->index,
			      .a = (int)s->attempt,
			      .b = n->life,
			      .outcome = FENCE_ENDED});
}

/* doc/fencing.md R8: each node waits before its first attempt, so that only one of them is switched off, "if the power
 * is off before that time is over".  That holds when both saw the other one become silent at the same time: not for a
 * node that stood still meanwhile, or has another deadtime while ha.cf is changed. */
static bool is_mutual(const struct world *w, const struct node *asker, const struct shot *shot)
{
	const struct shot *other = &w->killed_by[asker->index];
	int64_t skew = shot->silent_since - other->silent_since;
	int64_t limit = 2 * ms_of(w, SET_KEEPALIVE) < 400 * MS ? 2 * ms_of(w, SET_KEEPALIVE) : 400 * MS;
	bool first = other->first && shot->first, quick = !shot->slow && !other->slow;
	bool heard = shot->silent_since != NEVER && other->silent_since != NEVER;
	bool even = !shot->uneven && !other->uneven && skew < limit && skew > -limit;
	return first && quick && heard && even && w->plan->set[SET_DELAY] > 0;
}

/* doc/fencing.md R10: a peer "that is heard, and does not prove that it hears us, is waited for: for three initdeads,
 * and not longer".  A new life of it does not start that time again, because it may be a recording too. */
static bool may_be_fenced_unproven(const struct world *w, const struct node *asker, const struct node *victim)
{
	int64_t since = victim->heard_before > asker->booted ? victim->heard_before : asker->booted;
	return w->now - since > node_span(w, asker, 3 * ms_of(w, SET_INITDEAD)) / 100 * 97;
}

void shot_kills(struct world *w, const struct node *asker, const struct shot *shot, struct node *victim)
{
	/* A node that does not run cannot cancel, because what it would hear still waits. */
	int64_t late = FENCE_TAIL_MS * MS + SLACK_MS * MS;
	if (asker->life == shot->life && !asker->frozen && asker->core != NULL && shot->heard != NEVER &&
		w->now - shot->heard > late && w->now - asker->thawed > late && !victim->restored &&
		w->now - victim->booted > late && !may_be_fenced_unproven(w, asker, victim))
		world_broken(w, "F3 no-friendly-fire", "%s is switched off, which %s has heard again for %.3f s",
			node_name(victim->index), node_name(asker->index), (double)(w->now - shot->heard) / 1e9);
	if (is_mutual(w, asker, shot))
		world_broken(w, "F4 no-mutual-kill", "%s and %s have switched each other off", node_name(asker->index),
			node_name(victim->index));
	w->killed_by[victim->index] = *shot;
	victim->unaware = true;
}

void shot_heard(const struct world *w, struct node *n, const struct datagram *d, bool fresh)
{
	if (d->status && d->sent >= n->powered_at) {
		n->heard_since_boot = true;
		n->unaware = false;
	}
	if (d->status) {
		n->fenced = false;
		n->shot.any = true;
	}
	if (fresh && d->status && n->shot.open && n->shot.heard == NEVER && d->sent > n->shot.asked)
		n->shot.heard = w->now;
}

void shot_peer_ended(struct world *w, const struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++)
		if (!occupied(&w->nodes[1 - n->index].places[g]) && (n->heard_since_boot || n->ordered))
			w->last_runner[g] = n->index;
}

void shot_life(struct node *n)
{
	n->ordered = false;
	memset(n->seen_epoch, 0, sizeof n->seen_epoch);
}

/* --- starts ---------------------------------------------------------------------------------------- */

void shot_start(struct world *w, struct node *n, size_t group)
{
	const struct node *peer = &w->nodes[1 - n->index];
	uint64_t epoch = node_group(w, n, (int)group).epoch;
	if (n->index == THIRD)
		return;
	if (!w->plan->set[SET_CLASSIC] && epoch <= n->seen_epoch[group])
		world_broken(w, "F2 epoch-monotone", "%s starts group %zu under epoch %llu after epoch %llu",
			node_name(n->index), group, (unsigned long long)epoch,
			(unsigned long long)n->seen_epoch[group]);
	n->seen_epoch[group] = epoch;
	/* doc/proof.md F6: "With wait_for_peer off, this holds unless the other one has fenced it, and was not heard since" */
	bool unaware = !w->plan->set[SET_WAIT] && n->unaware;
	if (w->plan->set[SET_STALE] && !unaware && !n->heard_since_boot && !n->ordered &&
		w->last_runner[group] == peer->index && !lies(w) &&
		!plan_has(w->plan, FAULT_FILE_LOST, FAULT_FILE_FULL))
		world_broken(w, "F6 stale-start-waits",
			"%s has booted alone, nobody ordered it, and it starts group %zu, which ran on %s last",
			node_name(n->index), group, node_name(peer->index));
}

/* --- the operator of the calm ------------------------------------------------------------------------ */

static void help(struct world *w, struct node *n)
{
	struct status_view status;
	core_status_view(n->core, &status);
	const struct fencing_view view = status.fencing;
	if (!view.proven && view.alarm && view.failures == 0) {
		struct event event = {.kind = EVENT_CONFIRM, .confirm = {.node = (size_t)(1 - n->index)}};
		if (w->nodes[1 - n->index].core == NULL)
			n->known_off = w->now;
		node_event(w, n, &event, NULL, COPY_ORIGINAL);
		w->disturbed = w->now;
	} else if (view.proven && w->plan->set[SET_STALE] && !n->ordered) {
		struct event event = {.kind = EVENT_MOVE, .move = {.takeover = true, .half = HALF_ALL}};
		n->ordered = true;
		node_event(w, n, &event, NULL, COPY_ORIGINAL);
		w->disturbed = w->now;
	}
}

/* A node that stays alone may wait for a confirmation or an order, which the operator gives. */
void shot_operator(struct world *w)
{
	int buried = (int)w->plan->set[SET_BURY];
	if (!w->plan->set[SET_STONITH] || buried < 0 || w->quiet || w->settled)
		return;
	struct node *n = &w->nodes[1 - buried];
	if (n->core != NULL && !n->frozen && !n->shutting_down)
		help(w, n);
	world_push(w, (struct sim_event){.at = w->now + OPERATOR_MS * MS, .kind = SIM_OPERATOR});
}

int64_t shot_span(const struct world *w)
{
	int64_t pause = 0;
	for (int i = 0; i < NODES; i++) {
		struct status_view view = {0};
		if (w->nodes[i].core != NULL)
			core_status_view(w->nodes[i].core, &view);
		int64_t mine = view.fencing.failures ? RETRY_FIRST_MS : 0;
		for (unsigned k = 1; k < view.fencing.failures && mine < RETRY_MOST_MS; k++)
			mine *= 2;
		pause = mine > pause ? mine : pause;
	}
	return 4 * w->plan->set[SET_DELAY] * MS + (pause < RETRY_MOST_MS ? pause : RETRY_MOST_MS) * MS +
	       2 * OPERATOR_MS * MS;
}
