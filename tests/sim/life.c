// SPDX-License-Identifier: MIT
/* How a node stops running and starts again: freeze, suspend, crash, death of the engine, boot. */
#include "tests/sim/sim.h"

#include "heartbeat/core/generation.h"

enum { LATE_MIN_MS = 250 }; /* as in heartbeat/daemon/engine.c */

/* --- standing still ------------------------------------------------------------------------------ */

void node_freeze(struct world *w, struct node *n, bool suspend)
{
	if (n->core == NULL || n->frozen)
		return;
	n->frozen = true;
	n->suspended = suspend;
	n->frozen_at = w->now;
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
			node_deliver(w, n, &x->event, x->datagram, x->copy);
	}
}

void node_thaw(struct world *w, struct node *n)
{
	if (!n->frozen)
		return;
	int64_t slept = w->now - n->frozen_at, gap = w->now - n->step_at;
	int64_t keepalive = ms_of(w, SET_KEEPALIVE),
		slack = keepalive > LATE_MIN_MS * MS ? keepalive : LATE_MIN_MS * MS;
	if (n->suspended) /* monotonic stood still, boottime went on */
		n->mono_base -= slept;
	n->frozen = n->suspended = false;
	n->thawed = w->now;
	n->timer_at = NEVER;
	n->timer_version++;
	w->disturbed = w->now;
	invariant_life(w, n);
	trace_line(w, n->index, "thaws after %.3f s", (double)slept / 1e9);
	if (gap > keepalive + slack) { /* as engine.c notices it */
		struct event stalled = {.kind = EVENT_STALLED};
		stalled.stalled.gap = (struct span){gap};
		node_step(w, n, &stalled);
	}
	if (gap > ms_of(w, SET_DEADTIME) && n->core != NULL)
		invariant_stalled(w, n);
	n->draining = true;
	drain(w, n, true);
	drain(w, n, false);
	n->draining = false;
	drop_waiting(n);
	if (n->core != NULL && w->invariant == NULL)
		node_step(w, n, &(struct event){.kind = EVENT_TIMER});
}

/* --- life and death -------------------------------------------------------------------------------- */

static size_t read_state_file(
	const struct world *w, const struct node *n, bool sure, struct adopted adopted[GROUPS_MAX])
{
	size_t count = 0;
	for (size_t g = 0; g < node_resources(w, n)->count; g++) {
		enum group_state state = n->disk.state[g];
		if (state == OWN_NONE || state == OWN_CLAIM || state == OWN_FAILED)
			continue;
		bool held = state == OWN_HELD || state == OWN_GIVING;
		adopted[count++] = (struct adopted){
			node_resources(w, n)->groups[g].id, n->disk.epoch[g], !sure || !held, n->disk.failback_due[g]};
	}
	return count;
}

/* It lies in /run. */
static void forget_holdings(struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++)
		n->disk.state[g] = OWN_NONE;
}

static const struct ha_cf *node_conf(const struct world *w, const struct node *n)
{
	return n->index == THIRD ? w->third_conf : w->conf[n->failback_turned];
}

/* As daemon/identity does: read, count, write, and only then use.  False when that was the end of this life. */
static bool next_generation(struct world *w, struct node *n, uint64_t *generation)
{
	bool written;
	*generation = generation_next(n->disk.generation, n->wall_base + (uint64_t)(w->now / (1000 * MS)), false);
	if (!node_write_begins(w, n, &written)) {
		n->disk.generation = written ? *generation : n->disk.generation;
		node_write_ends(w, n);
		return false;
	}
	n->disk.generation = *generation;
	if (*generation <= n->generation)
		world_broken(w, "S9 generation-monotonic", "%s boots with generation %llu, and used %llu before",
			node_name(n->index), (unsigned long long)*generation, (unsigned long long)n->generation);
	n->generation = *generation;
	return true;
}

/* keep_running: the machine was never off, so that what the state file says still runs. */
void node_boot(struct world *w, struct node *n, bool keep_running)
{
	if (n->core != NULL)
		return;
	struct adopted adopted[GROUPS_MAX];
	struct core_config config = {.conf = node_conf(w, n),
		.resources = node_resources(w, n),
		.keys = w->keys,
		.node = node_name(n->index),
		.adopted = adopted};
	uint64_t seed = (uint64_t)w->plan->set[SET_SEED];
	bool sure = keep_running && !n->stopped;
	if (!n->powered)
		forget_holdings(n);
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
	n->shot_told = n->peer_heard = n->peer_sent = NEVER;
	n->goodbye_heard = n->lied_of = 0;
	n->lied_at = NEVER;
	if (!keep_running)
		w->disturbed = w->now;
	if (!next_generation(w, n, &config.generation))
		return;
	config.seed = draw(seed, DRAW_BOOT, n->index, 1, 0, w->now, n->life);
	for (size_t i = 0; i < sizeof config.uuid; i++)
		config.uuid[i] = (uint8_t)(0x10 * (n->index + 1) + (int)i);
	const char *why = "";
	n->core = core_new(&config, &why);
	trace_line(w, n->index, "boots, generation %llu, %zu groups adopted", (unsigned long long)config.generation,
		config.adopted_count);
	w->statistics.boots++;
	if (n->core == NULL) {
		world_broken(w, "S12 no-crash", "core_new of %s says: %s", node_name(n->index), why);
		return;
	}
	invariant_life(w, n);
	ledger_life(w, n);
	node_step(w, n, &(struct event){.kind = EVENT_START});
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
		node_engine_ends(w, n);
	n->mono_base = 1000 * 1000 * MS - w->now / 2; /* after a boot the clock starts again */
	n->life++; /* boots and thaws planned for the old life are void */
}

void node_engine_dies(struct world *w, struct node *n)
{
	if (n->core == NULL)
		return;
	trace_line(w, n->index, "the engine dies");
	script_kill_all(w, n);
	drop_waiting(n);
	node_engine_ends(w, n);
}

void node_free(struct world *w, struct node *n)
{
	(void)w;
	drop_waiting(n);
	core_free(n->core);
	n->core = NULL;
}
