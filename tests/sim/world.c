// SPDX-License-Identifier: MIT
/* The world: its clock, its queue, and the faults of the plan coming true. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/diag.h"

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
	uint64_t h = mix(seed + 1, (uint64_t)purpose << 48 ^ (uint64_t)(unsigned)from << 32 ^ (uint64_t)(unsigned)to << 16 ^ (uint64_t)(unsigned)medium);
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

/* --- configuration ------------------------------------------------------------------------------- */

static void complain(struct diags *d)
{
	char line[512];
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, line, sizeof line);
		if (d->errors > 0)
			fprintf(stderr, "%s\n", line);
	}
	if (d->errors > 0)
		abort();
	diags_free(d);
}

/* The same three files that an administrator writes, through the same parsers. */
static void configure(struct world *w)
{
	const int64_t *set = w->plan->set;
	char text[1024];
	struct writer out = writer_over(text, sizeof text);
	struct diags diags;
	writer_format(&out, "keepalive %lldms\ndeadtime %lldms\nwarntime %lldms\ninitdead %lldms\n", (long long)set[SET_KEEPALIVE],
		      (long long)set[SET_DEADTIME], (long long)set[SET_DEADTIME] / 2, (long long)set[SET_INITDEAD]);
	writer_format(&out, "auto_failback %s\nmsgfmt %s\nlogfacility local0\n", set[SET_FAILBACK] == FAILBACK_ON ? "on" : "off",
		      set[SET_NETSTRING] ? "netstring" : "classic");
	for (int m = 0; m < set[SET_MEDIA]; m++)
		writer_format(&out, "bcast eth%d\n", m);
	writer_text(&out, set[SET_PING] ? "ping 10.9.9.9\n" : "");
	writer_text(&out, set[SET_STONITH] ? "stonith_host * external/sim -\n" : "");
	writer_text(&out, "node alpha beta\n");
	diags_init(&diags, "ha.cf");
	w->conf = ha_cf_parse(writer_done(&out), NULL, &diags);
	complain(&diags);

	out = writer_over(text, sizeof text);
	for (int g = 0; g < set[SET_GROUPS]; g++)
		writer_format(&out, "%s IPaddr::10.0.0.%d/24/eth0 web%d\n", node_name((int)(set[SET_HOMES] >> g & 1)), g + 1, g);
	diags_init(&diags, "haresources");
	w->resources = haresources_parse(writer_done(&out), w->conf->nodes, w->conf->node_count, &diags);
	complain(&diags);

	w->keys = calloc(1, sizeof *w->keys);
	if (w->keys == NULL)
		abort();
	diags_init(&diags, "authkeys");
	authkeys_parse(bytes_of(set[SET_SHA1] ? "auth 1\n1 sha1 aHeartbeatSecret\n" : "auth 1\n1 crc\n"), w->keys, &diags);
	complain(&diags);
	w->auth = auth_new(w->keys);
	if (w->auth == NULL)
		abort();
}

/* --- faults ----------------------------------------------------------------------------------------- */

static void set_noise(struct world *w, const struct fault *f, int64_t value)
{
	for (int m = 0; m < MEDIA_MAX; m++) {
		struct noise *noise = &w->noise[m];
		if (f->medium >= 0 && f->medium != m)
			continue;
		switch (f->kind) {
		case FAULT_LOSS: noise->loss = value; break;
		case FAULT_DUPLICATE: noise->duplicate = value; break;
		case FAULT_DELAY: noise->delay_ms = value; break;
		case FAULT_REPLAY: noise->replay = value; break;
		default: noise->corrupt = value; break;
		}
	}
}

static void set_cut(struct world *w, const struct fault *f, int change)
{
	for (int m = 0; m < MEDIA_MAX; m++)
		for (int i = 0; i < NODES; i++)
			if ((f->medium < 0 || f->medium == m) && (f->kind == FAULT_CUT || f->node == i))
				w->cut[i][m] += change;
}

static void set_script(struct world *w, const struct fault *f, bool on)
{
	static const struct {
		enum group_operation operation;
		enum script_outcome outcome;
	} rows[] = {
		[FAULT_START_FAIL - FAULT_START_FAIL] = {GROUP_START, SCRIPT_FAILS},
		[FAULT_START_HANG - FAULT_START_FAIL] = {GROUP_START, SCRIPT_HANGS},
		[FAULT_START_DIRTY - FAULT_START_FAIL] = {GROUP_START, SCRIPT_DIRTY},
		[FAULT_STOP_FAIL - FAULT_START_FAIL] = {GROUP_STOP, SCRIPT_FAILS},
		[FAULT_STOP_HANG - FAULT_START_FAIL] = {GROUP_STOP, SCRIPT_HANGS},
	};
	int row = (int)f->kind - (int)FAULT_START_FAIL;
	for (int g = 0; g < GROUPS_MAX; g++)
		if (f->group < 0 || f->group == g)
			w->script[f->node][g][rows[row].operation] = (int)(on ? rows[row].outcome : SCRIPT_OK);
}

static void ask_move(struct world *w, const struct fault *f, uint32_t index)
{
	struct node *n = &w->nodes[f->node];
	if (n->core == NULL || n->shutting_down)
		return;
	w->statistics.moves++;
	w->moves[index] = (struct move){f->node, n->life, w->now, false};
	struct event event = {.kind = EVENT_MOVE};
	event.move.takeover = f->kind == FAULT_TAKEOVER;
	event.move.half = f->half;
	event.move.id = index + 1;
	world_push(w, (struct sim_event){.at = w->now + invariant_move_span(w), .kind = SIM_MOVE_LIMIT, .b = index});
	node_event(w, n, &event, NULL, COPY_ORIGINAL);
}

static void ask_shutdown(struct world *w, struct node *n, int64_t boot_at)
{
	if (n->core == NULL || n->shutting_down)
		return;
	n->boot_at = boot_at;
	node_event(w, n, &(struct event){.kind = EVENT_SHUTDOWN}, NULL, COPY_ORIGINAL);
}

static void boot_later(struct world *w, const struct node *n, int64_t after, bool keep_running)
{
	world_push(w, (struct sim_event){.at = w->now + (after > MS ? after : MS), .kind = SIM_BOOT, .node = n->index, .b = n->life, .outcome = keep_running});
}

static void begin_fault(struct world *w, uint32_t index)
{
	const struct fault *f = &w->plan->faults[index];
	struct node *n = f->node >= 0 ? &w->nodes[f->node] : NULL;
	if (w->trace != NULL) {
		char text[160] = "";
		FILE *out = fmemopen(text, sizeof text - 1, "w");
		if (out != NULL) {
			fault_print(f, out);
			(void)fclose(out);
		}
		text[strcspn(text, "\n")] = '\0';
		trace_line(w, -1, "fault %s", text);
	}
	switch (f->kind) {
	case FAULT_CRASH:
		if (n->powered) {
			node_crash(w, n);
			boot_later(w, n, f->span_ms * MS, false);
		}
		return;
	case FAULT_ENGINE:
		if (n->core != NULL && !n->shutting_down && !n->frozen) {
			node_engine_dies(w, n);
			boot_later(w, n, f->span_ms * MS, true);
		}
		return;
	case FAULT_FREEZE:
	case FAULT_SUSPEND: node_freeze(w, n, f->kind == FAULT_SUSPEND); break;
	case FAULT_STOP: ask_shutdown(w, n, w->now + f->span_ms * MS); return;
	case FAULT_STANDBY:
	case FAULT_TAKEOVER: ask_move(w, f, index); return;
	case FAULT_CUT:
	case FAULT_DEAF: set_cut(w, f, 1); break;
	case FAULT_LOSS:
	case FAULT_DUPLICATE:
	case FAULT_DELAY:
	case FAULT_REPLAY:
	case FAULT_CORRUPT: set_noise(w, f, f->value); break;
	case FAULT_START_FAIL:
	case FAULT_START_HANG:
	case FAULT_START_DIRTY:
	case FAULT_STOP_FAIL:
	case FAULT_STOP_HANG: set_script(w, f, true); break;
	case FAULT_WALL: n->wall_base += (uint64_t)f->value; return;
	case FAULT_FENCE_FAIL: w->fence_fails++; break;
	case FAULT_KINDS: return;
	}
	world_push(w, (struct sim_event){.at = w->now + f->span_ms * MS, .kind = SIM_FAULT_END, .b = index, .outcome = n == NULL ? 0 : (int)n->life});
}

static void end_fault(struct world *w, const struct sim_event *e)
{
	const struct fault *f = &w->plan->faults[e->b];
	if (f->kind == FAULT_FREEZE || f->kind == FAULT_SUSPEND) {
		if ((int)w->nodes[f->node].life == e->outcome)
			node_thaw(w, &w->nodes[f->node]);
	} else if (f->kind == FAULT_CUT || f->kind == FAULT_DEAF) {
		set_cut(w, f, -1);
	} else if (f->kind == FAULT_FENCE_FAIL) {
		w->fence_fails--;
	} else if (f->kind >= FAULT_START_FAIL && f->kind <= FAULT_STOP_HANG) {
		set_script(w, f, false);
	} else {
		set_noise(w, f, 0);
	}
	trace_line(w, -1, "%s ends", fault_name(f->kind));
}

static bool buried(const struct world *w, const struct node *n)
{
	return w->calm && w->plan->set[SET_BURY] == n->index;
}

/* Everything is healed at once; who is down boots, but for the one who is dead for good. */
static void begin_calm(struct world *w)
{
	trace_line(w, -1, "calm");
	w->calm = true;
	w->calm_at = w->disturbed = w->now;
	memset(w->cut, 0, sizeof w->cut);
	memset(w->noise, 0, sizeof w->noise);
	memset(w->script, 0, sizeof w->script);
	w->fence_fails = 0;
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->nodes[i];
		n->boot_at = NEVER;
		if (buried(w, n))
			node_crash(w, n);
		else if (n->core == NULL)
			boot_later(w, n, 200 * MS, n->powered && !n->stopped);
		else
			node_thaw(w, n);
	}
	invariant_calm(w);
}

/* A shot ends: power is gone, then the asker is told. */
static void shot(struct world *w, const struct sim_event *e)
{
	struct node *asker = &w->nodes[e->node], *victim = &w->nodes[e->a];
	bool ok = e->outcome == 0;
	if (ok) {
		node_crash(w, victim);
		for (int g = 0; g < GROUPS_MAX; g++) /* what it owned when the calm began moves with good reason */
			if (w->owner_at_calm[g] == e->a)
				w->owner_at_calm[g] = -1;
		if (!buried(w, victim))
			boot_later(w, victim, 10000 * MS, false);
	}
	if (asker->life != e->b)
		return;
	struct event event = {.kind = EVENT_FENCE_DONE};
	event.fence_done.node = (size_t)e->a;
	event.fence_done.ok = ok;
	node_event(w, asker, &event, NULL, COPY_ORIGINAL);
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
			begin_fault(w, e->b);
		return;
	case SIM_FAULT_END:
		if (!w->calm)
			end_fault(w, e);
		return;
	case SIM_BOOT:
		if (n->life == e->b && !buried(w, n))
			node_boot(w, n, e->outcome != 0);
		return;
	case SIM_FENCE: shot(w, e); return;
	case SIM_CALM: begin_calm(w); return;
	case SIM_CHECK: invariant_timed(w); return;
	case SIM_MOVE_LIMIT: invariant_move_limit(w, e); return;
	}
}

static void prepare(struct world *w)
{
	const int64_t *set = w->plan->set;
	w->whole_since = w->settle_at = w->hang_until = NEVER;
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->nodes[i];
		n->index = i;
		n->mono_base = 1000 * 1000 * MS * (i + 1);
		n->wall_base = UINT64_C(1700000000);
		n->generation = 1000 + (uint64_t)i;
		for (int g = 0; g < GROUPS_MAX; g++)
			n->places[g].freed = NEVER;
		n->timer_at = n->thawed = n->step_at = n->send_at = n->boot_at = NEVER;
		invariant_life(w, n);
		world_push(w, (struct sim_event){.at = set[i == 0 ? SET_BOOT0 : SET_BOOT1] * MS + MS, .kind = SIM_BOOT, .node = i});
	}
	for (size_t i = 0; i < w->plan->count; i++)
		world_push(w, (struct sim_event){.at = w->plan->faults[i].at_ms * MS, .kind = SIM_FAULT, .b = (uint32_t)i});
	world_push(w, (struct sim_event){.at = set[SET_STORM] * MS, .kind = SIM_CALM});
}

static void release(struct world *w)
{
	for (int i = 0; i < NODES; i++)
		node_free(w, &w->nodes[i]);
	for (size_t i = 0; i < w->heap_count; i++)
		datagram_release(w->heap[i].datagram);
	free(w->heap);
	haresources_free(w->resources);
	ha_cf_free(w->conf);
	auth_free(w->auth);
	free(w->keys);
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
	configure(w);
	prepare(w);
	while (w->heap_count > 0 && !w->finished && w->invariant == NULL) {
		struct sim_event e = world_pop(w);
		w->now = e.at;
		invariant_whole(w);
		w->statistics.events++;
		dispatch(w, &e);
		if (w->invariant == NULL)
			invariant_check(w);
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
