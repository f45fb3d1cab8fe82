// SPDX-License-Identifier: MIT
#include "heartbeat/core/node_times.h"

#include "heartbeat/core/state.h"

enum { DT_EXTRA_MS = 60000 };

struct span node_dead_after(const struct core *c, uint64_t ms)
{
	int64_t low = span_to_ms(c->conf->deadtime);
	int64_t high = low + DT_EXTRA_MS;
	return span_ms(ms < (uint64_t)low ? low : ms > (uint64_t)high ? high : (int64_t)ms);
}

struct span node_late_after(const struct core *c, const struct node *n)
{
	struct span late = {n->pace.ns + n->pace.ns / 2};
	return late.ns > c->conf->warntime.ns ? c->conf->warntime : late;
}

struct mono node_deadline(const struct core *c, const struct node *n)
{
	struct mono own = mono_add(n->last_status, n->dead_after);
	own = own.ns < n->dead_not_before.ns ? n->dead_not_before : own;
	/* doc/protocol.md 6.2: "Before comm is up the limit of every node is initdead". */
	return c->phase < PHASE_ACTIVE && own.ns < c->comm_deadline.ns ? c->comm_deadline : own;
}

void node_dies_not_before(struct node *n, struct mono t)
{
	if (n->heard && n->status != NODE_DEAD && n->deadline.ns < t.ns)
		n->deadline = t;
}

void node_alive(struct core *c, struct node *n)
{
	node_dies_not_before(n, mono_add(c->now.mono, n->dead_after));
}
