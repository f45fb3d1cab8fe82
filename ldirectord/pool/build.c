// SPDX-License-Identifier: MIT
/* Builds the structs from a configuration: virtuals, reals, the entries in the kernel, the shared checks.  All memory
 * is allocated here, so an event cannot fail.  inherit.c takes over the earlier state. */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

/* --- virtuals --------------------------------------------------------------------------------- */

static bool allocate(struct service *s, size_t members, size_t entries)
{
	size_t slots = 4;

	while (slots < 2 * entries)
		slots *= 2;
	s->members = calloc(members + 1, sizeof *s->members);
	s->entries = malloc((entries + 1) * sizeof *s->entries); /* entry_add clears each */
	s->slots = calloc(slots, sizeof *s->slots);
	s->slot_mask = slots - 1;
	s->entry_cap = entries;
	return s->members && s->entries && s->slots;
}

static void name_entries(struct service *s)
{
	for (size_t i = 0; i < s->v->real_count; i++) {
		struct member *m = &s->members[s->member_count++];
		m->r = &s->v->reals[i];
		struct lb_address key = entry_key(&s->id, m->r);
		struct entry *e = entry_add(s, &key);
		m->entry = (size_t)(e - s->entries);
		if (e->owner == NONE)
			e->owner = i;
	}
	for (size_t i = 0; i < s->v->fallback_count; i++) {
		struct member *m = &s->members[s->member_count + s->fallback_count++];
		m->r = &s->v->fallbacks[i];
		m->is_fallback = true;
		struct lb_address key = entry_key(&s->id, m->r);
		struct entry *e = entry_add(s, &key);
		m->entry = (size_t)(e - s->entries);
		e->of_fallback = true;
		m->check = NONE; /* the last one keeps that */
	}
}

static void find_entry(struct service *s, const struct table_real *real)
{
	struct entry *e = entry_add(s, &real->address);

	e->present = true;
	e->have = *real;
}

static void carry_entry(struct service *s, const struct entry *old)
{
	struct entry *e = entry_add(s, &old->key);

	e->present = old->present;
	e->doubt = old->doubt;
	e->have = old->have;
	e->tried = old->tried;
}

/* Fill in the entries of the kernel: from the current table, or else from what the pool knew before. */
static void find_entries(struct service *s, const struct table_service *kernel, const struct service *old)
{
	s->present = kernel || (old && old->present);
	if (kernel) {
		s->have = *kernel;
		s->have.reals = NULL;
		s->have.real_count = 0;
		for (size_t i = 0; i < kernel->real_count; i++)
			find_entry(s, &kernel->reals[i]);
	} else if (old && (old->present || old->doubt)) {
		s->have = old->have;
		s->doubt = old->doubt;
		for (size_t i = 0; i < old->entry_count; i++)
			if (old->entries[i].present || old->entries[i].doubt)
				carry_entry(s, &old->entries[i]);
	}
}

static const struct table_service *in_kernel(const struct table *kernel, const struct lb_service_id *id)
{
	for (size_t i = 0; kernel && i < kernel->service_count; i++)
		if (lb_service_id_equal(&kernel->services[i].id, id))
			return &kernel->services[i];
	return NULL;
}

/* Add a service.  v NULL: the file does not have it any more, so it must be deleted. */
static bool add_service(struct pool *p, const struct lb_virtual *v, const struct lb_service_id *id,
	const struct pool *old, const struct table *kernel)
{
	struct service *s = &p->services[p->service_count];
	const struct service *before = old ? pool_service(old, id) : NULL;
	const struct table_service *now = in_kernel(kernel, id);
	size_t found = now ? now->real_count : !kernel && before ? before->entry_count : 0;

	s->id = *id;
	s->v = v;
	s->index = p->service_count++;
	s->retry_at = s->settle_at = MONO_FAR;
	size_t servers = v ? v->real_count + v->fallback_count : 0;
	if (!allocate(s, servers, found + servers))
		return false;
	if (v)
		name_entries(s);
	s->own_entries = s->entry_count;
	find_entries(s, now, kernel ? NULL : before);
	return true;
}

static bool add_services(
	struct pool *p, const struct lb_config *config, const struct pool *old, const struct table *kernel)
{
	p->services = calloc(config->virtual_count + (old ? old->service_count : 0) + 1, sizeof *p->services);
	if (!p->services)
		return false;
	for (size_t i = 0; i < config->virtual_count; i++)
		if (!add_service(p, &config->virtuals[i], &config->virtuals[i].id, old, kernel))
			return false;
	for (size_t i = 0; old && i < old->service_count; i++) {
		const struct service *s = &old->services[i];
		bool present = kernel ? in_kernel(kernel, &s->id) != NULL : s->present || s->doubt;
		if (present && !pool_service(p, &s->id) && !add_service(p, NULL, &s->id, old, kernel))
			return false;
	}
	return true;
}

/* --- checks ----------------------------------------------------------------------------------- */

struct candidate {
	const struct lb_virtual *v;
	const struct lb_real *r;
	struct ref at;
};

static int candidate_order(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = key_order(&x->r->address, &y->r->address);

	if (order)
		return order;
	if (x->at.service != y->at.service)
		return x->at.service < y->at.service ? -1 : 1;
	return x->at.member < y->at.member ? -1 : x->at.member > y->at.member;
}

/* The last fallback is not one of them: it serves when nothing else does, whatever a check would find. */
static size_t checked_members(const struct service *s)
{
	return s->member_count + (s->fallback_count > 0 ? s->fallback_count - 1 : 0);
}

static size_t list_candidates(const struct pool *p, struct candidate *list)
{
	size_t count = 0;

	for (size_t i = 0; i < p->service_count; i++)
		for (size_t j = 0; j < checked_members(&p->services[i]); j++)
			list[count++] = (struct candidate){p->services[i].v, p->services[i].members[j].r, {i, j}};
	return count;
}

/* Returns the check of a candidate: an existing one for the same address, or a new one. */
static size_t check_of(struct pool *p, const struct candidate *c)
{
	for (size_t i = p->check_count; i-- > 0 && key_order(&p->checks[i].r->address, &c->r->address) == 0;)
		if (shared_check_same(p->checks[i].v, p->checks[i].r, c->v, c->r))
			return i;
	p->checks[p->check_count] = (struct pool_shared){
		.v = c->v, .r = c->r, .was = NONE, .runs_as = NONE, .share = LB_SHARE_FULL};
	return p->check_count++;
}

static void list_refs(struct pool *p, const struct candidate *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		p->checks[p->services[list[i].at.service].members[list[i].at.member].check].ref_count++;
	for (size_t i = 0; i < p->check_count; i++) {
		p->checks[i].first_ref = p->ref_count;
		p->ref_count += p->checks[i].ref_count;
		p->checks[i].ref_count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct pool_shared *c = &p->checks[p->services[list[i].at.service].members[list[i].at.member].check];
		p->refs[c->first_ref + c->ref_count++] = list[i].at;
	}
}

static bool add_checks(struct pool *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->service_count; i++)
		count += checked_members(&p->services[i]);
	struct candidate *list = calloc(count + 1, sizeof *list);
	p->checks = calloc(count + 1, sizeof *p->checks);
	p->run = calloc(count + 1, sizeof *p->run);
	p->refs = calloc(count + 1, sizeof *p->refs);
	bool ok = list && p->checks && p->run && p->refs;
	if (ok) {
		(void)list_candidates(p, list); /* the list has space for the counted candidates */
		qsort(list, count, sizeof *list, candidate_order);
		for (size_t i = 0; i < count; i++)
			p->services[list[i].at.service].members[list[i].at.member].check = check_of(p, &list[i]);
		list_refs(p, list, count);
	}
	free(list);
	for (size_t i = 0; ok && i < p->check_count; i++)
		if (shared_check_runs(p->checks[i].v)) {
			p->checks[i].runs_as = p->run_count;
			p->run[p->run_count++] = i;
		}
	return ok;
}

/* --- all -------------------------------------------------------------------------------------- */

bool pool_make_room(struct pool *p, struct service *s)
{
	size_t before = s->entry_cap;

	if (!entry_make_room(s))
		return false;
	size_t cap = p->action_cap + POOL_ACTIONS_AN_ENTRY * (s->entry_cap - before);
	if (cap == p->action_cap)
		return true;
	struct pool_action *actions = realloc(p->actions, cap * sizeof *actions);
	if (!actions) { /* without space for actions the entry cannot be used */
		s->entry_cap = s->entry_count;
		return false;
	}
	p->actions = actions;
	p->action_cap = cap;
	return true;
}

/* Allocate space for the largest number of actions that one call can add. */
static bool add_actions(struct pool *p)
{
	p->action_cap = 1;
	for (size_t i = 0; i < p->service_count; i++)
		p->action_cap += POOL_ACTIONS_A_SERVICE + POOL_ACTIONS_AN_ENTRY * p->services[i].entry_count +
		                 POOL_ACTIONS_A_MEMBER * all_members(&p->services[i]);
	p->actions = malloc(p->action_cap * sizeof *p->actions); /* not cleared: most of it is never used */
	return p->actions != NULL;
}

bool pool_build(struct pool *p, const struct lb_config *config, const struct pool *old, const struct table *kernel,
	struct mono now)
{
	p->config = config;
	p->retry_next = p->settle_next = p->mail_next = MONO_FAR;
	if (!add_services(p, config, old, kernel) || !add_checks(p) || !add_actions(p))
		return false;
	pool_inherit(p, old, !old || kernel, now);
	return true;
}

void pool_release(struct pool *p)
{
	for (size_t i = 0; i < p->service_count; i++) {
		free(p->services[i].members);
		free(p->services[i].entries);
		free(p->services[i].slots);
	}
	free(p->services);
	free(p->checks);
	free(p->run);
	free(p->refs);
	free(p->actions);
}
