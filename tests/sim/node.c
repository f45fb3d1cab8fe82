// SPDX-License-Identifier: MIT
/* A node: runs the real core like the daemon does, and models how a machine, a process and a guardian fail. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_AT_ONCE_MAX = 2000, STATUSES_AT_ONCE_MAX = 50 };

const char *node_name(int index)
{
	static const char *const names[NODES + 1] = {"alpha", "beta", "gamma"};
	return names[index];
}

/* --- clocks ------------------------------------------------------------------------------- */

static int64_t drift(const struct node *n, const struct plan *p, int64_t span)
{
	int64_t ppm = n->index == THIRD ? 0 : p->set[n->index == 0 ? SET_PPM0 : SET_PPM1];
	return span / 1000000 * ppm + span % 1000000 * ppm / 1000000;
}

int64_t node_mono(const struct node *n, const struct plan *p, int64_t now)
{
	return n->mono_base + now + drift(n, p, now);
}

int64_t node_when(const struct node *n, const struct plan *p, int64_t mono)
{
	int64_t t = mono - n->mono_base;
	int64_t off = 1;
	for (int i = 0; i < 4 && off != 0; i++) {
		off = mono - node_mono(n, p, t);
		t += off;
	}
	while (node_mono(n, p, t) < mono)
		t++;
	return t;
}

int64_t node_span(const struct world *w, const struct node *n, int64_t span)
{
	return span - drift(n, w->plan, span);
}

static struct instant instant_of(const struct world *w, const struct node *n)
{
	struct instant now = {
		.mono = {node_mono(n, w->plan, w->now)}, .wall_s = n->wall_base + (uint64_t)(w->now / (1000 * MS))};
	return now;
}

/* --- one step ------------------------------------------------------------------------------- */

/* A file is replaced as a whole or not at all: lib/file.  Returns false when the node dies during this write. */
bool node_write_starts(struct world *w, struct node *n, bool *written)
{
	*written = true;
	if (n->writing == WRITES_WHOLE)
		return true;
	*written = chance(draw((uint64_t)w->plan->set[SET_SEED], DRAW_WRITE, n->index, 0, 0, w->now, n->life), 500);
	n->broken_off = true;
	return false;
}

static void write_state_file(struct world *w, struct node *n)
{
	bool written, unknown = false;
	(void)node_write_starts(w, n, &written);
	for (int g = 0; written && n->index != THIRD && g < files_groups(w); g++) {
		struct group_view view = node_group(w, n, g);
		n->disk.state[g] = view.state;
		n->disk.epoch[g] = view.epoch;
		n->disk.failback_due[g] = view.failback_due;
		unknown |= view.state == OWN_UNKNOWN;
	}
	n->shell.looked |= written && !unknown;
}

static void fence(struct world *w, struct node *n, const struct action *a)
{
	int victim = 1 - n->index;
	if (!w->plan->set[SET_STONITH]) {
		world_broken(w, "S8 proof-before-start", "%s fences although no stonith device is configured",
			node_name(n->index));
		return;
	}
	uint64_t value = draw(
		(uint64_t)w->plan->set[SET_SEED], DRAW_FENCE, n->index, victim, 0, w->now, n->fence_ordinal++);
	int64_t takes = (times_given(w) ? w->plan->observer->fence_ns : pick(value, 200 * MS, 4000 * MS)) +
		     (w->fence_slow > 0 ? pick(value / 1000, 0, w->fence_slow) : 0);
	enum fence_outcome outcome = w->fence_fails > 0 ? FENCE_FAILS : w->fence_lies > 0 ? FENCE_LIES : FENCE_OK;
	if (w->now + takes > w->hang_until)
		w->hang_until = w->now + takes;
	shot_asked(w, n, a, takes, w->fence_slow > 0);
	world_push(w, (struct sim_event){.at = w->now + takes,
			      .kind = SIM_FENCE,
			      .node = n->index,
			      .a = (int)a->fence.attempt,
			      .b = n->life,
			      .outcome = (int)outcome});
}

static void move_done(struct world *w, const struct node *n, const struct action *a)
{
	unsigned id = a->move_done.id;
	if (id == 0)
		return;
	if (id > FAULTS_MAX || w->moves[id - 1].life != n->life || w->moves[id - 1].node != n->index)
		world_broken(
			w, "L6 requests-end", "%s ends move %u, which nobody requested", node_name(n->index), id);
	else if (w->moves[id - 1].done)
		world_broken(w, "L6 requests-end", "%s ends move %u twice", node_name(n->index), id);
	else
		w->moves[id - 1].done = true;
}

static void apply(struct world *w, struct node *n, const struct action *a)
{
	trace_hash(w, n, a);
	world_seen(w, (struct sight){.kind = SIGHT_ACTION, .node = n, .action = a});
	size_t group;
	switch (a->kind) {
	case ACTION_SEND: {
		struct header header = link_header(a->send.data);
		w->effect.sends++;
		w->quiet_sends[n->index]++;
		invariant_growth(w, n, 1, 0);
		ledger_sends(w, n, &header);
		if (link_sends(w, n)) {
			n->shell.sent.ns = n->step_mono;
			n->shell.sent_at = w->now;
			n->shell.sends++;
		}
		link_send(w, n, a->send.data, &header);
		return;
	}
	case ACTION_PING:
		link_ping(w, n, a->send.data, a->send.medium - files_medium(n, 0));
		return;
	case ACTION_GROUP_START:
		group = (size_t)files_group(w, n, a->group.group);
		trace_line(w, n->index, "START group %zu", group);
		w->effect.groups++;
		invariant_start(w, n, group);
		shot_start(w, n, group);
		ledger_start(w, n, group);
		script_start(w, n, group);
		return;
	case ACTION_GROUP_STOP:
		group = (size_t)files_group(w, n, a->group.group);
		trace_line(w, n->index, "STOP group %zu", group);
		w->effect.groups++;
		invariant_stop(w, n, group);
		ledger_stop(w, n, group);
		script_stop(w, n, group);
		return;
	case ACTION_FENCE:
		trace_line(w, n->index, "FENCE %s", a->fence.name);
		w->effect.others++;
		fence(w, n, a);
		return;
	case ACTION_FENCE_CANCEL:
		trace_line(w, n->index, "CANCEL the fencing of %s", a->fence.name);
		w->effect.others++;
		shot_cancelled(w, n, a);
		return;
	case ACTION_LOG:
		if (a->log.level <= LOG_LEVEL_INFO) {
			w->quiet_logs[n->index]++;
			invariant_growth(w, n, 0, 1);
		}
		trace_line(w, n->index, "%s: %s", log_level_name(a->log.level), a->log.text);
		if (strcmp(a->log.text, "Giving up because we have less visible ping nodes.") == 0)
			ping_gives_up(w, n);
		return;
	case ACTION_MOVE_DONE:
		trace_line(w, n->index, "move %u done, %s: %s", a->move_done.id, a->move_done.ok ? "ok" : "not ok",
			a->move_done.text);
		move_done(w, n, a);
		return;
	case ACTION_HOLDINGS:
		w->effect.others++;
		write_state_file(w, n);
		return;
	case ACTION_REMEMBER:
		shell_remember(w, n, a->remember.memory, a->remember.soon);
		return;
	case ACTION_STOPPED:
		n->stopped = true;
		return;
	case ACTION_GROUP_ANNOUNCE:
	case ACTION_HOOK:
	case ACTION_NOTIFY:
		return;
	}
}

void node_engine_ends(struct world *w, struct node *n)
{
	core_free(n->core);
	n->core = NULL;
	n->ended = w->now;
	n->timer_version++;
	n->timer_at = NEVER;
	invariant_life(w, n);
}

static void stopped(struct world *w, struct node *n)
{
	trace_line(w, n->index, "the engine has stopped");
	for (int g = 0; g < files_groups(w); g++)
		if (occupied(&n->places[g]) && n->places[g].truth != TRUTH_STUCK)
			world_broken(w, "S7 no-action-by-the-dead", "%s has stopped although group %d is still there",
				node_name(n->index), g);
	if (shell_models(w, n)) {
		shell_engine_stopped(w, n);
		return;
	}
	node_engine_ends(w, n);
	int64_t at = n->boot_at > w->now ? n->boot_at : w->now + MS;
	world_push(w, (struct sim_event){.at = at, .kind = SIM_BOOT, .node = n->index, .b = n->life});
}

static void schedule_timer(struct world *w, struct node *n)
{
	struct mono deadline = core_deadline(n->core);
	if (deadline.ns == INT64_MAX) {
		n->timer_version++;
		n->timer_at = NEVER;
		return;
	}
	if (deadline.ns != n->due || n->mono_base != n->due_base) {
		n->due = deadline.ns;
		n->due_base = n->mono_base;
		n->due_at = node_when(n, w->plan, deadline.ns);
	}
	int64_t at = n->due_at;
	if (at < w->now)
		at = w->now;
	if (at == n->timer_at)
		return;
	n->timer_at = at;
	world_push(w, (struct sim_event){.at = at, .kind = SIM_TIMER, .node = n->index, .b = ++n->timer_version});
}

/* The engine or the machine ends while a file is being written. */
void node_write_ends(struct world *w, struct node *n)
{
	bool power = n->writing == POWER_GOES_WRITING;
	n->writing = WRITES_WHOLE;
	n->broken_off = false;
	if (power)
		node_crash(w, n);
	else
		node_engine_dies(w, n);
	n->shell.start_delay = power ? 0 : n->back_after;
	if (power || !shell_models(w, n))
		world_boot_later(w, n, n->back_after, !power);
}

/* Carry out the actions of the step. */
static void finish_step(struct world *w, struct node *n)
{
	struct action action;
	while (!n->broken_off && core_action(n->core, &action))
		apply(w, n, &action);
	if (!n->broken_off)
		ledger_step(w, n);
	if (n->broken_off)
		node_write_ends(w, n);
	else if (n->stopped)
		stopped(w, n);
	else
		schedule_timer(w, n);
}

void node_step(struct world *w, struct node *n, const struct event *event)
{
	if (n->step_at != w->now) {
		n->step_at = w->now;
		n->steps_now = 0;
	}
	if (++n->steps_now > STEPS_AT_ONCE_MAX) {
		world_broken(w, "S12 no-crash",
			"%s takes %u steps at the same time: its deadline stays in the past",
			node_name(n->index), n->steps_now);
		return;
	}
	n->step_mono = node_mono(n, w->plan, w->now);
	core_step(n->core, instant_of(w, n), event);
	finish_step(w, n);
}

void node_due(struct world *w, struct node *n)
{
	if (mono_reached(instant_of(w, n).mono, core_deadline(n->core)))
		node_step(w, n, &(struct event){.kind = EVENT_TIMER});
}

void node_commit(struct world *w, struct node *n, struct core_change *change)
{
	uint64_t sent = n->ledger.sent_seq;
	n->step_mono = node_mono(n, w->plan, w->now);
	core_commit(n->core, change, instant_of(w, n));
	finish_step(w, n);
	if (n->core != NULL && sent == n->ledger.sent_seq && n->ledger.statuses < STATUSES_AT_ONCE_MAX)
		world_broken(w, "S16 reload-is-reported", "%s has reloaded its files but sends no status",
			node_name(n->index));
}

void node_timer(struct world *w, struct node *n, uint32_t version)
{
	if (n->core == NULL || n->timer_version != version)
		return;
	if (n->frozen)
		return;
	n->timer_at = NEVER;
	node_step(w, n, &(struct event){.kind = EVENT_TIMER});
}

/* --- events ---------------------------------------------------------------------------------- */

void node_deliver(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	if (event->kind == EVENT_DATAGRAM) {
		node_hears(w, n, event, d, copy);
		return;
	}
	if (event->kind == EVENT_GROUP_FAILED)
		ledger_fails(w, n, (size_t)files_group(w, n, event->group_failed.group));
	if (event->kind == EVENT_SHUTDOWN) {
		n->shutting_down = true;
		n->shutdown_at = w->now;
	}
	node_step(w, n, event);
}

void node_event(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	if (n->core == NULL || w->invariant != NULL)
		return;
	if (!n->frozen) {
		node_deliver(w, n, event, d, copy);
		return;
	}
	if (event->kind == EVENT_DATAGRAM && n->waiting_datagrams == SOCKET_DATAGRAMS)
		return;
	if (n->waiting_count == sizeof n->waiting / sizeof *n->waiting)
		return;
	n->waiting[n->waiting_count++] = (struct waiting){*event, d, copy, w->now};
	if (d != NULL) {
		d->refs++;
		n->waiting_datagrams++;
	}
}
