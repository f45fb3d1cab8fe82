// SPDX-License-Identifier: MIT
#include "heartbeat/core/link_loss.h"

/* Move the window to a higher number. */
static void move_to(struct link_loss *l, uint64_t seq)
{
	uint64_t steps = seq - l->last;
	l->seen = steps < LINK_LOSS_WINDOW ? l->seen << steps : 0;
	l->known = steps < LINK_LOSS_WINDOW - l->known ? l->known + (unsigned)steps : LINK_LOSS_WINDOW;
	l->last = seq;
}

void link_loss_heard(struct link_loss *l, uint64_t generation, uint64_t seq)
{
	if (l->last == 0 || generation != l->generation)
		*l = (struct link_loss){.generation = generation, .last = seq, .seen = 1, .known = 1};
	if (seq <= l->last) /* the message is a duplicate, or was sent again after a loss */
		return;
	move_to(l, seq);
	l->seen |= 1;
}

void link_loss_view(const struct link_loss *l, uint64_t newest, unsigned *lost, unsigned *of)
{
	struct link_loss now = *l;
	*lost = 0;
	if (now.last > 0 && newest > now.last)
		move_to(&now, newest);
	*of = now.known;
	for (unsigned i = 0; i < now.known; i++)
		*lost += (now.seen >> i & 1) == 0;
}
