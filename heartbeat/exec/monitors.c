// SPDX-License-Identifier: MIT
/* The watched resources: asks each for its status while a group that has it is held, and carries out the verdict of
 * core/watch.h.  One question at a time for each resource, and none while one of its groups is stopped, started or
 * moved.  Addresses are not asked: the address keeper sees them at once. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/conf/monitor.h"
#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

struct monitored {
	struct monitors *monitors;
	struct resource *resource;
	const struct resource_conf *conf; /* that of resource, which goes first */
	struct watch watch;
	struct run_group *group;          /* for which it is asked now */
	const struct resource_class *class;
	struct class_call *call;          /* NULL: not under way */
};

struct monitors {
	struct exec *exec;
	struct monitored *list;
	size_t count;
	guint timer;
};

/* --- which group -------------------------------------------------------------------------------- */

/* A group that is held has it, and no group that has it is on its way: that one is the reason to ask.  NULL: none. */
static struct run_group *group_to_ask_for(const struct monitored *one)
{
	struct exec *e = one->monitors->exec;
	struct run_group *found = NULL;
	for (size_t i = 0; i < e->group_count; i++) {
		struct run_group *g = &e->groups[i];
		if (!run_group_names(g, one->resource) || g->state == RUN_IDLE || g->state == RUN_HALTED)
			continue;
		if (!run_group_is_steady(g))
			return NULL;
		if (found == NULL)
			found = g;
	}
	return found;
}

static size_t place_of(const struct run_group *g, const struct resource *r)
{
	size_t at = 0;
	while (g->resources[at] != r)
		at++;
	return at;
}

/* --- the log -------------------------------------------------------------------------------------- */

enum { NEXT_MAX = 256 };

/* What follows, for people. */
static void describe_next(const struct monitored *one, enum watch_verdict verdict, struct mono now, char out[NEXT_MAX])
{
	const struct monitor_conf *conf = one->watch.conf;
	long long within_s = (long long)span_to_ms(conf->within) / 1000;
	unsigned recent = watch_recent(&one->watch, now);
	if (verdict == WATCH_RESTART)
		(void)snprintf(out, NEXT_MAX, "it is restarted here, with what is right of it (restart %u of %u within %lld s)",
			recent, conf->restarts, within_s);
	else if (verdict == WATCH_GIVE_UP && conf->on_fail == MONITOR_ON_FAIL_RESTART)
		(void)snprintf(out, NEXT_MAX,
			"it was restarted %u of %u times within %lld s: the group is released, and the other node is asked to run it",
			recent, conf->restarts, within_s);
	else if (verdict == WATCH_GIVE_UP)
		(void)snprintf(out, NEXT_MAX, "the group is released, and the other node is asked to run it");
	else if (verdict == WATCH_HALT)
		(void)snprintf(out, NEXT_MAX, "the group is stopped on this node (on-fail stop)");
	else if (one->watch.last == WATCH_NOT_ASKED)
		(void)snprintf(out, NEXT_MAX,
			"nothing is stopped or moved for that; repair the script, it is tried again every %lld s",
			(long long)span_to_ms(conf->interval) / 1000);
	else
		(void)snprintf(out, NEXT_MAX, "nothing follows (on-fail ignore)");
}

static void log_verdict(const struct monitored *one, enum watch_verdict verdict, const char *why, struct mono now)
{
	char next[NEXT_MAX];
	describe_next(one, verdict, now, next);
	log_at(LOG_LEVEL_ERROR, "%s of group %s %s: %s; it last ran %.1f s ago; %s", one->conf->text,
		one->group->conf->key,
		one->watch.last == WATCH_STOPPED  ? "does not run any more"
		: one->watch.last == WATCH_SILENT ? "does not answer"
						  : "cannot be asked",
		why, (double)span_to_ms(mono_since(now, one->watch.good)) / 1000, next);
}

/* --- asking --------------------------------------------------------------------------------------- */

static void schedule(struct monitors *m);

static void carry_out(struct monitored *one, enum watch_verdict verdict, const char *why)
{
	struct run_group *g = one->group;
	char text[WHY_MAX];
	switch (verdict) {
	case WATCH_FINE:
	case WATCH_NOTE:
		break;
	case WATCH_RESTART:
		run_group_repair(g, place_of(g, one->resource));
		break;
	case WATCH_GIVE_UP:
		(void)snprintf(text, sizeof text, "%s: %s", one->conf->text, why);
		run_group_give_up(g, text);
		break;
	case WATCH_HALT:
		run_group_halt(g);
		break;
	}
}

static void take_answer(struct monitored *one, enum watch_answer answer, const char *why)
{
	struct mono now = mono_now();
	enum watch_answer before = one->watch.last;
	enum watch_verdict verdict = watch_judge(&one->watch, now, answer);
	if (verdict != WATCH_FINE)
		log_verdict(one, verdict, why, now);
	else if (answer == WATCH_RUNS && before > WATCH_RUNS)
		log_at(LOG_LEVEL_INFO, "%s of group %s runs", one->conf->text, one->group->conf->key);
	carry_out(one, verdict, why);
	schedule(one->monitors);
}

static void on_status(void *context, enum agent_verdict verdict, const char *why)
{
	struct monitored *one = context;
	one->call = NULL;
	one->resource->user = NULL;
	take_answer(one,
		verdict == AGENT_RUNNING        ? WATCH_RUNS
		: verdict == AGENT_STOPPED      ? WATCH_STOPPED
		: verdict == AGENT_NOT_EXECUTED ? WATCH_NOT_ASKED
						: WATCH_SILENT,
		why);
	run_group_wake(one->monitors->exec, one->resource);
}

static void ask(struct monitored *one)
{
	struct exec *e = one->monitors->exec;
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
	int code;
	one->class = resource_resolve(e, one->conf, &code, path, error);
	if (code != 0) {
		take_answer(one, WATCH_NOT_ASKED, error);
		return;
	}
	one->watch.next = MONO_FAR; /* until the answer */
	one->resource->user = one->group;
	one->call = one->class->call(&(struct class_request){
		.exec = e,
		.resource = one->conf,
		.path = path,
		.action = AGENT_MONITOR,
		.deadline = one->watch.conf->timeout,
		.done = on_status,
		.context = one,
	});
}

static gboolean on_timer(void *context)
{
	struct monitors *m = context;
	struct mono now = mono_now();
	m->timer = 0;
	for (size_t i = 0; i < m->count; i++) {
		struct monitored *one = &m->list[i];
		if (!mono_reached(now, one->watch.next))
			continue;
		one->group = group_to_ask_for(one);
		if (one->group == NULL || one->resource->user != NULL)
			watch_later(&one->watch, now);
		else
			ask(one);
	}
	schedule(m);
	return G_SOURCE_REMOVE;
}

static void schedule(struct monitors *m)
{
	struct mono next = MONO_FAR, now = mono_now();
	if (m->timer != 0)
		(void)g_source_remove(m->timer);
	m->timer = 0;
	for (size_t i = 0; i < m->count; i++)
		next = mono_min(next, m->list[i].watch.next);
	if (next.ns == MONO_FAR.ns)
		return;
	int64_t ms = span_to_ms(mono_since(next, now)) + 1;
	m->timer = g_timeout_add(ms > 0 ? (guint)ms : 0, on_timer, m);
}

/* --- groups --------------------------------------------------------------------------------------- */

static struct monitored *monitored_of(const struct monitors *m, const struct resource *r)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].resource == r)
			return &m->list[i];
	return NULL;
}

void monitors_begin(struct run_group *g)
{
	struct monitors *m = g->exec->monitors;
	for (size_t i = 0; i < g->conf->count; i++) {
		struct monitored *one = monitored_of(m, g->resources[i]);
		if (one != NULL && one->call == NULL)
			watch_begin(&one->watch, mono_now());
	}
	schedule(m);
}

/* What comes next must not wait for a status that hangs. */
static void end_call(struct monitored *one)
{
	if (one->call == NULL)
		return;
	one->class->forget(one->call);
	one->call = NULL;
	one->resource->user = NULL;
}

static bool is_held_elsewhere(const struct run_group *g, const struct resource *r)
{
	const struct exec *e = g->exec;
	for (size_t i = 0; i < e->group_count; i++)
		if (&e->groups[i] != g && run_group_is_steady(&e->groups[i]) && run_group_names(&e->groups[i], r))
			return true;
	return false;
}

void monitors_rest(struct run_group *g)
{
	struct monitors *m = g->exec->monitors;
	for (size_t i = 0; i < g->conf->count; i++) {
		struct monitored *one = monitored_of(m, g->resources[i]);
		if (one == NULL)
			continue;
		end_call(one);
		if (is_held_elsewhere(g, one->resource))
			watch_later(&one->watch, mono_now());
		else
			watch_rest(&one->watch);
	}
	schedule(m);
}

void monitors_forget(struct monitors *m, const struct run_group *g)
{
	for (size_t i = 0; i < g->conf->count; i++) {
		struct monitored *one = monitored_of(m, g->resources[i]);
		if (one != NULL)
			watch_forget(&one->watch);
	}
}

bool monitors_has(const struct monitors *m, const struct run_group *g)
{
	for (size_t i = 0; i < g->conf->count; i++)
		if (monitored_of(m, g->resources[i]) != NULL)
			return true;
	return false;
}

bool monitors_view(const struct monitors *m, size_t position, struct watch_view *out)
{
	size_t at = 0;
	for (size_t i = 0; i < m->exec->group_count; i++) {
		const struct run_group *g = &m->exec->groups[i];
		for (size_t k = 0; k < g->conf->count; k++) {
			const struct monitored *one = monitored_of(m, g->resources[k]);
			if (one == NULL || at++ != position)
				continue;
			*out = (struct watch_view){g->conf->key, one->conf->text, &one->watch, g->state == RUN_HALTED};
			return true;
		}
	}
	return false;
}

/* --- life ----------------------------------------------------------------------------------------- */

struct monitors *monitors_new(struct exec *e)
{
	struct monitors *m = g_new0(struct monitors, 1);
	m->exec = e;
	m->list = g_new0(struct monitored, e->resource_count + 1);
	for (size_t i = 0; i < e->resource_count; i++) {
		char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
		int code;
		struct resource *r = &e->resources[i];
		const struct monitor_conf *conf = monitor_of(e->config.conf, r->conf);
		if (conf == NULL || resource_resolve(e, r->conf, &code, path, error) == &address_class)
			continue;
		struct monitored *one = &m->list[m->count++];
		*one = (struct monitored){.monitors = m, .resource = r, .conf = r->conf};
		watch_init(&one->watch, conf);
	}
	return m;
}

void monitors_end(struct monitors *m)
{
	if (m->timer != 0)
		(void)g_source_remove(m->timer);
	m->timer = 0;
	for (size_t i = 0; i < m->count; i++)
		end_call(&m->list[i]);
}

void monitors_free(struct monitors *m)
{
	g_free(m->list);
	g_free(m);
}

void monitors_inherit(struct monitors *m, const struct monitors *from)
{
	for (size_t i = 0; i < m->count; i++)
		for (size_t k = 0; k < from->count; k++)
			if (strcmp(m->list[i].conf->text, from->list[k].conf->text) == 0)
				watch_inherit(&m->list[i].watch, &from->list[k].watch);
}
