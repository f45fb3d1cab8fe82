// SPDX-License-Identifier: MIT
/* The running checks: sends each check to its worker process at its time in the schedule, and passes its result to the
 * pool.
 * A check that still runs when its next start comes skips that start.  A check whose process has died has no result: it
 * is sent to the next process.  doc/ldirectord.md 6, 11 */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/log/monitor.h"
#include "ldirectord/daemon/workers.h"

enum {
	FIRST_MS = 100,      /* all first checks start within this time */
	FIRST_EACH_US = 200, /* but at most 5,000 in a second: more checks would delay each other */
	HOLD_MS = 250,       /* the table waits this long for their results, so that they are one batch */
	READY_MS = 5000,     /* before that, the table waits so long for the worker processes */
	AGAIN_MS = 500,      /* the pause before a check is sent to its process again, when there is none */
	/* when a process exceeds the time limit of a check by this time, it does not answer any more */
	SILENCE_MS = 10000,
};

struct slot {
	struct director *director;
	uint32_t running;      /* id of the check at its worker; 0: none */
	enum worker_kind kind; /* the kind of that worker */
	struct mono limit;     /* the time by which its worker should have answered */
	struct mono due;       /* the time when the running or the last check was due */
	size_t index;
	unsigned connects_left; /* for the combined type: connects before the next negotiation */
	struct mono grid;       /* only for the first check: one period before its regular start */
	bool unknown;           /* it has no verdict yet */
};

struct checks {
	struct director *director;
	struct schedule *schedule;
	struct slot *slots;
	size_t count, running, unknown;
	struct mono hold; /* the table waits until then for the unknown checks */
	struct precise_timer *timer;
	struct workers *workers;
	GHashTable *by_id; /* maps the id of a running check to its slot */
	uint32_t last_id;
	guint seconds;
};

static void arm(struct checks *c);

static void tell_hold(struct checks *c)
{
	c->director->hold = c->unknown > 0 ? c->hold : MONO_NEVER;
}

static struct span period_of(const struct pool_check *check)
{
	return span_ms(check->down ? check->v->retry_interval_ms : check->v->check_interval_ms);
}

/* Mark the check of the slot as not running. */
static void release(struct checks *c, struct slot *s)
{
	(void)g_hash_table_remove(c->by_id, GUINT_TO_POINTER(s->running));
	s->running = 0;
	c->running--;
}

static void on_verdict(void *context, uint32_t id, const struct check_outcome *o)
{
	struct checks *c = context;
	struct slot *s = g_hash_table_lookup(c->by_id, GUINT_TO_POINTER(id));
	struct pool_check check;
	if (!s) // the check was cancelled
		return;
	struct director *d = s->director;
	release(c, s);
	c->unknown -= s->unknown;
	s->unknown = false;
	tell_hold(c);
	pool_check(d->pool, s->index, &check);
	if (check.v->check_type == LB_CHECK_COMBINED)
		s->connects_left = !o->up                     ? 0
		                   : s->connects_left == 0 ? check.v->connects_per_negotiate
		                                           : s->connects_left - 1;
	struct pool_event e = {
		.kind = POOL_RESULT, .check = s->index, .up = o->up, .share = o->share, .why = o->why};
	pool_event(d->pool, &e, mono_now());
	pool_check(d->pool, s->index, &check);
	monitor_check(d->monitor, check.v, check.r, o->up && !check.in_maintenance,
		check.in_maintenance ? "Server in maintenance" : o->why);
	schedule_at(c->schedule, s->index, schedule_next(s->due, period_of(&check), mono_now()));
	batch_collect(d);
	arm(c);
}

/* The checks of a lost process have no result, neither up nor down. */
static void on_lost(void *context, enum worker_kind kind)
{
	struct checks *c = context;
	for (size_t i = 0; i < c->count; i++) {
		struct slot *s = &c->slots[i];
		if (!s->running || s->kind != kind)
			continue;
		release(c, s);
		schedule_at(c->schedule, i, mono_now());
	}
	arm(c);
}

static void on_ready(void *context)
{
	struct checks *c = context;
	if (c->unknown == 0 || workers_starting(c->workers))
		return;
	c->hold = mono_add(mono_now(), span_ms(HOLD_MS));
	tell_hold(c);
	batch_hold_again(c->director);
}

static struct span limit_of(const struct check_plan *plan)
{
	int64_t ms = MAX(plan->v->check_timeout_ms * MAX(plan->v->check_count, 1), plan->v->negotiate_timeout_ms);
	return span_ms(ms + SILENCE_MS);
}

static uint32_t next_id(struct checks *c)
{
	do
		c->last_id++;
	while (c->last_id == 0 || g_hash_table_contains(c->by_id, GUINT_TO_POINTER(c->last_id)));
	return c->last_id;
}

static void begin(struct checks *c, size_t index, struct mono due)
{
	struct slot *s = &c->slots[index];
	struct pool_check check;
	pool_check(c->director->pool, index, &check);
	struct check_plan plan = {.type = check.v->check_type, .v = check.v, .r = check.r};
	if (plan.type == LB_CHECK_COMBINED)
		plan.type = s->connects_left > 0 ? LB_CHECK_CONNECT : LB_CHECK_NEGOTIATE;
	uint32_t id = next_id(c);
	if (!workers_start(c->workers, id, &plan)) {
		schedule_at(c->schedule, index, mono_add(mono_now(), span_ms(AGAIN_MS)));
		return;
	}
	s->due = mono_is_never(s->grid) ? due : s->grid;
	s->grid = (struct mono){0};
	s->running = id;
	s->kind = workers_kind(plan.type, check.v->service);
	s->limit = mono_add(mono_now(), limit_of(&plan));
	(void)g_hash_table_insert(c->by_id, GUINT_TO_POINTER(id), s);
	c->running++;
}

/* Kill a worker that does not answer, for example because it is in an endless loop. */
static gboolean on_second(gpointer data)
{
	struct checks *c = data;
	struct mono now = mono_now();
	bool silent[WORKER_KINDS] = {false};
	for (size_t i = 0; i < c->count; i++)
		if (c->slots[i].running && mono_reached(now, c->slots[i].limit))
			silent[c->slots[i].kind] = true;
	for (int kind = 0; kind < WORKER_KINDS; kind++)
		if (silent[kind])
			workers_kill(c->workers, (enum worker_kind)kind, "it does not answer");
	return G_SOURCE_CONTINUE;
}

static void on_time(void *context)
{
	struct checks *c = context;
	struct mono due;
	for (size_t index; (index = schedule_take(c->schedule, mono_now(), &due)) != SIZE_MAX;)
		begin(c, index, due);
	arm(c);
}

static void arm(struct checks *c)
{
	precise_timer_set(c->timer, schedule_deadline(c->schedule));
}

struct checks *checks_new(struct director *d)
{
	struct checks *c = g_new0(struct checks, 1);
	c->director = d;
	c->timer = precise_timer_new(G_PRIORITY_DEFAULT, on_time, c);
	c->workers = workers_new(&(struct workers_events){
		.verdict = on_verdict, .ready = on_ready, .lost = on_lost, .context = c});
	c->by_id = g_hash_table_new(NULL, NULL);
	c->seconds = g_timeout_add(1000, on_second, c);
	d->checks = c;
	checks_renew(d);
	return c;
}

static void cancel_all(struct checks *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->slots[i].running) {
			workers_cancel(c->workers, c->slots[i].running, c->slots[i].kind);
			release(c, &c->slots[i]);
		}
}

static struct span first_span(struct span period, size_t count)
{
	int64_t ns = MIN(period.ns / 10, span_ms(FIRST_MS).ns), slowest = (int64_t)count * FIRST_EACH_US * 1000;
	return (struct span){MIN(MAX(ns, slowest), period.ns)};
}

void checks_renew(struct director *d)
{
	struct checks *c = d->checks;
	struct mono now = mono_now();
	struct slot *old = c->slots;
	size_t old_count = c->count, count = pool_check_count(d->pool);
	cancel_all(c);
	schedule_free(c->schedule);
	c->schedule = schedule_new(count);
	if (c->schedule == NULL)
		g_error("no memory for the schedule of %zu checks", count);
	c->slots = g_new0(struct slot, count + 1);
	c->count = count;
	c->unknown = 0;
	for (size_t i = 0; i < count; i++) {
		struct slot *s = &c->slots[i];
		struct pool_check check;
		pool_check(d->pool, i, &check);
		workers_prepare(c->workers, workers_kind(check.v->check_type, check.v->service));
		bool same = check.was < old_count && !mono_is_never(old[check.was].due);
		*s = (struct slot){.director = d, .index = i, .unknown = !same};
		c->unknown += s->unknown;
		if (same)
			s->connects_left = old[check.was].connects_left;
		/* New checks start soon, in the order of the file and at short intervals; the others keep their start
		 * times. */
		struct span period = span_ms(check.v->check_interval_ms);
		if (!same)
			s->grid = mono_add(schedule_spread(now, period, i, count), (struct span){-period.ns});
		struct span soon = first_span(period, count);
		schedule_at(c->schedule, i,
			same ? schedule_next(old[check.was].due, period_of(&check), now)
			     : schedule_spread(now, soon, i, count));
	}
	g_free(old);
	c->hold = mono_add(now, span_ms(workers_starting(c->workers) ? READY_MS : HOLD_MS));
	tell_hold(c);
	arm(c);
}

size_t checks_running(const struct checks *c)
{
	return c->running;
}

void checks_free(struct checks *c)
{
	cancel_all(c);
	c->director->hold = MONO_NEVER;
	workers_free(c->workers);
	g_hash_table_destroy(c->by_id);
	g_source_remove(c->seconds);
	schedule_free(c->schedule);
	precise_timer_free(c->timer);
	g_free(c->slots);
	g_free(c);
}
