// SPDX-License-Identifier: MIT
#include "heartbeat/core/peer_memory.h"

#include <string.h>

#include "heartbeat/core/state.h"

void memory_recall(struct core *c, const struct peer_memory *remembered)
{
	struct node *peer = node_peer(c);
	if (!remembered || !peer || strcmp(remembered->name, peer->name) != 0)
		return;
	c->memory = *remembered;
	c->absence = (struct absence){.alone = remembered->alone,
		.heard = remembered->heard,
		.fenced = remembered->fenced,
		.ran_last = remembered->alone};
	peer->sequence.generation = remembered->generation;
	peer->status_seq = peer->seen_up_to = remembered->number;
	peer->has_uuid = remembered->has_uuid;
	memcpy(peer->uuid, remembered->uuid, sizeof peer->uuid);
}

void memory_new_boot(struct peer_memory *m)
{
	m->heard = false;
	memory_new_daemon(m);
}

void memory_new_daemon(struct peer_memory *m)
{
	m->fenced = false;
}

void memory_peer_heard(struct core *c)
{
	c->absence.heard = true;
	c->absence.alone = c->absence.fenced = false;
}

bool memory_waits_as_stale(const struct core *c)
{
	const struct absence *a = &c->absence;
	return c->conf->stale_start && c->peer != c->self && !a->heard && !a->ran_last && !a->ordered;
}

static void take_proof(struct core *c)
{
	enum proof_kind kind = c->proof.kind;
	c->absence.proof = kind;
	/* a node that may have older data was not the last node that ran, also after it has fenced the peer */
	c->absence.alone = kind != PROOF_NONE && !memory_waits_as_stale(c);
	c->absence.fenced = kind == PROOF_FENCED || kind == PROOF_CONFIRMED;
}

void memory_ordered(struct core *c)
{
	c->absence.ordered = true;
	if (c->proof.kind != PROOF_NONE) /* this node runs the groups from now on */
		take_proof(c);
}

static bool absence_is_news(const struct core *c)
{
	const struct peer_memory *m = &c->memory;
	return m->alone != c->absence.alone || m->heard != c->absence.heard || m->fenced != c->absence.fenced;
}

/* Returns true if the change must be on the disk soon.  When the peer died, or this engine ends, no later write
 * follows.
 * A life that has not proven that it hears us is not remembered: it may be a recording. */
static bool is_news(const struct core *c, const struct node *peer, uint64_t number)
{
	const struct peer_memory *m = &c->memory;
	if (absence_is_news(c))
		return true;
	bool same_life = m->generation == peer->sequence.generation;
	bool last = number > m->number || (number == m->number && c->memory_waits);
	if (!peer->heard)
		return same_life && last;
	return !same_life || m->spoke_native != (c->dialect == &dialect_native) || m->has_uuid != peer->has_uuid ||
	       memcmp(m->uuid, peer->uuid, sizeof m->uuid) != 0 || number < m->number ||
	       (c->phase == PHASE_GONE && last);
}

void memory_note(struct core *c)
{
	const struct node *peer = node_peer(c);
	if (!peer)
		return;
	if (c->absence.proof != c->proof.kind)
		take_proof(c);
	if (!peer->met && !absence_is_news(c))
		return;
	uint64_t number = peer->heard ? peer->sequence.last : peer->seen_up_to;
	bool soon = is_news(c, peer, number);
	if (!soon && (!peer->heard || number < c->memory.number + MEMORY_EVERY))
		return;
	c->memory = (struct peer_memory){.has_uuid = peer->has_uuid,
		.generation = peer->sequence.generation,
		.number = number,
		.spoke_native = peer->met ? c->dialect == &dialect_native : c->memory.spoke_native,
		.alone = c->absence.alone,
		.heard = c->absence.heard,
		.fenced = c->absence.fenced};
	/* the name fits, because it is the name of a node in ha.cf */
	(void)bytes_to_text(bytes_of(peer->name), c->memory.name, sizeof c->memory.name);
	memcpy(c->memory.uuid, peer->uuid, sizeof c->memory.uuid);
	c->memory_waits = !soon;
	struct action *a = action_add(c, ACTION_REMEMBER);
	a->remember.memory = &c->memory;
	a->remember.soon = soon;
}
