// SPDX-License-Identifier: MIT
/* Delivers a datagram to a node, and checks what it may change there. */
#include "tests/sim/sim.h"

/* A digest of the state that the views of the core show. */
static uint64_t visible_state(const struct world *w, const struct node *n)
{
	uint64_t sum = 0;
	for (int g = 0; n->index != THIRD && g < files_groups(w); g++) {
		struct group_view view = node_group(w, n, g);
		sum = sum * 31 + (uint64_t)view.state * 16 + (uint64_t)view.peer_state * 2 + view.peer_known;
		sum = sum * 31 + view.epoch;
	}
	for (size_t i = 0; i < core_node_count(n->core); i++) {
		struct node_view view;
		core_node_view(n->core, i, &view);
		sum = sum * 31 + (unsigned char)view.status[0] * 256U + (unsigned char)view.status[1];
	}
	return sum;
}

/* S10: a datagram that was received before, or that is damaged, may change only a counter. */
static void step_harmless(
	struct world *w, struct node *n, const struct event *event, const struct datagram *d, enum copy copy)
{
	node_due(w, n); /* what was due anyway is not an effect of the datagram */
	if (n->core == NULL)
		return;
	uint64_t before = visible_state(w, n);
	w->effect = (struct step_effect){0};
	node_step(w, n, event);
	if (n->core == NULL)
		return;
	struct reader type = reader_over(d->type);
	/* a repeated request may be answered again */
	bool unnumbered = reader_skip(&type, "NS_") || bytes_equal_text(d->type, "reqnodes");
	if (w->effect.groups > 0 || w->effect.others > 0 || (w->effect.sends > 0 && !unnumbered) ||
		visible_state(w, n) != before)
		world_broken(w, "S10 no-replay", "%s acts on a %s datagram sent at %.3f s", node_name(n->index),
			     copy == COPY_CORRUPT ? "damaged" : "replayed", (double)d->sent / 1e9);
}

static bool far_in_keys(const struct datagram *d, const struct node *n)
{
	unsigned a = d->keys, b = n->files.keys;
	return a > b + 1 || b > a + 1;
}

/* S17: while the keys change, a node must accept each datagram that was signed one step earlier or one step later. */
static void check_key(struct world *w, struct node *n, const struct datagram *d)
{
	struct core_counters counters;
	core_counters(n->core, &counters);
	if (counters.unauthentic != n->ledger.unauthentic)
		world_broken(w, "S17 keys-overlap", "%s refuses what %s sent at %.3f s: step %u of the keys here, %u there",
			node_name(n->index), node_name(d->from), (double)d->sent / 1e9, n->files.keys, d->keys);
}

/* Note that this life of n has received the datagram.  The core follows the life of a sender only after it has accepted
 * a status of that life; datagrams before that do not count. */
static void note_receipt(const struct world *w, struct node *n, struct datagram *d, uint32_t life)
{
	if (d->status && !d->refused[n->index]) {
		n->known_life[d->from] = d->life;
		n->known_in[d->from] = life;
	}
	bool believed = n->known_life[d->from] == d->life && n->known_in[d->from] == life;
	if (!believed || d->delivered[n->index] == life)
		return;
	d->delivered[n->index] = life;
	d->delivered_at[n->index] = w->now;
}

void node_hears(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	uint32_t life = n->life;
	w->statistics.datagrams++;
	w->quiet_replays[n->index] += copy == COPY_REPLAY;
	if (copy != COPY_CORRUPT && d->from < NODES && d->from != n->index)
		n->peer_any = w->now;
	/* A replay of a datagram that a dead node sent, and that this life never received: for one deadtime the sender
	 * looks like a live node that does not hear us. */
	if (copy == COPY_REPLAY && w->calm_at != NEVER && !w->quiet && n->index < NODES && d->from != n->index &&
		w->nodes[1 - n->index].core == NULL)
		w->disturbed = w->now;
	/* if a generation was used twice, the datagram does not show which life sent it */
	bool repeated = copy == COPY_REPLAY && !w->nodes[d->from].restored && d->delivered[n->index] == n->life &&
	                w->now - d->delivered_at[n->index] > 1000 * MS;
	/* Not received in this life: it may be of a newer life of the peer, as far as the node can know.
	 * doc/fencing.md R14: "unless the peer was heard since" */
	if (copy == COPY_REPLAY && !repeated && d->status && d->from != n->index)
		n->fenced = false;
	if (w->trace != NULL) {
		trace_line(w, n->index, "receives %.*s from %s, sent %.6f%s", (int)d->type.len,
			(const char *)d->type.at, node_name(d->from), (double)d->sent / 1e9,
			(const char *[]){"", " (duplicate)", " (replay)", " (damaged)"}[copy]);
	}
	if (copy != COPY_CORRUPT)
		ledger_hears(w, n, d);
	if ((repeated || copy == COPY_CORRUPT) && !n->draining) {
		step_harmless(w, n, event, d, copy);
		return;
	}
	/* The datagram was delayed for so long that its key is not in use any more, so the core must refuse it. */
	if (d->from < NODES && n->index < NODES && far_in_keys(d, n)) {
		node_step(w, n, event);
		return;
	}
	/* A replay of a datagram that was sent in this life, and not received before, is only a late datagram. */
	bool late = copy == COPY_REPLAY && !repeated && d->sent > n->booted;
	if ((copy != COPY_REPLAY && copy != COPY_CORRUPT) || late)
		invariant_heard(w, n, d);
	node_step(w, n, event);
	if (copy != COPY_CORRUPT) {
		ledger_heard(w, n, d);
		note_receipt(w, n, d, life);
	}
	if (copy != COPY_CORRUPT && d->from != THIRD && n->core != NULL && n->index != THIRD)
		check_key(w, n, d);
}
