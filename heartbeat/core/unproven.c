// SPDX-License-Identifier: MIT
#include "heartbeat/core/unproven.h"

#include "heartbeat/core/node_times.h"
#include "heartbeat/core/state.h"

enum { DELAY_INITDEADS = 3 }; /* ours: a node that proves nothing can delay a start for this many initdeads */

/* Returns true if the node may still delay a start.  The delay has a limit, because the packets may be a recording that
 * is repeated permanently.  When the node was not heard for as long as the limit, the time is counted from 0 again. */
static bool may_delay(struct core *c, struct node *n)
{
	struct span longest = {DELAY_INITDEADS * c->conf->initdead.ns};
	if (mono_is_never(n->unproven_at) || mono_since(c->now.mono, n->unproven_at).ns > longest.ns) {
		n->unproven_since = c->now.mono;
		n->delay_logged = false;
	}
	n->unproven_at = c->now.mono;
	struct span since = mono_since(c->now.mono, n->unproven_since);
	if (node_is_peer(c, n) && !n->delay_logged && since.ns > n->dead_after.ns) {
		n->delay_logged = true;
		core_log(c, LOG_LEVEL_CRIT,
			"node %s delays us: it is heard, but does not prove that it hears us.  It receives nothing from us, or "
			"its packets are a recording.  Its groups are not started here for %lld s, unless it becomes silent.  "
			"Check the path of our packets to it",
			n->name, (long long)((longest.ns - since.ns) / 1000000000));
	}
	return since.ns < longest.ns;
}

static void takeover_waits(struct core *c, const struct node *n)
{
	proof_wait_until(c, mono_add(c->now.mono, n->dead_after));
}

void unproven_heard(struct core *c, struct node *n)
{
	bool again = !mono_is_never(n->last_status);
	if (!may_delay(c, n))
		return;
	n->last_status = c->now.mono;
	if (node_is_peer(c, n))
		fencing_heard_unproven(c, n);
	if (n->status != NODE_DEAD)
		n->deadline = node_deadline(c, n);
	if (again)
		takeover_waits(c, n);
}

void unproven_rival(struct core *c, struct node *n)
{
	if (may_delay(c, n))
		takeover_waits(c, n);
}
