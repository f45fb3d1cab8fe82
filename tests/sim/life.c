// SPDX-License-Identifier: MIT
/* How a node stops running and starts again: freeze, suspend, crash, death of the engine, boot. */
#include "tests/sim/sim.h"

#include "heartbeat/core/generation.h"

enum { LATE_MIN_MS = 250 }; /* as in heartbeat/daemon/engine.c */

/* --- freezing ------------------------------------------------------------------------------ */

void node_freeze(struct world *w, struct node *n, enum freeze what)
{
	if (n->core == NULL || n->frozen)
		return;
	n->frozen = true;
	n->suspended = what == FREEZE_SUSPEND;
	n->frozen_at = w->now;
	invariant_life(w, n);
	if (shell_models(w, n))
		shell_frozen(w, n, what != FREEZE_ENGINE);
}

static void drop_waiting(struct node *n)
{
	for (size_t i = 0; i < n->waiting_count; i++)
		datagram_release(n->waiting[i].datagram);
	n->waiting_count = n->waiting_datagrams = 0;
	n->frozen = n->suspended = false;
}

/* Pass the waiting events to the engine: first the datagrams, then the others, like the main loop of the daemon. */
static void drain(struct world *w, struct node *n, bool datagrams)
{
	for (size_t i = 0; i < n->waiting_count; i++) {
		struct waiting *x = &n->waiting[i];
		if ((x->event.kind == EVENT_DATAGRAM) == datagrams && n->core != NULL && w->invariant == NULL)
			node_deliver(w, n, &x->event, x->datagram, x->copy);
	}
}

/* The machine continues, and its guardian may run before the engine.  Returns false when the guardian has killed the
 * engine. */
static bool guardian_first(struct world *w, struct node *n)
{
	bool machine = n->shell.asleep;
	if (!shell_models(w, n))
		return true;
	n->shell.asleep = n->shell.reloads = false;
	if (machine)
		n->shell.gap_at = w->now;
	if (machine && chance(draw((uint64_t)w->plan->set[SET_SEED], DRAW_SHELL, n->index, 5, 0, w->now, 0), 500))
		shell_turn(w, n);
	if (n->core != NULL)
		shell_thawed(w, n);
	return n->core != NULL;
}

void node_thaw(struct world *w, struct node *n)
{
	if (!n->frozen)
		return;
	int64_t slept = w->now - n->frozen_at, gap = w->now - n->step_at;
	int64_t keepalive = ms_of(w, SET_KEEPALIVE),
		slack = keepalive > LATE_MIN_MS * MS ? keepalive : LATE_MIN_MS * MS;
	if (n->suspended) /* CLOCK_BOOTTIME counts the time of a suspend, but CLOCK_MONOTONIC does not */
		n->mono_base -= slept;
	if (!guardian_first(w, n))
		return;
	n->frozen = n->suspended = false;
	n->thawed = w->now;
	n->timer_at = NEVER;
	n->timer_version++;
	w->disturbed = w->now;
	invariant_life(w, n);
	trace_line(w, n->index, "thaws after %.3f s", (double)slept / 1e9);
	if (gap > keepalive + slack) { /* engine.c notices a stall in the same way */
		struct event stalled = {.kind = EVENT_STALLED};
		stalled.stalled.gap = (struct span){gap};
		node_step(w, n, &stalled);
	}
	if (gap > files_deadtime_ms(w->plan, &n->files) * MS && n->core != NULL)
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

static size_t read_state_file(struct world *w, const struct node *n, bool sure, struct adopted adopted[GROUPS_MAX])
{
	size_t count = 0;
	for (int g = 0; g < GROUPS_MAX; g++) {
		enum group_state state = n->disk.state[g];
		int index = files_index(w, n, g);
		if (index < 0 || state == OWN_NONE || state == OWN_CLAIM || state == OWN_FAILED)
			continue;
		bool held = state == OWN_HELD || state == OWN_GIVING;
		adopted[count++] = (struct adopted){.group_id = files_resources(w, n)->groups[index].id,
			.epoch = n->disk.epoch[g],
			.clean_up = !sure || !held,
			.failback_due = n->disk.failback_due[g]};
	}
	return count;
}

/* As in daemon/holdings: the survey looks at each group that the state file does not list. */
static size_t add_unverified(struct world *w, struct node *n, size_t count, struct adopted adopted[GROUPS_MAX])
{
	size_t listed = count;
	for (int g = 0; g < GROUPS_MAX; g++) {
		int index = files_index(w, n, g);
		n->places[g].unverified = false;
		if (index < 0)
			continue;
		uint32_t id = files_resources(w, n)->groups[index].id;
		bool known = false;
		for (size_t i = 0; i < listed; i++)
			known |= adopted[i].group_id == id;
		n->places[g].unverified = !known;
		if (!known)
			adopted[count++] = (struct adopted){.group_id = id, .clean_up = true, .unverified = true};
	}
	return count;
}

/* The state file is in /run, which a boot empties. */
static void forget_holdings(struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++)
		n->disk.state[g] = OWN_NONE;
}

/* As in daemon/identity: read the number, add one, write it, and use it only after that. */
static uint64_t count_generation(struct world *w, struct node *n)
{
	bool written;
	uint64_t generation =
		generation_next(n->disk.generation, n->wall_base + (uint64_t)(w->now / (1000 * MS)), false);
	(void)node_write_starts(w, n, &written);
	n->disk.generation = written ? generation : n->disk.generation;
	return generation;
}

/* Returns false when the node died while it wrote the file. */
static bool next_generation(struct world *w, struct node *n, uint64_t *generation)
{
	*generation = shell_models(w, n) ? shell_generation(w, n) : count_generation(w, n);
	if (n->broken_off) {
		node_write_ends(w, n);
		return false;
	}
	if (*generation <= n->generation && !n->restored)
		world_broken(w, "S9 generation-monotonic", "%s boots with generation %llu, and used %llu before",
			node_name(n->index), (unsigned long long)*generation, (unsigned long long)n->generation);
	n->generation = *generation;
	return true;
}

void node_power_on(struct world *w, struct node *n)
{
	forget_holdings(n);
	/* then the generation may be lower than before, which identity.c logs */
	n->restored |= n->disk.generation_copy > n->disk.generation;
	n->disk.generation_copy = 0;
	memory_new_boot(&n->disk.memory);
	memory_new_boot(&n->disk.old_memory);
	n->heard_since_boot = n->fenced = false;
	n->powered_at = w->now;
	script_system_boots(w, n);
	n->powered = true;
}

/* keep_running: the machine was not off, so everything in the state file still runs. */
void node_boot(struct world *w, struct node *n, bool keep_running)
{
	if (n->core != NULL)
		return;
	struct adopted adopted[GROUPS_MAX];
	if (n->has_next_files)
		n->files = n->next_files, n->has_next_files = false;
	struct core_config config = {.conf = files_conf(w, n),
		.resources = files_resources(w, n),
		.keys = files_keys(w, n),
		.node = node_name(n->index),
		.adopted = adopted,
		.remembered = shell_remembered(w, n)};
	uint64_t seed = (uint64_t)w->plan->set[SET_SEED];
	bool sure = keep_running && !n->stopped;
	if (!n->powered || n->known_off < n->peer_sent)
		n->known_off = NEVER; /* otherwise the state file has this knowledge */
	if (!n->powered)
		node_power_on(w, n);
	else
		config.adopted_count = read_state_file(w, n, sure, adopted);
	struct peer_memory file = n->disk.memory;
	if (config.remembered != &n->shell.memory && (!sure || shell_models(w, n))) { /* a new daemon reads the file */
		memory_new_daemon(&file);
		if (config.remembered)
			config.remembered = &file;
		n->fenced = false;
	}
	n->life++;
	n->shutting_down = n->stopped = false;
	n->boot_at = NEVER;
	n->booted = w->now;
	n->heard_any = false;
	n->thawed = NEVER;
	for (int g = 0; g < GROUPS_MAX; g++)
		n->places[g].failed_starts = 0;
	n->peer_heard = n->peer_sent = NEVER;
	n->goodbye_heard = n->lied_of = 0;
	n->lied_at = NEVER;
	if (!keep_running)
		w->disturbed = w->now;
	if (!next_generation(w, n, &config.generation))
		return;
	if (!shell_models(w, n) || !n->shell.looked)
		config.adopted_count = add_unverified(w, n, config.adopted_count, adopted);
	config.seed = draw(seed, DRAW_BOOT, n->index, 1, 0, w->now, n->life);
	for (size_t i = 0; i < sizeof config.uuid; i++)
		config.uuid[i] = (uint8_t)(0x10 * (n->index + 1) + (int)i);
	const char *why = "";
	n->core = core_new(&config, &why);
	trace_line(w, n->index, "boots, generation %llu, %zu groups adopted", (unsigned long long)config.generation,
		config.adopted_count);
	w->statistics.boots++;
	if (n->core == NULL) {
		world_broken(w, "S12 no-crash", "core_new of %s fails: %s", node_name(n->index), why);
		return;
	}
	invariant_life(w, n);
	ledger_life(w, n);
	shot_life(n);
	node_step(w, n, &(struct event){.kind = EVENT_START});
	for (int g = 0; g < w->plan->set[SET_GROUPS] && n->index != THIRD; g++)
		if (n->places[g].hindered > 0)
			fault_report_hindered(w, n, g);
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
	n->life++; /* boots and thaws that were planned for the old life do not count any more */
	shell_power_off(n);
}

void node_process_ends(struct world *w, struct node *n)
{
	drop_waiting(n);
	node_engine_ends(w, n);
}

void node_engine_dies(struct world *w, struct node *n)
{
	if (shell_models(w, n)) {
		shell_engine_dies(w, n, false);
		return;
	}
	if (n->core == NULL)
		return;
	trace_line(w, n->index, "the engine dies");
	script_kill_all(w, n);
	node_process_ends(w, n);
}

void node_free(struct world *w, struct node *n)
{
	(void)w;
	drop_waiting(n);
	core_free(n->core);
	n->core = NULL;
}
