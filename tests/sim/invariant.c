// SPDX-License-Identifier: MIT
/* The rules, looked at on the true state of the world.  spec: proof, section 2.3.
 *
 * "whole": both engines run and move, each hears the other's statuses, and no cut separates them.  Two owners are
 * forgiven while the network is not whole and for a short time afterwards, in which both must have heard the other. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	SLACK_MS = 300,
	CLASSIC_MS = 15000, /* its start waits 10 s, its restart after a partition 2 s: protocol 7.2, 11.3 */
	SHUTDOWN_MAX_MS = 300000,
	WHOLE_STATUSES = 2,
	TOLD_STATUSES = 3,
	START_TRIES = 3,
	FENCE_MAX_MS = 10000, /* a shot under way, and another after it failed */
	RETRY_MS = 30000, /* what has failed is tried again: ownership.h */
};

static int64_t ms_of(const struct world *w, enum setting s)
{
	return w->plan->set[s] * MS;
}

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

/* Whole for so long that each side has been told everything that counts. */
static bool whole_and_told(const struct world *w)
{
	int64_t window = 2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS + (w->plan->set[SET_CLASSIC] ? CLASSIC_MS * MS : 0);
	if (w->whole_since == NEVER || w->now - w->whole_since <= window)
		return false;
	for (int i = 0; i < NODES; i++)
		if (w->nodes[i].heard_count < WHOLE_STATUSES)
			return false;
	return true;
}

void invariant_life(struct world *w, struct node *n)
{
	struct node *peer = &w->nodes[1 - n->index];
	n->heard = peer->heard = NEVER;
	n->heard_seq = n->core == NULL || n->booted == w->now ? 0 : n->heard_seq;
	if (n->core == NULL || n->booted == w->now)
		for (int g = 0; g < GROUPS_MAX; g++)
			n->holding_heard[g] = n->holding_sent[g] = NEVER;
	w->whole_since = NEVER;
}

void invariant_heard(struct world *w, struct node *n, const struct datagram *d)
{
	if (d->from == n->index)
		return;
	n->heard_any = true;
	const struct node *peer = &w->nodes[d->from];
	bool present = d->life == peer->life && peer->core != NULL;
	if (!d->status || (present && n->heard_life == d->life && d->seq <= n->heard_seq))
		return;
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
		if (d->holding >> g & 1 && d->sent >= n->holding_sent[g]) {
			n->holding_sent[g] = d->sent;
			n->holding_heard[g] = w->now;
			n->told[g] += d->sent >= n->places[g].since && d->sent >= peer->places[g].since;
		}
	}
	if (!present)
		return;
	n->heard = w->now;
	n->heard_seq = d->seq;
	n->heard_life = d->life;
	n->heard_count++;
}

/* --- safety ---------------------------------------------------------------------------------- */

/* S2, S4: the peer is there, has the group, and could be heard having it. */
static void check_start_beside_peer(struct world *w, const struct node *n, int g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	const struct place *theirs = &peer->places[g];
	if (!occupied(theirs) || !peer->powered || peer->stopped)
		return;
	bool heard = n->holding_sent[g] >= theirs->since && w->now - n->holding_heard[g] < ms_of(w, SET_DEADTIME) / 100 * 97 - 50 * MS;
	if (!heard && !whole_and_told(w))
		return;
	world_broken(w, theirs->truth == TRUTH_STOPPING ? "S4 planned-handover" : "S2 one-owner-connected",
		     "%s starts group %d, which %s has (%c)%s", node_name(n->index), g, node_name(peer->index), truth_letter(theirs->truth),
		     heard ? " and lately said so" : "; the network is whole");
}

void invariant_start(struct world *w, const struct node *n, size_t group)
{
	if (w->quiet)
		world_broken(w, "L5 quiet", "%s starts group %zu after everything had settled", node_name(n->index), group);
	if (n->shutting_down)
		world_broken(w, "S7 no-action-by-the-dead", "%s starts group %zu while it shuts down", node_name(n->index), group);
	if (!n->heard_any && w->now - n->booted < ms_of(w, SET_INITDEAD) / 1000 * 999)
		world_broken(w, "S6 no-start-before-initdead", "%s starts group %zu %.3f s after its boot without having heard its peer",
			     node_name(n->index), group, (double)(w->now - n->booted) / 1e9);
	check_start_beside_peer(w, n, (int)group);
}

/* Asked by anybody lately, or still under way: the other node obeys also when the asker is gone by then. */
static bool moves_lately(const struct world *w)
{
	for (size_t i = 0; i < w->plan->count; i++)
		if (w->moves[i].life != 0 && w->now - w->moves[i].at < invariant_move_span(w))
			return true;
	return false;
}

/* Classic knows halves only: a group that fails takes its half along. */
static bool moves_halves(const struct world *w)
{
	return w->plan->set[SET_CLASSIC] && plan_has(w->plan, FAULT_START_FAIL, FAULT_START_DIRTY);
}

/* L7: who alone runs a group goes on running it, unless there is a reason to stop. */
void invariant_stop(struct world *w, const struct node *n, size_t group)
{
	if (w->quiet)
		world_broken(w, "L5 quiet", "%s stops group %zu after everything had settled", node_name(n->index), group);
	const struct node *other = &w->nodes[1 - n->index];
	const struct place *peer = &other->places[group];
	bool goes_home = w->plan->set[SET_FAILBACK] == FAILBACK_ON && (w->plan->set[SET_HOMES] >> group & 1) != n->index;
	bool alone = !occupied(peer) && w->now - peer->freed > 2 * ms_of(w, SET_KEEPALIVE) + 3000 * MS;
	/* two owners after a partition: one gives way, not both */
	bool both = peer->truth == TRUTH_STOPPING && !other->shutting_down && w->now - other->thawed > ms_of(w, SET_DEADTIME);
	if (moves_halves(w) || n->places[group].truth != TRUTH_RUNNING || (!alone && !both) || goes_home || n->shutting_down || n->thawed == w->now || moves_lately(w))
		return;
	world_broken(w, "L7 no-needless-stop", "%s stops group %zu, which %s; nobody asked for it", node_name(n->index), group,
		     both ? "the other node stops as well" : "runs nowhere else");
}

/* S13: who stood still longer than deadtime owns nothing before it has asked.  spec: fencing R5, I9 */
void invariant_stalled(struct world *w, const struct node *n)
{
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++)
		if (n->places[g].truth == TRUTH_RUNNING || n->places[g].truth == TRUTH_STARTING)
			world_broken(w, "S13 stall-safety", "%s stood still for longer than deadtime and goes on with group %d", node_name(n->index), g);
}

static bool means_to_run(const struct place *p)
{
	return p->truth == TRUTH_STARTING || p->truth == TRUTH_RUNNING;
}

static uint64_t epoch_of(const struct node *n, int g)
{
	struct group_view view;
	core_group_view(n->core, (size_t)g, &view);
	return view.epoch;
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

/* Also in a one-way cut: who is told again and again that the other has the group by a later right gives way. */
static void check_told(struct world *w, int g)
{
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i], *peer = &w->nodes[1 - i];
		if (n->core == NULL || peer->core == NULL || n->frozen || n->told[g] < TOLD_STATUSES || !means_to_run(&n->places[g]))
			continue;
		if (believes(n, peer->index) && epoch_of(n, g) < epoch_of(peer, g))
			world_broken(w, "S3 split-window", "%s keeps group %d although it has heard %u times that %s has it by a later epoch", node_name(i), g,
				     n->told[g], node_name(peer->index));
	}
}

static void check_two_owners(struct world *w, int g)
{
	const struct place *a = &w->nodes[0].places[g], *b = &w->nodes[1].places[g];
	if (!means_to_run(a) || !means_to_run(b))
		w->nodes[0].told[g] = w->nodes[1].told[g] = 0;
	if (!occupied(a) || !occupied(b) || a->truth == TRUTH_STUCK || b->truth == TRUTH_STUCK)
		return;
	if (!w->plan->set[SET_CLASSIC]) /* it has no epochs */
		check_told(w, g);
	if (w->plan->set[SET_STONITH])
		world_broken(w, "S1 one-owner-fenced", "group %d is on both nodes (%c, %c)", g, truth_letter(a->truth), truth_letter(b->truth));
	if (a->truth == TRUTH_STOPPING || b->truth == TRUTH_STOPPING || !whole_and_told(w))
		return;
	world_broken(w, "S3 split-window", "group %d is on both nodes (%c, %c) although the network is whole for %.3f s", g,
		     truth_letter(a->truth), truth_letter(b->truth), (double)(w->now - w->whole_since) / 1e9);
}

void invariant_check(struct world *w)
{
	invariant_whole(w);
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++)
		check_two_owners(w, g);
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		if (n->core != NULL && n->shutting_down && !n->frozen && w->now - n->shutdown_at > SHUTDOWN_MAX_MS * MS)
			world_broken(w, "L6 requests-end", "%s was told to shut down %.0f s ago; it waits for: %s", node_name(i),
				     (double)(w->now - n->shutdown_at) / 1e9, core_waiting_for(n->core));
	}
}

/* --- moves ------------------------------------------------------------------------------------ */

int64_t invariant_move_span(const struct world *w)
{
	int64_t scripts = 2 * (ms_of(w, SET_START_MAX) + ms_of(w, SET_STOP_MAX));
	if (plan_has(w->plan, FAULT_START_HANG, FAULT_START_HANG) || plan_has(w->plan, FAULT_STOP_HANG, FAULT_STOP_HANG))
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
		world_broken(w, "L6 requests-end", "move %u of %s has not ended after %.0f s", e->b + 1, node_name(w->moves[e->b].node),
			     (double)(w->now - w->moves[e->b].at) / 1e9);
}

static bool any_move_pending(const struct world *w)
{
	for (size_t i = 0; i < w->plan->count; i++)
		if (move_pending(w, i))
			return true;
	return false;
}

/* --- the calm ----------------------------------------------------------------------------------- */

static bool shows(const struct world *w, int node, size_t g, enum group_state state)
{
	struct group_view view;
	core_group_view(w->nodes[node].core, g, &view);
	return view.state == state;
}

/* Nobody can be asked to run a group that nobody can stop, or that failed on every live node as often as is tried. */
static bool excused(const struct world *w, int g)
{
	bool failed_everywhere = true;
	const struct node *home = &w->nodes[w->plan->set[SET_HOMES] >> g & 1];
	const struct node *tries = home->core != NULL ? home : &w->nodes[1 - home->index];
	if (tries->places[g].failed_starts < START_TRIES)
		failed_everywhere = false;
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		if (n->core == NULL)
			continue;
		if (n->places[g].truth == TRUTH_STUCK || shows(w, i, (size_t)g, OWN_STUCK))
			return true;
		failed_everywhere = failed_everywhere && shows(w, i, (size_t)g, OWN_FAILED);
	}
	return failed_everywhere;
}

static void check_owned(struct world *w, int g)
{
	int owners = 0, present = 0;
	for (int i = 0; i < NODES; i++) {
		owners += w->nodes[i].places[g].truth == TRUTH_RUNNING;
		present += occupied(&w->nodes[i].places[g]);
	}
	if (owners == 1 && present == 1)
		return;
	if (excused(w, g)) {
		w->statistics.excused++;
		return;
	}
	world_broken(w, "L1 owned-within", "group %d runs on %d nodes (%c, %c) %.1f s after the calm began", g, owners,
		     truth_letter(w->nodes[0].places[g].truth), truth_letter(w->nodes[1].places[g].truth), (double)(w->now - w->calm_at) / 1e9);
}

static void check_membership(struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		const struct node *n = &w->nodes[i];
		for (size_t k = 0; n->core != NULL && k < NODES; k++) {
			struct node_view view;
			core_node_view(n->core, k, &view);
			const char *right = w->nodes[strcmp(view.name, node_name(0)) == 0 ? 0 : 1].core != NULL ? "active" : "dead";
			if (strcmp(view.status, right) != 0)
				world_broken(w, "L2 membership-agrees", "%s shows %s as %s; it is %s", node_name(i), view.name, view.status, right);
		}
	}
}

static void check_failback(struct world *w, int g)
{
	const struct plan *p = w->plan;
	int home = (int)(p->set[SET_HOMES] >> g & 1), before = w->owner_at_calm[g];
	bool interfered = plan_has(p, FAULT_STANDBY, FAULT_TAKEOVER) || plan_has(p, FAULT_START_FAIL, FAULT_STOP_HANG);
	if (p->set[SET_FAILBACK] == FAILBACK_ON) {
		if (!interfered && w->nodes[home].core != NULL && !occupied(&w->nodes[home].places[g]))
			world_broken(w, "L4 failback-policy", "group %d is not at home on %s although auto_failback is on", g, node_name(home));
	} else if (before >= 0 && !moves_halves(w) && w->nodes[before].places[g].truth != TRUTH_RUNNING) {
		world_broken(w, "L4 failback-policy", "group %d has left %s in the calm although auto_failback is off", g, node_name(before));
	}
}

/* Who owns what just after the calm began, where that is beyond doubt. */
static void remember_owners(struct world *w)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		w->owner_at_calm[g] = -1;
		for (int i = 0; i < NODES; i++) {
			const struct node *n = &w->nodes[i], *peer = &w->nodes[1 - i];
			if (n->core != NULL && !n->shutting_down && n->places[g].truth == TRUTH_RUNNING && !occupied(&peer->places[g]) && !any_move_pending(w))
				w->owner_at_calm[g] = i;
		}
	}
}

static int64_t settle_span(const struct world *w)
{
	int64_t span = ms_of(w, SET_DEADTIME) + 2 * ms_of(w, SET_KEEPALIVE) + 2 * (ms_of(w, SET_START_MAX) + ms_of(w, SET_STOP_MAX)) + 2000 * MS;
	bool booted = false;
	if (plan_has(w->plan, FAULT_START_FAIL, FAULT_STOP_HANG))
		span += RETRY_MS * MS;
	if (w->plan->set[SET_CLASSIC])
		span += CLASSIC_MS * MS;
	if (w->plan->set[SET_STONITH])
		span += FENCE_MAX_MS * MS;
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
	return (w->nodes[0].core != NULL && w->nodes[0].shutting_down) || (w->nodes[1].core != NULL && w->nodes[1].shutting_down);
}

static void begin_quiet(struct world *w)
{
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++) {
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
	/* a status each keepalive, an acknowledgement for every tenth, and some room */
	uint64_t regular = (uint64_t)(w->plan->set[SET_QUIET] / w->plan->set[SET_KEEPALIVE]) * 3 / 2 + 20;
	for (int i = 0; i < NODES; i++) {
		uint64_t most = regular + w->quiet_replays[i]; /* an old request may be answered */
		if (w->quiet_sends[i] > most)
			world_broken(w, "L5 quiet", "%s sent %llu datagrams in %lld ms of quiet, %llu would do", node_name(i),
				     (unsigned long long)w->quiet_sends[i], (long long)w->plan->set[SET_QUIET], (unsigned long long)most);
		if (w->quiet_logs[i] > 10 + w->quiet_replays[i])
			world_broken(w, "L5 quiet", "%s logged %llu lines although nothing happens", node_name(i), (unsigned long long)w->quiet_logs[i]);
	}
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++)
		check_owned(w, g);
	check_membership(w);
	w->finished = true;
}

void invariant_timed(struct world *w)
{
	if (w->settle_at == NEVER) {
		remember_owners(w);
		w->settle_at = settle_time(w);
		check_again(w, w->settle_at);
	} else if (w->quiet) {
		end_quiet(w);
	} else if (shutting_down(w) || any_move_pending(w)) {
		w->disturbed = w->now; /* both have limits of their own */
		check_again(w, w->now + 1000 * MS);
	} else if (settle_time(w) > w->now) {
		check_again(w, settle_time(w));
	} else if (!w->settled && w->plan->set[SET_FAILBACK] == FAILBACK_ON) {
		w->settled = true; /* one more move home may follow */
		check_again(w, w->now + settle_span(w));
	} else {
		begin_quiet(w);
	}
}
