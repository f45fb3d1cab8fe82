// SPDX-License-Identifier: MIT
/* Starts and ends each fault of the plan, begins the calm that follows, and handles the end of fencing. */
#include "tests/sim/sim.h"

#include <string.h>

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

static const struct script_row {
	enum fault_kind kind;
	enum group_operation operation;
	enum script_outcome outcome;
} script_rows[] = {
	{FAULT_START_FAIL, GROUP_START, SCRIPT_FAILS},
	{FAULT_START_HANG, GROUP_START, SCRIPT_HANGS},
	{FAULT_START_DIRTY, GROUP_START, SCRIPT_DIRTY},
	{FAULT_START_LIE, GROUP_START, SCRIPT_LIES},
	{FAULT_STOP_FAIL, GROUP_STOP, SCRIPT_FAILS},
	{FAULT_STOP_HANG, GROUP_STOP, SCRIPT_HANGS},
};

static void set_script(struct world *w, const struct fault *f, bool on)
{
	for (size_t row = 0; row < sizeof script_rows / sizeof *script_rows; row++)
		for (int g = 0; g < GROUPS_MAX; g++)
			if (script_rows[row].kind == f->kind && (f->group < 0 || f->group == g))
				w->script[f->node][g][script_rows[row].operation] =
					(int)(on ? script_rows[row].outcome : SCRIPT_OK);
}

static void service_dies(struct world *w, const struct fault *f)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		struct place *p = &w->nodes[f->node].places[g];
		if ((f->group < 0 || f->group == g) && p->truth == TRUTH_RUNNING)
			p->dead = true;
	}
}

/* A monitor finds that a resource of a running group does not run. */
static void group_fails(struct world *w, const struct fault *f)
{
	struct node *n = &w->nodes[f->node];
	for (int g = 0; g < files_groups(w) && n->core != NULL; g++) {
		struct place *p = &n->places[g];
		int index = files_index(w, n, g);
		if (index < 0 || (f->group >= 0 && f->group != g) || p->truth != TRUTH_RUNNING)
			continue;
		p->failed = true;
		p->failed_starts++; /* this counts as a failed start */
		struct event event = {
			.kind = EVENT_GROUP_FAILED, .group_failed = {.group = (size_t)index, .why = "sim: not running"}};
		node_event(w, n, &event, NULL, COPY_ORIGINAL);
	}
}

static void group_cleaned(struct world *w, const struct fault *f)
{
	struct node *n = &w->nodes[f->node];
	for (int g = 0; g < files_groups(w) && n->core != NULL; g++) {
		int index = files_index(w, n, g);
		struct event event = {.kind = EVENT_GROUP_CLEAN, .group_clean = {.group = (size_t)index}};
		if (index >= 0 && (f->group < 0 || f->group == g))
			node_event(w, n, &event, NULL, COPY_ORIGINAL);
	}
}

void fault_report_hindered(struct world *w, struct node *n, int g)
{
	const struct place *p = &n->places[g];
	int index = files_index(w, n, g);
	struct event event = {.kind = EVENT_GROUP_READY,
		.group_ready = {.group = (size_t)index, .ready = p->hindered == 0, .why = "sim: no carrier"}};
	if (n->core != NULL && index >= 0)
		node_event(w, n, &event, NULL, COPY_ORIGINAL);
}

/* A link goes down or comes up.  While it is down, the group cannot start, and clients do not reach what runs. */
static void set_hindered(struct world *w, const struct fault *f, int change)
{
	struct node *n = &w->nodes[f->node];
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
		struct place *p = &n->places[g];
		if (f->group >= 0 && f->group != g)
			continue;
		bool before = p->hindered > 0;
		p->hindered += change;
		if (before == (p->hindered > 0))
			continue;
		p->hindered_at = w->now;
		fault_report_hindered(w, n, g);
	}
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
	if (event.move.takeover)
		w->reach[f->node].ordered = w->now;
	event.move.half = f->half;
	event.move.id = index + 1;
	n->ordered |= event.move.takeover;
	world_push(w, (struct sim_event){.at = w->now + invariant_move_span(w), .kind = SIM_MOVE_LIMIT, .b = index});
	node_event(w, n, &event, NULL, COPY_ORIGINAL);
}

void fault_shutdown(struct world *w, struct node *n, int64_t boot_at)
{
	if (shell_models(w, n)) {
		shell_order_stop(w, n, boot_at);
		return;
	}
	if (n->core == NULL || n->shutting_down)
		return;
	n->boot_at = boot_at;
	node_event(w, n, &(struct event){.kind = EVENT_SHUTDOWN}, NULL, COPY_ORIGINAL);
}

void world_boot_later(struct world *w, const struct node *n, int64_t after, bool keep_running)
{
	world_push(w, (struct sim_event){.at = w->now + (after > MS ? after : MS),
			      .kind = SIM_BOOT,
			      .node = n->index,
			      .b = n->life,
			      .outcome = keep_running});
}

static void trace_fault(struct world *w, const struct fault *f)
{
	char text[160] = "";
	FILE *out = w->trace == NULL ? NULL : fmemopen(text, sizeof text - 1, "w");
	if (out == NULL)
		return;
	fault_print(f, out);
	(void)fclose(out);
	text[strcspn(text, "\n")] = '\0';
	trace_line(w, -1, "fault %s", text);
}

static void clog_media(struct world *w, const struct fault *f)
{
	for (int m = 0; m < MEDIA_MAX; m++)
		if (f->medium < 0 || f->medium == m)
			w->clogged[m] = w->now + f->span_ms * MS;
}

static void write_trap(struct node *n, enum writing writing, int64_t back_after)
{
	n->writing = writing;
	n->back_after = back_after;
}

void fault_start(struct world *w, uint32_t index)
{
	const struct fault *f = &w->plan->faults[index];
	struct node *n = f->node >= 0 ? &w->nodes[f->node] : NULL;
	trace_fault(w, f);
	switch (f->kind) {
	case FAULT_CRASH:
		if (n->powered) {
			node_crash(w, n);
			world_boot_later(w, n, f->span_ms * MS, false);
		}
		return;
	case FAULT_ENGINE:
		if (shell_models(w, n) && n->shell.asleep)
			return;
		if (shell_models(w, n)) {
			node_engine_dies(w, n);
			n->shell.start_delay = f->span_ms * MS;
		} else if (n->core != NULL && !n->shutting_down && !n->frozen) {
			node_engine_dies(w, n);
			world_boot_later(w, n, f->span_ms * MS, true);
		}
		return;
	case FAULT_FREEZE: node_freeze(w, n, FREEZE_MACHINE); break;
	case FAULT_SUSPEND: node_freeze(w, n, FREEZE_SUSPEND); break;
	case FAULT_STOP: fault_shutdown(w, n, w->now + f->span_ms * MS); return;
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
	case FAULT_START_LIE: set_script(w, f, true); break;
	case FAULT_FENCE_FAIL: w->fence_fails++; break;
	case FAULT_FENCE_LIE: w->fence_lies++; break;
	case FAULT_FENCE_SLOW: w->fence_slow = f->value * MS; break;
	case FAULT_CLOG: clog_media(w, f); return;
	case FAULT_SLOW:
		world_push(w, (struct sim_event){.at = w->now, .kind = SIM_SLOW, .node = f->node, .b = index});
		return;
	case FAULT_POWER_WRITING: write_trap(n, POWER_GOES_WRITING, f->span_ms * MS); return;
	case FAULT_ENGINE_WRITING: write_trap(n, ENGINE_DIES_WRITING, f->span_ms * MS); return;
	case FAULT_RELOAD: files_fault(w, n, (enum file_change)f->value); return;
	case FAULT_PING_LOST:
		ping_changes(w);
		w->ping_lost[f->node]++;
		w->reach[f->node].episodes++;
		ping_changes(w);
		break;
	case FAULT_DIE: service_dies(w, f); return;
	case FAULT_FAIL: group_fails(w, f); return;
	case FAULT_CLEAN: group_cleaned(w, f); return;
	case FAULT_HINDER: set_hindered(w, f, 1); break;
	case FAULT_HANG:
	case FAULT_GUARDIAN:
	case FAULT_GUARDIAN_HANG:
	case FAULT_BOTH:
	case FAULT_NO_ENGINE:
	case FAULT_ENGINE_STUCK:
	case FAULT_REEXEC:
	case FAULT_ORPHAN:
	case FAULT_ACTING:
	case FAULT_PART:
	case FAULT_NAMES:
	case FAULT_ADDRESS:
	case FAULT_FILE_LOST:
	case FAULT_FILE_OLD:
	case FAULT_FILE_FULL:
		if (!shell_models(w, n))
			return;
		shell_fault(w, n, f);
		break;
	case FAULT_KINDS: return;
	}
	world_push(w, (struct sim_event){.at = w->now + f->span_ms * MS,
			      .kind = SIM_FAULT_END,
			      .b = index,
			      .outcome = n == NULL ? 0 : (int)n->life});
}

void fault_end(struct world *w, const struct sim_event *e)
{
	const struct fault *f = &w->plan->faults[e->b];
	if (f->kind == FAULT_FREEZE || f->kind == FAULT_SUSPEND || f->kind == FAULT_HANG) {
		if ((int)w->nodes[f->node].life == e->outcome)
			node_thaw(w, &w->nodes[f->node]);
	} else if (f->kind == FAULT_CUT || f->kind == FAULT_DEAF) {
		set_cut(w, f, -1);
	} else if (f->kind == FAULT_FENCE_FAIL) {
		w->fence_fails--;
	} else if (f->kind == FAULT_FENCE_LIE) {
		w->fence_lies--;
	} else if (f->kind == FAULT_FENCE_SLOW) {
		w->fence_slow = 0;
	} else if (f->kind == FAULT_HINDER) {
		set_hindered(w, f, -1);
	} else if (f->kind == FAULT_PING_LOST) {
		ping_changes(w);
		w->ping_lost[f->node]--;
		ping_changes(w);
	} else if (f->kind == FAULT_START_LIE || (f->kind >= FAULT_START_FAIL && f->kind <= FAULT_STOP_HANG)) {
		set_script(w, f, false);
	} else if (f->kind > FAULT_HANG) {
		shell_fault_ends(w, &w->nodes[f->node], f);
	} else {
		set_noise(w, f, 0);
	}
	trace_line(w, -1, "%s ends", fault_name(f->kind));
}

void fault_slow(struct world *w, const struct sim_event *e)
{
	const struct fault *f = &w->plan->faults[e->b];
	struct node *n = &w->nodes[f->node];
	bool awakes = e->outcome == 1, over = w->calm || w->now >= (f->at_ms + f->span_ms) * MS;
	if (awakes)
		node_thaw(w, n);
	if (over)
		return;
	int64_t turn = f->value * MS;
	if (awakes)
		turn = pick(draw((uint64_t)w->plan->set[SET_SEED], DRAW_SLOW, f->node, 0, 0, w->now, 0), MS, 20 * MS);
	else
		node_freeze(w, n, FREEZE_MACHINE);
	world_push(w, (struct sim_event){
			      .at = w->now + turn, .kind = SIM_SLOW, .node = f->node, .b = e->b, .outcome = !awakes});
}

bool buried(const struct world *w, const struct node *n)
{
	return w->calm && w->plan->set[SET_BURY] == n->index;
}

/* All faults end at once.  Each node that is down boots, except the node that stays dead. */
void fault_calm(struct world *w)
{
	trace_line(w, -1, "calm");
	w->calm = true;
	w->calm_at = w->disturbed = w->now;
	memset(w->cut, 0, sizeof w->cut);
	memset(w->noise, 0, sizeof w->noise);
	memset(w->script, 0, sizeof w->script);
	for (int m = 0; m < MEDIA_MAX; m++) {
		/* everything that the medium holds back arrives at that time */
		w->hang_until = w->clogged[m] > w->hang_until ? w->clogged[m] : w->hang_until;
		w->clogged[m] = 0;
	}
	ping_changes(w);
	memset(w->ping_lost, 0, sizeof w->ping_lost);
	ping_changes(w);
	w->fence_fails = w->fence_lies = 0;
	w->fence_slow = 0;
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->nodes[i];
		n->boot_at = NEVER;
		n->writing = WRITES_WHOLE;
		shell_calm(w, n);
		for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
			bool hindered = n->places[g].hindered > 0;
			n->places[g].hindered = 0;
			if (hindered)
				fault_report_hindered(w, n, g);
		}
		if (buried(w, n))
			node_crash(w, n);
		else if (n->core == NULL)
			world_boot_later(w, n, 200 * MS, n->powered && !n->stopped);
		else
			node_thaw(w, n);
	}
	files_calm(w);
	world_push(w, (struct sim_event){.at = w->now, .kind = SIM_OPERATOR});
	invariant_calm(w);
}

void fault_fenced(struct world *w, const struct sim_event *e)
{
	struct node *asker = &w->nodes[e->node], *victim = &w->nodes[1 - e->node];
	struct shot *shot = &asker->shot;
	bool present = shot->open && shot->life == e->b && (int)shot->attempt == e->a;
	bool ok = e->outcome == FENCE_OK || e->outcome == FENCE_LIES;
	/* gone: the engine that requested the attempt has ended; its command may still have an effect for a short
	 * time */
	bool gone = asker->life != e->b || asker->core == NULL;
	if (gone ? asker->ended == NEVER || w->now - asker->ended > FENCE_TAIL_MS * MS : !present)
		return;
	if (present)
		shot->open = false;
	if (e->outcome == FENCE_LIES)
		w->lied = true;
	if (e->outcome == FENCE_OK) {
		if (present)
			shot_kills(w, asker, shot, victim);
		node_crash(w, victim);
		for (int g = 0; g < GROUPS_MAX; g++) /* the groups of the victim now move for a valid reason */
			if (w->owner_at_calm[g] == victim->index)
				w->owner_at_calm[g] = -1;
		if (!buried(w, victim))
			world_boot_later(w, victim, 10000 * MS, false);
	}
	world_seen(w, (struct sight){.kind = SIGHT_FENCED, .node = asker, .outcome = e->outcome});
	if (gone)
		return;
	struct event event = {.kind = EVENT_FENCE_DONE};
	event.fence_done.node = (size_t)victim->index;
	event.fence_done.attempt = (unsigned)e->a;
	event.fence_done.result = ok ? FENCE_RESULT_OK : e->outcome == FENCE_FAILS ? FENCE_RESULT_FAILED
										     : FENCE_RESULT_UNKNOWN;
	if (ok) {
		asker->known_off = w->now;
		shot_peer_ended(w, asker);
		asker->fenced = !shot->any && !asker->frozen; /* a frozen engine may die before it reads the result */
	}
	if (e->outcome == FENCE_LIES) {
		asker->lied_of = victim->life;
		asker->lied_at = w->now;
	}
	node_event(w, asker, &event, NULL, COPY_ORIGINAL);
}

