// SPDX-License-Identifier: MIT
/* Computes what the kernel must have for a virtual, only from the states of its reals.
 *
 *              disabled   drained    UP            KEPT           NEW, DOWN, quiescent   NEW, DOWN
 *   in table   no         weight 0   file's weight as found       weight 0               no
 *
 * An entry with weight 0 has no thresholds, as the tools write it.  Several reals, or a real and the fallback, may
 * claim one address: by the port rule of gate and ipip, because a real is named twice, or because the fallback is one
 * of the reals.  Then the first claim with the highest rank determines the entry, so an entry serves while at least one
 * of its reals does. */
#include "ldirectord/pool/pool_private.h"

enum { RANK_NOTHING, RANK_QUIET, RANK_FALLBACK, RANK_SERVES };

static void claim(struct service *s, size_t entry, size_t member, unsigned rank, const struct table_real *real)
{
	struct want *w = &s->entries[entry].want;

	if (rank <= w->rank)
		return;
	*w = (struct want){.present = true, .rank = rank, .member = member, .real = *real};
	w->real.address = s->entries[entry].key;
}

static void claim_quiet(struct service *s, size_t i)
{
	struct member *m = &s->members[i];
	struct table_real quiet = {.forward = m->state == MEMBER_KEPT ? m->kept.forward : m->r->forward};

	claim(s, m->entry, i, RANK_QUIET, &quiet);
}

static void claim_member(struct service *s, size_t i)
{
	struct member *m = &s->members[i];
	struct table_real file = {
		.forward = m->r->forward, .weight = m->r->weight, .upper = m->r->upper, .lower = m->r->lower};

	if (m->order != POOL_ENABLE) {
		if (m->order == POOL_DRAIN)
			claim_quiet(s, i);
		return;
	}
	switch (m->state) {
	case MEMBER_UP: claim(s, m->entry, i, RANK_SERVES, &file); break;
	case MEMBER_KEPT: claim(s, m->entry, i, m->kept.weight ? RANK_SERVES : RANK_QUIET, &m->kept); break;
	case MEMBER_NEW:
	case MEMBER_DOWN:
		if (s->v->quiescent && (s->v->check_type != LB_CHECK_OFF || m->listed))
			claim_quiet(s, i);
		break;
	}
}

/* Claim an entry for the fallback.  It is in the table when no real serves, or fewer than the quorum.  While the pool
 * waits for first verdicts, the fallback does not change, so that a start does not add and remove it again:
 * doc/ldirectord.md 13.23. */
static void claim_fallback(struct service *s)
{
	const struct lb_real *f = s->v->fallback;

	if (s->fallback_entry == NONE)
		return;
	if (s->fallback == FALLBACK_UNDECIDED && s->fallback_found)
		claim(s, s->fallback_entry, NONE, RANK_FALLBACK, &s->fallback_kept);
	if (s->fallback == FALLBACK_ON) {
		struct table_real real = {.forward = f->forward, .weight = f->weight};
		claim(s, s->fallback_entry, NONE, RANK_FALLBACK, &real);
	}
}

void service_desire(struct service *s)
{
	for (size_t i = 0; i < s->entry_count; i++)
		s->entries[i].want = (struct want){.member = NONE};
	if (!s->v)
		return;
	for (size_t i = 0; i < s->member_count; i++)
		claim_member(s, i);
	claim_fallback(s);
}
