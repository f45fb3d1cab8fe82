// SPDX-License-Identifier: MIT
#include "heartbeat/core/rivals.h"

#include "heartbeat/core/state.h"

void rivals_heard(struct core *c, struct node *n)
{
	const struct rival *r = &n->rival;
	if (mono_is_never(r->at) || mono_since(c->now.mono, r->at).ns > n->dead_after.ns ||
		c->native.hears_generation != c->generation || c->native.hears_seq <= r->our_seq)
		return;
	n->two_until = mono_add(c->now.mono, n->dead_after);
	core_complain(c, COMPLAINT_TWO_LIVES,
		"two machines send as node %s (generations %llu and %llu): a cloned disk?  Nothing is started here while both "
		"are heard.  Stop heartbeat on the copy, give it another name (uname -n), and remove its "
		"/var/lib/heartbeat/hb_uuid",
		n->name, (unsigned long long)n->sequence.generation, (unsigned long long)r->generation);
}

bool rivals_are_two(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return peer && !mono_reached(c->now.mono, peer->two_until);
}

bool rivals_allow_start(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return !peer || (!rivals_are_two(c) && mono_reached(c->now.mono, peer->start_not_before));
}

bool rivals_goodbye_counts(const struct core *c, const struct node *n)
{
	const struct rival *r = &n->rival;
	return r->generation <= n->sequence.generation || mono_since(c->now.mono, r->heard_at).ns > n->dead_after.ns;
}

struct mono rivals_deadline(const struct core *c)
{
	if (rivals_allow_start(c))
		return MONO_FAR;
	const struct node *peer = node_peer(c);
	return rivals_are_two(c) ? peer->two_until : peer->start_not_before;
}
