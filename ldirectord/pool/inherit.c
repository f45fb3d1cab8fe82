// SPDX-License-Identifier: MIT
/* Takes over the earlier state: from the table at a start, from the old configuration at a reload.  A real that stays
 * keeps its state, its order and the counters of its check.  A new real is KEPT when the table had it but the old file
 * did not; otherwise it is NEW.  doc/ldirectord.md 7, 9 */
#include "ldirectord/pool/pool_private.h"

/* --- checks ----------------------------------------------------------------------------------- */

static void carry_maintenance(struct pool *p, const struct pool *old)
{
	for (size_t i = 0; i < p->check_count; i++) {
		size_t first, count = pool_checks_at(old, &p->checks[i].r->address, &first);
		for (size_t j = first; j < first + count; j++)
			p->checks[i].in_maintenance = p->checks[i].in_maintenance || old->checks[j].in_maintenance;
	}
}

/* The same agent or dynamicweight goes on, perhaps with another check.  Without it nothing would change the part that
 * was asked for. */
static bool weighs_on(const struct lb_virtual *v, const struct lb_virtual *old)
{
	return (v->agent_port && v->agent_port == old->agent_port) || (v->dynamic_weight && old->dynamic_weight);
}

static void carry_check(struct pool_shared *c, const struct pool_shared *old)
{
	if (c->runs_as == NONE || old->runs_as == NONE)
		return;
	bool same = shared_check_same(old->v, old->r, c->v, c->r);
	if (c->was == NONE && same)
		c->was = old->runs_as;
	if (c->checked)
		return; /* the counters were taken over with the first real that shares the check */
	c->checked = old->checked;
	c->down = old->down;
	c->failures = old->failures;
	c->successes = old->successes;
	c->share = same || weighs_on(c->v, old->v) ? old->share : LB_SHARE_FULL;
	copy_text(c->why, sizeof c->why, old->why);
}

/* --- reals ------------------------------------------------------------------------------------ */

static const struct member *find_member(
	const struct member *list, size_t count, const struct lb_address *a, size_t *hint)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = (*hint + i) % count;
		if (key_order(&list[at].r->address, a) == 0) {
			*hint = at + 1; /* an unchanged file costs one comparison for each real */
			return &list[at];
		}
	}
	return NULL;
}

static const struct member *real_before(const struct service *old, const struct lb_address *a, size_t *hint)
{
	return old ? find_member(old->members, old->member_count, a, hint) : NULL;
}

static const struct member *fallback_before(const struct service *old, const struct lb_address *a)
{
	size_t hint = 0;

	return old ? find_member(&old->members[old->member_count], old->fallback_count, a, &hint) : NULL;
}

static void begin(const struct service *s, struct member *m, const struct service *old, bool adopts, struct mono now)
{
	const struct entry *e = &s->entries[m->entry];
	const struct entry *before = old ? entry_find(old, &e->key) : NULL;
	bool of_old = before && (before->owner != NONE || before->of_fallback);

	m->since = now;
	m->listed = adopts && s->present && e->present && !of_old;
	m->kept = e->have;
	m->state = m->listed ? MEMBER_KEPT : MEMBER_NEW;
	if (s->v->check_type == LB_CHECK_ON)
		m->state = MEMBER_UP;
	if (s->v->check_type == LB_CHECK_OFF)
		m->state = m->listed && m->kept.weight > 0 ? MEMBER_UP : MEMBER_DOWN;
}

/* Returns the new state; checktype may have changed.  A real with checktype on or off has no verdict.  A real that had
 * no check before waits for its first verdict. */
static enum member_state state_after(
	const struct service *s, const struct service *old, struct member *m, const struct member *before)
{
	bool serves = before->state == MEMBER_UP || (before->state == MEMBER_KEPT && before->kept.weight > 0);

	if (s->v->check_type == LB_CHECK_ON)
		return MEMBER_UP;
	if (s->v->check_type == LB_CHECK_OFF)
		return serves ? MEMBER_UP : MEMBER_DOWN;
	if (!shared_check_runs(old->v)) {
		m->kept = (struct table_real){
			.forward = m->r->forward, .weight = m->r->weight, .upper = m->r->upper, .lower = m->r->lower};
		return serves ? MEMBER_KEPT : MEMBER_NEW;
	}
	if (before->state == MEMBER_KEPT && key_order(&s->entries[m->entry].key, &old->entries[before->entry].key))
		return MEMBER_NEW; /* the entry was found at another address */
	return before->state;
}

/* Set the time of the next reminder, because emailalertfreq may be new, or shorter than before. */
static void carry_reminder(
	struct pool *p, const struct service *s, struct member *m, const struct member *before, struct mono now)
{
	struct mono next = mono_add(now, span_ms((int64_t)s->v->email_alert_freq * 1000));
	bool wanted = m->state == MEMBER_DOWN && s->v->email_alert && s->v->email_alert_freq &&
	              shared_check_runs(s->v) && !p->checks[m->check].in_maintenance;

	m->mail_at = !wanted ? MONO_NEVER : mono_is_never(before->mail_at) ? next : mono_min(before->mail_at, next);
	if (wanted)
		p->mail_next = mono_min(p->mail_next, m->mail_at);
}

static void carry_member(struct pool *p, const struct service *s, struct member *m, const struct pool *old,
	const struct service *old_s, const struct member *before, struct mono now)
{
	const struct entry *e = &s->entries[m->entry];

	m->order = before->order;
	m->since = before->since;
	m->kept = before->kept;
	m->listed = s->v->check_type == LB_CHECK_OFF && shared_check_runs(old_s->v) ? s->present && e->present
	                                                                            : before->listed;
	m->state = state_after(s, old_s, m, before);
	m->held = before->held && s->v->max_down.given && shared_check_runs(s->v) && m->state == before->state;
	carry_reminder(p, s, m, before, now);
	carry_check(&p->checks[m->check], &old->checks[before->check]);
}

static void carry_members(struct pool *p, struct service *s, const struct pool *old, const struct service *old_s,
	bool adopts, struct mono now)
{
	size_t hint = 0;

	for (size_t i = 0; i < s->member_count; i++) {
		struct member *m = &s->members[i];
		const struct member *before = real_before(old_s, &m->r->address, &hint);
		if (before)
			carry_member(p, s, m, old, old_s, before, now);
		else
			begin(s, m, old_s, adopts, now);
		if (p->checks[m->check].in_maintenance) {
			m->state = MEMBER_DOWN;
			m->held = false;
		}
	}
}

/* --- virtuals --------------------------------------------------------------------------------- */

/* The old fallback that the kernel has under the same address. */
static const struct member *fallback_of_key(const struct service *old, const struct lb_address *key)
{
	for (size_t i = old->member_count; i < all_members(old); i++)
		if (key_order(&old->entries[old->members[i].entry].key, key) == 0)
			return &old->members[i];
	return NULL;
}

/* Is it in the table, and was it there as a fallback? */
static void carry_listed(const struct service *s, struct member *m, const struct service *old, bool adopts)
{
	const struct entry *e = &s->entries[m->entry];
	const struct member *before = old ? fallback_of_key(old, &e->key) : NULL;
	bool undecided = !old || old->fallback == FALLBACK_UNDECIDED;

	m->listed = s->present && e->present && e->owner == NONE &&
	            (old ? before && (before->listed || !undecided) : adopts);
	m->kept = old && undecided && before ? before->kept : e->have;
}

/* An order for a real holds for a fallback with its address, which may be new. */
static void carry_order(const struct service *s, struct member *m)
{
	size_t hint = 0;
	const struct member *real = find_member(s->members, s->member_count, &m->r->address, &hint);

	if (real)
		m->order = real->order;
}

static void carry_fallback_state(struct pool *p, const struct service *s, struct member *m, const struct pool *old,
	const struct service *old_s, struct mono now)
{
	const struct member *before = fallback_before(old_s, &m->r->address);

	m->since = before ? before->since : now;
	m->state = m->check == NONE || !shared_check_runs(s->v) ? MEMBER_UP : MEMBER_NEW;
	if (m->check == NONE)
		return;
	carry_order(s, m);
	if (m->state == MEMBER_NEW && before && before->check != NONE && shared_check_runs(old_s->v)) {
		m->state = before->state;
		carry_check(&p->checks[m->check], &old->checks[before->check]);
	}
	if (p->checks[m->check].in_maintenance)
		m->state = MEMBER_DOWN;
}

static void carry_fallbacks(struct pool *p, struct service *s, const struct pool *old, const struct service *old_s,
	bool adopts, struct mono now)
{
	s->fallback = old_s ? old_s->fallback : FALLBACK_UNDECIDED;
	s->fallback_since = old_s ? old_s->fallback_since : now;
	for (size_t i = s->member_count; i < all_members(s); i++) {
		carry_listed(s, &s->members[i], old_s, adopts);
		carry_fallback_state(p, s, &s->members[i], old, old_s, now);
	}
}

static void carry_settled(struct pool *p, struct service *s, const struct service *old, struct mono now)
{
	bool unchecked = false;

	for (size_t i = 0; i < all_members(s); i++)
		unchecked = unchecked || member_is_awaited(s, &s->members[i]);
	s->quiet = old ? old->quiet : true;
	s->settled = old ? old->settled && !unchecked : false;
	if (s->settled)
		return;
	s->settle_at = old && !old->settled ? old->settle_at : mono_add(now, span_ms(POOL_PATIENCE_MS));
	p->settle_next = mono_min(p->settle_next, s->settle_at);
}

/* When all checks have what they had before: a real may share that of another virtual. */
static void carry_shares(const struct pool *p, const struct service *s)
{
	for (size_t i = 0; i < all_members(s); i++) {
		struct member *m = &s->members[i];
		m->share = m->check == NONE ? LB_SHARE_FULL : p->checks[m->check].share;
	}
}

void pool_inherit(struct pool *p, const struct pool *old, bool adopts, struct mono now)
{
	if (old)
		carry_maintenance(p, old);
	for (size_t i = 0; i < p->service_count; i++) {
		struct service *s = &p->services[i];
		const struct service *old_s = old ? pool_service(old, &s->id) : NULL;
		if (!s->v)
			continue;
		if (old_s && !old_s->v)
			old_s = NULL; /* the virtual was being deleted: its reals count as new */
		carry_members(p, s, old, old_s, adopts, now);
		carry_fallbacks(p, s, old, old_s, adopts, now);
		carry_settled(p, s, old_s, now);
	}
	for (size_t i = 0; i < p->service_count; i++)
		carry_shares(p, &p->services[i]);
}
