// SPDX-License-Identifier: MIT
/* A node: the real core, driven as the daemon drives it, with the ways in which a machine, a process and a guardian
 * fail. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_AT_ONCE_MAX = 2000 };

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

/* First moment of the world at which the node's clock shows mono. */
static int64_t world_time(const struct node *n, const struct plan *p, int64_t mono)
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

const struct haresources *node_resources(const struct world *w, const struct node *n)
{
	return n->index == THIRD ? w->no_resources : w->resources;
}

/* A file is replaced as a whole or not at all: lib/file.  False when that was the end of the step. */
bool node_write_begins(struct world *w, struct node *n, bool *written)
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
	bool written;
	(void)node_write_begins(w, n, &written);
	for (size_t g = 0; written && g < node_resources(w, n)->count; g++) {
		struct group_view view;
		core_group_view(n->core, g, &view);
		n->disk.state[g] = view.state;
		n->disk.epoch[g] = view.epoch;
		n->disk.failback_due[g] = view.failback_due;
	}
}

static void fence(struct world *w, struct node *n, size_t victim)
{
	if (!w->plan->set[SET_STONITH]) {
		world_broken(w, "S8 fence-before-takeover", "%s shoots although no stonith device is configured",
			node_name(n->index));
		return;
	}
	uint64_t value = draw(
		(uint64_t)w->plan->set[SET_SEED], DRAW_FENCE, n->index, (int)victim, 0, w->now, n->fence_ordinal++);
	int64_t at = w->now + (times_given(w) ? w->plan->observer->shot_ns : pick(value, 200 * MS, 4000 * MS)) +
		     (w->fence_slow > 0 ? pick(value / 1000, 0, w->fence_slow) : 0);
	enum shot_outcome outcome = w->fence_fails > 0 ? SHOT_FAILS : w->fence_lies > 0 ? SHOT_LIES : SHOT_OK;
	if (at > w->hang_until)
		w->hang_until = at;
	world_push(w, (struct sim_event){.at = at,
			      .kind = SIM_FENCE,
			      .node = n->index,
			      .a = (int)victim,
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
			w, "L6 requests-end", "%s ends move %u, which it was never asked for", node_name(n->index), id);
	else if (w->moves[id - 1].done)
		world_broken(w, "L6 requests-end", "%s ends move %u twice", node_name(n->index), id);
	else
		w->moves[id - 1].done = true;
}

static void apply(struct world *w, struct node *n, const struct action *a)
{
	trace_hash(w, n, a);
	world_seen(w, (struct sight){.kind = SIGHT_ACTION, .node = n, .action = a});
	switch (a->kind) {
	case ACTION_SEND: {
		struct said said = link_said(a->send.data);
		w->effect.sends++;
		w->quiet_sends[n->index]++;
		invariant_growth(w, n, 1, 0);
		ledger_sends(w, n, &said);
		link_send(w, n, a->send.data, &said);
		return;
	}
	case ACTION_PING:
		link_ping(w, n, a->send.data, a->send.medium);
		return;
	case ACTION_GROUP_START:
		trace_line(w, n->index, "START group %zu", a->group.group);
		w->effect.groups++;
		invariant_start(w, n, a->group.group);
		ledger_start(w, n, a->group.group);
		script_start(w, n, a->group.group);
		return;
	case ACTION_GROUP_STOP:
		trace_line(w, n->index, "STOP group %zu", a->group.group);
		w->effect.groups++;
		invariant_stop(w, n, a->group.group);
		ledger_stop(w, n, a->group.group);
		script_stop(w, n, a->group.group);
		return;
	case ACTION_FENCE:
		trace_line(w, n->index, "FENCE %s", a->fence.name);
		w->effect.others++;
		fence(w, n, a->fence.node);
		return;
	case ACTION_LOG:
		if (a->log.level <= LOG_LEVEL_INFO) {
			w->quiet_logs[n->index]++;
			invariant_growth(w, n, 0, 1);
		}
		trace_line(w, n->index, "%s: %s", log_level_name(a->log.level), a->log.text);
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
	n->timer_version++;
	n->timer_at = NEVER;
	invariant_life(w, n);
}

static void stopped(struct world *w, struct node *n)
{
	trace_line(w, n->index, "the engine has stopped");
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++)
		if (occupied(&n->places[g]) && n->places[g].truth != TRUTH_STUCK)
			world_broken(w, "S7 no-action-by-the-dead", "%s has stopped although group %d is still there",
				node_name(n->index), g);
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
		n->due_at = world_time(n, w->plan, deadline.ns);
	}
	int64_t at = n->due_at;
	if (at < w->now)
		at = w->now;
	if (at == n->timer_at)
		return;
	n->timer_at = at;
	world_push(w, (struct sim_event){.at = at, .kind = SIM_TIMER, .node = n->index, .b = ++n->timer_version});
}

/* The end came while a file was being written. */
void node_write_ends(struct world *w, struct node *n)
{
	bool power = n->writing == POWER_GOES_WRITING;
	n->writing = WRITES_WHOLE;
	n->broken_off = false;
	if (power)
		node_crash(w, n);
	else
		node_engine_dies(w, n);
	world_boot_later(w, n, n->back_after, !power);
}

void node_step(struct world *w, struct node *n, const struct event *event)
{
	if (n->step_at != w->now) {
		n->step_at = w->now;
		n->steps_now = 0;
	}
	if (++n->steps_now > STEPS_AT_ONCE_MAX) {
		world_broken(w, "S12 no-crash",
			"%s is stepped %u times without time going on: its deadline stays in the past",
			node_name(n->index), n->steps_now);
		return;
	}
	core_step(n->core, instant_of(w, n), event);
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

void node_timer(struct world *w, struct node *n, uint32_t version)
{
	if (n->core == NULL || n->timer_version != version)
		return;
	if (n->frozen)
		return;
	n->timer_at = NEVER;
	node_step(w, n, &(struct event){.kind = EVENT_TIMER});
}

/* --- datagrams ---------------------------------------------------------------------------------- */

/* A digest of what the core shows of itself. */
static uint64_t visible_state(const struct world *w, const struct node *n)
{
	uint64_t sum = 0;
	for (size_t g = 0; g < node_resources(w, n)->count; g++) {
		struct group_view view;
		core_group_view(n->core, g, &view);
		sum = sum * 31 + (uint64_t)view.state * 16 + (uint64_t)view.peer_state * 2 + view.peer_known;
		sum = sum * 31 + view.epoch;
	}
	for (size_t i = 0; i < core_node_count(n->core); i++) {
		struct node_view view;
		core_node_view(n->core, i, &view);
		sum = sum * 31 + (unsigned char)view.status[0] * 256U + (unsigned char)view.status[1];
	}
	return sum;
}

/* S10: what has been heard before, or is no message at all, changes nothing but a counter. */
static void step_harmless(
	struct world *w, struct node *n, const struct event *event, const struct datagram *d, enum copy copy)
{
	/* the datagram did not cause what was due anyway */
	if (mono_reached(instant_of(w, n).mono, core_deadline(n->core)))
		node_step(w, n, &(struct event){.kind = EVENT_TIMER});
	if (n->core == NULL)
		return;
	uint64_t before = visible_state(w, n);
	w->effect = (struct step_effect){0};
	node_step(w, n, event);
	if (n->core == NULL)
		return;
	struct reader type = reader_over(d->type);
	/* a repeated request may be answered again */
	bool unnumbered = reader_skip(&type, "NS_") || bytes_equal_text(d->type, "reqnodes");
	if (w->effect.groups > 0 || w->effect.others > 0 || (w->effect.sends > 0 && !unnumbered) ||
		visible_state(w, n) != before)
		world_broken(w, "S10 no-replay", "%s acts on a %s datagram sent at %.3f s", node_name(n->index),
			     copy == COPY_CORRUPT ? "damaged" : "replayed", (double)d->sent / 1e9);
}

static void step_datagram(
	struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	w->statistics.datagrams++;
	w->quiet_replays[n->index] += copy == COPY_REPLAY;
	/* A replayed datagram of a dead node, which this life never heard: for a deadtime, the sender may be a node
	 * that does not hear us. */
	if (copy == COPY_REPLAY && w->calm_at != NEVER && !w->quiet && n->index < NODES && d->from != n->index &&
		w->nodes[1 - n->index].core == NULL)
		w->disturbed = w->now;
	bool repeated = copy == COPY_REPLAY && d->delivered[n->index] == n->life &&
	                w->now - d->delivered_at[n->index] > 1000 * MS;
	if (w->trace != NULL) {
		trace_line(w, n->index, "hears %.*s from %s, sent %.6f%s", (int)d->type.len, (const char *)d->type.at,
			node_name(d->from), (double)d->sent / 1e9,
			(const char *[]){"", " (duplicate)", " (replay)", " (damaged)"}[copy]);
	}
	if (copy != COPY_CORRUPT)
		ledger_hears(n, d);
	if ((repeated || copy == COPY_CORRUPT) && !n->draining) {
		step_harmless(w, n, event, d, copy);
		return;
	}
	/* Before its first status of a life nothing of a node is believed: what comes earlier has not been heard. */
	if (d->status) {
		n->known_life[d->from] = d->life;
		n->known_in[d->from] = n->life;
	}
	bool believed = n->known_life[d->from] == d->life && n->known_in[d->from] == n->life;
	if (believed && d->delivered[n->index] != n->life && copy != COPY_CORRUPT) {
		d->delivered[n->index] = n->life;
		d->delivered_at[n->index] = w->now;
	}
	/* Recorded in this life and first heard now: it has only been late. */
	bool late = copy == COPY_REPLAY && !repeated && d->sent > n->booted;
	if ((copy != COPY_REPLAY && copy != COPY_CORRUPT) || late)
		invariant_heard(w, n, d);
	node_step(w, n, event);
	if (copy != COPY_CORRUPT)
		ledger_heard(w, n, d);
}

void node_deliver(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	if (event->kind == EVENT_DATAGRAM) {
		step_datagram(w, n, event, d, copy);
		return;
	}
	if (event->kind == EVENT_GROUP_FAILED)
		ledger_fails(n, event->group_failed.group);
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
