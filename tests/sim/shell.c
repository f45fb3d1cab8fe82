// SPDX-License-Identifier: MIT
/* The guardian process: reads what happened, calls the policy of the supervisor, and carries out its actions on the
 * processes and groups of the node, like heartbeat/daemon/guardian.c. */
#include "tests/sim/sim.h"

enum { LATE_MAX_MS = 10 };

bool shell_models(const struct world *w, const struct node *n)
{
	return w->plan->set[SET_SHELL] != 0 && n->index != THIRD;
}

bool shell_holds(const struct world *w, const struct node *n, int group)
{
	enum group_state s = n->disk.state[group];
	return files_index(w, n, group) >= 0 && s != OWN_NONE && s != OWN_CLAIM && s != OWN_FAILED;
}

unsigned shell_groups(const struct world *w, const struct node *n)
{
	unsigned count = 0;
	for (int g = 0; g < files_groups(w); g++)
		count += shell_holds(w, n, g);
	return count;
}

static unsigned scripts(const struct node *n)
{
	unsigned count = 0;
	for (int g = 0; g < GROUPS_MAX; g++)
		count += n->places[g].busy;
	return count;
}

/* When the main loop of the engine last ran: at each step, and at least twice in the time that the guardian waits. */
static struct mono engine_beat(const struct world *w, const struct node *n, struct span silence)
{
	if (n->core == NULL || n->step_at < n->booted)
		return n->shell.beat;
	int64_t until = n->frozen ? n->frozen_at : w->now, half = silence.ns / 2;
	return (struct mono){n->step_mono + (until - n->step_at) / half * half};
}

struct supervisor_view shell_view(const struct world *w, const struct node *n)
{
	struct supervisor_view v = {.now = {node_mono(n, w->plan, w->now)},
		.sent = n->shell.sent,
		.keepalive = {files_keepalive_ms(w->plan, &n->files) * MS},
		.deadtime = {files_deadtime_ms(w->plan, &n->files) * MS},
		.groups = shell_groups(w, n),
		.scripts = scripts(n)};
	v.beat = engine_beat(w, n, supervisor_silence(v.keepalive, v.deadtime));
	return v;
}

/* --- actions ------------------------------------------------------------------------------------ */

static void remove_addresses(struct world *w, struct node *n)
{
	for (int g = 0; g < files_groups(w); g++) {
		struct place *p = &n->places[g];
		if (!shell_holds(w, n, g) || !occupied(p))
			continue;
		trace_line(w, n->index, "guardian: removes the address of group %d", g);
		script_remove_address(w, p);
	}
}

static void exits(struct world *w, struct node *n, int code)
{
	struct shell *s = &n->shell;
	trace_line(w, n->index, "guardian: ends with %d", code);
	shell_exits(w, n, code);
	s->guardian = false;
	s->gap_at = w->now;
	s->news = (struct shell_news){.stop = false};
	/* An operator or the system starts heartbeat again. */
	world_boot_later(w, n, n->boot_at > w->now ? n->boot_at - w->now : s->ordered ? MS : 5000 * MS, false);
	s->ordered = false;
}

static void carry_out(struct world *w, struct node *n, const struct supervisor_action *a)
{
	if (a->why != NULL)
		trace_line(w, n->index, "guardian: %s", a->why);
	switch (a->kind) {
	case SUPERVISOR_START_ENGINE: shell_start_engine(w, n, a->keep); return;
	case SUPERVISOR_TERMINATE_ENGINE:
		trace_line(w, n->index, "guardian: passes the order to stop on");
		if (!n->shutting_down)
			node_event(w, n, &(struct event){.kind = EVENT_SHUTDOWN}, NULL, COPY_ORIGINAL);
		return;
	case SUPERVISOR_KILL_ENGINE: shell_engine_dies(w, n, true); return;
	case SUPERVISOR_END_SCRIPTS: script_kill_all(w, n); return;
	case SUPERVISOR_REMOVE_ADDRESSES: remove_addresses(w, n); return;
	case SUPERVISOR_START_RELEASE: shell_start_release(w, n); return;
	case SUPERVISOR_KILL_RELEASE:
		n->shell.release = false;
		n->shell.news.released = false;
		return;
	case SUPERVISOR_REPORT_START: return;
	case SUPERVISOR_EXIT: exits(w, n, a->code); return;
	case SUPERVISOR_ACTIONS: return;
	}
}

static void carry_out_all(struct world *w, struct node *n)
{
	const struct supervisor list = n->shell.policy; /* use a copy, because an action may cause the next step */
	for (size_t i = 0; i < list.action_count && w->invariant == NULL; i++) {
		if (shell_dies_acting(w, n, i))
			return;
		carry_out(w, n, &list.actions[i]);
	}
}

static void handle(struct world *w, struct node *n, struct supervisor_event e)
{
	struct supervisor_view v = shell_view(w, n);
	enum supervisor_state before = n->shell.policy.state;
	supervisor_step(&n->shell.policy, &v, &e);
	if (e.kind == SUPERVISOR_STOP && n->shell.told_at == NEVER)
		n->shell.told_at = w->now;
	if (n->shell.policy.state != before)
		n->shell.state_at = w->now;
	if (n->shell.policy.state != before)
		trace_line(w, n->index, "guardian: %s -> %s", supervisor_state_name(before),
			supervisor_state_name(n->shell.policy.state));
	carry_out_all(w, n);
}

/* --- the loop ----------------------------------------------------------------------------------- */

static bool runs(const struct node *n)
{
	return n->shell.guardian && !n->shell.guardian_hangs && !n->shell.asleep;
}

/* Handle one thing that has happened, in the order of guardian.c.  Returns false when there is nothing left. */
static bool read_one(struct world *w, struct node *n)
{
	struct shell_news *news = &n->shell.news;
	if (news->stop) {
		news->stop = false;
		n->shell.stop = true;
		handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_STOP});
	} else if (news->ready) {
		news->ready = false;
		handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_READY});
	} else if (news->failed) {
		news->failed = false;
		handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_FAILED, .code = news->code});
	} else if (news->gone) {
		news->gone = false;
		trace_line(w, n->index, "guardian: the engine is gone");
		handle(w, n,
			(struct supervisor_event){.kind = SUPERVISOR_GONE, .clean = n->shell.engine_clean, .code = 1});
	} else if (news->released) {
		news->released = false;
		handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_RELEASED, .clean = news->released_clean});
	} else {
		return false;
	}
	return true;
}

/* Schedule the deadline of the policy.  While the engine runs, it moves the deadline for its silence again and again,
 * so that deadline is scheduled only when the engine hangs. */
static void set_timer(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	bool watches = s->policy.state == SUPERVISOR_RUNNING || s->policy.state == SUPERVISOR_STOPPING;
	struct supervisor_view v = shell_view(w, n);
	struct mono deadline = supervisor_deadline(&s->policy, &v);
	if (deadline.ns == MONO_FAR.ns || (watches && n->core != NULL && !n->frozen))
		return;
	int64_t at = node_when(n, w->plan, deadline.ns);
	at = (at > w->now ? at : w->now) +
	     pick(draw((uint64_t)w->plan->set[SET_SEED], DRAW_SHELL, n->index, 0, 0, w->now, 0), 0, LATE_MAX_MS * MS);
	if (s->wakes_at > w->now && s->wakes_at <= at)
		return;
	s->wakes_at = at;
	world_push(w, (struct sim_event){
			      .at = at, .kind = SIM_SHELL, .node = n->index, .a = SHELL_WAKES, .b = s->guardian_life});
}

void shell_turn(struct world *w, struct node *n)
{
	while (runs(n) && w->invariant == NULL && read_one(w, n))
		;
	if (!runs(n) || w->invariant != NULL)
		return;
	struct supervisor_view v = shell_view(w, n);
	if (mono_reached(v.now, supervisor_deadline(&n->shell.policy, &v)))
		handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_TIMER});
	while (runs(n) && w->invariant == NULL && read_one(w, n))
		;
	if (runs(n))
		set_timer(w, n);
}

void shell_event(struct world *w, const struct sim_event *e)
{
	struct node *n = &w->nodes[e->node];
	struct shell *s = &n->shell;
	switch ((enum shell_event)e->a) {
	case SHELL_WAKES:
		if (s->guardian && e->b == s->guardian_life) {
			s->wakes_at = NEVER;
			shell_turn(w, n);
		}
		return;
	case SHELL_ENGINE_UP:
		if (s->engine == PROCESS_STARTS && e->b == s->engine_number)
			shell_engine_up(w, n);
		return;
	case SHELL_NEW_GUARDIAN:
		if (!s->guardian && n->powered && e->b == s->guardian_life)
			shell_new_guardian(w, n);
		return;
	case SHELL_WATCHED:
		if (s->guardian && s->guardian_hangs && e->b == s->guardian_life && n->core != NULL && !n->frozen) {
			trace_line(w, n->index, "the engine kills its guardian, which hangs");
			shell_guardian_dies(w, n);
		}
		return;
	case SHELL_LIMIT: shell_limit(w, n, e->b); return;
	case SHELL_ORDER_LIMIT: shell_order_limit(w, n, e->b); return;
	case SHELL_KEEPER: shell_keeps_address(w, n, (int)e->b); return;
	case SHELL_ORPHANS:
		shell_orphans(w, n, e->outcome);
		return;
	}
}

/* --- start and end ------------------------------------------------------------------------------ */

static void begin_guardian(struct world *w, struct node *n)
{
	n->shell.guardian = true;
	n->shell.guardian_hangs = false;
	n->shell.guardian_life++;
	n->shell.wakes_at = NEVER;
	n->shell.gap_at = n->shell.state_at = w->now;
	n->shell.told_at = NEVER;
	n->shell.news = (struct shell_news){.gone = n->shell.news.gone};
}

static void put_in_order(struct world *w, struct node *n)
{
	if (n->shell.run_lost) {
		for (int g = 0; g < GROUPS_MAX; g++) {
			n->disk.state[g] = OWN_NONE;
			n->places[g].unknown = n->places[g].busy;
		}
		n->shell.run_lost = false;
		return;
	}
	script_kill_all(w, n);
	remove_addresses(w, n);
}

/* The command heartbeat, from an operator or from the system.  It does nothing while any process of the daemon runs and
 * has the lock. */
void shell_start(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	if (s->guardian || s->engine != PROCESS_NONE)
		return;
	if (s->release) {
		world_boot_later(w, n, 1000 * MS, false);
		return;
	}
	if (!n->powered)
		node_power_on(w, n);
	trace_line(w, n->index, "heartbeat is started, %u groups are left", shell_groups(w, n));
	s->beat = s->sent = MONO_NEVER;
	s->sent_at = NEVER;
	s->next = s->reserved = 0;
	s->remembers = s->stop = s->looked = s->engine_clean = s->ordered = s->dies_acting = false;
	s->news = (struct shell_news){.stop = false};
	n->boot_at = NEVER;
	s->able_at = w->now;
	begin_guardian(w, n);
	put_in_order(w, n);
	supervisor_init(&s->policy);
	handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_TIMER});
	shell_turn(w, n);
}

/* The new guardian finds a running engine. */
void shell_new_guardian(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	trace_line(w, n->index, "a new guardian watches the engine");
	begin_guardian(w, n);
	supervisor_resume(&s->policy, s->stop, (struct mono){node_mono(n, w->plan, w->now)});
	if (s->engine != PROCESS_NONE)
		carry_out_all(w, n);
	shell_pass_order(w, n);
	shell_turn(w, n);
}

void shell_reexec(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	bool stop = s->news.stop; /* a signal waits for the new binary */
	if (!runs(n) || s->policy.state != SUPERVISOR_RUNNING)
		return;
	begin_guardian(w, n);
	s->news.stop = stop;
	supervisor_resume(&s->policy, s->stop, (struct mono){node_mono(n, w->plan, w->now)});
	handle(w, n, (struct supervisor_event){.kind = SUPERVISOR_REEXEC});
	shell_turn(w, n);
}

void shell_power_off(struct node *n)
{
	struct shell *s = &n->shell;
	*s = (struct shell){.guardian_life = s->guardian_life + 1,
		.engine_number = s->engine_number + 1,
		.order = s->order + 1,
		.starts_fail = s->starts_fail,
		.starts_hang = s->starts_hang,
		.part = {s->part[0], s->part[1]},
		.names = {s->names[0], s->names[1]},
		.wakes_at = NEVER,
		.sent_at = NEVER,
		.sends = s->sends,
		.gap_at = s->gap_at,
		.trap_until = NEVER};
}
