// SPDX-License-Identifier: MIT
/* Rule S11 restart-idempotent, doc/proof.md.  When everything is quiet, a node is stopped and started, or its engine is
 * replaced.  Afterwards each group must run where it ran before, and no script may have run more often than
 * necessary. */
#include "tests/sim/sim.h"

enum { OFF_MS = 5000, ENGINE_MS = 100 };

bool failback_on(const struct world *w, int node)
{
	return files_failback(w->plan, &w->nodes[node].files);
}

static int owner_of(const struct world *w, int g)
{
	bool first = occupied(&w->nodes[0].places[g]), second = occupied(&w->nodes[1].places[g]);
	return first == second ? -1 : second;
}

bool again_start(struct world *w)
{
	struct again_record *r = &w->again;
	enum again what = (enum again)w->plan->set[SET_AGAIN];
	/* The classic dialect moves whole halves, so the number of scripts that must run cannot be computed. */
	if (what == AGAIN_NOTHING || r->phase != AGAIN_WAITS || w->plan->set[SET_CLASSIC] ||
		failback_on(w, 0) != failback_on(w, 1))
		return false;
	for (int i = 0; i < NODES; i++) {
		if (w->nodes[i].core == NULL)
			return false;
		r->scripts[i] = w->nodes[i].scripts;
	}
	for (int g = 0; g < files_groups(w); g++) {
		r->owner[g] = owner_of(w, g);
		if (r->owner[g] < 0)
			return false;
	}
	for (int g = 0; g < GROUPS_MAX; g++)
		w->owner_at_calm[g] = -1; /* from now on, again_check compares the owners instead */
	r->phase = AGAIN_RUNS;
	r->node = (int)(w->plan->set[SET_SEED] & 1);
	struct node *n = &w->nodes[r->node];
	trace_line(w, n->index, "again: %s", (const char *[]){"", "stop and start", "reload", "another engine"}[what]);
	w->settled = false;
	w->disturbed = w->now + (what == AGAIN_STOP ? OFF_MS * MS : 0);
	if (what == AGAIN_STOP) {
		fault_shutdown(w, n, w->now + OFF_MS * MS);
		return true;
	}
	if (what == AGAIN_RELOAD) {
		static const enum file_change changes[] = {CHANGE_NOTHING, CHANGE_MEDIUM, CHANGE_KEYS};
		files_fault(w, n, changes[w->plan->set[SET_SEED] / 2 % 3]);
		return true;
	}
	node_engine_dies(w, n);
	world_boot_later(w, n, ENGINE_MS * MS, true);
	return true;
}

void again_check(struct world *w)
{
	struct again_record *r = &w->again;
	bool stopped = w->plan->set[SET_AGAIN] == AGAIN_STOP, reloaded = w->plan->set[SET_AGAIN] == AGAIN_RELOAD;
	uint64_t wanted[NODES] = {0, 0}; /* the number of scripts that must run */
	int n = r->node, other = 1 - n;
	r->phase = AGAIN_OVER;
	/* An engine that started too late keeps no group.  And if a life has the same generation as the life before,
	 * the peer cannot see the restart. */
	if (w->plan->set[SET_SHELL] && ((w->plan->set[SET_AGAIN] == AGAIN_ENGINE && !w->nodes[n].shell.engine_keeps) ||
					       w->nodes[n].restored))
		return;
	for (int g = 0; g < files_groups(w); g++) {
		int home = (int)(w->plan->set[SET_HOMES] >> g & 1);
		bool left = stopped && r->owner[g] == n;
		/* When the home of a group is back, the group returns to it, even if an operator had moved it away. */
		bool returns = home == n && failback_on(w, 0) && !reloaded && (left || r->owner[g] == other);
		wanted[n] += left + returns;
		wanted[other] += left + returns;
		int owner = returns ? n : left ? other : r->owner[g];
		if (owner_of(w, g) != owner)
			world_broken(w, "S11 restart-idempotent",
				"group %d was on %s, and is on %s after a restart of %s", g, node_name(r->owner[g]),
				owner_of(w, g) < 0 ? "no node, or both," : node_name(owner_of(w, g)), node_name(n));
	}
	for (int i = 0; i < NODES; i++)
		if (w->nodes[i].scripts - r->scripts[i] != wanted[i])
			world_broken(w, "S11 restart-idempotent",
				"%s ran %llu scripts for a restart of %s, %llu would be enough", node_name(i),
				(unsigned long long)(w->nodes[i].scripts - r->scripts[i]), node_name(n),
				(unsigned long long)wanted[i]);
}
