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

/* ha.cf of the pair, or of the third machine, with the given auto_failback. */
static struct ha_cf *write_ha_cf(const struct plan *p, bool failback, bool stonith, const char *nodes)
{
	const int64_t *set = p->set;
	char text[1024];
	struct writer out = writer_over(text, sizeof text);
	struct diags diags;
	writer_format(&out, "keepalive %lldms\ndeadtime %lldms\nwarntime %lldms\ninitdead %lldms\n",
		(long long)set[SET_KEEPALIVE], (long long)set[SET_DEADTIME], (long long)set[SET_DEADTIME] / 2,
		(long long)set[SET_INITDEAD]);
	writer_format(&out, "auto_failback %s\nmsgfmt %s\nlogfacility local0\n", failback ? "on" : "off",
		set[SET_NETSTRING] ? "netstring" : "classic");
	for (int m = 0; m < set[SET_MEDIA]; m++)
		writer_format(&out, "bcast eth%d\n", m);
	writer_text(&out, set[SET_PING] ? "ping 10.9.9.9\n" : "");
	writer_text(&out, stonith ? "stonith_host * external/sim -\n" : "");
	writer_format(&out, "node %s\n", nodes);
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(writer_done(&out), NULL, &diags);
	complain(&diags);
	return conf;
}

static struct haresources *write_haresources(const struct world *w, int groups)
{
	char text[1024];
	struct writer out = writer_over(text, sizeof text);
	struct diags diags;
	for (int g = 0; g < groups; g++)
		writer_format(&out, "%s IPaddr::10.0.0.%d/24/eth0 web%d\n",
			node_name((int)(w->plan->set[SET_HOMES] >> g & 1)), g + 1, g);
	diags_init(&diags, "haresources");
	struct haresources *resources =
		haresources_parse(writer_done(&out), w->conf[0]->nodes, w->conf[0]->node_count, &diags);
	complain(&diags);
	return resources;
}

/* The same three files that an administrator writes, through the same parsers. */
static void configure(struct world *w)
{
	const struct plan *p = w->plan;
	struct diags diags;
	for (int turned = 0; turned < 2; turned++)
		w->conf[turned] = write_ha_cf(
			p, (p->set[SET_FAILBACK] == FAILBACK_ON) != turned, p->set[SET_STONITH] != 0, "alpha beta");
	w->third_conf = write_ha_cf(p, false, false, "alpha beta gamma");
	w->resources = write_haresources(w, (int)p->set[SET_GROUPS]);
	w->no_resources = write_haresources(w, 0);

	w->keys = calloc(1, sizeof *w->keys);
	if (w->keys == NULL)
		abort();
	diags_init(&diags, "authkeys");
	authkeys_parse(
		bytes_of(p->set[SET_SHA1] ? "auth 1\n1 sha1 aHeartbeatSecret\n" : "auth 1\n1 crc\n"), w->keys, &diags);
	complain(&diags);
	w->auth = auth_new(w->keys);
	if (w->auth == NULL)
		abort();
}

/* haresources knows "the other node": with three of them it must not be served. */
static void three_are_refused(struct world *w)
{
	struct core_config config = {.conf = w->third_conf,
		.resources = w->resources,
		.keys = w->keys,
		.node = node_name(0),
		.generation = 1};
	const char *why = "";
	struct core *core = core_new(&config, &why);
	if (core != NULL || why[0] == '\0')
		world_broken(w, "S14 three-refused", "a core with three nodes and groups was made");
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
			fault_begin(w, e->b);
		return;
	case SIM_FAULT_END:
		if (!w->calm)
			fault_end(w, e);
		return;
	case SIM_SLOW: fault_slow(w, e); return;
	case SIM_BOOT:
		if (n->life == e->b && !buried(w, n))
			node_boot(w, n, e->outcome != 0);
		return;
	case SIM_FENCE: fault_shot(w, e); return;
	case SIM_CALM: fault_calm(w); return;
	case SIM_CHECK: invariant_timed(w); return;
	case SIM_MOVE_LIMIT: invariant_move_limit(w, e); return;
	}
}

static void prepare(struct world *w)
{
	const int64_t *set = w->plan->set;
	w->whole_since = w->settle_at = w->hang_until = NEVER;
	for (int i = 0; i <= NODES; i++) {
		struct node *n = &w->nodes[i];
		n->index = i;
		n->mono_base = 1000 * 1000 * MS * (i + 1);
		n->wall_base = UINT64_C(1700000000);
		n->disk.generation = 1000 + (uint64_t)i;
		for (int g = 0; g < GROUPS_MAX; g++)
			n->places[g].freed = NEVER;
		n->lied_at = n->timer_at = n->thawed = n->step_at = n->send_at = n->boot_at = NEVER;
		invariant_life(w, n);
		if (i < NODES || set[SET_THIRD])
			world_push(w, (struct sim_event){
					      .at = (i == THIRD ? 1000 : set[i == 0 ? SET_BOOT0 : SET_BOOT1]) * MS + MS,
					      .kind = SIM_BOOT,
					      .node = i});
	}
	three_are_refused(w);
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
	haresources_free(w->resources);
	haresources_free(w->no_resources);
	ha_cf_free(w->conf[0]);
	ha_cf_free(w->conf[1]);
	ha_cf_free(w->third_conf);
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
