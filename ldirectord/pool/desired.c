// SPDX-License-Identifier: MIT
/* Computes what the kernel must have for a virtual, only from the states of its reals.
 *
 *              disabled   drained    UP            KEPT           NEW, DOWN, quiescent   NEW, DOWN
 *   in table   no         weight 0   file's weight as found       weight 0               no
 *
 * A check can ask for a part of the file's weight, or to drain the server.  A part is never 0, unless the file has 0.
 * An entry of weight 0 has no thresholds, as the tools write it.  Several reals, or a real and the fallback, may claim
 * one address: by the port rule of gate and ipip, because a real is named twice, or because a fallback is one of the
 * reals.  Then the first claim of the highest rank decides.  So an entry is up while at least one of its reals is. */
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

static uint32_t weight_of(const struct member *m)
{
	uint32_t weight = (m->r->weight * m->share + LB_SHARE_FULL / 2) / LB_SHARE_FULL; /* at most 65535 * 100 */

	return m->r->weight > 0 && weight == 0 ? 1 : weight;
}

static void claim_member(struct service *s, size_t i)
{
	struct member *m = &s->members[i];
	struct table_real file = {
		.forward = m->r->forward, .weight = weight_of(m), .upper = m->r->upper, .lower = m->r->lower};

	if (m->order != POOL_ENABLE) {
		if (m->order == POOL_DRAIN)
			claim_quiet(s, i);
		return;
	}
	switch (m->state) {
	case MEMBER_UP:
		if (m->share == LB_SHARE_DRAIN)
			claim_quiet(s, i);
		else
			claim(s, m->entry, i, RANK_SERVES, &file);
		break;
	case MEMBER_KEPT: claim(s, m->entry, i, m->kept.weight ? RANK_SERVES : RANK_QUIET, &m->kept); break;
	case MEMBER_NEW:
	case MEMBER_DOWN:
		if (s->v->quiescent && (s->v->check_type != LB_CHECK_OFF || m->listed))
			claim_quiet(s, i);
		break;
	}
}

/* --- fallbacks ---------------------------------------------------------------------------------- */

bool fallback_was_found(const struct service *s)
{
	for (size_t i = s->member_count; i < all_members(s); i++)
		if (s->members[i].listed)
			return true;
	return false;
}

/* One without verdict that serves already goes on, so that a reload does not switch it back and forth.  The last one,
 * which is not checked, serves whatever its agent or an order wants. */
static bool is_usable(const struct member *f)
{
	bool good = f->state == MEMBER_UP && f->share != LB_SHARE_DRAIN,
	     goes_on = f->state == MEMBER_NEW && f->listed && f->kept.forward == f->r->forward;

	return f->check == NONE || (f->order == POOL_ENABLE && (good || goes_on));
}

struct member *fallback_chosen(const struct service *s)
{
	for (size_t i = s->member_count; i < all_members(s); i++)
		if (is_usable(&s->members[i]))
			return &s->members[i];
	return NULL;
}

/* A fallback is in the table when no real serves, or fewer than the quorum.  All stay as they are while first verdicts
 * are awaited, so that a start does not switch them back and forth: doc/ldirectord.md 13.23. */
static void claim_fallback(struct service *s)
{
	const struct member *chosen = fallback_chosen(s);

	for (size_t i = s->member_count; s->fallback == FALLBACK_UNDECIDED && i < all_members(s); i++)
		if (s->members[i].listed)
			claim(s, s->members[i].entry, NONE, RANK_FALLBACK, &s->members[i].kept);
	if (s->fallback == FALLBACK_ON && chosen) {
		struct table_real real = {.forward = chosen->r->forward, .weight = chosen->r->weight};
		claim(s, chosen->entry, NONE, RANK_FALLBACK, &real);
	}
}

/* --- all ---------------------------------------------------------------------------------------- */

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
