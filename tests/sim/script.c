// SPDX-License-Identifier: MIT
/* Resource scripts, and the truth about what runs where.  A group occupies a node from the start of its start script to
 * the end of its stop script, because the node can have its address during this time. */
#include "tests/sim/sim.h"

bool occupied(const struct place *p)
{
	return p->truth != TRUTH_OFF;
}

bool means_to_run(const struct place *p)
{
	return p->truth == TRUTH_STARTING || p->truth == TRUTH_RUNNING;
}

char truth_letter(enum truth t)
{
	return "-sRx!p"[t];
}

static void set_truth(struct world *w, struct place *p, enum truth truth)
{
	if (p->truth == TRUTH_OFF && truth != TRUTH_OFF)
		p->since = w->now;
	if (p->truth != TRUTH_OFF && truth == TRUTH_OFF)
		p->freed = w->now;
	if (truth == TRUTH_OFF || truth == TRUTH_STARTING)
		p->dead = p->failed = p->bare = false;
	p->truth = truth;
}

static void run_script(struct world *w, struct node *n, size_t group, enum group_operation operation, int64_t extra)
{
	struct place *p = &n->places[group];
	int outcome = w->script[n->index][group][operation];
	if (operation == GROUP_START && p->hindered > 0 && outcome == SCRIPT_OK)
		outcome = SCRIPT_FAILS;
	int64_t most = w->plan->set[operation == GROUP_START ? SET_START_MAX : SET_STOP_MAX] * MS;
	uint64_t value =
		draw((uint64_t)w->plan->set[SET_SEED], DRAW_SCRIPT, n->index, (int)group, (int)operation, w->now, 0);
	int64_t after = pick(value, MS, most > MS ? most : MS) + extra;
	if (times_given(w))
		after = w->plan->observer->script_ns[n->index][group][operation] + extra;
	if (outcome == SCRIPT_HANGS) {
		after = SCRIPT_DEADLINE_MS * MS;
		if (w->now + after > w->hang_until)
			w->hang_until = w->now + after;
	}
	n->scripts++;
	p->busy = true;
	p->by = n->core != NULL ? n->life : 0;
	p->unknown = false;
	p->operation = operation;
	p->run++;
	shell_script_runs(w, n, after);
	world_push(w, (struct sim_event){.at = w->now + after,
			      .kind = SIM_SCRIPT,
			      .node = n->index,
			      .a = (int)group,
			      .b = p->run,
			      .outcome = outcome});
}

/* Model the survey of exec, which calls the status of all resources at the same time. */
static void begin_look(struct world *w, struct node *n, size_t group)
{
	struct place *p = &n->places[group];
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_LOOK, n->index, (int)group, 0, w->now, 0);
	int64_t most = chance(value / 1000, 20) ? LOOK_MAX_MS * MS : 100 * MS;
	int64_t after = times_given(w) ? MS : pick(value, MS, most);
	if (w->now + after > w->hang_until)
		w->hang_until = w->now + after;
	if (occupied(p)) /* exec removes the addresses of the group first */
		set_truth(w, p, TRUTH_STOPPING);
	p->unverified = false;
	p->looking = p->busy = true;
	p->by = n->life;
	p->operation = GROUP_STOP;
	p->run++;
	world_push(w, (struct sim_event){.at = w->now + after,
			      .kind = SIM_SCRIPT,
			      .node = n->index,
			      .a = (int)group,
			      .b = p->run,
			      .outcome = SCRIPT_OK});
}

void script_remove_address(struct world *w, struct place *p)
{
	set_truth(w, p, TRUTH_PARTIAL);
	p->bare = true;
}

void script_release(struct world *w, struct node *n, size_t group)
{
	struct place *p = &n->places[group];
	if (occupied(p))
		set_truth(w, p, TRUTH_STOPPING);
	run_script(w, n, group, GROUP_STOP, 0);
}

void script_start(struct world *w, struct node *n, size_t group)
{
	struct place *p = &n->places[group];
	w->statistics.starts++;
	if (p->busy || p->truth == TRUTH_RUNNING) {
		world_broken(w, "S5 group-whole", "%s starts group %zu while %s", node_name(n->index), group,
			     p->busy ? "a script of it still runs" : "it runs already");
		return;
	}
	set_truth(w, p, TRUTH_STARTING);
	w->last_runner[group] = n->index; /* the group may change its data there */
	run_script(w, n, group, GROUP_START, 0);
}

void script_stop(struct world *w, struct node *n, size_t group)
{
	struct place *p = &n->places[group];
	if (p->unverified) {
		begin_look(w, n, group);
		return;
	}
	w->statistics.stops++;
	if (p->busy && p->operation == GROUP_STOP) {
		world_broken(w, "S5 group-whole", "%s stops group %zu while its stop still runs", node_name(n->index),
			group);
		return;
	}
	/* a start in progress is killed first: SIGTERM, at worst SIGKILL some time later */
	int64_t extra = p->busy ? 200 * MS : 0;
	if (p->truth != TRUTH_OFF)
		set_truth(w, p, TRUTH_STOPPING);
	run_script(w, n, group, GROUP_STOP, extra);
}

void script_end(struct world *w, const struct sim_event *e)
{
	struct node *n = &w->nodes[e->node];
	struct place *p = &n->places[e->a];
	if (!p->busy || p->run != e->b)
		return;
	if (n->suspended) { /* the script does not run either */
		struct sim_event later = *e;
		later.at = w->now + 100 * MS;
		world_push(w, later);
		return;
	}
	struct event event = {.kind = EVENT_GROUP_DONE};
	event.group_done.group = (size_t)files_index(w, n, e->a);
	event.group_done.operation = p->operation;
	event.group_done.ok = e->outcome == SCRIPT_OK || e->outcome == SCRIPT_LIES;
	event.group_done.why = event.group_done.ok          ? NULL
	                       : e->outcome == SCRIPT_HANGS ? "sim: timed out"
	                                                    : "sim: exit status 1";
	event.group_done.still_active =
		!event.group_done.ok && (p->operation == GROUP_STOP || e->outcome == SCRIPT_DIRTY);
	bool orphan = shell_models(w, n) && (p->by == 0 ? !n->shell.release : n->core == NULL || p->by != n->life);
	p->busy = false;
	if (orphan && !p->unknown)
		shell_orphan_acts(w, n, e->a);
	if (p->looking) {
		p->looking = false;
		if (orphan)
			return;
		trace_line(w, n->index, "look: %s of group %d runs", occupied(p) ? "something" : "nothing", e->a);
		if (occupied(p))
			script_stop(w, n, (size_t)e->a);
		else
			node_event(w, n, &event, NULL, COPY_ORIGINAL);
		return;
	}
	if (p->operation == GROUP_START && !orphan)
		p->failed_starts = event.group_done.ok ? 0 : p->failed_starts + 1;
	if (event.group_done.still_active && p->truth != TRUTH_OFF) /* exec cannot know whether something ran */
		set_truth(w, p, TRUTH_STUCK);
	else if (event.group_done.ok && p->operation == GROUP_START)
		set_truth(w, p, TRUTH_RUNNING);
	else
		set_truth(w, p, TRUTH_OFF);
	p->dead = p->truth == TRUTH_RUNNING && (p->dead || e->outcome == SCRIPT_LIES);
	trace_line(w, n->index, "script: %s of group %d %s%s", p->operation == GROUP_START ? "start" : "stop", e->a,
		   event.group_done.ok ? "succeeded" : "failed", event.group_done.still_active ? ", still active" : "");
	world_seen(w, (struct sight){.kind = SIGHT_SCRIPT,
			      .node = n,
			      .group = e->a,
			      .operation = p->operation,
			      .outcome = e->outcome});
	if (p->by == 0 && !orphan)
		shell_release_did(w, n, e->a, event.group_done.still_active);
	else if (!orphan)
		node_event(w, n, &event, NULL, COPY_ORIGINAL);
}

void script_kill_all(struct world *w, struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		struct place *p = &n->places[g];
		if (!p->busy)
			continue;
		p->busy = p->looking = false;
		p->run++;
		if (p->truth != TRUTH_OFF)
			set_truth(w, p, TRUTH_PARTIAL);
	}
}

void script_power_off(struct world *w, struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		n->places[g].busy = n->places[g].looking = false;
		n->places[g].run++;
		set_truth(w, &n->places[g], TRUTH_OFF);
	}
}

void script_system_boots(struct world *w, struct node *n)
{
	if (times_given(w) || w->plan->set[SET_STONITH] || n->index == THIRD)
		return;
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
		uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_LOOK, n->index, g, 1, w->now, n->life);
		if (!chance(value, 50))
			continue;
		trace_line(w, n->index, "the system has started group %d", g);
		set_truth(w, &n->places[g], TRUTH_PARTIAL);
	}
}
