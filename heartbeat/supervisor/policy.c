// SPDX-License-Identifier: MIT
#include "heartbeat/supervisor/policy.h"

#include <assert.h>

/* --- actions --- */

static struct supervisor_action *act(struct supervisor *s, enum supervisor_action_kind kind, const char *why)
{
	assert(s->action_count < SUPERVISOR_ACTIONS_MAX);
	struct supervisor_action *a = &s->actions[s->action_count++];
	*a = (struct supervisor_action){.kind = kind, .why = why};
	return a;
}

static void set_state(
	struct supervisor *s, const struct supervisor_view *v, enum supervisor_state to, struct mono limit)
{
	assert(s->state != SUPERVISOR_ENDED);
	s->state = to;
	/* An order to stop must not give a silent engine more time (plan stopped-while-it-was-silent). */
	if (to != SUPERVISOR_STOPPING)
		s->since = v->now;
	s->limit = limit;
}

static struct mono in_ms(const struct supervisor_view *v, int64_t ms) { return mono_add(v->now, span_ms(ms)); }

static void end(struct supervisor *s, const struct supervisor_view *v, int code)
{
	act(s, SUPERVISOR_EXIT, NULL)->code = code;
	set_state(s, v, SUPERVISOR_ENDED, MONO_FAR);
}

static void start_engine(struct supervisor *s, const struct supervisor_view *v, bool keep, const char *why)
{
	act(s, SUPERVISOR_START_ENGINE, why)->keep = keep;
	s->keep = keep;
	/* If the engine keeps the groups, it must send a packet before the peer takes over. */
	struct mono limit =
		keep ? mono_add(v->sent, (struct span){v->deadtime.ns / 4 * 3}) : in_ms(v, SUPERVISOR_START_MS);
	set_state(s, v, SUPERVISOR_REPLACING, limit);
}

static void wait_and_retry(struct supervisor *s, const struct supervisor_view *v)
{
	set_state(s, v, SUPERVISOR_WAITING, mono_add(v->now, s->retry));
	s->retry.ns *= 2;
	if (s->retry.ns > span_ms(SUPERVISOR_RETRY_MAX_MS).ns)
		s->retry = span_ms(SUPERVISOR_RETRY_MAX_MS);
}

/* --- no engine --- */

static void end_scripts(struct supervisor *s, const struct supervisor_view *v)
{
	if (v->scripts > 0)
		act(s, SUPERVISOR_END_SCRIPTS, "scripts of the dead engine still run: they are killed");
}

/* Remove the addresses first: this takes only microseconds, and the peer does not wait for our stop scripts. */
static void let_go(struct supervisor *s, const struct supervisor_view *v, const char *why)
{
	end_scripts(s, v);
	if (v->groups > 0)
		act(s, SUPERVISOR_REMOVE_ADDRESSES, why);
}

/* Without an engine: stop what runs here, then end, or try to start an engine again.  The stop scripts run only once,
 * so that a failing script does not run again before each attempt. */
static void clean_up(struct supervisor *s, const struct supervisor_view *v, const char *why)
{
	let_go(s, v, why);
	if (v->groups > 0 && (!s->released || s->ending)) {
		s->released = true;
		act(s, SUPERVISOR_START_RELEASE, NULL);
		set_state(s, v, SUPERVISOR_RELEASING, in_ms(v, SUPERVISOR_RELEASE_MS));
	} else if (s->ending) {
		end(s, v, v->groups > 0 ? SUPERVISOR_EXIT_FAILED : s->code);
	} else {
		wait_and_retry(s, v);
	}
}

static void clean_up_and_end(struct supervisor *s, const struct supervisor_view *v, int code, const char *why)
{
	s->ending = true;
	s->code = code;
	clean_up(s, v, why);
}

static bool dies_too_often(struct supervisor *s, struct mono now)
{
	struct mono oldest = s->deaths[s->next_death];
	s->deaths[s->next_death] = now;
	s->next_death = (s->next_death + 1) % SUPERVISOR_DEATHS;
	return !mono_is_never(oldest) && mono_since(now, oldest).ns < span_ms(SUPERVISOR_DEATHS_MS).ns;
}

/* Returns true if the peer has certainly not taken over yet, and if a new engine has enough time to send a packet
 * before the peer does. */
static bool is_in_time(const struct supervisor_view *v)
{
	return !mono_is_never(v->sent) && mono_since(v->now, v->sent).ns < v->deadtime.ns / 8 * 5;
}

/* Called when the engine has ended without an order. */
static void replace(struct supervisor *s, const struct supervisor_view *v)
{
	bool too_often = dies_too_often(s, v->now);
	if (v->groups == 0 || (is_in_time(v) && !too_often)) {
		end_scripts(s, v);
		start_engine(s, v, v->groups > 0, "a new engine continues at once");
		return;
	}
	let_go(s, v,
		too_often ? "the engine died too often: everything is released before a new one starts"
			  : "too late to be sure that the other node has not taken over: everything is released first");
	start_engine(s, v, false, NULL);
}

/* --- states, one function for each cell of the table --- */

static void nothing(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)s, (void)v, (void)e;
}

static void note_stop(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)v, (void)e;
	s->stop = true;
}

/* The limit is short but not 0: an engine that is nearly ready can still report to the peer that it leaves.  An engine
 * that hangs in its start must not delay the end. */
static void stop_in_start(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	note_stop(s, v, e);
	s->limit = mono_min(s->limit, in_ms(v, SUPERVISOR_STOP_GRACE_MS));
}

static void to_stopping(struct supervisor *s, const struct supervisor_view *v)
{
	act(s, SUPERVISOR_TERMINATE_ENGINE, NULL);
	set_state(s, v, SUPERVISOR_STOPPING, MONO_FAR);
}

static void ready(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (s->state == SUPERVISOR_FIRST)
		act(s, SUPERVISOR_REPORT_START, NULL)->code = 0;
	s->released = false;
	s->retry = span_ms(SUPERVISOR_RETRY_MS);
	set_state(s, v, SUPERVISOR_RUNNING, MONO_FAR);
	if (s->stop)
		to_stopping(s, v);
}

static void first_failed(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	int code = e->code != 0 ? e->code : SUPERVISOR_EXIT_FAILED;
	act(s, SUPERVISOR_REPORT_START, NULL)->code = code;
	clean_up_and_end(s, v, code, "the start failed: the addresses that are up here are removed");
}

static void first_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (mono_is_never(s->since)) { /* this is the first step of the guardian */
		act(s, SUPERVISOR_START_ENGINE, NULL);
		set_state(s, v, SUPERVISOR_FIRST, in_ms(v, SUPERVISOR_START_MS));
		return;
	}
	if (!mono_reached(v->now, s->limit))
		return;
	act(s, SUPERVISOR_KILL_ENGINE,
		s->stop ? "ordered to stop, but the start of the engine hangs: it is killed"
			: "the start of the engine hangs: it is killed, and heartbeat ends");
	act(s, SUPERVISOR_REPORT_START, NULL)->code = SUPERVISOR_EXIT_FAILED;
	clean_up_and_end(s, v, s->stop ? 0 : SUPERVISOR_EXIT_FAILED, "the addresses that are up here are removed");
}

/* The engine ended by order.  A program that ignores SIGTERM may still run: a status, or the check of a device. */
static void end_cleanly(struct supervisor *s, const struct supervisor_view *v)
{
	if (v->scripts > 0)
		act(s, SUPERVISOR_END_SCRIPTS, NULL);
	end(s, v, v->groups > 0 ? SUPERVISOR_EXIT_FAILED : 0);
}

static void running_gone(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	if (e->clean)
		end_cleanly(s, v);
	else
		replace(s, v);
}

static void running_stop(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	note_stop(s, v, e);
	to_stopping(s, v);
}

static bool is_silent(const struct supervisor *s, const struct supervisor_view *v)
{
	struct mono since = v->beat.ns > s->since.ns ? v->beat : s->since;
	return mono_reached(v->now, mono_add(since, supervisor_silence(v->keepalive, v->deadtime)));
}

static void running_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (!is_silent(s, v))
		return;
	act(s, SUPERVISOR_KILL_ENGINE, "the engine stands still: it is killed");
	replace(s, v);
}

/* A new binary was installed.  The engine with the old binary is replaced like an engine that has died, and the
 * resources keep running. */
static void running_reexec(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	act(s, SUPERVISOR_KILL_ENGINE, NULL);
	end_scripts(s, v);
	start_engine(s, v, v->groups > 0, NULL);
}

static void replacing_failed(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	s->ending = s->stop;
	clean_up(s, v, "no engine can be started: the addresses are removed, then the stop scripts run");
}

static void replacing_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	if (!mono_reached(v->now, s->limit))
		return;
	if (s->keep && !s->stop) {
		act(s, SUPERVISOR_KILL_ENGINE,
			"the new engine is late (a slow machine?): the other node may take over what runs here, so it is released first");
		let_go(s, v, NULL);
		start_engine(s, v, false, NULL);
		return;
	}
	act(s, SUPERVISOR_KILL_ENGINE, "the start of the new engine hangs: it is killed");
	replacing_failed(s, v, e);
}

static void released(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	if (s->stop || s->ending)
		end(s, v, e->clean ? s->code : SUPERVISOR_EXIT_FAILED);
	else
		start_engine(s, v, false, NULL);
}

static void releasing_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (!mono_reached(v->now, s->limit))
		return;
	act(s, SUPERVISOR_KILL_RELEASE, "the stop scripts do not end: they are killed");
	end_scripts(s, v);
	released(s, v, &(struct supervisor_event){.kind = SUPERVISOR_RELEASED});
}

static void waiting_stop(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	note_stop(s, v, e);
	clean_up_and_end(s, v, 0, NULL);
}

static void waiting_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (mono_reached(v->now, s->limit))
		start_engine(s, v, false, NULL);
}

/* Pass the order again: an earlier guardian may have died before it passed the order to the engine. */
static void stopping_stop(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)v, (void)e;
	act(s, SUPERVISOR_TERMINATE_ENGINE, NULL);
}

static void stopping_gone(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	if (e->clean)
		end_cleanly(s, v);
	else
		clean_up_and_end(s, v, 0, "the engine died while it was stopping: what is left is stopped without it");
}

static void stopping_timer(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	(void)e;
	if (!is_silent(s, v))
		return;
	act(s, SUPERVISOR_KILL_ENGINE, "the engine stands still while it is stopping: it is killed");
	clean_up_and_end(s, v, 0, "what is left is stopped without it");
}

static void (*const table[SUPERVISOR_STATES][SUPERVISOR_EVENTS])(
	struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e) = {
	[SUPERVISOR_FIRST] = {ready, first_failed, first_failed, nothing, stop_in_start, nothing, first_timer},
	[SUPERVISOR_RUNNING] = {nothing, nothing, running_gone, nothing, running_stop, running_reexec, running_timer},
	[SUPERVISOR_REPLACING] = {ready, replacing_failed, replacing_failed, nothing, stop_in_start, nothing,
		replacing_timer},
	[SUPERVISOR_RELEASING] = {nothing, nothing, nothing, released, note_stop, nothing, releasing_timer},
	[SUPERVISOR_WAITING] = {nothing, nothing, nothing, nothing, waiting_stop, nothing, waiting_timer},
	[SUPERVISOR_STOPPING] = {nothing, nothing, stopping_gone, nothing, stopping_stop, nothing, stopping_timer},
	[SUPERVISOR_ENDED] = {nothing, nothing, nothing, nothing, nothing, nothing, nothing},
};

/* --- interface --- */

void supervisor_init(struct supervisor *s)
{
	*s = (struct supervisor){.state = SUPERVISOR_FIRST,
		.since = MONO_NEVER,
		.limit = MONO_FAR,
		.retry = span_ms(SUPERVISOR_RETRY_MS)};
	for (unsigned i = 0; i < SUPERVISOR_DEATHS; i++)
		s->deaths[i] = MONO_NEVER;
}

void supervisor_resume(struct supervisor *s, bool stop, struct mono now)
{
	supervisor_init(s);
	s->state = stop ? SUPERVISOR_STOPPING : SUPERVISOR_RUNNING;
	s->stop = stop;
	s->since = now;
	if (stop)
		act(s, SUPERVISOR_TERMINATE_ENGINE, NULL);
}

void supervisor_step(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e)
{
	s->action_count = 0;
	table[s->state][e->kind](s, v, e);
}

struct mono supervisor_deadline(const struct supervisor *s, const struct supervisor_view *v)
{
	if (s->state == SUPERVISOR_FIRST && mono_is_never(s->since))
		return v->now;
	if (s->state != SUPERVISOR_RUNNING && s->state != SUPERVISOR_STOPPING)
		return s->limit;
	struct mono since = v->beat.ns > s->since.ns ? v->beat : s->since;
	return mono_add(since, supervisor_silence(v->keepalive, v->deadtime));
}

struct span supervisor_silence(struct span keepalive, struct span deadtime)
{
	int64_t half = deadtime.ns / 2, left = deadtime.ns / 8 * 7 - keepalive.ns,
		least = span_ms(SUPERVISOR_SILENT_MIN_MS).ns;
	int64_t limit = left < half ? left : half;
	return (struct span){limit < least ? least : limit};
}

const char *supervisor_state_name(enum supervisor_state state)
{
	static const char *const names[SUPERVISOR_STATES] = {
		"first", "running", "replacing", "releasing", "waiting", "stopping", "ended"};
	return (unsigned)state < SUPERVISOR_STATES ? names[state] : "?";
}
