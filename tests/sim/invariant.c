// SPDX-License-Identifier: MIT
/* The safety rules of doc/proof.md 2, checked against the true state of the world.
 *
 * The network is "whole" while both engines run, neither is frozen, each receives the other's statuses, and no cut
 * separates them.  Two owners are allowed while the network is not whole, and for a short time afterwards, because each
 * node must first hear the other. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	SHUTDOWN_MAX_MS = 300000,
	WHOLE_STATUSES = 2,
	PEER_REPORTS = 3,
	/* in a minute, in addition to the statuses, because messages are sent again after a loss */
	GROWTH_SENDS = 4000,
	GROWTH_LOGS = 2000,
};

static bool heard_lately(const struct world *w, const struct node *n)
{
	return n->heard != NEVER && w->now - n->heard < ms_of(w, SET_DEADTIME) / 10 * 9;
}

static bool connected(const struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		if (n->core == NULL || n->frozen || !heard_lately(w, n) || !link_open(w, i))
			return false;
	}
	return true;
}

void invariant_whole(struct world *w)
{
	if (!connected(w)) {
		w->whole_since = NEVER;
	} else if (w->whole_since == NEVER) {
		w->whole_since = w->now;
		for (int i = 0; i < NODES; i++)
			w->nodes[i].heard_count = 0;
	}
}

/* Returns true if the network has been whole for so long that each side has received everything important. */
static bool whole_and_informed(const struct world *w)
{
	int64_t window =
		2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS + (w->plan->set[SET_CLASSIC] ? CLASSIC_MS * MS : 0);
	if (w->whole_since == NEVER || w->now - w->whole_since <= window)
		return false;
	for (int i = 0; w->plan->set[SET_CLASSIC] && i < NODES; i++)
		for (int g = 0; g < files_groups(w); g++)
			if (w->nodes[i].places[g].truth == TRUTH_STUCK)
				return false;
	/* Classic messages name halves: while a script of a group hangs, its effect on other groups is unknown. */
	if (w->plan->set[SET_CLASSIC] && w->hang_until != NEVER && w->now < w->hang_until + window)
		return false;
	for (int i = 0; i < NODES; i++)
		if (w->nodes[i].heard_count < WHOLE_STATUSES)
			return false;
	return true;
}

void invariant_life(struct world *w, struct node *n)
{
	if (n->index == THIRD)
		return;
	struct node *peer = &w->nodes[1 - n->index];
	n->heard = peer->heard = NEVER;
	n->heard_seq = n->core == NULL || n->booted == w->now ? 0 : n->heard_seq;
	if (n->core == NULL || n->booted == w->now)
		for (int g = 0; g < GROUPS_MAX; g++)
			n->holding_before[g] = n->holding_heard[g] = n->holding_sent[g] = NEVER;
	w->whole_since = NEVER;
}

static bool believes(const struct node *n, int peer)
{
	for (size_t i = 0; i < NODES; i++) {
		struct node_view view;
		core_node_view(n->core, i, &view);
		if (strcmp(view.name, node_name(peer)) == 0)
			return strcmp(view.status, "active") == 0;
	}
	return false;
}

void invariant_heard(struct world *w, struct node *n, const struct datagram *d)
{
	if (d->from == n->index || d->from == THIRD || n->index == THIRD)
		return;
	n->heard_any = true;
	const struct node *peer = &w->nodes[d->from];
	if (d->status) {
		n->peer_heard = w->now;
		n->peer_sent = d->sent > n->peer_sent ? d->sent : n->peer_sent;
		n->lied_at = d->sent > n->lied_at ? NEVER : n->lied_at;
	}
	if (d->goodbye) {
		n->goodbye_heard = d->life;
		shot_peer_ended(w, n);
	}
	bool present = d->life == peer->life && peer->core != NULL;
	/* A status that was delayed in the network does not prove that the network is whole. */
	bool fresh = w->now - d->sent <= ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS;
	shot_heard(w, n, d, present && fresh);
	if (!d->status || (present && n->heard_life == d->life && d->seq <= n->heard_seq))
		return;
	for (int g = 0; g < files_groups(w); g++) {
		/* an older life may be a recording until it proves that it hears us: lives.h (plan
		 * older-life-is-no-report) */
		bool older = d->generation < n->ledger.heard_generation;
		if (d->holding >> g & 1 && d->sent > n->holding_sent[g] && !older) {
			n->holding_sent[g] = d->sent;
			n->holding_before[g] = n->holding_heard[g];
			n->holding_heard[g] = w->now;
			if (fresh && believes(n, d->from) && d->sent >= n->places[g].since &&
				d->sent >= peer->places[g].since &&
				w->now - n->peer_report_at[g] >= ms_of(w, SET_KEEPALIVE) / 2) {
				n->peer_reports[g]++;
				n->peer_report_at[g] = w->now;
			}
		}
	}
	if (!present)
		return;
	n->heard_seq = d->seq;
	n->heard_life = d->life;
	if (!fresh)
		return;
	n->heard = n->heard_before = w->now;
	n->heard_count++;
}

/* --- safety ---------------------------------------------------------------------------------- */

/* doc/fencing.md R10: a peer that we hear, but that has not heard this life for three initdeads, may be a recording. */
static bool may_be_a_recording(const struct world *w, const struct node *n, const struct node *peer)
{
	int64_t initdead = ms_of(w, SET_INITDEAD), deadtime = ms_of(w, SET_DEADTIME);
	initdead = initdead > deadtime ? initdead : deadtime;
	int64_t heard_us = peer->heard > n->booted ? peer->heard : n->booted; /* NEVER is negative */
	return w->now - heard_us > node_span(w, n, 3 * initdead) / 100 * 97;
}

/* S2, S4: a node must not start a group if the peer runs and has the group, and if the node could know that from the
 * statuses of the peer. */
static void check_start_beside_peer(struct world *w, const struct node *n, int g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	const struct place *theirs = &peer->places[g];
	if (!occupied(theirs) || !peer->powered || peer->stopped)
		return;
	int64_t deadtime = node_span(w, n, ms_of(w, SET_DEADTIME));
	int64_t lately = w->now - deadtime / 100 * 97 + 50 * MS;
	/* These do not prove to this node that the peer has the group:
	 *  - a single status, which may be a recording;
	 *  - a status that was delayed in the network for longer than deadtime;
	 *  - a status that the peer sent before a device wrongly reported it as off;
	 *  - the statuses of a peer that hears nothing, after it has delayed this node for as long as it may. */
	bool heard = n->lied_at == NEVER && n->holding_sent[g] >= theirs->since && n->holding_sent[g] > lately &&
		     n->holding_heard[g] > lately && n->holding_before[g] > lately;
	/* The statuses of a life that has the generation of an earlier life do not prove it either, if the earlier life
	 * has left, or if the new life does not hear us and so cannot prove anything. */
	bool again = peer->restored && (n->goodbye_heard != 0 || !heard_lately(w, peer));
	if ((!heard && !whole_and_informed(w)) || may_be_a_recording(w, n, peer) || again)
		return;
	world_broken(w, theirs->truth == TRUTH_STOPPING ? "S4 planned-handover" : "S2 one-owner-connected",
		"%s starts group %d, which %s has (%c)%s", node_name(n->index), g, node_name(peer->index),
		truth_letter(theirs->truth), heard ? " and has recently reported" : "; the network is whole");
}

/* S8: a node must not take a group of a silent peer before it knows that the peer is off or has left.
 * doc/fencing.md R1 */
static void check_proof(struct world *w, const struct node *n, size_t group)
{
	const struct node *peer = &w->nodes[1 - n->index];
	bool silent = n->peer_heard == NEVER || w->now - n->peer_heard > node_span(w, n, ms_of(w, SET_DEADTIME));
	/* The peer left in the latest life that n knows, or was switched off after the last message that it sent. */
	bool left = n->goodbye_heard != 0 && n->goodbye_heard >= n->heard_life,
	     off = n->known_off != NEVER && n->known_off >= n->peer_sent;
	/* After a false report, n cannot know the truth before it hears a new life of the peer. */
	off = off || (n->lied_of != 0 && n->heard_life <= n->lied_of);
	if (silent && !left && !off)
		world_broken(w, "S8 proof-before-start", "%s starts group %zu without proof that %s is off",
			node_name(n->index), group, node_name(peer->index));
}

void invariant_start(struct world *w, const struct node *n, size_t group)
{
	if (w->quiet)
		world_broken(
			w, "L5 quiet", "%s starts group %zu after everything had settled", node_name(n->index), group);
	if (n->shutting_down)
		world_broken(w, "S7 no-action-by-the-dead", "%s starts group %zu while it shuts down",
			node_name(n->index), group);
	if (!n->heard_any && w->now - n->booted < node_span(w, n, ms_of(w, SET_INITDEAD)) / 1000 * 999)
		world_broken(w, "S6 no-start-before-initdead",
			"%s starts group %zu %.3f s after its boot without having heard its peer", node_name(n->index),
			group, (double)(w->now - n->booted) / 1e9);
	if (w->plan->set[SET_STONITH])
		check_proof(w, n, group);
	ping_starts(w, n, group);
	check_start_beside_peer(w, n, (int)group);
}

/* A move counts even if the node that got the order has died since, because the other node may still carry it out. */
bool invariant_moves_lately(const struct world *w)
{
	for (size_t i = 0; i < w->plan->count; i++)
		if (w->moves[i].life != 0 && w->now - w->moves[i].at < invariant_move_span(w))
			return true;
	return false;
}

/* Returns true if auto_failback may move a group of this node to its home.  A reload that switches auto_failback on is
 * not a return of the home node: the home node must come back after the reload. */
static bool may_go_home(const struct world *w, const struct node *n)
{
	if (w->plan->set[SET_CLASSIC]) /* in the classic dialect, the home asks for its groups */
		return failback_on(w, 0) || failback_on(w, 1);
	return failback_on(w, n->index) && n->home_back_at >= n->failback_since;
}

/* Returns true if the reports of n include the group.  A classic node reports halves (ownership.h), so a node with one
 * group of a half seems to have all of them. */
static bool reports_its_half(const struct world *w, const struct node *n, size_t group)
{
	int64_t homes = w->plan->set[SET_HOMES];
	for (int g = 0; w->plan->set[SET_CLASSIC] && g < files_groups(w); g++)
		if ((homes >> g & 1) == (homes >> group & 1) && occupied(&n->places[g]))
			return true;
	return false;
}

/* L7: if only one node runs a group, this node must continue to run it, unless there is a reason to stop. */
void invariant_stop(struct world *w, const struct node *n, size_t group)
{
	if (w->quiet)
		world_broken(
			w, "L5 quiet", "%s stops group %zu after everything had settled", node_name(n->index), group);
	const struct node *other = &w->nodes[1 - n->index];
	const struct place *peer = &other->places[group];
	bool goes_home = may_go_home(w, n) && (w->plan->set[SET_HOMES] >> group & 1) != n->index;
	/* an old status, which a clogged medium delayed, may report that the group runs there */
	int64_t late = plan_has(w->plan, FAULT_CLOG, FAULT_CLOG) ? CLOG_MAX_MS * MS : 0;
	bool alone = !occupied(peer) && !reports_its_half(w, other, group) &&
	             w->now - peer->freed > 2 * ms_of(w, SET_KEEPALIVE) + 3000 * MS + late;
	/* of two owners after a partition, only one may stop, not both */
	bool both = peer->truth == TRUTH_STOPPING && !other->shutting_down &&
	            w->now - other->thawed > ms_of(w, SET_DEADTIME);
	bool trouble = n->places[group].failed || n->places[group].hindered > 0;
	if (trouble || moves_halves(w) || n->places[group].truth != TRUTH_RUNNING || (!alone && !both) || goes_home ||
		n->shutting_down || n->thawed == w->now || n->booted == w->now || invariant_moves_lately(w) ||
		ping_explains(w, n))
		return;
	world_broken(w, "L7 no-needless-stop", "%s stops group %zu, which %s; nobody asked for it", node_name(n->index),
		group, both ? "the other node stops as well" : "runs nowhere else");
}

/* S13: a node that did not run for longer than deadtime must release its groups before it asks for them again.
 * doc/fencing.md R5, I9 */
void invariant_stalled(struct world *w, const struct node *n)
{
	for (int g = 0; g < files_groups(w); g++)
		if (n->places[g].truth == TRUTH_RUNNING || n->places[g].truth == TRUTH_STARTING)
			world_broken(w, "S13 stall-safety",
				"%s was stalled for longer than deadtime and keeps group %d",
				node_name(n->index), g);
}

static uint64_t epoch_of(const struct world *w, const struct node *n, int g)
{
	return node_group(w, n, g).epoch;
}

/* A node must release a group when it hears repeatedly that the peer has the group by a later claim, also when only one
 * direction of the network is cut. */
static void check_peer_reports(struct world *w, int g)
{
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i], *peer = &w->nodes[1 - i];
		if (n->core == NULL || peer->core == NULL || n->frozen || n->peer_reports[g] < PEER_REPORTS ||
			!means_to_run(&n->places[g]))
			continue;
		if (believes(n, peer->index) && epoch_of(w, n, g) < epoch_of(w, peer, g))
			world_broken(w, "S3 split-window",
				"%s keeps group %d although it has heard %u times that %s has it by a later epoch",
				node_name(i), g, n->peer_reports[g], node_name(peer->index));
	}
}

static void check_two_owners(struct world *w, int g)
{
	const struct place *a = &w->nodes[0].places[g], *b = &w->nodes[1].places[g];
	if (!means_to_run(a) || !means_to_run(b))
		w->nodes[0].peer_reports[g] = w->nodes[1].peer_reports[g] = 0;
	if (!occupied(a) || !occupied(b) || a->truth == TRUTH_STUCK || b->truth == TRUTH_STUCK || a->bare || b->bare)
		return;
	if (!w->plan->set[SET_CLASSIC]) /* the classic dialect has no epochs */
		check_peer_reports(w, g);
	if (w->plan->set[SET_STONITH] && !w->lied)
		world_broken(w, "S1 exclusion", "group %d is on both nodes (%c, %c)", g, truth_letter(a->truth),
			truth_letter(b->truth));
	if (a->truth == TRUTH_STOPPING || b->truth == TRUTH_STOPPING || !whole_and_informed(w))
		return;
	world_broken(w, "S3 split-window",
		"group %d is on both nodes (%c, %c) although the network is whole for %.3f s", g,
		truth_letter(a->truth), truth_letter(b->truth), (double)(w->now - w->whole_since) / 1e9);
}

/* S12: what a node sends and logs in a minute has a limit, in all situations. */
void invariant_growth(struct world *w, struct node *n, unsigned sends, unsigned logs)
{
	if (n->index == THIRD) /* no node answers the third machine, so it repeats its request */
		return;
	if (w->now - n->window_at > 60000 * MS) {
		n->window_at = w->now;
		n->window_sends = n->window_logs = 0;
	}
	n->window_sends += sends;
	n->window_logs += logs;
	w->most_sends = n->window_sends > w->most_sends ? n->window_sends : w->most_sends;
	w->most_logs = n->window_logs > w->most_logs ? n->window_logs : w->most_logs;
	uint64_t regular = 60000 / (uint64_t)w->plan->set[SET_KEEPALIVE];
	if (n->window_sends > GROWTH_SENDS + 4 * regular || n->window_logs > GROWTH_LOGS)
		world_broken(w, "S12 no-growth", "%s has sent %llu datagrams and logged %llu lines within a minute",
			node_name(n->index), (unsigned long long)n->window_sends, (unsigned long long)n->window_logs);
}

/* A false report does not explain two owners any more when each side has heard which groups the other side has. */
static void end_lie(struct world *w)
{
	if (!w->lied || w->nodes[0].lied_at != NEVER || w->nodes[1].lied_at != NEVER || !whole_and_informed(w))
		return;
	for (int g = 0; g < files_groups(w); g++)
		if (occupied(&w->nodes[0].places[g]) && occupied(&w->nodes[1].places[g]))
			return;
	w->lied = false;
}

void invariant_check(struct world *w)
{
	invariant_whole(w);
	end_lie(w);
	for (int g = 0; g < files_groups(w); g++)
		check_two_owners(w, g);
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		if (n->core != NULL && n->shutting_down && !n->frozen && w->now - n->shutdown_at > SHUTDOWN_MAX_MS * MS)
			world_broken(w, "L6 requests-end", "%s was asked to shut down %.0f s ago and still runs",
				node_name(i), (double)(w->now - n->shutdown_at) / 1e9);
		ping_check(w, n);
		if (w->plan->set[SET_SHELL])
			shell_check(w, &w->nodes[i]);
	}
}
