// SPDX-License-Identifier: MIT
/* The views of the state: nodes, links, groups, counters.  Changes nothing. */
#include <string.h>

#include "heartbeat/core/state.h"

size_t core_node_count(const struct core *c)
{
	return c->node_count;
}

void core_node_view(const struct core *c, size_t index, struct node_view *out)
{
	const struct node *n = &c->nodes[index];
	*out = (struct node_view){
		.name = n->name, .ping = n->ping, .status = node_status_name(n->status), .is_self = index == c->self,
		.uuid = index == c->self ? c->uuid : n->has_uuid ? n->uuid : NULL,
		.heard_at = n->last_status,
		.deadline = n->status == NODE_DEAD || index == c->self ? MONO_FAR : n->deadline};
}

bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out)
{
	const struct node *n = &c->nodes[node];
	size_t seen = 0;
	for (size_t medium = 0; medium < c->conf->media_count; medium++) {
		bool for_ping = medium_is_ping(c->conf->media[medium].kind);
		if (n->ping ? medium != n->ping_medium : for_ping)
			continue;
		if (seen++ != index)
			continue;
		const struct link *l = &n->links[medium];
		*out = (struct link_view){.name = c->conf->media[medium].name,
			.kind = medium_kind_name(c->conf->media[medium].kind),
			.up = l->up,
			.heard_at = l->heard_at};
		link_loss_view(&l->loss, n->sequence.last, &out->lost, &out->of);
		return true;
	}
	return false;
}

void core_group_view(const struct core *c, size_t index, struct group_view *out)
{
	/* The report of the peer, converted to a state of a group. */
	static const enum group_state as_state[PEER_COLUMNS] = {
		[PEER_NONE] = OWN_NONE,
		[PEER_LEAVING] = OWN_NONE,
		[PEER_FAILED] = OWN_FAILED,
		[PEER_CLAIM] = OWN_CLAIM,
		[PEER_ASK] = OWN_CLAIM,
		[PEER_STARTING] = OWN_STARTING,
		[PEER_HELD] = OWN_HELD,
		[PEER_GIVING] = OWN_GIVING,
		[PEER_STOPPING] = OWN_STOPPING,
		[PEER_STUCK] = OWN_STUCK,
	};
	const struct group *group = &c->groups[index];
	enum peer_column said = group->peer.said;
	bool alive = c->peer != c->self && c->nodes[c->peer].status != NODE_DEAD;
	*out = (struct group_view){
		.key = c->resources->groups[index].key,
		.home = c->resources->groups[index].home,
		.id = c->resources->groups[index].id,
		.state = group->state,
		.epoch = group->epoch,
		.failback_due = group->state == OWN_GIVING ? group->was_due : group->failback_due,
		.peer_known = alive && said != PEER_UNSURE && said != PEER_AWAY,
		.peer_state = as_state[said],
		.why = group_trouble(group),
		.hindered = group_is_hindered(group),
		.since = group->since,
		.reason = group->reason,
		.peer = peer_column_name(ownership_column(c, index)),
		.peer_since = group->peer.since,
		.attempts = group->attempts,
		.deadline = group->deadline,
	};
}

const char *core_holdings(const struct core *c)
{
	return ownership_moving(c) ? "transition" : half_name(halves_held(c));
}

bool core_in_transition(const struct core *c)
{
	return ownership_moving(c);
}

void core_counters(const struct core *c, struct core_counters *out)
{
	*out = c->counters;
}
