// SPDX-License-Identifier: MIT
/* Each engine acts as it reported.  The rules compare the state file, the epochs, the acknowledgements and the statuses
 * with what the engine did and received.  A bug breaks these rules much more often than it causes two owners. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	STATUSES_A_KEEPALIVE = 50, /* the core bounds what it sends at once */
	STUCK_MAX_MS = 35000,      /* RETRY_MS of ownership.h, by a clock that may be slow */
};

static struct group_view view_of(const struct node *n, size_t g)
{
	struct group_view view;
	core_group_view(n->core, g, &view);
	return view;
}

void ledger_life(struct world *w, struct node *n)
{
	if (n->index == THIRD) /* it owns nothing, and no node uses its messages */
		return;
	struct ledger before = n->ledger;
	n->ledger = (struct ledger){.beat_at = NEVER};
	for (size_t g = 0; g < w->resources->count; g++) {
		struct group_view view = view_of(n, g);
		n->ledger.claimed_at[g] = n->life == 1 ? NEVER : before.claimed_at[g];
		n->ledger.started_by[g] = n->ledger.epoch[g] = view.epoch;
		n->ledger.state[g] = view.state;
	}
}

/* --- what is heard, and answered ------------------------------------------------------------------- */

/* The duplicates that the core has counted and the datagrams that it refused. */
static uint64_t refused(const struct node *n)
{
	struct core_counters counters;
	core_counters(n->core, &counters);
	return counters.duplicate + counters.replayed + counters.unauthentic + counters.malformed + counters.foreign;
}

/* Before the core hears it. */
void ledger_hears(struct node *n, const struct datagram *d)
{
	n->ledger.refused = refused(n);
	n->ledger.again = d->from != n->index && d->status && d->delivered[n->index] == n->life;
	if (d->from == n->index || d->from == THIRD || n->index == THIRD || !d->status ||
		d->generation < n->ledger.heard_generation)
		return;
	if (d->generation > n->ledger.heard_generation)
		n->ledger.heard_seq = 0;
	n->ledger.heard_generation = d->generation;
	n->ledger.heard_seq = d->seq > n->ledger.heard_seq ? d->seq : n->ledger.heard_seq;
}

/* B6: the engine must recognize what this life has received before.  When the numbering starts again between two
 * copies, the second copy may fill the gap that the first left.  Therefore only a copy that follows soon counts. */
void ledger_heard(struct world *w, struct node *n, const struct datagram *d)
{
	if (n->core == NULL || n->index == THIRD || !n->ledger.again ||
		w->now - d->delivered_at[n->index] > ms_of(w, SET_DEADTIME) / 2)
		return;
	if (refused(n) == n->ledger.refused)
		world_broken(w, "B6 counted-copy", "%s hears a datagram sent at %.3f s a second time, and takes it",
			node_name(n->index), (double)d->sent / 1e9);
}

/* B3: only what was heard is acknowledged. */
void ledger_sends(struct world *w, struct node *n, const struct said *said)
{
	if (n->index == THIRD || !said->status || said->seq <= n->ledger.sent_seq) /* resent: it says nothing new */
		return;
	n->ledger.sent_seq = said->seq;
	for (size_t g = 0; g < w->resources->count; g++)
		if (n->ledger.claim_seq[g] == 0 && view_of(n, g).state == OWN_CLAIM)
			n->ledger.claim_seq[g] = said->seq;
	if (n->ledger.beat_at == NEVER || w->now - n->ledger.beat_at > ms_of(w, SET_KEEPALIVE)) {
		n->ledger.beat_at = w->now;
		n->ledger.statuses = 0;
	}
	n->ledger.statuses++;
	n->ledger.told = true;
	uint64_t generation = said->hears_generation, seq = said->hears_seq;
	if (generation == 0)
		return;
	if (generation > n->ledger.heard_generation ||
		(generation == n->ledger.heard_generation && seq > n->ledger.heard_seq))
		world_broken(w, "B3 true-acknowledgement",
			"%s says it has heard status %llx of generation %llx; the last that came is %llx of %llx",
			node_name(n->index), (unsigned long long)seq, (unsigned long long)generation,
			(unsigned long long)n->ledger.heard_seq, (unsigned long long)n->ledger.heard_generation);
}

/* --- what is written, and done ---------------------------------------------------------------------- */

/* B2: an engine that dies now must not be believed to hold it whole, nor to have nothing of it. */
static void check_written(struct world *w, const struct node *n, size_t g, const char *what)
{
	enum group_state s = n->disk.state[g];
	if (s == OWN_STARTING || s == OWN_STOPPING || s == OWN_UNKNOWN || s == OWN_STUCK)
		return;
	world_broken(w, "B2 written-first", "%s begins to %s group %zu while its state file says %s",
		node_name(n->index), what, g, group_state_name(s));
}

static bool whole(const struct world *w)
{
	return w->whole_since != NEVER && w->now - w->whole_since > 2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS;
}

/* B1: a new ownership is newer than any that either side has seen. */
static void check_epoch(struct world *w, const struct node *n, size_t g)
{
	uint64_t epoch = view_of(n, g).epoch, before = n->ledger.started_by[g];
	const struct node *peer = &w->nodes[1 - n->index];
	if (!w->plan->set[SET_CLASSIC] && peer->core != NULL && whole(w) && view_of(peer, g).epoch > before)
		before = view_of(peer, g).epoch;
	if (epoch <= before)
		world_broken(w, "B1 epoch-grows", "%s starts group %zu by epoch %llu; there was %llu before",
			node_name(n->index), g, (unsigned long long)epoch, (unsigned long long)before);
}

/* B7: while the peer is alive, it has received our claim before we start a group. */
static void check_claimed(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	uint64_t claim = n->ledger.claim_seq[g];
	if (w->plan->set[SET_CLASSIC] || peer->core == NULL || peer->shutting_down || !whole(w))
		return;
	bool heard = peer->ledger.heard_generation == n->generation && peer->ledger.heard_seq >= claim;
	if (claim == 0 || !heard)
		world_broken(w, "B7 start-by-answer", "%s starts group %zu, %s", node_name(n->index), g,
			     claim == 0 ? "which it has not claimed" : "and the other node has not heard its claim");
}

void ledger_start(struct world *w, struct node *n, size_t g)
{
	check_written(w, n, g, "start");
	check_epoch(w, n, g);
	check_claimed(w, n, g);
	n->ledger.started_by[g] = view_of(n, g).epoch;
}

/* B4: a node that alone runs a group releases it only to a node that has claimed it. */
static void check_claimed_there(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	bool lone = peer->core != NULL && !occupied(&peer->places[g]) &&
	            w->now - peer->places[g].freed > ms_of(w, SET_DEADTIME);
	if (lone && w->now - peer->ledger.claimed_at[g] > ms_of(w, SET_DEADTIME))
		world_broken(w, "B4 handover-by-claim", "%s stops group %zu (%c), and %s has not claimed it",
			node_name(n->index), g, truth_letter(n->places[g].truth), node_name(peer->index));
}

/* B8: of two owners the one with the older right gives way, of two with equal rights the one that is not at home. */
static void check_conflict(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	if (peer->core == NULL || peer->shutting_down || !means_to_run(&peer->places[g]))
		return;
	uint64_t ours = view_of(n, g).epoch, theirs = view_of(peer, g).epoch;
	bool at_home = (w->plan->set[SET_HOMES] >> g & 1) == n->index;
	if (ours > theirs || (ours == theirs && at_home))
		world_broken(w, "B8 later-right-keeps",
			"%s stops group %zu, which %s has as well: epoch %llu here, %llu there, home is %s",
			node_name(n->index), g, node_name(peer->index), (unsigned long long)ours,
			(unsigned long long)theirs, at_home ? "here" : "there");
}

void ledger_stop(struct world *w, struct node *n, size_t g)
{
	check_written(w, n, g, "stop");
	const struct node *peer = &w->nodes[1 - n->index];
	bool stood = w->now - n->thawed < ms_of(w, SET_DEADTIME) || w->now - peer->thawed < ms_of(w, SET_DEADTIME);
	/* what an engine left behind that died while it wrote is cleaned up by the next one */
	bool cleans_up = n->booted == w->now;
	if (w->plan->set[SET_CLASSIC] || n->places[g].failed || !means_to_run(&n->places[g]) || n->shutting_down ||
		stood || cleans_up)
		return;
	check_claimed_there(w, n, g);
	check_conflict(w, n, g);
}

/* B9: a node that did not run declares no peer dead before it has read the waiting datagrams. */
static void check_drained(struct world *w, struct node *n)
{
	const struct node *peer = &w->nodes[1 - n->index];
	struct node_view view = {.status = ""};
	for (size_t i = 0; i < NODES && (i == 0 || strcmp(view.name, node_name(peer->index)) != 0); i++)
		core_node_view(n->core, i, &view);
	bool dead = strcmp(view.status, "dead") == 0, died = dead && !n->ledger.peer_dead;
	n->ledger.peer_dead = dead;
	for (size_t i = 0; died && i < n->waiting_count; i++) {
		const struct waiting *x = &n->waiting[i];
		if (x->event.kind == EVENT_DATAGRAM && x->copy == COPY_ORIGINAL && x->datagram->status &&
			x->datagram->from == peer->index && x->datagram->life == peer->life)
			world_broken(w, "B9 drain-first", "%s gives %s up while a status of it waits to be read",
				node_name(n->index), node_name(peer->index));
	}
}

/* B10: what could not be stopped is tried again. */
static void check_stuck(struct world *w, struct node *n, size_t g, enum group_state state)
{
	if (state != OWN_STUCK || n->ledger.state[g] != OWN_STUCK || n->thawed == w->now)
		n->ledger.stuck_since[g] = w->now;
	else if (w->now - n->ledger.stuck_since[g] > STUCK_MAX_MS * MS && w->now - n->thawed > STUCK_MAX_MS * MS)
		world_broken(w, "B10 stop-retried",
			"group %zu is stuck on %s for %.0f s, and nobody tries again to stop it", g,
			node_name(n->index), (double)(w->now - n->ledger.stuck_since[g]) / 1e9);
}

/* Before the core hears it. */
void ledger_fails(struct node *n, size_t g)
{
	enum group_state state = view_of(n, g).state;
	n->ledger.failing[g] |= state == OWN_HELD || state == OWN_GIVING;
}

/* B11: what failed here is released, and then has failed here: the peer goes first.  An order to take it back may
 * follow at once. */
static void check_failing(struct world *w, struct node *n, size_t g, enum group_state state)
{
	if (!n->ledger.failing[g] || state == OWN_STOPPING || state == OWN_STUCK)
		return;
	n->ledger.failing[g] = false;
	if (state == OWN_HELD || state == OWN_GIVING)
		world_broken(w, "B11 failed-is-released", "group %zu has failed on %s, which keeps it", g,
			node_name(n->index));
	else if (state != OWN_FAILED && !plan_has(w->plan, FAULT_TAKEOVER, FAULT_TAKEOVER))
		world_broken(w, "B11 failed-is-released",
			"group %zu has failed on %s and is released there; now it is %s, not failed", g,
			node_name(n->index), group_state_name(state));
}

/* B5: a node sends a change in the step that makes it. */
void ledger_step(struct world *w, struct node *n)
{
	bool told = n->ledger.told;
	n->ledger.told = false;
	if (n->index == THIRD)
		return;
	check_drained(w, n);
	for (size_t g = 0; g < w->resources->count; g++) {
		struct group_view view = view_of(n, g);
		bool changed = view.state != n->ledger.state[g] || view.epoch != n->ledger.epoch[g];
		check_stuck(w, n, g, view.state);
		check_failing(w, n, g, view.state);
		n->ledger.state[g] = view.state;
		n->ledger.epoch[g] = view.epoch;
		if (view.state == OWN_CLAIM)
			n->ledger.claimed_at[g] = w->now;
		else
			n->ledger.claim_seq[g] = 0;
		if (changed && !told && !n->stopped && n->ledger.statuses < STATUSES_A_KEEPALIVE)
			world_broken(w, "B5 told-at-once", "group %zu is now %s on %s, and no status says so", g,
				group_state_name(view.state), node_name(n->index));
	}
}
