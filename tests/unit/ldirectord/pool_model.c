// SPDX-License-Identifier: MIT
#include "tests/unit/ldirectord/pool_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_run(const struct lb_virtual *v)
{
	return v->check_type != LB_CHECK_ON && v->check_type != LB_CHECK_OFF;
}

struct lb_address model_key(const struct lb_virtual *v, const struct lb_real *r)
{
	struct lb_address key = r->address;

	if (v->id.protocol != LB_FWM && r->forward != LB_MASQ)
		key.port = v->id.address.port;
	return key;
}

static bool same_key(const struct lb_virtual *v, const struct lb_real *a, const struct lb_real *b)
{
	struct lb_address x = model_key(v, a), y = model_key(v, b);

	return lb_address_equal(&x, &y);
}

static bool shares(const struct model_real *a, const struct model_real *b)
{
	return lb_address_equal(&a->r->address, &b->r->address) && a->r->weight == b->r->weight &&
	       a->r->forward == b->r->forward && a->v->check_type == b->v->check_type &&
	       a->v->id.protocol == b->v->id.protocol &&
	       (a->v->check_type != LB_CHECK_EXTERNAL || lb_service_id_equal(&a->v->id, &b->v->id));
}

struct model_real *model_at(struct model *m, size_t n)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct lb_virtual *v = m->virtuals[i].v;
		if (n < v->real_count)
			return &m->virtuals[i].reals[n];
		n -= v->real_count;
		if (n + 1 < v->fallback_count)
			return &m->virtuals[i].fallbacks[n];
		n -= v->fallback_count > 0 ? v->fallback_count - 1 : 0;
	}
	return NULL;
}

bool model_is_fallback(const struct model_real *r)
{
	return r->r >= r->v->fallbacks && r->r < r->v->fallbacks + r->v->fallback_count;
}

static bool serves(const struct model_real *r)
{
	return r->state == GOOD || (r->state == FOUND && r->found.weight);
}

/* By its check. */
static bool drains(const struct model_real *r)
{
	return r->state == GOOD && r->share == LB_SHARE_DRAIN;
}

static uint32_t part(const struct model_real *r)
{
	double weight = r->r->weight * (r->share ? r->share : 100) / 100.0;

	return r->r->weight && weight < 1 ? 1 : (uint32_t)(weight + 0.5);
}

/* The state after a reload of a real that was in the old file. */
static void continue_real(struct model_real *r, const struct model_real *old, bool in_kernel)
{
	struct lb_address was = model_key(old->v, old->r), is = model_key(r->v, r->r);

	r->order = old->order;
	r->found = old->found;
	r->state = old->state;
	r->proved = old->proved || old->v->check_type == LB_CHECK_ON; /* on: the operator vouches for it */
	r->was_there = r->v->check_type == LB_CHECK_OFF && is_run(old->v) ? in_kernel : old->was_there;
	if (is_run(r->v) && is_run(old->v)) {
		r->failures = old->failures;
		r->successes = old->successes;
		r->share = shares(old, r) ? old->share : 0;
		r->checked = old->checked;
		if (old->state == FOUND && !lb_address_equal(&was, &is)) {
			r->state = FRESH;
			r->proved = false;
		}
	} else if (r->v->check_type == LB_CHECK_ON) {
		r->state = GOOD;
	} else if (r->v->check_type == LB_CHECK_OFF) {
		r->state = serves(old) ? GOOD : BAD;
	} else {
		r->state = serves(old) ? FOUND : FRESH;
		r->found = (struct table_real){
			.forward = r->r->forward, .weight = r->r->weight, .upper = r->r->upper, .lower = r->r->lower};
	}
}

static void begin_real(struct model_real *r, const struct table_real *in_kernel)
{
	r->was_there = in_kernel != NULL;
	if (in_kernel)
		r->found = *in_kernel;
	r->proved = in_kernel && in_kernel->weight;
	r->state = in_kernel ? FOUND : FRESH;
	if (r->v->check_type == LB_CHECK_ON)
		r->state = GOOD;
	if (r->v->check_type == LB_CHECK_OFF)
		r->state = r->proved ? GOOD : BAD;
}

struct model_virtual *model_find(struct model *m, const struct lb_service_id *id)
{
	for (size_t i = 0; i < m->count; i++)
		if (lb_service_id_equal(&m->virtuals[i].v->id, id))
			return &m->virtuals[i];
	return NULL;
}

static bool is_awaited(const struct model_real *r)
{
	return is_run(r->v) && r->order == POOL_ENABLE &&
	       (r->state == FRESH || (r->state == FOUND && !r->found.weight));
}

static bool in_maintenance(struct model *m, const struct lb_address *a)
{
	struct model_real *r;

	for (size_t n = 0; m && (r = model_at(m, n)); n++)
		if (r->maintenance && lb_address_equal(&r->r->address, a))
			return true;
	return false;
}

/* The old fallback with this address in the kernel, or with this address in the file. */
static struct model_real *old_fallback(struct model_virtual *old, const struct lb_address *a, bool in_kernel)
{
	for (size_t i = 0; old && i < old->v->fallback_count; i++) {
		const struct lb_real *r = old->fallbacks[i].r;
		struct lb_address has = in_kernel ? model_key(old->v, r) : r->address;
		if (lb_address_equal(&has, a))
			return &old->fallbacks[i];
	}
	return NULL;
}

/* A fallback has the order of the real with its address; the last one has none. */
static void obey(struct model_virtual *v)
{
	for (size_t i = 0; i + 1 < v->v->fallback_count; i++)
		for (size_t j = 0; j < v->v->real_count; j++)
			if (lb_address_equal(&v->reals[j].r->address, &v->fallbacks[i].r->address))
				v->fallbacks[i].order = v->reals[j].order;
}

static void configure_fallback(struct model_virtual *v, size_t i, struct model *old_model, struct model_virtual *old,
	const struct table_service *s, bool adopts)
{
	struct model_real *f = &v->fallbacks[i];
	bool shared = false, last = i + 1 == v->v->fallback_count;

	*f = (struct model_real){.v = v->v, .r = &v->v->fallbacks[i]};
	struct lb_address key = model_key(v->v, f->r);
	const struct table_real *there = s ? kernel_real(s, &key) : NULL;
	for (size_t n = 0; n < v->v->real_count; n++)
		shared = shared || same_key(v->v, &v->v->reals[n], f->r);
	struct model_real *same = old_fallback(old, &key, true), *before = old_fallback(old, &f->r->address, false);
	bool open = !old || old->backup == OPEN;
	f->was_there = there && !shared && (old ? same && (same->was_there || !open) : adopts);
	if (f->was_there)
		f->found = old && open ? same->found : *there;
	f->state = last || !is_run(v->v) ? GOOD : FRESH;
	if (last)
		return;
	if (f->state == FRESH && before && before != &old->fallbacks[old->v->fallback_count - 1] && is_run(old->v)) {
		f->state = before->state;
		f->proved = before->proved;
		f->failures = before->failures;
		f->share = shares(before, f) ? before->share : 0;
		f->successes = before->successes;
		f->checked = before->checked;
	}
	f->maintenance = in_maintenance(old_model, &f->r->address);
	if (f->maintenance)
		f->state = BAD;
}

/* model_config for one virtual; old NULL: it is new. */
static void configure_virtual(struct model_virtual *v, struct model *old_model, struct model_virtual *old,
	const struct table *kernel, bool adopts, struct mono now)
{
	const struct table_service *s = kernel_service(kernel, &v->v->id);
	bool awaited = false;

	for (size_t i = 0; i < v->v->real_count; i++) {
		struct model_real *r = &v->reals[i], *before = NULL;
		bool of_old = false;
		*r = (struct model_real){.v = v->v, .r = &v->v->reals[i]};
		struct lb_address key = model_key(v->v, r->r);
		const struct table_real *there = s ? kernel_real(s, &key) : NULL;
		for (size_t j = 0; old && j < old->v->real_count; j++) {
			struct lb_address k = model_key(old->v, old->reals[j].r);
			of_old = of_old || lb_address_equal(&k, &key);
			if (lb_address_equal(&old->reals[j].r->address, &r->r->address))
				before = &old->reals[j];
		}
		of_old = of_old || old_fallback(old, &key, true);
		if (before)
			continue_real(r, before, there != NULL);
		else
			begin_real(r, adopts && !of_old ? there : NULL);
		r->maintenance = in_maintenance(old_model, &r->r->address);
		if (r->maintenance)
			r->state = BAD;
		awaited = awaited || is_awaited(r);
	}
	for (size_t i = 0; i < v->v->fallback_count; i++)
		configure_fallback(v, i, old_model, old, s, adopts);
	obey(v);
	for (size_t i = 0; i < v->v->fallback_count; i++)
		awaited = awaited || is_awaited(&v->fallbacks[i]);
	v->backup = old ? old->backup : OPEN;
	v->settled = old && old->settled && !awaited;
	v->settle_at = old && !old->settled ? old->settle_at : mono_add(now, span_ms(MODEL_PATIENCE_MS));
}

/* Reals that share a check share its counters.  The counters come from the first real that has results. */
static void share_checks(struct model *m)
{
	struct model_real *r, *leader;

	for (size_t n = 0; (r = model_at(m, n)); n++) {
		for (r->check = 0; (leader = model_at(m, r->check)) && !shares(leader, r); r->check++)
			;
		if (leader == r || leader->checked || !r->checked)
			continue;
		leader->checked = true;
		leader->failures = r->failures;
		leader->successes = r->successes;
		leader->share = r->share;
	}
	for (size_t n = 0; (r = model_at(m, n)); n++)
		r->share = model_at(m, r->check)->share;
}

void model_decide(struct model *m, struct mono now)
{
	for (size_t i = 0; i < m->count; i++) {
		struct model_virtual *v = &m->virtuals[i];
		bool awaited = false, unchecked = false;
		size_t up = 0, least = v->v->quorum, more = v->v->quorum_hysteresis;
		for (size_t j = 0; j < v->v->real_count; j++) {
			struct model_real *r = &v->reals[j];
			up += r->order == POOL_ENABLE && serves(r) && !drains(r);
			awaited = awaited || is_awaited(r);
			unchecked = unchecked || r->state == FRESH || r->state == FOUND;
		}
		for (size_t j = 0; j < v->v->fallback_count; j++) {
			awaited = awaited || is_awaited(&v->fallbacks[j]);
			unchecked = unchecked || v->fallbacks[j].state == FRESH;
		}
		if (!unchecked || mono_reached(now, v->settle_at))
			v->settled = true;
		if (v->backup == THERE)
			least += more;
		else if (v->backup == AWAY)
			least = least > more ? least - more : 1;
		if (up >= least || !awaited || v->settled)
			v->backup = up >= least ? AWAY : THERE;
	}
}

void model_config(struct model *m, struct model *old, const struct lb_config *c, const struct table *kernel,
	bool adopts, struct mono now)
{
	struct model fresh = {.count = c->virtual_count, .others = m->others};

	for (size_t i = 0; i < c->virtual_count; i++) {
		fresh.virtuals[i].v = &c->virtuals[i];
		configure_virtual(
			&fresh.virtuals[i], old, old ? model_find(old, &c->virtuals[i].id) : NULL, kernel, adopts, now);
	}
	share_checks(&fresh);
	*m = fresh;
	model_decide(m, now);
}

/* As many are out by their checks as maxdown allows. */
static bool is_full(struct model *m, const struct model_real *r)
{
	struct model_virtual *v = model_find(m, &r->v->id);
	size_t out = 0, most = r->v->max_down.value;

	if (!r->v->max_down.given || r->order != POOL_ENABLE || model_is_fallback(r))
		return false;
	if (r->v->max_down.percent)
		most = most * r->v->real_count / 100;
	for (size_t i = 0; i < r->v->real_count; i++)
		out += !serves(&v->reals[i]) && v->reals[i].order == POOL_ENABLE && !v->reals[i].maintenance;
	return out >= most;
}

void model_result(struct model *m, size_t check, bool up, unsigned share, struct mono now)
{
	struct model_real *leader = model_at(m, check), *r;

	if (leader->maintenance)
		return;
	leader->checked = true;
	leader->failures = up ? 0 : leader->failures + 1;
	leader->successes = up ? leader->successes + 1 : 0;
	for (size_t n = 0; (r = model_at(m, n)); n++) {
		if (r->check != check)
			continue;
		r->checked = true;
		r->failures = leader->failures; /* a reload may end the sharing */
		r->successes = leader->successes;
		r->share = share != LB_SHARE_NONE ? share : r->share;
		if (up && (r->state != BAD || leader->successes >= r->v->rise_count))
			r->state = GOOD, r->proved = true;
		if (!up && !(serves(r) && (leader->failures < r->v->failure_count || is_full(m, r))))
			r->state = BAD;
	}
	model_decide(m, now);
}

void model_maintenance(struct model *m, const struct lb_address *a, bool named, struct mono now)
{
	struct model_real *r;

	for (size_t n = 0; (r = model_at(m, n)); n++) {
		if (!lb_address_equal(&r->r->address, a) || r->maintenance == named)
			continue;
		r->maintenance = named;
		r->failures = r->successes = 0;
		if (named)
			r->state = BAD;
		else if (r->v->check_type == LB_CHECK_ON || (model_is_fallback(r) && !is_run(r->v)))
			r->state = GOOD;
	}
	model_decide(m, now);
}

void model_order(struct model *m, struct model_real *r, enum pool_order order, struct mono now)
{
	r->order = order;
	obey(model_find(m, &r->v->id));
	model_decide(m, now);
}

/* --- the table -------------------------------------------------------------------------------- */

static void put(struct table_service *s, const struct lb_address *key, enum lb_forward forward, uint32_t weight,
	uint32_t upper, uint32_t lower)
{
	if (kernel_real(s, key))
		return; /* the first claim wins */
	s->reals = realloc(s->reals, (s->real_count + 1) * sizeof *s->reals);
	assert_non_null(s->reals);
	s->reals[s->real_count++] = (struct table_real){
		.address = *key, .forward = forward, .weight = weight, .upper = upper, .lower = lower};
}

static void put_serving(struct table_service *s, struct model_virtual *v)
{
	for (size_t i = 0; i < v->v->real_count; i++) {
		struct model_real *r = &v->reals[i];
		struct lb_address key = model_key(v->v, r->r);
		if (r->order == POOL_ENABLE && r->state == GOOD && !drains(r))
			put(s, &key, r->r->forward, part(r), r->r->upper, r->r->lower);
		else if (r->order == POOL_ENABLE && r->state == FOUND && r->found.weight)
			put(s, &key, r->found.forward, r->found.weight, r->found.upper, r->found.lower);
	}
}

static bool is_usable(const struct model_real *f)
{
	if (f->r == &f->v->fallbacks[f->v->fallback_count - 1])
		return true;
	if (f->order != POOL_ENABLE)
		return false;
	return (f->state == GOOD && !drains(f)) ||
	       (f->state == FRESH && f->was_there && f->found.forward == f->r->forward);
}

static void put_backup(struct table_service *s, struct model_virtual *v)
{
	for (size_t i = 0; i < v->v->fallback_count; i++) {
		struct model_real *f = &v->fallbacks[i];
		struct lb_address key = model_key(v->v, f->r);
		if (v->backup == OPEN && f->was_there)
			put(s, &key, f->found.forward, f->found.weight, f->found.upper, f->found.lower);
		if (v->backup != THERE || !is_usable(f))
			continue;
		put(s, &key, f->r->forward, 1, 0, 0);
		return;
	}
}

static void put_quiet(struct table_service *s, struct model_virtual *v)
{
	for (size_t i = 0; i < v->v->real_count; i++) {
		struct model_real *r = &v->reals[i];
		struct lb_address key = model_key(v->v, r->r);
		bool never = v->v->check_type == LB_CHECK_OFF && !r->was_there;
		if (r->order == POOL_DRAIN)
			put(s, &key, r->state == FOUND ? r->found.forward : r->r->forward, 0, 0, 0);
		else if (r->order == POOL_ENABLE && r->state == FOUND)
			put(s, &key, r->found.forward, 0, r->found.upper, r->found.lower);
		else if (r->order == POOL_ENABLE && (drains(r) || (v->v->quiescent && !never)))
			put(s, &key, r->r->forward, 0, 0, 0);
	}
}

void model_table(struct model *m, struct table *out)
{
	kernel_copy(&m->others, out);
	out->services = realloc(out->services, (out->service_count + m->count + 1) * sizeof *out->services);
	assert_non_null(out->services);
	for (size_t i = 0; i < m->count; i++) {
		struct model_virtual *v = &m->virtuals[i];
		struct table_service *s = &out->services[out->service_count];
		if (m->stopped && v->v->cleanstop)
			continue;
		*s = (struct table_service){.id = v->v->id};
		strcpy(s->scheduler, v->v->scheduler);
		out->service_count++;
		put_serving(s, v);
		put_backup(s, v);
		put_quiet(s, v);
	}
}
