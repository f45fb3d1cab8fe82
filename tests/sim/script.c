// SPDX-License-Identifier: MIT
/* Resource scripts, and the truth about what runs where.  A group counts as present on a node from the first moment of
 * its start until the last of its stop: that is when its address can be there. */
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
		p->dead = p->failed = false;
	p->truth = truth;
}

static void begin(struct world *w, struct node *n, size_t group, enum group_operation operation, int64_t extra)
{
	struct place *p = &n->places[group];
	int outcome = w->script[n->index][group][operation];
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
	p->operation = operation;
	p->run++;
	world_push(w, (struct sim_event){.at = w->now + after,
			      .kind = SIM_SCRIPT,
			      .node = n->index,
			      .a = (int)group,
			      .b = p->run,
			      .outcome = outcome});
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
	begin(w, n, group, GROUP_START, 0);
}

void script_stop(struct world *w, struct node *n, size_t group)
{
	struct place *p = &n->places[group];
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
	begin(w, n, group, GROUP_STOP, extra);
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
	event.group_done.group = (size_t)e->a;
	event.group_done.operation = p->operation;
	event.group_done.ok = e->outcome == SCRIPT_OK || e->outcome == SCRIPT_LIES;
	event.group_done.why = event.group_done.ok          ? NULL
	                       : e->outcome == SCRIPT_HANGS ? "sim: timed out"
	                                                    : "sim: exit status 1";
	event.group_done.still_active =
		!event.group_done.ok && (p->operation == GROUP_STOP || e->outcome == SCRIPT_DIRTY);
	p->busy = false;
	if (p->operation == GROUP_START)
		p->failed_starts = event.group_done.ok ? 0 : p->failed_starts + 1;
	if (event.group_done.still_active && p->truth != TRUTH_OFF) /* exec cannot know that nothing ran */
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
	node_event(w, n, &event, NULL, COPY_ORIGINAL);
}

void script_kill_all(struct world *w, struct node *n)
{
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
		struct place *p = &n->places[g];
		if (!p->busy)
			continue;
		p->busy = false;
		p->run++;
		if (p->truth != TRUTH_OFF)
			set_truth(w, p, TRUTH_PARTIAL);
	}
}

void script_power_off(struct world *w, struct node *n)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		n->places[g].busy = false;
		n->places[g].run++;
		set_truth(w, &n->places[g], TRUTH_OFF);
	}
}
