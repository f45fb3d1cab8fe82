// SPDX-License-Identifier: MIT
/* Corrects what another program has added, changed or removed in our part of the kernel's table.  A difference may come
 * back each time, because two programs work against each other or the kernel reports the same value differently.  Such
 * a difference is corrected less and less often, so that the log stays readable.  doc/ldirectord.md 7, 13.35 */
#include "ldirectord/pool/pool_private.h"

enum {
	FIGHTS_AT_ONCE = 5,
	TRUCE_FIRST_MS = 2000, /* doubled each time */
	TRUCE_LAST_MS = 60000,
};

static const char removed[] = "another program had removed it", changed[] = "another program had changed it",
		  added[] = "another program had added it";

static const struct table_service *in_kernel(const struct table *kernel, const struct lb_service_id *id)
{
	for (size_t i = 0; i < kernel->service_count; i++)
		if (lb_service_id_equal(&kernel->services[i].id, id))
			return &kernel->services[i];
	return NULL;
}

/* --- one virtual ------------------------------------------------------------------------------ */

static bool forget_service(struct service *s)
{
	bool was = s->present;

	s->present = s->doubt = false;
	for (size_t i = 0; i < s->entry_count; i++) {
		struct entry *e = &s->entries[i];
		if (e->present && was)
			e->foreign = removed;
		e->present = e->doubt = false;
	}
	if (was)
		s->foreign = removed;
	return was;
}

static bool learn_service(struct service *s, const struct table_service *kernel)
{
	bool differs = !s->present || !table_service_same(&s->have, kernel);

	if (differs && !s->doubt)
		s->foreign = s->present ? changed : added;
	s->present = true;
	s->doubt = false;
	s->have = *kernel;
	s->have.reals = NULL;
	s->have.real_count = 0;
	return differs;
}

static bool learn_real(struct entry *e, const struct table_real *real)
{
	bool differs = !e->present || !table_real_same(&e->have, real);

	e->seen = true;
	if (differs && !e->doubt)
		e->foreign = e->present ? changed : added;
	e->present = true;
	e->doubt = false;
	e->have = *real;
	return differs;
}

static bool learn_reals(struct pool *p, struct service *s, const struct table_service *kernel)
{
	bool differs = false;

	for (size_t i = 0; i < s->entry_count; i++)
		s->entries[i].seen = false;
	for (size_t i = 0; i < kernel->real_count; i++) {
		struct entry *e = entry_find(s, &kernel->reals[i].address);
		if (!e && pool_make_room(p, s))
			e = entry_add(s, &kernel->reals[i].address);
		if (e)
			differs = learn_real(e, &kernel->reals[i]) || differs;
	}
	for (size_t i = 0; i < s->entry_count; i++) {
		struct entry *e = &s->entries[i];
		if (e->seen || !(e->present || e->doubt))
			continue;
		if (e->present && !e->doubt)
			e->foreign = removed;
		differs = differs || e->present;
		e->present = e->doubt = false;
	}
	return differs;
}

/* --- all -------------------------------------------------------------------------------------- */

static void put_right(struct pool *p, struct service *s, struct mono now)
{
	int64_t ms = TRUCE_FIRST_MS;

	if (!mono_reached(now, s->truce))
		return;
	s->meddled = false;
	service_reconcile(p, s, now);
	if (++s->fights <= FIGHTS_AT_ONCE)
		return;
	for (unsigned i = FIGHTS_AT_ONCE + 1; i < s->fights && ms < TRUCE_LAST_MS; i++)
		ms *= 2;
	s->truce = mono_add(now, span_ms(ms < TRUCE_LAST_MS ? ms : TRUCE_LAST_MS));
}

static void observe(struct pool *p, struct service *s, const struct table *kernel, struct mono now)
{
	const struct table_service *found = in_kernel(kernel, &s->id);
	bool differs;

	entry_drop_strangers(s);
	if (found) {
		differs = learn_service(s, found);
		differs = learn_reals(p, s, found) || differs;
	} else {
		differs = forget_service(s);
	}
	s->meddled = s->meddled || differs;
	if (s->meddled)
		put_right(p, s, now);
	else if (s->fights > 0)
		s->fights--;
}

void pool_observe(struct pool *p, const struct table *kernel, struct mono now)
{
	actions_begin(p);
	if (p->stopped)
		return;
	for (size_t i = 0; i < p->service_count; i++)
		observe(p, &p->services[i], kernel, now);
}
