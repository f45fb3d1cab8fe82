// SPDX-License-Identifier: MIT
#include "heartbeat/core/decisions.h"

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/state.h"

void decisions_note(struct core *c, size_t g, enum group_state to, enum peer_column column, const char *reason)
{
	const struct group *group = &c->groups[g];
	const struct node *peer = node_peer(c);
	struct decision *d = &c->decisions.ring[c->decisions.count++ % DECISIONS_KEPT];
	*d = (struct decision){
		.group_id = c->resources->groups[g].id,
		.wall_s = c->now.wall_s,
		.at = c->now.mono,
		.from = group->state,
		.to = to,
		.column = column,
		.phase = c->phase,
		.peer_status = peer ? node_status_name(peer->status) : "",
		.peer_silent = peer && !mono_is_never(peer->last_status) ? mono_since(c->now.mono, peer->last_status)
									 : (struct span){-1},
		.proof = c->proof.kind,
		.proof_required = c->proof.required,
		.acked = group->peer.acked,
		.asked = group->asked,
		.epoch = group->epoch,
		.peer_epoch = group->peer.epoch,
	};
	/* a long text is cut, because only people read it */
	(void)bytes_to_text(bytes_of(reason), d->reason, sizeof d->reason);
	(void)bytes_to_text(bytes_of(group->hindrance), d->hindrance, sizeof d->hindrance); /* cut in the same way */
}
