// SPDX-License-Identifier: MIT
/* The rules for the shell.  doc/proof.md 4 */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	SHORT_DEADTIME_MS = 400,
	JOIN_MS = 12000, /* in addition, for the survey, and for the stop of what was left behind */
	/* the time until an engine that can start is up */
	START_BOUND_MS = SUPERVISOR_RETRY_MAX_MS + SUPERVISOR_START_MS + 10000,
};

/* --- released-before-peer ----------------------------------------------------------------------- */

/* doc/fencing.md 3, "Remaining windows": with a deadtime below 400 ms, the addresses are removed within 200 ms after
 * the last beat. */
void shell_silent(struct world *w, struct node *n)
{
	const struct node *peer = &w->nodes[1 - n->index];
	int64_t ours = files_deadtime_ms(w->plan, &n->files), theirs = files_deadtime_ms(w->plan, &peer->files);
	int64_t limit = n->shell.sent_at + node_span(w, peer, (ours > theirs ? ours : theirs) * MS);
	if (n->shell.sent_at == NEVER)
		return;
	if (ours < SHORT_DEADTIME_MS && limit < w->now + (SUPERVISOR_SILENT_MIN_MS + SLACK_MS) * MS)
		limit = w->now + (SUPERVISOR_SILENT_MIN_MS + SLACK_MS) * MS;
	/* An engine without an open medium was silent before; for the peer, this is like a cut.  Its guardian kills it,
	 * or notices its end, and removes the addresses only then. */
	struct supervisor_view v = shell_view(w, n);
	struct span silence = supervisor_silence(v.keepalive, v.deadtime);
	int64_t handled = w->now + node_span(w, n, silence.ns) + SLACK_MS * MS;
	if (w->now - n->shell.sent_at > 2 * v.keepalive.ns + SLACK_MS * MS && limit < handled)
		limit = handled;
	world_push(w, (struct sim_event){.at = limit,
			      .kind = SIM_SHELL,
			      .node = n->index,
			      .a = SHELL_LIMIT,
			      .b = n->shell.sends});
}

void shell_limit(struct world *w, struct node *n, uint32_t sends)
{
	const struct shell *s = &n->shell;
	if (!n->powered || sends != s->sends || (n->core != NULL && !n->frozen) || !s->guardian ||
		s->guardian_hangs || s->asleep || s->gap_at >= s->sent_at)
		return;
	for (int g = 0; g < files_groups(w); g++)
		if (occupied(&n->places[g]) && !n->places[g].bare && files_index(w, n, g) >= 0)
			world_broken(w, "X3 released-before-peer",
				"%s has sent nothing for %.3f s, and its guardian has not removed the address of group %d",
				node_name(n->index), (double)(w->now - s->sent_at) / 1e9, g);
}

/* --- no-orphan-acts ----------------------------------------------------------------------------- */

void shell_orphan_acts(struct world *w, const struct node *n, int group)
{
	const struct shell *s = &n->shell;
	if (n->core != NULL || s->release || s->engine == PROCESS_STARTS)
		world_broken(w, "X2 no-orphan-acts", "a script of a dead engine acts on group %d of %s, beside %s", group,
			node_name(n->index), s->release ? "the release process" : "another engine");
}

/* --- orders-end --------------------------------------------------------------------------------- */

void shell_order_limit(struct world *w, const struct node *n, uint32_t order)
{
	const struct shell *s = &n->shell;
	if (s->ordered && s->order == order && n->powered)
		world_broken(w, "X1 orders-end", "heartbeat -k on %s has not ended after %.0f s; the guardian is %s",
			node_name(n->index), (double)(w->now - s->ordered_at) / 1e9,
			s->guardian ? supervisor_state_name(s->policy.state) : "dead");
}

/* After an order, each state must end in time.  For a guardian that was replaced, or that did not run, the time starts
 * later. */
static void check_order(struct world *w, const struct node *n)
{
	const struct shell *s = &n->shell;
	static const int64_t limits_ms[SUPERVISOR_STATES] = {
		[SUPERVISOR_FIRST] = SUPERVISOR_STOP_GRACE_MS + SLACK_MS,
		[SUPERVISOR_RUNNING] = SLACK_MS,
		[SUPERVISOR_REPLACING] = SUPERVISOR_STOP_GRACE_MS + SLACK_MS,
		[SUPERVISOR_RELEASING] = SCRIPT_DEADLINE_MS + SLACK_MS,
		[SUPERVISOR_WAITING] = SLACK_MS,
		[SUPERVISOR_STOPPING] = SLACK_MS,
	};
	enum supervisor_state state = s->policy.state;
	if (!s->guardian || s->guardian_hangs || s->asleep || s->told_at == NEVER)
		return;
	/* in this state the engine has to end, which rule L6 checks */
	if (state == SUPERVISOR_STOPPING && (n->core == NULL || n->frozen || n->shutting_down))
		return;
	int64_t since = s->told_at > s->state_at ? s->told_at : s->state_at;
	since = since > s->gap_at ? since : s->gap_at;
	since = since > n->thawed ? since : n->thawed;
	if (w->now - since > node_span(w, n, limits_ms[state] * MS))
		world_broken(w, "X1 orders-end", "%s was ordered to stop %.1f s ago, and its guardian is still %s%s",
			node_name(n->index), (double)(w->now - since) / 1e9, supervisor_state_name(state),
			state == SUPERVISOR_STOPPING ? ": the engine does not know the order" : "");
}

/* heartbeat -r must be answered, or its connection must end with the engine, within the longest time for which an
 * engine may hang. */
static void check_reload(struct world *w, const struct node *n)
{
	const struct shell *s = &n->shell;
	struct supervisor_view v = shell_view(w, n);
	int64_t since = s->reloads_at > s->gap_at ? s->reloads_at : s->gap_at;
	if (!s->guardian || s->guardian_hangs || s->asleep)
		return;
	if (w->now - since > node_span(w, n, supervisor_silence(v.keepalive, v.deadtime).ns) + SLACK_MS * MS)
		world_broken(w, "X1 orders-end", "heartbeat -r on %s has no answer after %.1f s", node_name(n->index),
			(double)(w->now - s->reloads_at) / 1e9);
}

/* When the guardian ends, each group that was recorded as running here must be gone, or its stop must have failed.  An
 * exit code of 0 must be true.  Groups that heartbeat did not look at do not count. */
void shell_exits(struct world *w, const struct node *n, int code)
{
	for (int g = 0; g < files_groups(w); g++) {
		const struct place *p = &n->places[g];
		bool ran = shell_holds(w, n, g);
		if (files_index(w, n, g) < 0 || !occupied(p))
			continue;
		if (ran ? p->truth != TRUTH_STUCK : n->shell.looked)
			world_broken(w, "X1 orders-end", "heartbeat ends on %s, and has not stopped group %d (%c)",
				node_name(n->index), g, truth_letter(p->truth));
		else if (code == 0 && (ran || n->shell.looked))
			world_broken(w, "X1 orders-end", "heartbeat ends with 0 on %s, and group %d is still there",
				node_name(n->index), g);
	}
	if (n->shell.engine != PROCESS_NONE || n->shell.release)
		world_broken(w, "X1 orders-end", "the guardian of %s ends before its processes", node_name(n->index));
}

/* --- ghosts-hold-nobody -------------------------------------------------------------------------- */

/* doc/fencing.md R10: a node waits three initdeads at most for a peer that does not prove that it hears us.  After that
 * the node must have joined, whatever it hears and remembers. */
static void check_join(struct world *w, const struct node *n)
{
	struct node_view self = {.is_self = false};
	if (n->core == NULL || n->frozen || n->shutting_down)
		return;
	int64_t since = n->booted > n->thawed ? n->booted : n->thawed, initdead = w->plan->set[SET_INITDEAD],
		deadtime = files_deadtime_ms(w->plan, &n->files);
	since = since > w->hang_until ? since : w->hang_until;
	if (w->now - since < node_span(w, n, (3 * (initdead > deadtime ? initdead : deadtime) + JOIN_MS) * MS))
		return;
	for (size_t i = 0; i < NODES && !self.is_self; i++)
		core_node_view(n->core, i, &self);
	if (strcmp(self.status, "active") != 0)
		world_broken(w, "X5 ghosts-hold-nobody", "%s runs since %.0f s, and its status is still \"%s\"",
			node_name(n->index), (double)(w->now - since) / 1e9, self.status);
}

/* A node that is alone must start each group within the same time: neither recordings nor its memory of the peer may
 * delay a group for longer.  This is not checked with fencing, because the proof may be missing. */
static void check_alone(struct world *w, struct node *n)
{
	const struct node *peer = &w->nodes[1 - n->index];
	int64_t initdead = w->plan->set[SET_INITDEAD], deadtime = files_deadtime_ms(w->plan, &n->files);
	bool alone = n->core != NULL && !n->frozen && !n->shutting_down && peer->core == NULL &&
	             !w->plan->set[SET_STONITH] && !invariant_moves_lately(w) && w->now > w->hang_until;
	for (int g = 0; g < files_groups(w); g++)
		alone &= n->places[g].hindered == 0;
	if (!alone)
		n->shell.alone_at = w->now;
	int64_t limit = 3 * (initdead > deadtime ? initdead : deadtime) + deadtime + JOIN_MS;
	if (w->now - n->shell.alone_at < node_span(w, n, limit * MS))
		return;
	for (int g = 0; g < files_groups(w); g++) {
		enum group_state state = node_group(w, n, g).state;
		if (files_index(w, n, g) >= 0 && (state == OWN_NONE || state == OWN_CLAIM))
			world_broken(w, "X5 ghosts-hold-nobody", "%s is alone since %.0f s, and has not started group %d (%s)",
				node_name(n->index), (double)(w->now - n->shell.alone_at) / 1e9, g,
				group_state_name(state));
	}
}

/* --- starts-with-what-works --------------------------------------------------------------------- */

void shell_check(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	check_order(w, n);
	if (s->reloads)
		check_reload(w, n);
	check_join(w, n);
	check_alone(w, n);
	bool waits = s->guardian && !s->guardian_hangs && !s->asleep && n->powered && n->core == NULL && !s->release &&
	             !s->stop && s->starts_fail == 0 && s->starts_hang == 0 && shell_any_medium(w, n);
	if (!waits)
		s->able_at = w->now;
	else if (w->now - s->able_at > START_BOUND_MS * MS)
		world_broken(w, "X4 starts-with-what-works", "nothing hinders %s since %.0f s, and no engine runs there",
			node_name(n->index), (double)(w->now - s->able_at) / 1e9);
}

bool shell_unsettled(const struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		const struct shell *s = &n->shell;
		if (!shell_models(w, n) || buried(w, n))
			continue;
		if (!s->guardian || s->guardian_hangs || s->policy.state != SUPERVISOR_RUNNING || n->core == NULL ||
			s->news.ready || s->news.gone)
			return true;
	}
	return false;
}
