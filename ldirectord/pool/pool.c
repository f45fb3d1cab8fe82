// SPDX-License-Identifier: MIT
/* The interface of the pool.  Each event changes some virtuals; only those are compared with the kernel again. */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

/* --- life ------------------------------------------------------------------------------------- */

static void reconcile_all(struct pool *p, struct mono now)
{
	actions_begin(p);
	for (size_t i = 0; i < p->service_count; i++)
		service_reconcile(p, &p->services[i], now);
}

struct pool *pool_new(const struct lb_config *config, const struct table *kernel, struct mono now)
{
	struct pool *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	if (!pool_build(p, config, NULL, kernel, now)) {
		pool_free(p);
		return NULL;
	}
	reconcile_all(p, now);
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pool_release(p);
	free(p);
}

bool pool_reload(struct pool *p, const struct lb_config *config, const struct table *kernel, struct mono now)
{
	struct pool fresh = {0};

	if (!pool_build(&fresh, config, p, kernel, now)) {
		pool_release(&fresh);
		return false;
	}
	fresh.stopped = p->stopped;
	pool_release(p);
	*p = fresh;
	actions_begin(p);
	if (!p->stopped)
		reconcile_all(p, now);
	return true;
}

/* --- events ----------------------------------------------------------------------------------- */

typedef bool change_member(
	struct pool *p, const struct ref *at, const struct pool_shared *c, bool up, unsigned failures, struct mono now);

/* Change the state of every real that shares the check. */
static void change_all(
	struct pool *p, const struct pool_shared *c, change_member *change, bool up, unsigned failures, struct mono now)
{
	for (size_t i = 0; i < c->ref_count; i++) {
		const struct ref *at = &p->refs[c->first_ref + i];
		if (change(p, at, c, up, failures, now))
			p->services[at->service].touched = true;
	}
}

/* Compare each changed virtual once, after all changes, so that no address is twice in one batch. */
static void reconcile_touched(struct pool *p, const struct pool_shared *c, struct mono now)
{
	for (size_t i = 0; i < c->ref_count; i++) {
		struct service *s = &p->services[p->refs[c->first_ref + i].service];
		if (s->touched)
			service_reconcile(p, s, now);
		s->touched = false;
	}
}

static void raise_counter(unsigned *counter)
{
	*counter += *counter < UINT32_MAX;
}

/* The check asks for another part of the weight. */
static void change_share(struct pool *p, struct pool_shared *c, unsigned share)
{
	if (share == LB_SHARE_NONE || share == c->share)
		return;
	c->share = share;
	for (size_t i = 0; i < c->ref_count; i++) {
		struct service *s = &p->services[p->refs[c->first_ref + i].service];
		struct member *m = &s->members[p->refs[c->first_ref + i].member];
		m->share = share;
		m->reweighed = true;
		s->touched = true;
	}
}

static void on_result(struct pool *p, const struct pool_event *e, struct mono now)
{
	if (e->check >= p->run_count)
		return;
	struct pool_shared *c = &p->checks[p->run[e->check]];
	if (c->in_maintenance) /* the server is in maintenance: do not count */
		return;
	unsigned failures = c->failures;
	c->checked = true;
	c->down = !e->up;
	copy_text(c->why, sizeof c->why, e->why ? e->why : "");
	raise_counter(e->up ? &c->successes : &c->failures);
	*(e->up ? &c->failures : &c->successes) = 0;
	change_share(p, c, e->share);
	change_all(p, c, member_result, e->up, failures, now);
	reconcile_touched(p, c, now);
}

static void on_maintenance(struct pool *p, const struct pool_event *e, struct mono now)
{
	size_t first, count = pool_checks_at(p, &e->address, &first);

	for (size_t i = first; i < first + count; i++) {
		struct pool_shared *c = &p->checks[i];
		if (c->in_maintenance == !e->up)
			continue;
		c->in_maintenance = !e->up;
		c->down = false;
		c->failures = c->successes = 0;
		change_all(p, c, member_maintenance, e->up, 0, now);
	}
	for (size_t i = first; i < first + count; i++)
		reconcile_touched(p, &p->checks[i], now);
}

static void on_order(struct pool *p, const struct pool_event *e, struct mono now)
{
	struct service *s = pool_service(p, &e->service);
	bool changed = false;

	/* A fallback with this address is meant too. */
	for (size_t i = 0; s && i < all_members(s); i++) {
		struct member *m = &s->members[i];
		if (m->check == NONE || key_order(&m->r->address, &e->address) || m->order == e->order)
			continue;
		m->order = e->order;
		m->since = now;
		changed = true;
	}
	if (changed)
		service_reconcile(p, s, now);
}

static void on_stop(struct pool *p)
{
	for (size_t i = 0; i < p->service_count; i++)
		if (!p->services[i].v || p->services[i].v->cleanstop)
			service_stop(p, &p->services[i]);
	p->stopped = true;
}

void pool_event(struct pool *p, const struct pool_event *e, struct mono now)
{
	actions_begin(p);
	if (p->stopped)
		return;
	switch (e->kind) {
	case POOL_RESULT: on_result(p, e, now); break;
	case POOL_MAINTENANCE: on_maintenance(p, e, now); break;
	case POOL_ORDER: on_order(p, e, now); break;
	case POOL_STOP: on_stop(p); break;
	}
}

const struct pool_action *pool_actions(const struct pool *p, size_t *count)
{
	*count = p->action_count;
	return p->actions;
}

/* --- time ------------------------------------------------------------------------------------- */

struct mono pool_deadline(const struct pool *p)
{
	return p->stopped ? MONO_FAR : mono_min(p->retry_next, mono_min(p->settle_next, p->mail_next));
}

static void tick_mails(struct pool *p, struct service *s, struct mono now)
{
	for (size_t i = 0; i < s->member_count; i++) {
		struct member *m = &s->members[i];
		if (mono_is_never(m->mail_at))
			continue;
		if (mono_reached(now, m->mail_at)) {
			if (m->order == POOL_ENABLE)
				actions_inaccessible(p, s, m);
			m->mail_at = mono_add(now, span_ms((int64_t)s->v->email_alert_freq * 1000));
		}
		p->mail_next = mono_min(p->mail_next, m->mail_at);
	}
}

static void tick_service(struct pool *p, struct service *s, bool mails, struct mono now)
{
	if (s->v && !s->settled && mono_reached(now, s->settle_at)) {
		s->settled = true;
		service_reconcile(p, s, now);
	}
	if (s->failing && mono_reached(now, s->retry_at))
		service_retry(p, s, now);
	if (s->failing)
		p->retry_next = mono_min(p->retry_next, s->retry_at);
	if (s->v && !s->settled)
		p->settle_next = mono_min(p->settle_next, s->settle_at);
	if (mails)
		tick_mails(p, s, now);
}

void pool_tick(struct pool *p, struct mono now)
{
	bool mails = mono_reached(now, p->mail_next);

	actions_begin(p);
	if (!mono_reached(now, pool_deadline(p)))
		return;
	p->retry_next = p->settle_next = MONO_FAR;
	if (mails)
		p->mail_next = MONO_FAR;
	for (size_t i = 0; i < p->service_count; i++)
		tick_service(p, &p->services[i], mails, now);
}

/* --- queries ---------------------------------------------------------------------------------- */

size_t pool_check_count(const struct pool *p)
{
	return p->run_count;
}

void pool_check(const struct pool *p, size_t index, struct pool_check *out)
{
	const struct pool_shared *c = &p->checks[p->run[index]];

	*out = (struct pool_check){
		.v = c->v, .r = c->r, .down = c->down, .in_maintenance = c->in_maintenance, .was = c->was};
}

size_t pool_refused(const struct pool *p, size_t *index, const char **why, bool *once)
{
	size_t count = 0;

	*once = false;
	for (size_t i = 0; i < p->service_count; i++) {
		const struct service *s = &p->services[i];
		if (!s->v || !s->failed)
			continue;
		*once = *once || s->tries < 2;
		if (count++ == 0) {
			*index = i;
			*why = s->trouble;
		}
	}
	return count;
}

static void view_entry(const struct service *s, const struct entry *e, struct pool_view *out)
{
	out->key = e->key;
	out->wanted = e->want.present;
	out->wanted_real = e->want.real;
	out->in_table = s->present && e->present;
	out->weight = out->in_table ? e->have.weight : 0;
	if (s->failed)
		copy_text(out->trouble, sizeof out->trouble, s->trouble);
	else if (e->failed)
		copy_text(out->trouble, sizeof out->trouble, e->trouble);
}

static void view_check(const struct pool *p, const struct member *m, struct pool_view *out)
{
	const struct pool_shared *c = &p->checks[m->check];

	out->checked = c->checked;
	out->in_maintenance = c->in_maintenance;
	out->failures = c->failures;
	out->successes = c->successes;
	copy_text(out->why, sizeof out->why, c->in_maintenance ? "Server in maintenance" : c->why);
}

static void view_fallback(const struct pool *p, const struct service *s, size_t i, struct pool_view *out)
{
	out->is_fallback = true;
	out->since = s->fallback_since;
	if (i >= s->fallback_count)
		return;
	const struct member *m = &s->members[s->member_count + i];
	out->up = s->fallback == FALLBACK_ON && fallback_chosen(s) == m;
	out->order = m->order;
	if (m->check != NONE)
		view_check(p, m, out);
	view_entry(s, &s->entries[m->entry], out);
}

void pool_view(const struct pool *p, size_t virtual_index, size_t real_index, struct pool_view *out)
{
	const struct service *s = &p->services[virtual_index];

	*out = (struct pool_view){0};
	if (real_index >= s->member_count) {
		view_fallback(p, s, real_index - s->member_count, out);
		return;
	}
	const struct member *m = &s->members[real_index];
	out->up = m->state == MEMBER_UP || (m->state == MEMBER_KEPT && m->kept.weight > 0);
	out->order = m->order;
	out->since = m->since;
	out->held = m->held;
	out->share = m->share;
	view_check(p, m, out);
	view_entry(s, &s->entries[m->entry], out);
}
