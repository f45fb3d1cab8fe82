// SPDX-License-Identifier: MIT
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

enum run_event {
	RUN_EVENT_START, RUN_EVENT_STOP, RUN_EVENT_ADOPT, /* requests of the daemon */
	RUN_EVENT_OK, RUN_EVENT_FAILED,               /* a start or stop has ended */
	RUN_EVENT_RUNNING, RUN_EVENT_STOPPED, RUN_EVENT_UNKNOWN, /* a status has answered */
	RUN_EVENT_TICK,                           /* the pause is over */
	RUN_EVENT_CLEAR, RUN_EVENT_LEFT,          /* the survey has found nothing, or something that runs */
	RUN_EVENT_REPAIR, RUN_EVENT_HALT,         /* a monitor: a resource from `floor` on has died */
	RUN_EVENT_RESUME,                         /* an operator: start what was halted */
	RUN_EVENTS,
};

static void handle(struct run_group *g, enum run_event event);

/* --- texts for the log ------------------------------------------------------------------------ */

static void log_line(const char *what, const struct run_group *g)
{
	GString *line = g_string_new(what);
	g_string_append_printf(line, " resource group: %s", g->conf->home);
	for (size_t i = 0; i < g->conf->count; i++)
		g_string_append_printf(line, " %s", g->conf->resources[i].text);
	log_at(LOG_LEVEL_INFO, "%s", line->str);
	g_string_free(line, TRUE);
}

static struct resource *in_hand(const struct run_group *g)
{
	return g->resources[g->at];
}

static const char *name_in_hand(const struct run_group *g)
{
	return in_hand(g)->conf->text;
}

bool run_group_names(const struct run_group *g, const struct resource *r)
{
	for (size_t i = 0; i < g->conf->count; i++)
		if (g->resources[i] == r)
			return true;
	return false;
}

/* --- calls ------------------------------------------------------------------------------------ */

/* Keep the text for the report.  Only the first failure is kept, because it is usually the cause of the later
 * failures. */
static void note_failure(struct run_group *g, const char *action, const char *why)
{
	if (g->why[0] == '\0')
		(void)snprintf(g->why, sizeof g->why, "%s of %s: %s", action, name_in_hand(g), why);
}

/* The event for a script that cannot be executed.  A stop succeeds, because the script has started nothing.  It fails
 * only if the resource is active: then the script could be executed before. */
static enum run_event without_execution(const struct run_group *g)
{
	return g->state == RUN_STOPPING && !in_hand(g)->active ? RUN_EVENT_OK : RUN_EVENT_FAILED;
}

static enum run_event event_of(const struct run_group *g, enum agent_verdict verdict)
{
	static const enum run_event events[] = {
		[AGENT_OK] = RUN_EVENT_OK,           [AGENT_FAILED] = RUN_EVENT_FAILED,
		[AGENT_RUNNING] = RUN_EVENT_RUNNING, [AGENT_STOPPED] = RUN_EVENT_STOPPED,
		[AGENT_UNKNOWN] = RUN_EVENT_UNKNOWN, [AGENT_REFUSED] = RUN_EVENT_FAILED,
	};
	return verdict == AGENT_NOT_EXECUTED ? without_execution(g) : events[verdict];
}

static void resume(struct run_group *g);

/* Another group may wait for the resource that has just become free. */
void run_group_wake(struct exec *e, const struct resource *r)
{
	for (size_t i = 0; i < e->group_count && r->user == NULL; i++) {
		struct run_group *g = &e->groups[i];
		if (!g->waiting || in_hand(g) != r)
			continue;
		g->waiting = false;
		resume(g);
	}
}

/* Process the outcome of a call.  When the outcome comes from inside the call, `handle` processes it later, so that
 * several addresses in a row are a loop and not a recursion. */
static void on_outcome(void *context, enum agent_verdict verdict, const char *why)
{
	struct run_group *g = context;
	struct resource *r = in_hand(g);
	g->call = NULL;
	r->user = NULL;
	/* What we do not remove stays as it is: the group stays on this node. */
	if (verdict == AGENT_REFUSED && g->repair != REPAIR_NONE) {
		g->kept = true;
		verdict = AGENT_OK;
		why = "";
	}
	if (why[0] != '\0' && g->state == RUN_STARTING)
		note_failure(g, "start", why);
	else if (why[0] != '\0' && g->state == RUN_STOPPING && verdict != AGENT_REFUSED)
		note_failure(g, "stop", why);
	if (verdict == AGENT_REFUSED) {
		g->refused = true;
		(void)snprintf(g->why, sizeof g->why, "%s", why);
	}
	if (g->calling) {
		g->next = (int)event_of(g, verdict);
		return;
	}
	handle(g, event_of(g, verdict));
	run_group_wake(g->exec, r);
}

/* The event for a call when there is no script, or when the script must not or cannot be run. */
static enum run_event without_script(struct run_group *g, enum agent_action action, const char *error)
{
	/* before a start, the start that follows reports the error; after a failed stop, the status is unknown */
	if (action == AGENT_STATUS)
		return g->state == RUN_PROBING ? RUN_EVENT_STOPPED : RUN_EVENT_UNKNOWN;
	enum run_event event = without_execution(g);
	log_at(event == RUN_EVENT_OK ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s%s", error,
		event == RUN_EVENT_OK ? "; it has started nothing, so nothing is to be stopped" : "");
	if (event == RUN_EVENT_FAILED)
		note_failure(g, agent_action_name(action), error);
	return event;
}

/* The program of the current resource.  code: 0 when it may be called. */
struct target {
	const struct resource_class *class;
	int code;
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
};

static void find_target(const struct run_group *g, struct target *t)
{
	t->class = resource_resolve(g->exec, in_hand(g)->conf, &t->code, t->path, t->error);
}

static void call_target(struct run_group *g, const struct target *t, enum agent_action action)
{
	struct resource *r = in_hand(g);
	g->waiting = r->user != NULL;
	if (g->waiting)
		return;
	if (t->code != 0) {
		g->next = (int)without_script(g, action, t->error);
		return;
	}
	r->user = g;
	g->class = t->class;
	g->calling = true;
	g->call = t->class->call(&(struct class_request){
		.exec = g->exec,
		.resource = r->conf,
		.path = t->path,
		.action = action,
		.done = on_outcome,
		.context = g,
	});
	g->calling = false;
}

/* Call the current resource. */
static void call(struct run_group *g, enum agent_action action)
{
	struct target t;
	find_target(g, &t);
	call_target(g, &t, action);
}

/* --- starting, left to right ------------------------------------------------------------------------------------- */

static void probe(struct run_group *g)
{
	struct target t;
	find_target(g, &t);
	bool at_once = t.code == 0 && t.class->start_checks_status;
	g->state = at_once ? RUN_STARTING : RUN_PROBING;
	call_target(g, &t, at_once ? AGENT_START : AGENT_STATUS);
}

static void begin_start(struct run_group *g)
{
	g->exec->group_moves(g);
	g->given_up = false;
	log_line("Acquiring", g);
	g->operation = EXEC_START;
	g->wanted = true;
	g->start_later = false;
	g->why[0] = '\0';
	g->at = 0;
	probe(g);
}

bool run_groups_repairing(const struct exec *e)
{
	for (size_t i = 0; i < e->group_count; i++)
		if (e->groups[i].repair != REPAIR_NONE)
			return true;
	return false;
}

/* Also write down what the next process must know if this one dies.  halted: the group is to be stopped here, or is. */
static void set_repair(struct run_group *g, enum repair repair, bool halted)
{
	const struct exec *e = g->exec;
	if (e->config.halted != NULL)
		halted_groups_set(e->config.halted, g->conf->id, halted);
	if (g->repair == repair)
		return;
	g->repair = repair;
	if (e->config.repairing != NULL)
		*e->config.repairing = run_groups_repairing(e);
}

static void end_repair(struct run_group *g, enum run_state state)
{
	set_repair(g, REPAIR_NONE, state == RUN_HALTED);
	g->floor = g->at = 0;
	g->state = state;
}

static void next_start(struct run_group *g)
{
	bool ordered = g->repair == REPAIR_NONE;
	in_hand(g)->active = true;
	if (++g->at < g->conf->count) {
		probe(g);
		return;
	}
	end_repair(g, RUN_HELD);
	if (ordered)
		exec_report(g->exec, g, true, false);
	else
		log_at(LOG_LEVEL_INFO, "all resources of group %s run again", g->conf->key);
	g->exec->group_runs(g);
}

static void skip(struct run_group *g)
{
	log_at(LOG_LEVEL_DEBUG, "%s runs already: not started again", name_in_hand(g));
	next_start(g);
}

static void call_start(struct run_group *g)
{
	g->state = RUN_STARTING;
	call(g, AGENT_START);
}

/* --- stopping, right to left ------------------------------------------------------------------ */

/* Does it run here, or is it starting? */
static bool needs_resources(const struct run_group *g)
{
	return g->state == RUN_PROBING || g->state == RUN_STARTING || g->state == RUN_HELD ||
	       g->repair == REPAIR_RESTART;
}

/* Find another group that needs the same resource.  A resource that has died is restarted for all of them. */
static const struct run_group *needed_by(const struct run_group *g)
{
	const struct exec *e = g->exec;
	for (size_t i = 0; i < e->group_count && g->repair != REPAIR_RESTART; i++) {
		const struct run_group *other = &e->groups[i];
		if (other == g || !needs_resources(other))
			continue;
		if (run_group_names(other, in_hand(g)))
			return other;
	}
	return NULL;
}

/* Called at the end of a stop or of a release.  Report the stop first, and then begin the start that was requested
 * meanwhile. */
static void end_stop(struct run_group *g, bool still_active)
{
	g->at = 0;
	g->state = still_active ? RUN_HELD : RUN_IDLE;
	exec_report(g->exec, g, g->operation == EXEC_STOP && !still_active, still_active);
	if (g->start_later)
		begin_start(g);
}

static void stop_in_hand(struct run_group *g);

static void stop_from_the_right(struct run_group *g)
{
	g->at = g->conf->count - 1;
	g->attempts = 0;
	g->kept = false;
	stop_in_hand(g);
}

/* Everything that was to be stopped is. */
static void end_stops(struct run_group *g)
{
	if (g->repair == REPAIR_NONE && g->kept)
		stop_from_the_right(g); /* the order has come after the repair kept something */
	else if (g->repair == REPAIR_NONE)
		end_stop(g, false);
	else if (g->repair == REPAIR_RESTART)
		probe(g);
	else {
		end_repair(g, RUN_HALTED);
		log_at(LOG_LEVEL_CRIT,
			"group %s is stopped here (on-fail stop), and no other node runs it: \"hb_cleanup %s\" starts it again",
			g->conf->key, g->conf->key);
	}
}

static void step_left(struct run_group *g)
{
	g->attempts = 0;
	if (g->at == g->floor) {
		end_stops(g);
		return;
	}
	g->at--;
	stop_in_hand(g);
}

static void stop_in_hand(struct run_group *g)
{
	const struct run_group *other = needed_by(g);
	g->state = RUN_STOPPING;
	if (g->attempts == 0) {
		g->refused = false;
		g->stop_began = mono_now();
	}
	if (other == NULL) {
		call(g, AGENT_STOP);
		return;
	}
	log_at(LOG_LEVEL_INFO, "%s is left running: resource group %s needs it too", name_in_hand(g), other->conf->key);
	step_left(g);
}

static void next_stop(struct run_group *g)
{
	in_hand(g)->active = false;
	step_left(g);
}

static void release(struct run_group *g)
{
	log_line("Releasing", g);
	g->wanted = false;
	stop_from_the_right(g);
}

static void begin_stop(struct run_group *g)
{
	g->exec->group_moves(g);
	end_repair(g, RUN_STOPPING);
	g->operation = EXEC_STOP;
	g->why[0] = '\0';
	release(g);
}

void run_group_give_up(struct run_group *g, const char *why)
{
	g->given_up = true;
	g->exec->group_moves(g);
	exec_report_failed(g->exec, g, why);
}

/* The group stays held until its stop is ordered, which follows at once. */
static void repair_failed(struct run_group *g)
{
	end_repair(g, RUN_HELD);
	run_group_give_up(g, g->why);
}

static void give_up(struct run_group *g)
{
	log_at(LOG_LEVEL_CRIT, "Giving up resources due to failure of %s", name_in_hand(g));
	if (g->why[0] == '\0')
		(void)snprintf(g->why, sizeof g->why, "start of %s failed", name_in_hand(g));
	if (g->repair == REPAIR_NONE)
		release(g);
	else
		repair_failed(g);
}

static gboolean on_pause_over(void *context)
{
	struct run_group *g = context;
	g->timer = 0;
	handle(g, RUN_EVENT_TICK);
	return G_SOURCE_REMOVE;
}

/* Returns true if the stop should be tried again.  A script that fails at once is tried stop_attempts times.  A script
 * that hangs until its deadline is tried only twice, because otherwise a shutdown would take ten deadlines. */
static bool try_again(const struct run_group *g)
{
	return !g->refused && g->attempts < g->exec->config.stop_attempts &&
	       mono_since(mono_now(), g->stop_began).ns < 2 * exec_deadline(g->exec, in_hand(g)->conf, AGENT_STOP).ns;
}

static void retry_stop(struct run_group *g)
{
	g->attempts++;
	if (try_again(g)) {
		log_at(LOG_LEVEL_INFO, "Retrying failed stop operation [%s]", name_in_hand(g));
		g->state = RUN_PAUSING;
		g->timer = g_timeout_add(STOP_RETRY_MS, on_pause_over, g);
		return;
	}
	g->state = RUN_CHECKING;
	call(g, AGENT_STATUS);
}

static void down_anyway(struct run_group *g)
{
	log_at(LOG_LEVEL_ERROR, "Resource script for %s probably not LSB-compliant.", name_in_hand(g));
	log_at(LOG_LEVEL_WARN,
		"%s: its stop failed %u times, but its status reports that it is stopped: continuing. Machine reboot narrowly avoided! "
		"The stop of a stopped resource must exit with 0.",
		name_in_hand(g), g->attempts);
	next_stop(g);
}

/* The resources to the left are not stopped, because the resource that still runs depends on them. */
static void stuck(struct run_group *g)
{
	size_t used = strlen(g->why);
	if (g->refused) { /* the class has already logged the reason */
		end_stop(g, true);
		return;
	}
	(void)snprintf(g->why + used, sizeof g->why - used, "%s%s still runs after %u stops", used > 0 ? "; " : "",
		name_in_hand(g), g->attempts);
	log_at(LOG_LEVEL_CRIT,
		"Resource STOP failure. Reboot required! %s still runs, or its status is unknown, after %u stops: group %s counts as held here "
		"until its stop succeeds",
		name_in_hand(g), g->attempts, g->conf->key);
	if (g->repair == REPAIR_NONE)
		end_stop(g, true);
	else
		repair_failed(g);
}

/* --- without an order --------------------------------------------------------------------------- */

static void begin_repair(struct run_group *g)
{
	g->exec->group_moves(g);
	set_repair(g, REPAIR_RESTART, false);
	g->why[0] = '\0';
	stop_from_the_right(g);
}

static void begin_halt(struct run_group *g)
{
	g->exec->group_moves(g);
	set_repair(g, REPAIR_HALT, true);
	g->why[0] = '\0';
	release(g);
}

static void start_halted(struct run_group *g)
{
	g->exec->group_moves(g);
	log_line("Acquiring", g);
	set_repair(g, REPAIR_RESTART, false);
	g->wanted = true;
	g->why[0] = '\0';
	g->at = 0;
	probe(g);
}

/* --- events in between ------------------------------------------------------------------------ */

static void adopt(struct run_group *g)
{
	run_group_ran(g);
	g->wanted = true;
	g->given_up = false;
	g->state = RUN_HELD;
	g->exec->group_runs(g);
}

static void nothing_runs(struct run_group *g)
{
	g->operation = EXEC_STOP;
	end_stop(g, false);
}

static void cancel(struct run_group *g)
{
	log_at(LOG_LEVEL_INFO, "start of resource group %s cancelled: it has to stop", g->conf->key);
	if (g->call == NULL) { /* the group only waited for another group */
		g->waiting = false;
		begin_stop(g);
		return;
	}
	g->state = RUN_CANCELLING;
	g->class->cancel(g->call);
}

/* In a repair it is held, so that nothing is to be started behind it. */
static void start_later(struct run_group *g)
{
	g->start_later = g->repair == REPAIR_NONE;
}

/* A release after a failed start becomes the requested stop; a waiting start is cancelled.  The stop that a repair has
 * begun goes on to the leftmost resource. */
static void stop_wanted(struct run_group *g)
{
	g->start_later = false;
	g->operation = EXEC_STOP;
	if (g->repair == REPAIR_NONE)
		return;
	log_line("Releasing", g);
	set_repair(g, REPAIR_NONE, false);
	g->floor = 0;
	g->wanted = false;
}

static void ignore(struct run_group *g)
{
	(void)g;
}

static void never(struct run_group *g)
{
	bool outcome_of_no_call_in_this_state = g != NULL;
	assert(!outcome_of_no_call_in_this_state);
}

/* Continue a waiting group.  The other group may have started or stopped the resource meanwhile, so the state may have
 * to change. */
static void resume(struct run_group *g)
{
	g->next = -1;
	if (g->state == RUN_PROBING || g->state == RUN_STARTING)
		probe(g);
	else if (g->state == RUN_STOPPING)
		stop_in_hand(g);
	else
		call(g, AGENT_STATUS);
	if (g->next >= 0)
		handle(g, (enum run_event)g->next);
}

/* clang-format off */
static void (*const table[RUN_STATES][RUN_EVENTS])(struct run_group *g) = {
	/*      START        STOP         ADOPT   OK          FAILED      RUNNING     STOPPED      UNKNOWN     TICK
	        CLEAR         LEFT        REPAIR  HALT        RESUME */
	[RUN_IDLE] = {
		begin_start, begin_stop,  adopt,  never,      never,      never,      never,       never,      never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_PROBING] = {
		ignore,      cancel,      ignore, never,      never,      skip,       call_start,  call_start, never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_STARTING] = {
		ignore,      cancel,      ignore, next_start, give_up,    never,      never,       never,      never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_HELD] = {
		begin_start, begin_stop,  ignore, never,      never,      never,      never,       never,      never,
		never,        never,      begin_repair, begin_halt, ignore},
	[RUN_STOPPING] = {
		start_later, stop_wanted, ignore, next_stop,  retry_stop, never,      never,       never,      never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_PAUSING] = {
		start_later, stop_wanted, ignore, never,      never,      never,      never,       never,
		stop_in_hand, never,      never,  ignore,     ignore,     ignore},
	[RUN_CHECKING] = {
		start_later, stop_wanted, ignore, never,      never,      stuck,      down_anyway, stuck,      never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_CANCELLING] = {
		start_later, stop_wanted, ignore, begin_stop, begin_stop, begin_stop, begin_stop,  begin_stop, never,
		never,        never,      ignore, ignore,     ignore},
	[RUN_LOOKING] = {
		start_later, ignore,      ignore, never,      never,      never,      never,       never,      never,
		nothing_runs, begin_stop, ignore, ignore,     ignore},
	[RUN_HALTED] = {
		ignore,      begin_stop,  ignore, never,      never,      never,      never,       never,      never,
		never,        never,      ignore, ignore,     start_halted},
};
/* clang-format on */

/* Handle an event, and the events that follow from it at once.  So several addresses in a row are a loop and not a
 * recursion. */
static void handle(struct run_group *g, enum run_event event)
{
	int next = (int)event;
	while (next >= 0) {
		g->next = -1;
		table[g->state][next](g);
		next = g->next;
	}
}

void run_group_start(struct run_group *g)
{
	handle(g, RUN_EVENT_START);
}

void run_group_stop(struct run_group *g)
{
	handle(g, RUN_EVENT_STOP);
}

void run_group_adopt(struct run_group *g)
{
	handle(g, RUN_EVENT_ADOPT);
}

void run_group_ran(struct run_group *g)
{
	for (size_t i = 0; i < g->conf->count; i++)
		g->resources[i]->active = true;
}

void run_group_look(struct run_group *g)
{
	g->state = RUN_LOOKING;
}

void run_group_looked(struct run_group *g, bool runs)
{
	handle(g, runs ? RUN_EVENT_LEFT : RUN_EVENT_CLEAR);
}

void run_group_repair(struct run_group *g, size_t at)
{
	if (g->state == RUN_HELD)
		g->floor = at;
	handle(g, RUN_EVENT_REPAIR);
}

void run_group_halt(struct run_group *g)
{
	handle(g, RUN_EVENT_HALT);
}

void run_group_resume(struct run_group *g)
{
	handle(g, RUN_EVENT_RESUME);
}

void run_group_adopt_interrupted(struct run_group *g)
{
	run_group_ran(g);
	g->state = RUN_HALTED;
	run_group_resume(g);
}

void run_group_adopt_stuck(struct run_group *g)
{
	run_group_ran(g);
	g->state = RUN_HELD;
}

void run_group_adopt_halted(struct run_group *g, bool interrupted)
{
	g->state = RUN_HALTED;
	set_repair(g, REPAIR_NONE, true);
	if (!interrupted)
		return;
	run_group_ran(g);
	g->state = RUN_HELD;
	run_group_halt(g);
}

bool run_group_is_steady(const struct run_group *g)
{
	return g->state == RUN_HELD && g->wanted && !g->given_up;
}

void run_group_abandon(struct run_group *g)
{
	if (g->timer != 0)
		(void)g_source_remove(g->timer);
	if (g->call != NULL)
		g->class->forget(g->call);
}
