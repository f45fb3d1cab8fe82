// SPDX-License-Identifier: MIT
/* A node: the real core, driven as the daemon drives it, with the ways in which a machine, a process and a guardian fail. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_AT_ONCE_MAX = 2000 };

const char *node_name(int index)
{
	static const char *const names[NODES] = {"alpha", "beta"};
	return names[index];
}

/* --- clocks ------------------------------------------------------------------------------- */

static int64_t drift(const struct node *n, const struct plan *p, int64_t span)
{
	int64_t ppm = p->set[n->index == 0 ? SET_PPM0 : SET_PPM1];
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
	for (int i = 0; i < 4; i++)
		t += mono - node_mono(n, p, t);
	while (node_mono(n, p, t) < mono)
		t++;
	return t;
}

static struct instant instant_of(const struct world *w, const struct node *n)
{
	struct instant now = {.mono = {node_mono(n, w->plan, w->now)}, .wall_s = n->wall_base + (uint64_t)(w->now / (1000 * MS))};
	return now;
}

/* --- one step ------------------------------------------------------------------------------- */

static void write_state_file(struct world *w, struct node *n)
{
	for (size_t g = 0; g < w->resources->count; g++) {
		struct group_view view;
		core_group_view(n->core, g, &view);
		n->disk.state[g] = view.state;
		n->disk.epoch[g] = view.epoch;
	}
}

static void fence(struct world *w, struct node *n, size_t victim)
{
	if (!w->plan->set[SET_STONITH]) {
		world_broken(w, "S8 fence-before-takeover", "%s shoots although no stonith device is configured", node_name(n->index));
		return;
	}
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_FENCE, n->index, (int)victim, 0, w->now, n->fence_ordinal++);
	world_push(w, (struct sim_event){.at = w->now + pick(value, 200 * MS, 4000 * MS), .kind = SIM_FENCE, .node = n->index, .a = (int)victim, .b = n->life, .outcome = w->fence_fails});
}

static void move_done(struct world *w, const struct node *n, const struct action *a)
{
	unsigned id = a->move_done.id;
	if (id == 0)
		return;
	if (id > FAULTS_MAX || w->moves[id - 1].life != n->life || w->moves[id - 1].node != n->index)
		world_broken(w, "L6 requests-end", "%s ends move %u, which it was never asked for", node_name(n->index), id);
	else if (w->moves[id - 1].done)
		world_broken(w, "L6 requests-end", "%s ends move %u twice", node_name(n->index), id);
	else
		w->moves[id - 1].done = true;
}

static void apply(struct world *w, struct node *n, const struct action *a)
{
	trace_hash(w, n, a);
	switch (a->kind) {
	case ACTION_SEND:
		w->effect.sends++;
		w->quiet_sends[n->index]++;
		link_send(w, n, a->send.data);
		return;
	case ACTION_PING:
		link_ping(w, n, a->send.data, a->send.medium);
		return;
	case ACTION_GROUP_START:
		trace_line(w, n->index, "START group %zu", a->group.group);
		w->effect.groups++;
		invariant_start(w, n, a->group.group);
		script_start(w, n, a->group.group);
		return;
	case ACTION_GROUP_STOP:
		trace_line(w, n->index, "STOP group %zu", a->group.group);
		w->effect.groups++;
		invariant_stop(w, n, a->group.group);
		script_stop(w, n, a->group.group);
		return;
	case ACTION_FENCE:
		trace_line(w, n->index, "FENCE %s", a->fence.name);
		w->effect.others++;
		fence(w, n, a->fence.node);
		return;
	case ACTION_LOG:
		if (a->log.level <= LOG_LEVEL_INFO)
			w->quiet_logs[n->index]++;
		trace_line(w, n->index, "%s: %s", log_level_name(a->log.level), a->log.text);
		return;
	case ACTION_MOVE_DONE:
		trace_line(w, n->index, "move %u done, %s: %s", a->move_done.id, a->move_done.ok ? "ok" : "not ok", a->move_done.text);
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

static void engine_ends(struct world *w, struct node *n)
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
			world_broken(w, "S7 no-action-by-the-dead", "%s has stopped although group %d is still there", node_name(n->index), g);
	engine_ends(w, n);
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
	int64_t at = world_time(n, w->plan, deadline.ns);
	if (at < w->now)
		at = w->now;
	if (at == n->timer_at)
		return;
	n->timer_at = at;
	world_push(w, (struct sim_event){.at = at, .kind = SIM_TIMER, .node = n->index, .b = ++n->timer_version});
}

static void step(struct world *w, struct node *n, const struct event *event)
{
	if (n->step_at != w->now) {
		n->step_at = w->now;
		n->steps_now = 0;
	}
	if (++n->steps_now > STEPS_AT_ONCE_MAX) {
		world_broken(w, "S12 no-crash", "%s is stepped %u times without time going on: its deadline stays in the past", node_name(n->index), n->steps_now);
		return;
	}
	core_step(n->core, instant_of(w, n), event);
	struct action action;
	while (core_action(n->core, &action))
		apply(w, n, &action);
	if (n->stopped)
		stopped(w, n);
	else
		schedule_timer(w, n);
}

void node_timer(struct world *w, struct node *n, uint32_t version)
{
	if (n->core == NULL || n->timer_version != version)
		return;
	if (n->frozen) {
		if (n->first_due == NEVER)
			n->first_due = w->now;
		return;
	}
	n->timer_at = NEVER;
	step(w, n, &(struct event){.kind = EVENT_TIMER});
}

/* --- datagrams ---------------------------------------------------------------------------------- */

/* A digest of what the core shows of itself. */
static uint64_t visible_state(const struct world *w, const struct node *n)
{
	uint64_t sum = 0;
	for (size_t g = 0; g < w->resources->count; g++) {
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
static void step_harmless(struct world *w, struct node *n, const struct event *event, const struct datagram *d, enum copy copy)
{
	if (n->timer_at != NEVER && n->timer_at <= w->now) /* what was due anyway is not the datagram's doing */
		step(w, n, &(struct event){.kind = EVENT_TIMER});
	if (n->core == NULL)
		return;
	uint64_t before = visible_state(w, n);
	w->effect = (struct step_effect){0};
	step(w, n, event);
	if (n->core == NULL)
		return;
	bool unnumbered = memmem(d->bytes, d->len, "(0)t=NS_", 8) != NULL; /* a repeated request may be answered again */
	if (w->effect.groups > 0 || w->effect.others > 0 || (w->effect.sends > 0 && !unnumbered) || visible_state(w, n) != before)
		world_broken(w, "S10 no-replay", "%s acts on a %s datagram sent at %.3f s", node_name(n->index),
			     copy == COPY_CORRUPT ? "damaged" : "replayed", (double)d->sent / 1e9);
}

static void step_datagram(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	w->statistics.datagrams++;
	w->quiet_replays[n->index] += copy == COPY_REPLAY;
	bool repeated = copy == COPY_REPLAY && d->delivered[n->index] == n->life && w->now - d->delivered_at[n->index] > 1000 * MS;
	if (w->trace != NULL) {
		const uint8_t *type = memmem(d->bytes, d->len, "(0)t=", 5);
		int room = type == NULL ? 0 : (int)strcspn((const char *)type + 5, ",");
		trace_line(w, n->index, "hears %.*s from %s, sent %.6f%s", room > 20 ? 20 : room, type == NULL ? "" : (const char *)type + 5, node_name(d->from),
			   (double)d->sent / 1e9, (const char *[]){"", " (duplicate)", " (replay)", " (damaged)"}[copy]);
	}
	if ((repeated || copy == COPY_CORRUPT) && !n->draining) {
		step_harmless(w, n, event, d, copy);
		return;
	}
	if (d->delivered[n->index] != n->life && copy != COPY_CORRUPT) {
		d->delivered[n->index] = n->life;
		d->delivered_at[n->index] = w->now;
	}
	if (copy != COPY_REPLAY && copy != COPY_CORRUPT)
		invariant_heard(w, n, d);
	step(w, n, event);
}

static void deliver(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	if (event->kind == EVENT_DATAGRAM) {
		step_datagram(w, n, event, d, copy);
		return;
	}
	if (event->kind == EVENT_SHUTDOWN) {
		n->shutting_down = true;
		n->shutdown_at = w->now;
	}
	step(w, n, event);
}

void node_event(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy)
{
	if (n->core == NULL || w->invariant != NULL)
		return;
	if (!n->frozen) {
		deliver(w, n, event, d, copy);
		return;
	}
	if (n->first_due == NEVER)
		n->first_due = w->now;
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

/* --- standing still ------------------------------------------------------------------------------ */

void node_freeze(struct world *w, struct node *n, bool suspend)
{
	if (n->core == NULL || n->frozen)
		return;
	n->frozen = true;
	n->suspended = suspend;
	n->frozen_at = w->now;
	n->first_due = NEVER;
	invariant_life(w, n);
}

static void drop_waiting(struct node *n)
{
	for (size_t i = 0; i < n->waiting_count; i++)
		datagram_release(n->waiting[i].datagram);
	n->waiting_count = n->waiting_datagrams = 0;
	n->frozen = n->suspended = false;
}

/* Hand over what waited: datagrams in a first pass, the rest in a second, as the daemon's loop does. */
static void drain(struct world *w, struct node *n, bool datagrams)
{
	for (size_t i = 0; i < n->waiting_count; i++) {
		struct waiting *x = &n->waiting[i];
		if ((x->event.kind == EVENT_DATAGRAM) == datagrams && n->core != NULL && w->invariant == NULL)
			deliver(w, n, &x->event, x->datagram, x->copy);
	}
}

void node_thaw(struct world *w, struct node *n)
{
	if (!n->frozen)
		return;
	int64_t slept = w->now - n->frozen_at, gap = n->first_due == NEVER ? 0 : w->now - n->first_due;
	if (n->suspended) { /* monotonic stood still, boottime went on */
		n->mono_base -= slept;
		gap = slept;
	}
	n->frozen = n->suspended = false;
	n->thawed = w->now;
	n->timer_at = NEVER;
	n->timer_version++;
	w->disturbed = w->now;
	invariant_life(w, n);
	trace_line(w, n->index, "thaws after %.3f s", (double)slept / 1e9);
	if (gap > w->plan->set[SET_DEADTIME] * MS) {
		struct event stalled = {.kind = EVENT_STALLED};
		stalled.stalled.gap = (struct span){gap};
		step(w, n, &stalled);
		invariant_stalled(w, n);
	}
	n->draining = true;
	drain(w, n, true);
	drain(w, n, false);
	n->draining = false;
	drop_waiting(n);
	if (n->core != NULL && w->invariant == NULL)
		step(w, n, &(struct event){.kind = EVENT_TIMER});
}

/* --- life and death -------------------------------------------------------------------------------- */

static size_t read_state_file(const struct world *w, const struct node *n, bool sure, struct adopted adopted[GROUPS_MAX])
{
	size_t count = 0;
	for (size_t g = 0; g < w->resources->count; g++) {
		enum group_state state = n->disk.state[g];
		if (state == OWN_NONE || state == OWN_CLAIM || state == OWN_FAILED)
			continue;
		bool held = state == OWN_HELD || state == OWN_GIVING;
		adopted[count++] = (struct adopted){w->resources->groups[g].id, n->disk.epoch[g], !sure || !held};
	}
	return count;
}

/* keep_running: the machine was never off, so that what the state file says still runs. */
void node_boot(struct world *w, struct node *n, bool keep_running)
{
	if (n->core != NULL)
		return;
	struct adopted adopted[GROUPS_MAX];
	struct core_config config = {.conf = w->conf, .resources = w->resources, .keys = w->keys, .node = node_name(n->index), .adopted = adopted};
	uint64_t seed = (uint64_t)w->plan->set[SET_SEED];
	bool sure = keep_running && !n->stopped;
	if (n->powered)
		config.adopted_count = read_state_file(w, n, sure, adopted);
	n->life++;
	n->powered = true;
	n->shutting_down = n->stopped = false;
	n->boot_at = NEVER;
	n->booted = w->now;
	n->heard_any = false;
	n->thawed = NEVER;
	for (int g = 0; g < GROUPS_MAX; g++)
		n->places[g].failed_starts = 0;
	if (!keep_running)
		w->disturbed = w->now;
	config.generation = ++n->generation;
	config.seed = draw(seed, DRAW_BOOT, n->index, 1, 0, w->now, n->life);
	for (size_t i = 0; i < sizeof config.uuid; i++)
		config.uuid[i] = (uint8_t)(0x10 * (n->index + 1) + (int)i);
	const char *why = "";
	n->core = core_new(&config, &why);
	trace_line(w, n->index, "boots, generation %llu, %zu groups adopted", (unsigned long long)config.generation, config.adopted_count);
	w->statistics.boots++;
	if (n->core == NULL) {
		world_broken(w, "S12 no-crash", "core_new of %s says: %s", node_name(n->index), why);
		return;
	}
	invariant_life(w, n);
	write_state_file(w, n);
	step(w, n, &(struct event){.kind = EVENT_START});
}

void node_crash(struct world *w, struct node *n)
{
	if (!n->powered)
		return;
	trace_line(w, n->index, "loses power");
	n->powered = false;
	n->stopped = false;
	n->shutting_down = false;
	script_power_off(w, n);
	drop_waiting(n);
	if (n->core != NULL)
		engine_ends(w, n);
	n->mono_base = 1000 * 1000 * MS - w->now / 2; /* after a boot the clock starts anew */
	n->life++; /* boots and thaws planned for the old life are void */
}

void node_engine_dies(struct world *w, struct node *n)
{
	if (n->core == NULL)
		return;
	trace_line(w, n->index, "the engine dies");
	script_kill_all(w, n);
	drop_waiting(n);
	engine_ends(w, n);
}

void node_free(struct world *w, struct node *n)
{
	(void)w;
	drop_waiting(n);
	core_free(n->core);
	n->core = NULL;
}
