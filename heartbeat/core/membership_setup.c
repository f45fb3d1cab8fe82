// SPDX-License-Identifier: MIT
/* Sets up nodes and deadlines from ha.cf: at the start, and after a reload. */
#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/membership.h"
#include "heartbeat/core/node_times.h"
#include "heartbeat/core/state.h"

struct node *membership_new_nodes(const struct ha_cf *conf, struct link **links)
{
	size_t count = conf->node_count + conf->media_count, media = conf->media_count;
	struct node *nodes = calloc(count + 1, sizeof *nodes);
	*links = calloc((count + 1) * (media + 1), sizeof **links);
	if (!nodes || !*links) {
		free(nodes);
		free(*links);
		*links = NULL;
		return NULL;
	}
	for (size_t i = 0; i <= count; i++)
		nodes[i].links = *links + i * media;
	return nodes;
}

static void node_add(struct core *c, const char *name, bool ping, size_t medium)
{
	struct node *n = &c->nodes[c->node_count++];
	n->name = name;
	n->ping = ping;
	n->ping_medium = medium;
	n->dead_after = c->conf->deadtime;
	n->deadline = n->late_at = MONO_FAR;
	n->dead_not_before = MONO_NEVER;
	sequence_init(&n->sequence, (unsigned)core_random(c, SEQUENCE_ACK_EVERY));
}

bool membership_init(struct core *c, const char **why)
{
	c->self = c->peer = SIZE_MAX;
	for (size_t i = 0; i < c->conf->node_count; i++) {
		if (strcmp(c->conf->nodes[i], c->node_name) == 0)
			c->self = i;
		else
			c->peer = i;
		node_add(c, c->conf->nodes[i], false, 0);
	}
	for (size_t i = 0; i < c->conf->media_count && c->node_count < HA_CF_NODES_MAX; i++)
		if (medium_is_ping(c->conf->media[i].kind))
			node_add(c, c->conf->media[i].name, true, i);
	if (c->self == SIZE_MAX) {
		*why = "this node is not among the node lines of ha.cf";
		return false;
	}
	if (c->peer == SIZE_MAX)
		c->peer = c->self;
	if (c->conf->node_count > CORE_NODES_SERVED && c->group_count) {
		*why = "haresources serves exactly two nodes, but ha.cf names more: with three nodes, a death would start everything twice. Remove a node line";
		return false;
	}
	return true;
}

void membership_start(struct core *c)
{
	c->comm_deadline = mono_add(c->now.mono, c->conf->initdead);
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		bool sooner = n->ping && c->conf->deadping.ns < c->conf->initdead.ns;
		if (i != c->self)
			n->deadline = mono_add(c->now.mono, sooner ? c->conf->deadping : c->conf->initdead);
	}
}

/* --- after a reload --- */

/* Move a deadline by ns, the change of the time limit behind it. */
static void move_deadline_by(struct mono *deadline, int64_t ns)
{
	if (deadline->ns != MONO_FAR.ns)
		deadline->ns += ns;
}

void membership_times_changed(struct core *c, const struct ha_cf *old)
{
	int64_t initdead = c->conf->initdead.ns - old->initdead.ns, deadping = c->conf->deadping.ns - old->deadping.ns;
	if (c->phase == PHASE_INIT)
		return;
	c->comm_deadline.ns += initdead;
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		struct span before = n->dead_after;
		n->dead_after = node_dead_after(c, (uint64_t)span_to_ms(before));
		int64_t later = n->ping ? deadping : n->dead_after.ns - before.ns;
		for (size_t medium = 0; medium < c->conf->media_count; medium++)
			move_deadline_by(&n->links[medium].deadline, later);
		if (c->conf->keepalive.ns != old->keepalive.ns)
			n->pace = c->conf->keepalive;
		if (i == c->self || n->status == NODE_DEAD)
			continue;
		if (n->heard && (n->ping || c->phase >= PHASE_ACTIVE))
			move_deadline_by(&n->deadline, later);
		else if (!mono_is_never(n->last_status))
			n->deadline = node_deadline(c, n);
		else if (!n->ping)
			move_deadline_by(&n->deadline, initdead);
	}
}
