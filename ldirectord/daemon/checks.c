// SPDX-License-Identifier: MIT
/* The running checks: starts each check when the schedule says so and gives its result to the pool.  A check that still
 * runs when its next turn comes skips that turn.  doc/ldirectord.md 6, 11 */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/ldlog.h"
#include "ldirectord/daemon/monitor.h"

enum {
	FIRST_MS = 100,      /* all first checks start within this time */
	FIRST_EACH_US = 200, /* but at most 5,000 start in a second: more would delay each other */
	HOLD_MS = 250,       /* the table waits this long for their results, so that they are one batch */
};

struct slot {
	struct director *director;
	struct check *running; /* NULL: none */
	struct mono due;       /* when the running or the last check was due */
	size_t index;
	unsigned connects_left; /* for the combined type: connects before the next negotiation */
	struct mono grid;       /* first check only: one period before its regular slot */
	bool unknown;           /* not checked yet */
};

struct checks {
	struct director *director;
	struct schedule *schedule;
	struct slot *slots;
	size_t count, running, unknown;
	struct mono hold; /* the table waits until then for the unknown checks */
	struct precise_timer *timer;
};

static void arm(struct checks *c);

static struct span period_of(const struct pool_check *check)
{
	return span_ms(check->down ? check->v->retry_interval_ms : check->v->check_interval_ms);
}

static void on_done(void *context, bool up, const char *why)
{
	struct slot *s = context;
	struct director *d = s->director;
	struct checks *c = d->checks;
	struct pool_check check;
	s->running = NULL;
	c->running--;
	c->unknown -= s->unknown;
	s->unknown = false;
	pool_check(d->pool, s->index, &check);
	if (check.v->check_type == LB_CHECK_COMBINED)
		s->connects_left = !up                     ? 0
		                   : s->connects_left == 0 ? check.v->connects_per_negotiate
		                                           : s->connects_left - 1;
	pool_event(d->pool, &(struct pool_event){.kind = POOL_RESULT, .check = s->index, .up = up, .why = why},
		mono_now());
	pool_check(d->pool, s->index, &check);
	monitor_check(d->monitor, check.v, check.r, up && !check.in_maintenance,
		check.in_maintenance ? "Server in maintenance" : why);
	schedule_at(c->schedule, s->index, schedule_next(s->due, period_of(&check), mono_now()));
	batch_collect(d);
	arm(c);
}

static void begin(struct checks *c, size_t index, struct mono due)
{
	struct slot *s = &c->slots[index];
	struct pool_check check;
	pool_check(c->director->pool, index, &check);
	struct check_plan plan = {.type = check.v->check_type, .v = check.v, .r = check.r};
	if (plan.type == LB_CHECK_COMBINED)
		plan.type = s->connects_left > 0 ? LB_CHECK_CONNECT : LB_CHECK_NEGOTIATE;
	s->due = mono_is_never(s->grid) ? due : s->grid;
	s->grid = (struct mono){0};
	s->running = check_start(NULL, &plan, on_done, s);
	if (s->running != NULL) {
		c->running++;
		return;
	}
	ldlog("a check could not be begun: no memory");
	schedule_at(c->schedule, index, schedule_next(due, period_of(&check), mono_now()));
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
	d->checks = c;
	checks_renew(d);
	return c;
}

static void cancel_all(struct checks *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->slots[i].running)
			check_cancel(c->slots[i].running);
	c->running = 0;
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
	c->hold = mono_add(now, span_ms(HOLD_MS));
	for (size_t i = 0; i < count; i++) {
		struct slot *s = &c->slots[i];
		struct pool_check check;
		pool_check(d->pool, i, &check);
		bool same = check.was < old_count && !mono_is_never(old[check.was].due);
		*s = (struct slot){.director = d, .index = i, .unknown = !same};
		c->unknown += s->unknown;
		if (same)
			s->connects_left = old[check.was].connects_left;
		/* New checks start soon, in the order of the file and a little apart; the others keep their slots. */
		struct span period = span_ms(check.v->check_interval_ms);
		if (!same)
			s->grid = mono_add(schedule_spread(now, period, i, count), (struct span){-period.ns});
		struct span soon = first_span(period, count);
		schedule_at(c->schedule, i,
			same ? schedule_next(old[check.was].due, period_of(&check), now)
			     : schedule_spread(now, soon, i, count));
	}
	g_free(old);
	arm(c);
}

size_t checks_running(const struct checks *c)
{
	return c->running;
}

struct mono checks_hold(const struct checks *c)
{
	return c && c->unknown > 0 ? c->hold : MONO_NEVER;
}

void checks_free(struct checks *c)
{
	cancel_all(c);
	schedule_free(c->schedule);
	precise_timer_free(c->timer);
	g_free(c->slots);
	g_free(c);
}
