// SPDX-License-Identifier: MIT
/* The rules with a time limit: a move of an operator must end, and in the calm everything must settle.
 * doc/proof.md 3. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	START_TRIES = 3,
	FENCE_MAX_MS = 10000, /* fencing that is in progress, and a second attempt when it fails */
	RETRY_MS = 30000,     /* a failed start or stop is tried again: ownership.h */
};

/* --- moves ------------------------------------------------------------------------------------ */

int64_t invariant_move_span(const struct world *w)
{
	int64_t scripts = 2 * (ms_of(w, SET_START_MAX) + ms_of(w, SET_STOP_MAX));
	if (plan_has(w->plan, FAULT_START_HANG, FAULT_START_HANG) ||
		plan_has(w->plan, FAULT_STOP_HANG, FAULT_STOP_HANG))
		scripts += 3 * SCRIPT_DEADLINE_MS * MS;
	return 120000 * MS + scripts;
}

static bool move_pending(const struct world *w, size_t i)
{
	const struct move *m = &w->moves[i];
	const struct node *n = &w->nodes[m->node];
	return m->life != 0 && !m->done && n->core != NULL && n->life == m->life && !n->shutting_down;
}

void invariant_move_limit(struct world *w, const struct sim_event *e)
{
	if (move_pending(w, e->b) && !w->nodes[w->moves[e->b].node].frozen)
		world_broken(w, "L6 requests-end", "move %u of %s has not ended after %.0f s", e->b + 1,
			node_name(w->moves[e->b].node), (double)(w->now - w->moves[e->b].at) / 1e9);
}

static bool any_move_pending(const struct world *w)
{
	for (size_t i = 0; i < w->plan->count; i++)
		if (move_pending(w, i))
			return true;
	return false;
}

/* The classic dialect has only halves: when a group fails, its whole half moves. */
bool moves_halves(const struct world *w)
{
	return w->plan->set[SET_CLASSIC] &&
	       (plan_has(w->plan, FAULT_START_FAIL, FAULT_START_DIRTY) || plan_has(w->plan, FAULT_FAIL, FAULT_HINDER));
}

/* --- the calm ----------------------------------------------------------------------------------- */

static bool shows(const struct world *w, int node, size_t g, enum group_state state)
{
	return node_group(w, &w->nodes[node], (int)g).state == state;
}

/* No node has to run a group that cannot be stopped, or that failed on every live node in all starts that are tried
 * soon. */
static bool excused(const struct world *w, int g)
{
	bool failed_everywhere = true;
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		if (n->core == NULL)
			continue;
		if (n->places[g].truth == TRUTH_STUCK || shows(w, i, (size_t)g, OWN_STUCK))
			return true;
		failed_everywhere = failed_everywhere && shows(w, i, (size_t)g, OWN_FAILED) &&
		                    n->places[g].failed_starts >= START_TRIES;
	}
	return failed_everywhere;
}

static void check_owned(struct world *w, int g)
{
	int owners = 0, present = 0;
	for (int i = 0; i < NODES; i++) {
		owners += w->nodes[i].places[g].truth == TRUTH_RUNNING && !w->nodes[i].places[g].bare;
		present += occupied(&w->nodes[i].places[g]);
	}
	if (owners == 1 && present == 1)
		return;
	if (excused(w, g)) {
		w->statistics.excused++;
		return;
	}
	world_broken(w, "L1 owned-within", "group %d runs on %d nodes (%c, %c) %.1f s after the calm started", g, owners,
		truth_letter(w->nodes[0].places[g].truth), truth_letter(w->nodes[1].places[g].truth),
		(double)(w->now - w->calm_at) / 1e9);
}

/* A classic status does not name its receiver: a replayed status makes a dead node look alive for a deadtime. */
static bool dead_may_wake(const struct world *w)
{
	return w->plan->set[SET_CLASSIC] && w->plan->set[SET_BURY] >= 0 &&
	       plan_has(w->plan, FAULT_REPLAY, FAULT_REPLAY);
}

static void check_membership(struct world *w)
{
	if (dead_may_wake(w))
		return;
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		for (size_t k = 0; n->core != NULL && k < NODES; k++) {
			struct node_view view;
			core_node_view(n->core, k, &view);
			const char *right =
				w->nodes[strcmp(view.name, node_name(0)) == 0 ? 0 : 1].core != NULL ? "active" : "dead";
			if (strcmp(view.status, right) != 0)
				world_broken(w, "L2 membership-agrees", "%s shows %s as %s; it is %s", node_name(i),
					view.name, view.status, right);
		}
	}
}

static void check_failback(struct world *w, int g)
{
	const struct plan *p = w->plan;
	int home = (int)(p->set[SET_HOMES] >> g & 1), before = w->owner_at_calm[g];
	bool interfered = plan_has(p, FAULT_STANDBY, FAULT_TAKEOVER) ||
	                  plan_has(p, FAULT_START_FAIL, FAULT_STOP_HANG) || plan_has(p, FAULT_FAIL, FAULT_HINDER);
	if (failback_on(w, 0) != failback_on(w, 1)) /* the files differ: the result depends on the holder */
		return;
	if (plan_has(p, FAULT_RELOAD, FAULT_RELOAD)) /* it moved or stayed by the content of the file at that time */
		interfered = true;
	if (failback_on(w, 0)) {
		if (!interfered && w->nodes[home].core != NULL && !occupied(&w->nodes[home].places[g]))
			world_broken(w, "L4 failback-policy",
				"group %d is not at home on %s although auto_failback is on", g, node_name(home));
	} else if (before >= 0 && !moves_halves(w) && w->nodes[before].places[g].truth != TRUTH_RUNNING) {
		world_broken(w, "L4 failback-policy", "group %d has left %s in the calm although auto_failback is off",
			g, node_name(before));
	}
}

/* Store the owner of each group just after the start of the calm, if it is certain. */
static void remember_owners(struct world *w)
{
	/* In the classic dialect, a move ends as soon as its request has been sent. */
	bool ordered = w->plan->set[SET_CLASSIC] && plan_has(w->plan, FAULT_STANDBY, FAULT_TAKEOVER);
	for (int g = 0; g < GROUPS_MAX; g++) {
		w->owner_at_calm[g] = -1;
		for (int i = 0; i < NODES && !ordered; i++) {
			const struct node *n = &w->nodes[i], *peer = &w->nodes[1 - i];
			if (n->core != NULL && !n->shutting_down && n->places[g].truth == TRUTH_RUNNING &&
				!occupied(&peer->places[g]) && !any_move_pending(w))
				w->owner_at_calm[g] = i;
		}
	}
}

static int64_t settle_span(const struct world *w)
{
	int64_t span = ms_of(w, SET_DEADTIME) + 2 * ms_of(w, SET_KEEPALIVE) +
	               2 * (ms_of(w, SET_START_MAX) + ms_of(w, SET_STOP_MAX)) + 2000 * MS;
	/* while the machine was suspended, its clock did not run, so initdead may not be over */
	bool booted = plan_has(w->plan, FAULT_SUSPEND, FAULT_SUSPEND);
	if (plan_has(w->plan, FAULT_START_FAIL, FAULT_STOP_HANG) || plan_has(w->plan, FAULT_FAIL, FAULT_FAIL))
		span += RETRY_MS * MS;
	/* first the group is stuck; after its stop it counts as failed */
	if (plan_has(w->plan, FAULT_START_DIRTY, FAULT_START_DIRTY) ||
		(plan_has(w->plan, FAULT_FAIL, FAULT_HINDER) && plan_has(w->plan, FAULT_STOP_FAIL, FAULT_STOP_HANG)))
		span += RETRY_MS * MS;
	/* a node that did not run, or that received delayed datagrams, waits a deadtime before it declares the peer
	 * dead */
	if (plan_has(w->plan, FAULT_FREEZE, FAULT_SUSPEND) || plan_has(w->plan, FAULT_CLOG, FAULT_SLOW))
		span += ms_of(w, SET_DEADTIME);
	if (w->plan->set[SET_CLASSIC])
		span += CLASSIC_MS * MS;
	if (w->plan->set[SET_STONITH])
		span += FENCE_MAX_MS * MS + shot_span(w);
	span += ping_span(w);
	for (int i = 0; i < NODES; i++)
		booted = booted || w->nodes[i].booted > w->calm_at - ms_of(w, SET_INITDEAD);
	return booted ? span + ms_of(w, SET_INITDEAD) : span;
}

static int64_t settle_time(const struct world *w)
{
	int64_t from = w->calm_at > w->disturbed ? w->calm_at : w->disturbed;
	return (from > w->hang_until ? from : w->hang_until) + settle_span(w);
}

static void check_again(struct world *w, int64_t at)
{
	world_push(w, (struct sim_event){.at = at, .kind = SIM_CHECK});
}

void invariant_calm(struct world *w)
{
	for (int g = 0; g < GROUPS_MAX; g++)
		w->owner_at_calm[g] = -1;
	check_again(w, w->now + 2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS);
}

static bool shutting_down(const struct world *w)
{
	return (w->nodes[0].core != NULL && w->nodes[0].shutting_down) ||
	       (w->nodes[1].core != NULL && w->nodes[1].shutting_down);
}

static void start_quiet(struct world *w)
{
	for (int g = 0; g < files_groups(w); g++) {
		check_owned(w, g);
		check_failback(w, g);
	}
	check_membership(w);
	w->quiet = true;
	memset(w->quiet_sends, 0, sizeof w->quiet_sends);
	memset(w->quiet_logs, 0, sizeof w->quiet_logs);
	memset(w->quiet_replays, 0, sizeof w->quiet_replays);
	w->end_at = w->now + ms_of(w, SET_QUIET);
	check_again(w, w->end_at);
}

static void end_quiet(struct world *w)
{
	/* a status in each keepalive, an acknowledgement for each tenth of them, and a reserve */
	uint64_t regular = (uint64_t)(w->plan->set[SET_QUIET] / w->plan->set[SET_KEEPALIVE]) * 3 / 2 + 20;
	/* When a generation was used twice, recordings of the earlier life cause requests for the numbers that are
	 * missing between them. */
	bool asked = (w->nodes[0].restored || w->nodes[1].restored) && plan_has(w->plan, FAULT_REPLAY, FAULT_REPLAY);
	for (int i = 0; i < NODES && !dead_may_wake(w) && !asked; i++) {
		uint64_t most = regular + w->quiet_replays[i]; /* a replayed request may be answered */
		if (w->quiet_sends[i] > most)
			world_broken(w, "L5 quiet", "%s sent %llu datagrams in %lld ms of quiet, %llu would be enough",
				node_name(i), (unsigned long long)w->quiet_sends[i], (long long)w->plan->set[SET_QUIET],
				(unsigned long long)most);
		if (w->quiet_logs[i] > 10 + w->quiet_replays[i])
			world_broken(w, "L5 quiet", "%s logged %llu lines although nothing happens", node_name(i),
				(unsigned long long)w->quiet_logs[i]);
	}
	for (int g = 0; g < files_groups(w); g++)
		check_owned(w, g);
	check_membership(w);
	w->quiet = false;
	if (w->again.phase == AGAIN_RUNS)
		again_check(w);
	w->finished = !again_start(w);
	if (!w->finished)
		check_again(w, w->now + 1000 * MS);
}

void invariant_timed(struct world *w)
{
	if (w->settle_at == NEVER) {
		remember_owners(w);
		w->settle_at = settle_time(w);
		check_again(w, w->settle_at);
	} else if (w->quiet) {
		end_quiet(w);
	} else if (shutting_down(w) || any_move_pending(w) || shell_unsettled(w)) {
		w->disturbed = w->now; /* each of these has its own limit */
		check_again(w, w->now + 1000 * MS);
	} else if (settle_time(w) > w->now) {
		check_again(w, settle_time(w));
	} else if (!w->settled && (failback_on(w, 0) || failback_on(w, 1))) {
		w->settled = true; /* one more move to the home may follow */
		check_again(w, w->now + settle_span(w));
	} else {
		start_quiet(w);
	}
}
