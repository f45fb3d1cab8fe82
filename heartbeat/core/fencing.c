// SPDX-License-Identifier: MIT
/* Fencing of the peer, as far as the core has to do with it: one shot at a time, asked for when the peer is dead and
 * did not take its leave, again every 5 s until it succeeds; a shot that landed after the last thing heard of the peer
 * is proof. doc/fencing.md R1 (b), R7, I8; doc/protocol.md 7.6. */
#include "heartbeat/core/fencing.h"

#include "heartbeat/core/state.h"

enum { FENCE_RETRY_MS = 5000 };

void fencing_peer_died(struct core *c, const struct node *n)
{
	/* Proof already: do not shoot twice. */
	c->peer_fenced = mono_since(c->fenced_at, n->last_status).ns > 0;
	c->fence_retry = c->peer_fenced ? MONO_FAR : c->now.mono;
}

void fencing_peer_heard(struct core *c)
{
	c->peer_fenced = false;
	c->fence_retry = MONO_FAR;
}

/* What we knew of the life before says nothing about this one: it may have started everything since.  It gets the time
 * to prove itself, or to be heard on; then it is shot again (plan shot-of-an-earlier-life). */
void fencing_new_life(struct core *c, const struct node *n)
{
	if (!c->fencing)
		return;
	c->fence_outlived = c->fence_running;
	if (!c->peer_fenced && !c->peer_left)
		return;
	c->peer_fenced = false;
	c->fence_retry = mono_add(c->now.mono, n->dead_after);
}

void fencing_heard_unproven(struct core *c, const struct node *n)
{
	struct mono later = mono_add(c->now.mono, n->dead_after);
	if (c->fencing && n->status == NODE_DEAD && c->fence_retry.ns != MONO_FAR.ns && c->fence_retry.ns < later.ns)
		c->fence_retry = later;
}

struct mono fencing_deadline(const struct core *c)
{
	return c->fence_running ? MONO_FAR : c->fence_retry;
}

void fencing_tick(struct core *c)
{
	if (!mono_reached(c->now.mono, c->fence_retry) || c->fence_running)
		return;
	const struct node *n = &c->nodes[c->peer];
	c->fence_running = true;
	c->fence_outlived = false;
	c->fence_retry = MONO_FAR;
	core_log(c, LOG_LEVEL_INFO,
		"Resetting node %s: it is silent, and nothing is taken over before it is certainly off", n->name);
	struct action *a = action_add(c, ACTION_FENCE);
	a->fence.node = c->peer;
	a->fence.name = n->name;
}

void fencing_done(struct core *c, bool ok)
{
	const struct node *n = &c->nodes[c->peer];
	c->fence_running = false;
	if (ok)
		c->fenced_at = c->now.mono;
	if (n->status != NODE_DEAD) /* it was heard again meanwhile; if that was the last of it, the shot counts then */
		return;
	c->peer_fenced = ok && !c->fence_outlived;
	if (ok && c->fence_outlived) { /* an attempt is bound to the life that it was meant for: fencing R7 */
		core_log(c, LOG_LEVEL_WARN,
			"node %s was reset, and has been heard since: unless it answers us it is reset again.",
			n->name);
		c->fence_retry = mono_add(c->now.mono, n->dead_after);
	} else if (ok) {
		core_log(c, LOG_LEVEL_INFO, "node %s now reset.", n->name);
	} else {
		core_log(c, LOG_LEVEL_ERROR,
			"STONITH of %s failed. Retrying in 5 s; its resources are not taken over meanwhile.", n->name);
		c->fence_retry = mono_add(c->now.mono, span_ms(FENCE_RETRY_MS));
	}
}
