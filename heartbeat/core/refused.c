// SPDX-License-Identifier: MIT
#include "heartbeat/core/refused.h"

#include "heartbeat/core/state.h"

void refused_note(struct core *c, struct node *n, uint64_t generation, uint64_t seq)
{
	struct refused *r = &n->refused;
	if (generation != r->generation || seq > r->number)
		*r = (struct refused){.generation = generation, .number = seq, .at = c->now.mono};
}

bool refused_is_named(const struct core *c, const struct node *n)
{
	const struct refused *r = &n->refused;
	return r->generation && !n->heard && r->at.ns > n->last_status.ns &&
	       mono_since(c->now.mono, r->at).ns < n->dead_after.ns;
}
