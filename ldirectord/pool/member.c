// SPDX-License-Identifier: MIT
/* The state of one real in one virtual.  The counters belong to the shared check; the caller has counted the result
 * already.
 *
 *                        up result                down result              named in maintenance  no longer named
 *   NEW                  UP                       DOWN                     DOWN                  -
 *   KEPT, weight 0       UP                       DOWN                     DOWN                  -
 *   KEPT, weight > 0     UP                       failurecount: DOWN,      DOWN                  -
 *                                                 else KEPT (soft, held)
 *   UP                   UP                       failurecount: DOWN,      DOWN                  -
 *                                                 else UP (soft, held)
 *   DOWN                 risecount: UP, else DOWN DOWN                     DOWN                  DOWN; checktype on: UP
 *
 * Held: failurecount is reached, but as many reals as maxdown allows do not serve already.  Each failure
 * asks again.  A real that never served is not limited, but counts.  A fallback neither counts nor is limited.
 * No result counts while maintenancedir names the real.  Afterwards it needs risecount successes, as after a failure.
 * At its first success one is enough: risecount is for a real that was down.
 * A real with checktype on has no results and is UP from the start.  With checktype off it is UP if it was found in the
 * table with a weight, else DOWN; once DOWN it never changes.
 * A fallback that is checked is never KEPT; the last one is always UP, and one whose virtual has checktype off as well.
 * An order does not change the state; it has priority over the state (desired.c).
 * doc/ldirectord.md 8, 11.3, 11.15, 13.20, 13.23, 13.41 */
#include "ldirectord/pool/pool_private.h"

static bool set_state(struct member *m, enum member_state state, struct mono now)
{
	if (m->state == state)
		return false;
	m->state = state;
	m->fell = state == MEMBER_DOWN;
	m->rose = state == MEMBER_UP;
	m->held = false;
	m->since = now;
	m->mail_at = MONO_NEVER;
	return true;
}

bool member_is_awaited(const struct service *s, const struct member *m)
{
	return m->order == POOL_ENABLE && shared_check_runs(s->v) &&
	       (m->state == MEMBER_NEW || (m->state == MEMBER_KEPT && m->kept.weight == 0));
}

static bool rises(struct pool *p, const struct ref *at, struct member *m, const struct pool_shared *c,
	unsigned failures, struct mono now)
{
	const struct service *s = &p->services[at->service];

	if (failures)
		actions_reset(p, s, m);
	if (m->held)
		actions_unheld(p, s, m);
	m->held = false;
	if (m->state == MEMBER_DOWN && c->successes < s->v->rise_count)
		return false;
	return set_state(m, MEMBER_UP, now);
}

static bool serves(const struct member *m)
{
	return m->state == MEMBER_UP || (m->state == MEMBER_KEPT && m->kept.weight > 0);
}

/* One without verdict that does not serve counts as down: otherwise a start with a broken check would first remove
 * those that serve.  The work is linear, but only while servers fail and maxdown is set.  doc/ldirectord.md 11.15 */
static bool may_fall(const struct pool *p, const struct service *s, const struct member *m, struct pool_tally *out)
{
	*out = (struct pool_tally){.limit = lb_max_down(s->v)};
	if (out->limit == SIZE_MAX || m->order != POOL_ENABLE || m->is_fallback)
		return true;
	for (size_t i = 0; i < s->member_count; i++) {
		const struct member *other = &s->members[i];
		bool counts = other->order == POOL_ENABLE && !p->checks[other->check].in_maintenance;
		out->counted += counts;
		out->down += counts && !serves(other);
	}
	return out->down < out->limit;
}

static bool falls(struct pool *p, const struct ref *at, struct member *m, const struct pool_shared *c, struct mono now)
{
	const struct service *s = &p->services[at->service];
	struct pool_tally tally;
	bool served = serves(m);

	if (served && c->failures < s->v->failure_count) {
		actions_soft(p, s, m, c->failures);
		return false;
	}
	if (served && !may_fall(p, s, m, &tally)) {
		if (!m->held)
			actions_held(p, s, m, &tally);
		m->held = true;
		return false;
	}
	bool changed = set_state(m, MEMBER_DOWN, now);
	/* Also when it was down already: during maintenance nobody was reminded, because the operator knew. */
	if (s->v->email_alert && s->v->email_alert_freq && mono_is_never(m->mail_at) && !m->is_fallback) {
		m->mail_at = mono_add(now, span_ms((int64_t)s->v->email_alert_freq * 1000));
		p->mail_next = mono_min(p->mail_next, m->mail_at);
	}
	return changed;
}

bool member_result(
	struct pool *p, const struct ref *at, const struct pool_shared *c, bool up, unsigned failures, struct mono now)
{
	struct member *m = &p->services[at->service].members[at->member];

	return up ? rises(p, at, m, c, failures, now) : falls(p, at, m, c, now);
}

bool member_maintenance(struct pool *p, const struct ref *at, const struct pool_shared *c, bool ends, unsigned failures,
	struct mono now)
{
	(void)c, (void)failures; /* nothing is counted */
	struct service *s = &p->services[at->service];
	struct member *m = &s->members[at->member];

	if (!ends) {
		m->mail_at = MONO_NEVER; /* no reminder, because the operator knows */
		return set_state(m, MEMBER_DOWN, now);
	}
	bool vouched = s->v->check_type == LB_CHECK_ON || (m->is_fallback && s->v->check_type == LB_CHECK_OFF);
	return vouched && set_state(m, MEMBER_UP, now);
}
