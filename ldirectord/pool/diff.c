// SPDX-License-Identifier: MIT
/* Compares the wanted entries with those of the kernel, as far as the pool knows, and creates the operations, each with
 * its log line.
 *
 * An operation counts as successful until pool_failed reports a failure.  Then the state before the operation is valid
 * again.  If the error does not show what the kernel has, the entry is also in doubt: the kernel may have carried out
 * the operation, and only the answer was lost.  The operation of an entry in doubt is tried again even if the entry
 * seems to be right.
 *
 * Entries have the order of the file: the reals, then the fallbacks, then addresses that the file does not have.  So a
 * failed real is deleted before the fallback is added, and a good real is added before the fallback is deleted.
 * doc/ldirectord.md 7, "Up", "Down", "Stop" */
#include <errno.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

/* --- the fallback ----------------------------------------------------------------------------- */

static void set_fallback(struct pool *p, struct service *s, enum fallback_state next, struct mono now)
{
	/* For a fallback that was found in the table, an earlier process has run the start command. */
	bool was_on = s->fallback == FALLBACK_ON || (s->fallback == FALLBACK_UNDECIDED && fallback_was_found(s));
	bool run_command = next == FALLBACK_ON ? s->fallback != FALLBACK_ON : was_on;

	if (next == s->fallback)
		return;
	s->fallback = next;
	s->fallback_since = now;
	if (s->v->quorum > 1 && (next == FALLBACK_ON || was_on))
		actions_quorum(p, s, next == FALLBACK_ON);
	if (run_command && s->v->fallback_command)
		actions_add(p, POOL_COMMAND, s, POOL_OF_NONE, next == FALLBACK_ON ? "start" : "stop");
}

/* Returns true when there are too few reals.  Between the two limits the fallback does not change. */
static bool lacks_quorum(const struct service *s, size_t up)
{
	size_t quorum = s->v->quorum, hysteresis = s->v->quorum_hysteresis;

	if (s->fallback == FALLBACK_ON)
		return up < quorum + hysteresis;
	/* the file may have a hysteresis that is too large: zero reals are always too few */
	if (s->fallback == FALLBACK_OFF)
		return up == 0 || up + hysteresis < quorum;
	return up < quorum;
}

static void decide(struct pool *p, struct service *s, struct mono now)
{
	bool awaited = false, unchecked = false;
	size_t up = 0;

	for (size_t i = 0; i < s->member_count; i++) {
		const struct member *m = &s->members[i];
		up += member_is_up(m);
		awaited = awaited || member_is_awaited(s, m);
		unchecked = unchecked || m->state == MEMBER_NEW || m->state == MEMBER_KEPT;
	}
	for (size_t i = s->member_count; i < all_members(s); i++) {
		awaited = awaited || member_is_awaited(s, &s->members[i]);
		unchecked = unchecked || s->members[i].state == MEMBER_NEW;
	}
	s->settled = s->settled || !unchecked;
	if (!lacks_quorum(s, up))
		set_fallback(p, s, FALLBACK_OFF, now);
	else if (!awaited || s->settled)
		set_fallback(p, s, FALLBACK_ON, now);
}

/* --- operations ------------------------------------------------------------------------------- */

/* Forget the entries of a virtual that is being added.  If its state was in doubt, it may have been in the kernel all
 * the time, with its entries. */
static void forget_entries(struct service *s)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		struct entry *e = &s->entries[i];
		if (e->present && s->was_doubt) {
			e->doubt = true;
			e->tried.real = e->have;
		}
		e->present = false;
	}
}

static void service_op(
	struct pool *p, struct service *s, enum table_op_kind kind, const struct table_service *want, const char *what)
{
	size_t of = actions_op(p, s, kind, want, NULL);

	actions_service(p, s, of, what);
	s->was = s->have;
	s->was_present = s->present;
	s->was_doubt = s->doubt;
	s->doubt = false;
	s->have = *want;
	s->present = kind != TABLE_SERVICE_DELETE;
	if (kind == TABLE_SERVICE_ADD)
		forget_entries(s);
}

/* Compare the virtual itself.  Returns whether its reals can be compared now. */
static bool diff_service(struct pool *p, struct service *s)
{
	struct table_service want;

	if (!s->v) {
		if ((s->present || s->doubt) && !s->failed)
			service_op(p, s, TABLE_SERVICE_DELETE, &s->have, "Purged virtual server (start)");
		return false;
	}
	service_describe(s->v, &want);
	if (s->present && !s->doubt && table_service_same(&s->have, &want))
		return true;
	if (s->failed)
		return s->present;
	if (s->present)
		service_op(p, s, TABLE_SERVICE_EDIT, &want, "Changed virtual server");
	else
		service_op(p, s, TABLE_SERVICE_ADD, &want, "Added virtual server");
	return true;
}

static bool same_want(const struct want *a, const struct want *b)
{
	return a->present == b->present && (!a->present || table_real_same(&a->real, &b->real));
}

static bool is_as_wanted(const struct entry *e)
{
	return !e->doubt && e->present == e->want.present && (!e->present || table_real_same(&e->have, &e->want.real));
}

static void diff_entry(struct pool *p, struct service *s, struct entry *e)
{
	/* A failed entry waits for its retry, unless the wanted entry has changed meanwhile. */
	if (is_as_wanted(e) || (e->failed && same_want(&e->want, &e->tried)))
		return;
	enum table_op_kind kind = !e->want.present ? TABLE_REAL_DELETE : e->present ? TABLE_REAL_EDIT : TABLE_REAL_ADD;
	const struct table_real *real = e->want.present ? &e->want.real : e->present ? &e->have : &e->tried.real;
	size_t of = actions_op(p, s, kind, &s->have, real);
	p->actions[of].op.real.address = e->key;
	actions_entry(p, s, e, of, kind, false);
	e->changed = true;
	e->was = e->have;
	e->was_present = e->present;
	e->was_doubt = e->doubt;
	e->doubt = false;
	e->present = e->want.present;
	if (e->present)
		e->have = e->want.real;
	e->failed = false;
}

/* A server that is down from its first check on was not in the table, or has weight 0 already, so no operation reports
 * it.  A fallback is not in the table most of the time, and its operations have no reason. */
static void tell_fallen(struct pool *p, struct service *s)
{
	for (size_t i = 0; i < all_members(s); i++) {
		struct member *m = &s->members[i];
		bool reported = s->entries[m->entry].changed && !m->is_fallback;
		if (m->fell && m->state == MEMBER_DOWN && m->order == POOL_ENABLE && !reported)
			actions_down(p, s, m);
		if (m->rose && m->is_fallback)
			actions_fallback_up(p, s, m);
		m->fell = m->rose = m->reweighed = false;
	}
}

static void diff(struct pool *p, struct service *s, struct mono now)
{
	if (s->v)
		decide(p, s, now);
	service_desire(s);
	for (size_t i = 0; i < s->entry_count; i++)
		s->entries[i].changed = false;
	if (diff_service(p, s))
		for (size_t i = 0; i < s->entry_count; i++)
			diff_entry(p, s, &s->entries[i]);
	tell_fallen(p, s);
	s->foreign = NULL;
	for (size_t i = 0; i < s->entry_count; i++)
		s->entries[i].foreign = NULL;
	if (s->v && s->settled && s->quiet) {
		s->quiet = false;
		actions_summary(p, s);
	}
}

void service_reconcile(struct pool *p, struct service *s, struct mono now)
{
	if (!s->failing) { /* the last batch succeeded */
		s->tries = 0;
		s->trouble[0] = 0;
		for (size_t i = 0; i < s->entry_count; i++)
			s->entries[i].trouble[0] = 0;
	}
	diff(p, s, now);
}

void service_retry(struct pool *p, struct service *s, struct mono now)
{
	s->failing = s->failed = false;
	for (size_t i = 0; i < s->entry_count; i++)
		s->entries[i].failed = false;
	diff(p, s, now);
}

void service_stop(struct pool *p, struct service *s)
{
	if (!s->present && !s->doubt)
		return;
	for (size_t i = 0; i < s->entry_count; i++) {
		struct entry *e = &s->entries[i];
		if (!e->present || e->have.weight == 0 || e->of_fallback)
			continue;
		size_t of = actions_op(p, s, TABLE_REAL_DELETE, &s->have, &e->have);
		p->actions[of].op.real.address = e->key;
		actions_entry(p, s, e, of, TABLE_REAL_DELETE, true);
	}
	service_op(p, s, TABLE_SERVICE_DELETE, &s->have, "Purged virtual server (stop)");
}

/* --- failures --------------------------------------------------------------------------------- */

static void schedule(struct pool *p, struct service *s, bool at_once, struct mono now)
{
	int64_t delay_ms = at_once ? 0 : POOL_RETRY_FIRST_MS;

	if (s->failing && !at_once)
		return;
	for (unsigned i = 0; i < s->tries && delay_ms < POOL_RETRY_LAST_MS; i++)
		delay_ms *= 2;
	s->tries += !s->failing;
	s->failing = true;
	s->retry_at = mono_add(now, span_ms(delay_ms < POOL_RETRY_LAST_MS ? delay_ms : POOL_RETRY_LAST_MS));
	p->retry_next = mono_min(p->retry_next, s->retry_at);
}

/* This function and entry_failed return whether the error shows what the kernel has. */
static bool service_failed(struct service *s, const struct table_op *op, int error)
{
	s->present = s->was_present;
	s->have = s->was;
	s->have.id = s->id; /* also if we did not know the service: it may have to be deleted */
	s->failed = true;
	if (error == -EEXIST && op->kind == TABLE_SERVICE_ADD) {
		s->present = true;
		s->have = (struct table_service){.id = s->id, .scheduler = "?"}; /* its settings are unknown */
		return true;
	}
	if (error == -ESRCH)
		s->present = false;
	else
		s->doubt = true;
	return error == -ESRCH;
}

static bool entry_failed(struct service *s, struct entry *e, const struct table_op *op, int error)
{
	e->present = e->was_present;
	e->have = e->was;
	e->failed = true;
	e->tried = e->want;
	e->tried.real = op->real; /* also for a deletion, because the retry needs the same forwarding method */
	if (error == -EEXIST && op->kind == TABLE_REAL_ADD) {
		e->present = true;
		e->have = (struct table_real){.address = e->key, .weight = UINT32_MAX};
	}
	if (error == -ENOENT)
		e->present = false;
	if (error == -ESRCH)
		s->present = false;
	bool known = error == -EEXIST || error == -ENOENT || error == -ESRCH;
	e->doubt = !known;
	return known;
}

static bool is_done(const struct service *s, const struct entry *e)
{
	return e ? is_as_wanted(e) && s->present : !s->v && !s->present && !s->doubt;
}

void pool_failed(struct pool *p, const struct table_op *op, int error, const char *why, struct mono now)
{
	struct service *s = pool_service(p, &op->service.id);
	struct entry *e = s && op->kind >= TABLE_REAL_ADD ? entry_find(s, &op->real.address) : NULL;

	actions_begin(p);
	if (!s || (op->kind >= TABLE_REAL_ADD && !e))
		return;
	/* the failure follows from that of its virtual, which is logged already */
	bool follows = e && s->failed && !s->present;
	bool known = e ? entry_failed(s, e, op, error) : service_failed(s, op, error);
	/* the error resolves a doubt, and is not a failure itself */
	bool settles = known && (e ? e->was_doubt : s->was_doubt);
	if (is_done(s, e))
		*(e ? &e->failed : &s->failed) = false;
	else if (!p->stopped)
		schedule(p, s, settles || (known && s->tries == 0), now);
	char *trouble = e ? e->trouble : s->trouble;
	if (follows || settles || strncmp(trouble, why, POOL_WHY - 1) == 0)
		return;
	copy_text(trouble, POOL_WHY, why);
	actions_failed(p, s, op, why, now);
}
