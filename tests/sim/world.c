// SPDX-License-Identifier: MIT
/* The world: its clock, its queue of events, and the loop that handles them. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>


enum { WORLD_MAX_MS = 3600000 };

/* --- draws ------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 29;
}

uint64_t draw(uint64_t seed, enum purpose purpose, int from, int to, int medium, int64_t time, unsigned ordinal)
{
	uint64_t h = mix(seed + 1, (uint64_t)purpose << 48 ^ (uint64_t)(unsigned)from << 32 ^
					   (uint64_t)(unsigned)to << 16 ^ (uint64_t)(unsigned)medium);
	return mix(mix(mix(h, (uint64_t)time), ordinal), 0x51);
}

int64_t pick(uint64_t value, int64_t low, int64_t high)
{
	return low + (int64_t)(value % (uint64_t)(high - low + 1));
}

bool chance(uint64_t value, int64_t per_mille)
{
	return (int64_t)(value % 1000) < per_mille;
}

/* --- the queue --------------------------------------------------------------------------------- */

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void world_push(struct world *w, struct sim_event e)
{
	if (w->heap_count == w->heap_cap) {
		w->heap_cap = w->heap_cap == 0 ? 1024 : w->heap_cap * 2;
		w->heap = realloc(w->heap, w->heap_cap * sizeof *w->heap);
		if (w->heap == NULL)
			abort();
	}
	e.order = w->order++;
	size_t i = w->heap_count++;
	for (; i > 0 && before(&e, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = e;
}

void world_seen(const struct world *w, struct sight s)
{
	struct observer *o = w->plan->observer;
	if (o != NULL)
		o->see(o, w, &s);
}

static struct sim_event world_pop(struct world *w)
{
	struct sim_event first = w->heap[0], last = w->heap[--w->heap_count];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= w->heap_count)
			break;
		if (child + 1 < w->heap_count && before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!before(&w->heap[child], &last))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
	return first;
}

void world_broken(struct world *w, const char *invariant, const char *format, ...)
{
	if (w->invariant != NULL)
		return;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(w->broken, sizeof w->broken, format, args);
	va_end(args);
	w->invariant = invariant;
	w->broken_at = w->now;
	trace_line(w, -1, "BROKEN %s: %s", invariant, w->broken);
}

/* haresources needs exactly two nodes, so the core must refuse three nodes with groups. */
static void check_three_refused(struct world *w)
{
	struct core_config config = {.conf = files_conf(w, &w->nodes[THIRD]),
		.resources = files_resources(w, &w->nodes[0]),
		.keys = files_keys(w, &w->nodes[0]),
		.node = node_name(0),
		.generation = 1};
	const char *why = "";
	struct core *core = core_new(&config, &why);
	if (core != NULL || why[0] == '\0')
		world_broken(w, "S14 three-refused", "core_new accepted three nodes with groups");
	core_free(core);
}

/* --- the run ---------------------------------------------------------------------------------------- */

static void dispatch(struct world *w, struct sim_event *e)
{
	struct node *n = &w->nodes[e->node];
	switch (e->kind) {
	case SIM_TIMER: node_timer(w, n, e->b); return;
	case SIM_DATAGRAM: link_deliver(w, e); return;
	case SIM_SCRIPT: script_end(w, e); return;
	case SIM_FAULT:
		if (!w->calm)
			fault_start(w, e->b);
		return;
	case SIM_FAULT_END:
		if (!w->calm)
			fault_end(w, e);
		return;
	case SIM_SLOW: fault_slow(w, e); return;
	case SIM_BOOT:
		if (n->life != e->b || buried(w, n))
			return;
		if (shell_models(w, n))
			shell_start(w, n);
		else
			node_boot(w, n, e->outcome != 0);
		return;
	case SIM_FENCE: fault_fenced(w, e); return;
	case SIM_CALM: fault_calm(w); return;
	case SIM_CHECK: invariant_timed(w); return;
	case SIM_MOVE_LIMIT: invariant_move_limit(w, e); return;
	case SIM_SHELL: shell_event(w, e); return;
	case SIM_OPERATOR: shot_operator(w); return;
	case SIM_KEYS: files_next_keys(w, n); return;
	}
}

static void prepare(struct world *w)
{
	ping_begin(w);
	const int64_t *set = w->plan->set;
	for (int g = 0; g < GROUPS_MAX; g++)
		w->last_runner[g] = -1;
	w->whole_since = w->settle_at = w->hang_until = NEVER;
	for (int i = 0; i <= NODES; i++) {
		struct node *n = &w->nodes[i];
		n->index = i;
		n->mono_base = 1000 * 1000 * MS * (i + 1);
		n->wall_base = UINT64_C(1700000000);
		n->disk.generation = 1000 + (uint64_t)i;
		for (int g = 0; g < GROUPS_MAX; g++)
			n->places[g].freed = NEVER;
		n->known_off = n->heard_before = n->peer_any = n->peer_heard = n->peer_sent = NEVER;
		n->home_back_at = n->lied_at = n->timer_at = n->thawed = n->step_at = n->send_at = n->boot_at = NEVER;
		n->ended = n->powered_at = n->shot.heard = n->shot.cancelled = NEVER;
		n->shell.wakes_at = n->shell.sent_at = n->shell.gap_at = n->shell.trap_until = NEVER;
		invariant_life(w, n);
		if (i < NODES || set[SET_THIRD])
			world_push(w, (struct sim_event){
					      .at = (i == THIRD ? 1000 : set[i == 0 ? SET_BOOT0 : SET_BOOT1]) * MS + MS,
					      .kind = SIM_BOOT,
					      .node = i});
	}
	check_three_refused(w);
	for (size_t i = 0; i < w->plan->count; i++)
		world_push(w,
			(struct sim_event){.at = w->plan->faults[i].at_ms * MS, .kind = SIM_FAULT, .b = (uint32_t)i});
	world_push(w, (struct sim_event){.at = set[SET_STORM] * MS, .kind = SIM_CALM});
}

static void release(struct world *w)
{
	for (int i = 0; i <= NODES; i++)
		node_free(w, &w->nodes[i]);
	for (size_t i = 0; i < w->heap_count; i++)
		datagram_release(w->heap[i].datagram);
	free(w->heap);
	files_free(w);
	free(w);
}

void world_run(const struct plan *p, struct trace *trace, bool hashing, struct verdict *verdict)
{
	struct world *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	w->plan = p;
	w->trace = trace;
	w->hashing = hashing;
	prepare(w);
	while (w->heap_count > 0 && !w->finished && w->invariant == NULL) {
		struct sim_event e = world_pop(w);
		w->now = e.at;
		invariant_whole(w);
		w->statistics.events++;
		dispatch(w, &e);
		if (w->invariant == NULL)
			invariant_check(w);
		world_seen(w, (struct sight){.kind = SIGHT_EVENT});
		if (w->now > WORLD_MAX_MS * MS)
			world_broken(w, "L1 owned-within", "nothing has settled after an hour");
	}
	memset(verdict, 0, sizeof *verdict);
	if (w->invariant != NULL) {
		(void)snprintf(verdict->invariant, sizeof verdict->invariant, "%s", w->invariant);
		(void)snprintf(verdict->text, sizeof verdict->text, "%s", w->broken);
		verdict->at = w->broken_at;
	}
	w->statistics.simulated = w->now;
	verdict->hash = w->hash;
	verdict->statistics = w->statistics;
	release(w);
}
