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
	n->shot = (struct shot){.attempt = a->fence.attempt,
		.life = n->life,
		.asked = w->now,
		.silent_since = n->peer_heard,
		.heard = NEVER,
		.cancelled = NEVER,
		.open = true,
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

/* Returns true if both nodes noticed the silence of the other at the same time, the devices were quick, and both nodes
 * have the same rules.  Then only one of the two may be switched off. */
static bool is_mutual(const struct world *w, const struct node *asker, const struct shot *shot)
{
	const struct shot *other = &w->killed_by[asker->index];
	int64_t skew = shot->silent_since - other->silent_since;
	int64_t limit = 2 * ms_of(w, SET_KEEPALIVE) < 400 * MS ? 2 * ms_of(w, SET_KEEPALIVE) : 400 * MS;
	bool first = other->attempt == 1 && shot->attempt == 1, quick = !shot->slow && !other->slow;
	bool heard = shot->silent_since != NEVER && other->silent_since != NEVER;
	return first && quick && heard && w->plan->set[SET_DELAY] > 0 && skew < limit && skew > -limit &&
	       !plan_has(w->plan, FAULT_RELOAD, FAULT_RELOAD) && !plan_has(w->plan, FAULT_FREEZE, FAULT_SUSPEND) &&
	       !plan_has(w->plan, FAULT_SLOW, FAULT_SLOW);
}

void shot_kills(struct world *w, const struct node *asker, const struct shot *shot, const struct node *victim)
{
	/* A node that does not run cannot cancel, because what it would hear still waits. */
	int64_t late = FENCE_TAIL_MS * MS + SLACK_MS * MS;
	if (asker->life == shot->life && !asker->frozen && asker->core != NULL && shot->heard != NEVER &&
		w->now - shot->heard > late && w->now - asker->thawed > late && !victim->restored &&
		w->now - victim->booted > late && w->now - asker->booted < 3 * ms_of(w, SET_INITDEAD))
		world_broken(w, "F3 no-friendly-fire", "%s is switched off, which %s has heard again for %.3f s",
			node_name(victim->index), node_name(asker->index), (double)(w->now - shot->heard) / 1e9);
	if (is_mutual(w, asker, shot))
		world_broken(w, "F4 no-mutual-kill", "%s and %s have switched each other off", node_name(asker->index),
			node_name(victim->index));
	w->killed_by[victim->index] = *shot;
}

void shot_heard(const struct world *w, struct node *n, const struct datagram *d, bool fresh)
{
	if (d->status && d->sent >= n->powered_at)
		n->heard_since_boot = true;
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
	/* with wait_for_peer off, the peer may have fenced n and taken over, and n has not heard that */
	bool unaware = !w->plan->set[SET_WAIT] && w->killed_by[n->index].attempt != 0;
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
	struct fencing_view view;
	core_fencing_view(n->core, &view);
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
		struct fencing_view view = {0};
		if (w->nodes[i].core != NULL)
			core_fencing_view(w->nodes[i].core, &view);
		int64_t mine = view.failures ? RETRY_FIRST_MS : 0;
		for (unsigned k = 1; k < view.failures && mine < RETRY_MOST_MS; k++)
			mine *= 2;
		pause = mine > pause ? mine : pause;
	}
	return 2 * w->plan->set[SET_DELAY] * MS + (pause < RETRY_MOST_MS ? pause : RETRY_MOST_MS) * MS +
	       2 * OPERATOR_MS * MS;
}
