// SPDX-License-Identifier: MIT
/* The other processes of a node: the engine process, the release process and a new guardian; the orders of an operator;
 * and the faults that kill or stop processes. */
#include "tests/sim/sim.h"

enum {
	ADDRESS_MS = 10,      /* an address that was removed is back within this time */
	START_MS = 60,        /* an engine is up within this time, */
	SLOW_START_MS = 3000, /* or sometimes only within this time */
	GUARDIAN_MS = 30,
	RESTART_MS = 5000,    /* the system starts heartbeat again after this time */
	WATCH_MIN_MS = 5000,  /* heartbeat/daemon/guardian_watch.c */
	ORDER_MAX_MS = 480000, /* long enough for a start that hangs, a stop that hangs, and the longest faults */
};

static uint64_t value_of(const struct world *w, const struct node *n, int what)
{
	return draw((uint64_t)w->plan->set[SET_SEED], DRAW_SHELL, n->index, what, 0, w->now, n->shell.engine_number);
}

static void later(struct world *w, const struct node *n, int64_t after, enum shell_event what, uint32_t number)
{
	world_push(w, (struct sim_event){
			      .at = w->now + after, .kind = SIM_SHELL, .node = n->index, .a = (int)what, .b = number});
}

/* Wake the guardian, because it has something to read. */
static void poke(struct world *w, const struct node *n)
{
	later(w, n, 0, SHELL_WAKES, n->shell.guardian_life);
}

/* --- the engine --------------------------------------------------------------------------------- */

static void engine_is_gone(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	bool guarded = s->guardian;
	s->beat = shell_view(w, n).beat;
	if (n->core != NULL) {
		node_process_ends(w, n);
		shell_silent(w, n);
	}
	s->engine = PROCESS_NONE;
	s->engine_number++;
	s->reloads = false;
	if (!guarded) /* this has no effect if a guardian that was started before begins meanwhile */
		world_boot_later(w, n, RESTART_MS * MS, false);
}

void shell_engine_dies(struct world *w, struct node *n, bool by_guardian)
{
	struct shell *s = &n->shell;
	if (s->engine == PROCESS_NONE)
		return;
	bool starts = s->engine == PROCESS_STARTS;
	trace_line(w, n->index, "the engine dies%s", by_guardian ? ": killed by the guardian" : "");
	engine_is_gone(w, n);
	if (by_guardian) {
		s->news.ready = s->news.failed = s->news.gone = false;
		return;
	}
	s->news.failed |= starts;
	s->news.gone |= !starts;
	s->news.code = 1;
	poke(w, n);
}

void shell_engine_stopped(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	engine_is_gone(w, n);
	s->engine_clean = true;
	s->news.gone = true;
	poke(w, n);
}

static void start_fails(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	trace_line(w, n->index, "the engine cannot start");
	s->engine = PROCESS_NONE;
	s->news.failed = true;
	s->news.code = 1;
	poke(w, n);
}

void shell_start_engine(struct world *w, struct node *n, bool keep)
{
	struct shell *s = &n->shell;
	uint64_t value = value_of(w, n, 1);
	trace_line(w, n->index, "guardian: starts an engine, which %s", keep ? "keeps the groups" : "keeps nothing");
	s->engine = PROCESS_STARTS;
	s->engine_keeps = keep;
	s->engine_clean = false;
	s->engine_number++;
	s->news.ready = s->news.failed = s->news.gone = false;
	if (s->starts_fail > 0 && chance(value, 300)) { /* the fork fails, for example for a lack of memory */
		start_fails(w, n);
		return;
	}
	if (s->starts_hang > 0) /* it continues when the fault ends */
		return;
	int64_t most = chance(value / 1000, 50) ? SLOW_START_MS : START_MS;
	later(w, n, pick(value / 7, 2 * MS, most * MS) + s->start_delay, SHELL_ENGINE_UP, s->engine_number);
	s->start_delay = 0;
}

static void start_guardian(struct world *w, struct node *n)
{
	later(w, n, pick(value_of(w, n, 2), 2 * MS, GUARDIAN_MS * MS), SHELL_NEW_GUARDIAN, n->shell.guardian_life);
}

void shell_engine_up(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	if (s->asleep) {
		later(w, n, 100 * MS, SHELL_ENGINE_UP, s->engine_number);
		return;
	}
	if (s->starts_fail > 0 || !shell_open_media(w, n)) {
		start_fails(w, n);
		return;
	}
	s->engine = PROCESS_RUNS;
	if (!s->guardian)
		start_guardian(w, n);
	node_boot(w, n, s->engine_keeps);
	if (n->core == NULL)
		return;
	for (int g = 0; g < files_groups(w); g++)
		shell_keeps_address(w, n, g);
	if (s->guardian) {
		s->news.ready = true;
		poke(w, n);
	} else { /* no guardian reads its report, so it ends */
		shell_engine_dies(w, n, false);
	}
}

/* --- the guardian ------------------------------------------------------------------------------- */

void shell_guardian_dies(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	if (!s->guardian)
		return;
	trace_line(w, n->index, "the guardian dies");
	s->guardian = s->guardian_hangs = false;
	s->guardian_life++;
	s->gap_at = w->now;
	s->news = (struct shell_news){.gone = s->news.gone};
	if (n->core != NULL && !n->frozen)
		start_guardian(w, n);
	else if (s->engine == PROCESS_NONE)
		world_boot_later(w, n, RESTART_MS * MS, false);
}

/* The engine notices that an address is missing, and adds it later. */
static void put_back_later(struct world *w, const struct node *n, int group)
{
	world_push(w, (struct sim_event){.at = w->now + pick(value_of(w, n, 7), 1, ADDRESS_MS * MS),
			      .kind = SIM_SHELL,
			      .node = n->index,
			      .a = SHELL_KEEPER,
			      .b = (uint32_t)group});
}

/* A frozen engine has started no guardian, so it may have to do this now. */
void shell_thawed(struct world *w, struct node *n)
{
	if (n->core != NULL && !n->shell.guardian)
		start_guardian(w, n);
	else
		poke(w, n);
	for (int g = 0; g < GROUPS_MAX; g++)
		put_back_later(w, n, g);
}

void shell_frozen(struct world *w, struct node *n, bool machine)
{
	if (machine) {
		n->shell.asleep = true;
		n->shell.gap_at = w->now;
	}
	shell_silent(w, n);
	poke(w, n);
}

bool shell_dies_acting(struct world *w, struct node *n, size_t at)
{
	struct shell *s = &n->shell;
	if (!s->dies_acting || (at == 0 && chance(value_of(w, n, 8), 500)))
		return false;
	s->dies_acting = false;
	shell_guardian_dies(w, n);
	return true;
}

static void guardian_hangs(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	struct supervisor_view v = shell_view(w, n);
	int64_t limit = 4 * supervisor_silence(v.keepalive, v.deadtime).ns;
	if (!s->guardian || s->guardian_hangs)
		return;
	s->guardian_hangs = true;
	s->gap_at = w->now;
	limit = limit < WATCH_MIN_MS * MS ? WATCH_MIN_MS * MS : limit;
	later(w, n, limit + pick(value_of(w, n, 3), 0, 1000 * MS), SHELL_WATCHED, s->guardian_life);
}

static void guardian_goes_on(struct world *w, struct node *n)
{
	if (!n->shell.guardian_hangs)
		return;
	n->shell.guardian_hangs = false;
	n->shell.gap_at = w->now;
	poke(w, n);
}

/* --- the release process ------------------------------------------------------------------------ */

static void release_ends(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	s->release = false;
	s->news.released = true;
	s->news.released_clean = shell_groups(w, n) == 0;
	poke(w, n);
}

void shell_start_release(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	trace_line(w, n->index, "the release process stops %u groups", shell_groups(w, n));
	s->release = true;
	s->release_left = 0;
	for (int g = 0; g < files_groups(w); g++) {
		if (!shell_holds(w, n, g))
			continue;
		s->release_left++;
		script_release(w, n, (size_t)g);
	}
	if (s->release_left == 0)
		release_ends(w, n);
}

void shell_release_did(struct world *w, struct node *n, int group, bool still_active)
{
	struct shell *s = &n->shell;
	n->disk.state[group] = still_active ? OWN_STUCK : OWN_NONE;
	if (--s->release_left == 0)
		release_ends(w, n);
}

/* --- the operator ------------------------------------------------------------------------------- */

void shell_pass_order(struct world *w, struct node *n)
{
	if (!n->shell.ordered || !n->shell.guardian)
		return;
	n->shell.news.stop = true;
	poke(w, n);
}

void shell_order_stop(struct world *w, struct node *n, int64_t boot_at)
{
	struct shell *s = &n->shell;
	if (s->ordered || (!s->guardian && s->engine == PROCESS_NONE))
		return;
	trace_line(w, n->index, "heartbeat -k");
	s->ordered = true;
	s->ordered_at = w->now;
	n->boot_at = boot_at;
	later(w, n, ORDER_MAX_MS * MS, SHELL_ORDER_LIMIT, ++s->order);
	shell_pass_order(w, n);
}

/* --- addresses ------------------------------------------------------------------------------------ */

static void address_goes(struct world *w, struct node *n, const struct fault *f)
{
	for (int g = 0; g < files_groups(w); g++) {
		struct place *p = &n->places[g];
		if ((f->group >= 0 && f->group != g) || p->truth != TRUTH_RUNNING)
			continue;
		p->bare = true;
		put_back_later(w, n, g);
	}
}

void shell_keeps_address(struct world *w, struct node *n, int group)
{
	struct place *p = &n->places[group];
	enum group_state state = node_group(w, n, group).state;
	bool held = state == OWN_HELD || state == OWN_GIVING;
	if (n->core != NULL && !n->frozen && held && p->truth == TRUTH_RUNNING)
		p->bare = false;
}

/* --- faults ------------------------------------------------------------------------------------- */

static void both_die(struct world *w, struct node *n, int64_t back_after)
{
	struct shell *s = &n->shell;
	shell_guardian_dies(w, n);
	shell_engine_dies(w, n, false);
	s->guardian_life++; /* also a guardian that was just started */
	s->news = (struct shell_news){.stop = false};
	if (s->ordered && n->boot_at > w->now + back_after)
		back_after = n->boot_at - w->now;
	s->ordered = false;
	world_boot_later(w, n, back_after, false);
}

void shell_script_runs(struct world *w, struct node *n, int64_t lasts)
{
	struct shell *s = &n->shell;
	uint64_t value = value_of(w, n, 4);
	if (!shell_models(w, n) || w->now >= s->trap_until)
		return;
	s->trap_until = NEVER;
	int64_t restart = chance(value, 500) ? pick(value / 1000, 1, 2 * w->plan->set[SET_DEADTIME]) : 0;
	world_push(w, (struct sim_event){.at = w->now + pick(value / 17, 1, lasts),
			      .kind = SIM_SHELL,
			      .node = n->index,
			      .a = SHELL_ORPHANS,
			      .outcome = (int)restart});
}

/* FAULT_ORPHAN has its effect: the engine dies while a script runs, and sometimes the guardian dies too. */
void shell_orphans(struct world *w, struct node *n, int64_t restart_ms)
{
	if (n->shell.asleep || w->calm)
		return;
	if (restart_ms > 0)
		both_die(w, n, restart_ms * MS);
	else
		shell_engine_dies(w, n, false);
}

void shell_fault(struct world *w, struct node *n, const struct fault *f)
{
	struct shell *s = &n->shell;
	if (s->asleep && f->kind != FAULT_NO_ENGINE && f->kind != FAULT_ENGINE_STUCK) /* no process runs there */
		return;
	switch (f->kind) {
	case FAULT_HANG: node_freeze(w, n, FREEZE_ENGINE); return;
	case FAULT_GUARDIAN: shell_guardian_dies(w, n); return;
	case FAULT_GUARDIAN_HANG: guardian_hangs(w, n); return;
	case FAULT_BOTH: both_die(w, n, f->span_ms * MS); return;
	case FAULT_NO_ENGINE: s->starts_fail++; return;
	case FAULT_ENGINE_STUCK: s->starts_hang++; return;
	case FAULT_REEXEC: shell_reexec(w, n); return;
	case FAULT_ORPHAN: s->trap_until = w->now + f->span_ms * MS; return;
	case FAULT_ACTING: s->dies_acting = s->guardian; return;
	case FAULT_ADDRESS: address_goes(w, n, f); return;
	default: shell_file_fault(w, n, f); return;
	}
}

/* An engine that hung in its start continues. */
static void starts_go_on(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	if (s->starts_hang == 0 && s->engine == PROCESS_STARTS)
		later(w, n, pick(value_of(w, n, 6), 0, START_MS * MS), SHELL_ENGINE_UP, s->engine_number);
}

void shell_fault_ends(struct world *w, struct node *n, const struct fault *f)
{
	struct shell *s = &n->shell;
	if (f->kind == FAULT_GUARDIAN_HANG)
		guardian_goes_on(w, n);
	else if (f->kind == FAULT_NO_ENGINE)
		s->starts_fail--;
	else if (f->kind == FAULT_ENGINE_STUCK && --s->starts_hang == 0)
		starts_go_on(w, n);
	else
		shell_file_fault_ends(w, n, f);
}

void shell_calm(struct world *w, struct node *n)
{
	n->shell.starts_fail = n->shell.starts_hang = 0;
	starts_go_on(w, n);
	n->shell.trap_until = NEVER;
	n->shell.dies_acting = false;
	shell_files_calm(w, n);
	guardian_goes_on(w, n);
}
