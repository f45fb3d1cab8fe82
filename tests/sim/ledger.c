// SPDX-License-Identifier: MIT
/* Each engine must act as it reported.  The rules compare the state file, the epochs, the acknowledgements and the
 * statuses with what the engine did and received.  A bug breaks these rules much more often than it causes two
 * owners. */
#include "tests/sim/sim.h"

#include <string.h>

enum {
	STATUSES_A_KEEPALIVE = 50, /* the core limits how many statuses it sends at once */
	/* ABLE_MS of core/ownership.h, measured with a clock that may be fast */
	ABLE_LEAST_MS = 4500,
	STUCK_MAX_MS = 35000,      /* RETRY_MS of ownership.h, measured with a clock that may be slow */
};


void ledger_life(struct world *w, struct node *n)
{
	if (n->index == THIRD) /* the third machine owns nothing, and no node uses its messages */
		return;
	struct ledger before = n->ledger;
	n->ledger = (struct ledger){.beat_at = NEVER};
	for (size_t g = 0; g < GROUPS_MAX; g++) {
		struct group_view view = node_group(w, n, (int)g);
		n->ledger.claimed_at[g] = n->life == 1 ? NEVER : before.claimed_at[g];
		n->ledger.left_at[g] = n->life == 1 ? NEVER : before.left_at[g];
		n->ledger.started_by[g] = n->ledger.epoch[g] = view.epoch;
		n->ledger.state[g] = view.state;
	}
}

/* --- what an engine received and acknowledged -------------------------------------------------------- */

/* The number of datagrams that the core has counted as duplicates or has refused. */
static uint64_t refused(const struct node *n)
{
	struct core_counters counters;
	core_counters(n->core, &counters);
	return counters.duplicate + counters.replayed + counters.unauthentic + counters.malformed + counters.foreign;
}

/* Call this before the core receives the datagram. */
void ledger_hears(const struct world *w, struct node *n, const struct datagram *d)
{
	struct core_counters counters;
	core_counters(n->core, &counters);
	n->ledger.unauthentic = counters.unauthentic;
	n->ledger.refused = refused(n);
	n->ledger.again = d->from != n->index && d->status && d->delivered[n->index] == n->life;
	if (d->from == n->index || d->from == THIRD || n->index == THIRD || !d->status ||
		d->generation < n->ledger.heard_generation)
		return;
	if (d->generation > n->ledger.heard_generation) {
		n->ledger.heard_seq = 0;
		n->home_back_at = w->now;
	}
	n->ledger.heard_generation = d->generation;
	n->ledger.heard_seq = d->seq > n->ledger.heard_seq ? d->seq : n->ledger.heard_seq;
}

/* B6: the engine must recognize a datagram that this life has received before.  If the numbering starts again between
 * two copies, the second copy may fill a gap.  Therefore the rule applies only to a copy that follows soon. */
void ledger_heard(struct world *w, struct node *n, struct datagram *d)
{
	if (n->core == NULL)
		return;
	if (!n->ledger.again)
		d->refused[n->index] = refused(n) != n->ledger.refused;
	if (!n->ledger.again || n->index == THIRD || d->refused[n->index] ||
		w->now - d->delivered_at[n->index] > ms_of(w, SET_DEADTIME) / 2)
		return;
	if (refused(n) == n->ledger.refused)
		world_broken(w, "B6 counted-copy", "%s receives a datagram sent at %.3f s a second time and accepts it",
			node_name(n->index), (double)d->sent / 1e9);
}

/* B3: a node may acknowledge only what it has received. */
void ledger_sends(struct world *w, struct node *n, const struct header *header)
{
	for (size_t g = 0; n->index != THIRD && g < (size_t)files_groups(w); g++)
		if (node_group(w, n, (int)g).state == OWN_CLAIM)
			/* note this now, because the engine may die before the end of this step */
			n->ledger.claimed_at[g] = w->now;
	/* a status that is sent again has nothing new */
	if (n->index == THIRD || !header->status || header->seq <= n->ledger.sent_seq)
		return;
	n->ledger.sent_seq = header->seq;
	for (size_t g = 0; g < (size_t)files_groups(w); g++)
		if (n->ledger.claim_seq[g] == 0 && node_group(w, n, (int)g).state == OWN_CLAIM)
			n->ledger.claim_seq[g] = header->seq;
	if (n->ledger.beat_at == NEVER || w->now - n->ledger.beat_at > ms_of(w, SET_KEEPALIVE)) {
		n->ledger.beat_at = w->now;
		n->ledger.statuses = 0;
	}
	n->ledger.statuses++;
	n->ledger.reported = true;
	uint64_t generation = header->hears_generation, seq = header->hears_seq;
	if (generation == 0 || w->nodes[1 - n->index].restored)
		return;
	if (generation > n->ledger.heard_generation ||
		(generation == n->ledger.heard_generation && seq > n->ledger.heard_seq))
		world_broken(w, "B3 true-acknowledgement",
			"%s acknowledges status %llx of generation %llx; the last that arrived is %llx of %llx",
			node_name(n->index), (unsigned long long)seq, (unsigned long long)generation,
			(unsigned long long)n->ledger.heard_seq, (unsigned long long)n->ledger.heard_generation);
}

/* --- what an engine wrote and did -------------------------------------------------------------------- */

/* B2: if the engine dies now, the state file must show that the group may run here in part. */
static void check_written(struct world *w, const struct node *n, size_t g, const char *what)
{
	enum group_state s = n->disk.state[g];
	if (s == OWN_STARTING || s == OWN_STOPPING || s == OWN_UNKNOWN || s == OWN_STUCK)
		return;
	world_broken(w, "B2 written-first", "%s %ss group %zu while its state file has %s for it",
		node_name(n->index), what, g, group_state_name(s));
}

static bool whole(const struct world *w)
{
	return w->whole_since != NEVER && w->now - w->whole_since > 2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS;
}

/* B1: the epoch of a new owner must be higher than each epoch that either side has seen. */
static void check_epoch(struct world *w, const struct node *n, size_t g)
{
	uint64_t epoch = node_group(w, n, (int)g).epoch, before = n->ledger.started_by[g];
	const struct node *peer = &w->nodes[1 - n->index];
	if (!w->plan->set[SET_CLASSIC] && peer->core != NULL && whole(w) && node_group(w, peer, (int)g).epoch > before)
		before = node_group(w, peer, (int)g).epoch;
	if (epoch <= before)
		world_broken(w, "B1 epoch-grows", "%s starts group %zu with epoch %llu; the epoch was %llu before",
			node_name(n->index), g, (unsigned long long)epoch, (unsigned long long)before);
}

/* B7: if the peer is alive, it must have received our claim before we start a group. */
static void check_claimed(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	uint64_t claim = n->ledger.claim_seq[g];
	if (w->plan->set[SET_CLASSIC] || peer->core == NULL || peer->shutting_down || !whole(w) || n->restored)
		return;
	bool heard = peer->ledger.heard_generation == n->generation && peer->ledger.heard_seq >= claim;
	if (claim == 0 || !heard)
		world_broken(w, "B7 start-by-answer", "%s starts group %zu, %s", node_name(n->index), g,
			     claim == 0 ? "which it has not claimed" : "but the other node has not received its claim");
}

void ledger_start(struct world *w, struct node *n, size_t g)
{
	check_written(w, n, g, "start");
	check_epoch(w, n, g);
	check_claimed(w, n, g);
	n->ledger.started_by[g] = node_group(w, n, (int)g).epoch;
}

/* B4: if only one node runs a group, it may release the group only to a node that has claimed it. */
static void check_claimed_there(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	bool lone = peer->core != NULL && !occupied(&peer->places[g]) &&
	            w->now - peer->places[g].freed > ms_of(w, SET_DEADTIME);
	if (lone && w->now - peer->ledger.claimed_at[g] > ms_of(w, SET_DEADTIME) && !ping_demotes(w, n))
		world_broken(w, "B4 handover-by-claim", "%s stops group %zu (%c), but %s has not claimed it",
			node_name(n->index), g, truth_letter(n->places[g].truth), node_name(peer->index));
}

/* B8: of two owners, the node with the lower epoch must stop the group.  If the epochs are equal, the node that is not
 * the home must stop it; if also the files of the nodes differ, the node with the higher name. */
static void check_conflict(struct world *w, const struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	if (peer->core == NULL || peer->shutting_down || !means_to_run(&peer->places[g]) || ping_demotes(w, n))
		return;
	uint64_t ours = node_group(w, n, (int)g).epoch, theirs = node_group(w, peer, (int)g).epoch;
	bool differ = n->files.group != peer->files.group;
	bool at_home = differ ? n->index == 0 : (w->plan->set[SET_HOMES] >> g & 1) == n->index;
	if (ours > theirs || (ours == theirs && at_home))
		world_broken(w, "B8 later-right-keeps",
			"%s stops group %zu although %s has it too: epoch %llu here, %llu there, home is %s",
			node_name(n->index), g, node_name(peer->index), (unsigned long long)ours,
			(unsigned long long)theirs, at_home ? "here" : "there");
}

/* N1 and N2 for carriers.  A node must keep a group that is only hindered if it has not heard the peer since, or if the
 * peer has reported that the group is hindered there too (which the classic dialect cannot report).  The node must also
 * keep it if the peer was not able to run it for some time, so that groups do not follow interfaces that come and go.
 * If the peer claims the group, it is released for that claim: an operator ordered it there, or it was offered
 * (ownership.h, rows HELD and GIVING).  A classic peer accepts the offer of a half, and claims its groups later. */
static void check_hindered(struct world *w, struct node *n, size_t g)
{
	const struct node *peer = &w->nodes[1 - n->index];
	if (!node_group(w, n, (int)g).hindered || n->places[g].failed || n->shutting_down ||
		!means_to_run(&n->places[g]) || n->thawed == w->now || n->booted == w->now ||
		occupied(&peer->places[g]) || n->ledger.state[g] == OWN_GIVING ||
		w->now - peer->ledger.claimed_at[g] <= ms_of(w, SET_DEADTIME))
		return;
	/* after this time, the report of the peer has arrived */
	int64_t reported = 2 * ms_of(w, SET_KEEPALIVE) + SLACK_MS * MS;
	bool in_vain = !w->plan->set[SET_CLASSIC] && peer->core != NULL && peer->places[g].hindered > 0 && whole(w) &&
	               w->now - peer->places[g].hindered_at > reported && w->now - peer->booted > reported;
	if (n->peer_heard < n->places[g].hindered_at || in_vain)
		world_broken(w, "N1 no-move-without-gain", "%s stops group %zu, which is hindered, but %s", node_name(n->index), g,
			in_vain ? "the other node is hindered, too" : "has not heard the other node since");
	int64_t last = n->ledger.left_at[g] > peer->ledger.left_at[g] ? n->ledger.left_at[g] : peer->ledger.left_at[g];
	if (last != NEVER && w->now - last < ABLE_LEAST_MS * MS)
		world_broken(w, "N2 no-flap", "%s stops group %zu, which is hindered, %.3f s after the last time", node_name(n->index), g,
			(double)(w->now - last) / 1e9);
	n->ledger.left_at[g] = w->now;
}

void ledger_stop(struct world *w, struct node *n, size_t g)
{
	check_written(w, n, g, "stop");
	const struct node *peer = &w->nodes[1 - n->index];
	check_hindered(w, n, g);
	bool stalled = w->now - n->thawed < ms_of(w, SET_DEADTIME) || w->now - peer->thawed < ms_of(w, SET_DEADTIME);
	/* a new engine cleans up what remained from an engine that died in the middle of a write */
	bool cleans_up = n->booted == w->now;
	if (w->plan->set[SET_CLASSIC] || n->places[g].failed || n->places[g].hindered > 0 ||
		!means_to_run(&n->places[g]) || n->shutting_down || stalled || cleans_up || peer->restored)
		return;
	check_claimed_there(w, n, g);
	check_conflict(w, n, g);
}

/* B9: a node that did not run for a time must read the waiting datagrams before it declares the peer dead. */
static void check_drained(struct world *w, struct node *n)
{
	const struct node *peer = &w->nodes[1 - n->index];
	struct node_view view = {.status = ""};
	for (size_t i = 0; i < NODES && (i == 0 || strcmp(view.name, node_name(peer->index)) != 0); i++)
		core_node_view(n->core, i, &view);
	bool dead = strcmp(view.status, "dead") == 0, died = dead && !n->ledger.peer_dead;
	if (n->ledger.peer_dead && !dead)
		n->home_back_at = w->now;
	n->ledger.peer_dead = dead;
	for (size_t i = 0; died && i < n->waiting_count; i++) {
		const struct waiting *x = &n->waiting[i];
		if (x->event.kind == EVENT_DATAGRAM && x->copy == COPY_ORIGINAL && x->datagram->status &&
			x->datagram->from == peer->index && x->datagram->life == peer->life)
			world_broken(w, "B9 drain-first", "%s declares %s dead although a status from it waits unread",
				node_name(n->index), node_name(peer->index));
	}
}

/* B10: a stop that failed must be tried again. */
static void check_stuck(struct world *w, struct node *n, size_t g, enum group_state state)
{
	if (state != OWN_STUCK || n->ledger.state[g] != OWN_STUCK || n->thawed == w->now)
		n->ledger.stuck_since[g] = w->now;
	else if (w->now - n->ledger.stuck_since[g] > STUCK_MAX_MS * MS && w->now - n->thawed > STUCK_MAX_MS * MS)
		world_broken(w, "B10 stop-retried",
			"group %zu has been stuck on %s for %.0f s without another attempt to stop it", g,
			node_name(n->index), (double)(w->now - n->ledger.stuck_since[g]) / 1e9);
}

/* Call this before the core is informed about the failure. */
void ledger_fails(const struct world *w, struct node *n, size_t g)
{
	enum group_state state = node_group(w, n, (int)g).state;
	n->ledger.failing[g] |= state == OWN_HELD || state == OWN_GIVING;
}

/* B11: a group that failed here must be released, and its state must then be "failed", so that the peer may start it
 * first.  An operator may order a takeover here at once.  In the classic dialect, an operator may also order the peer
 * to give all halves (doc/protocol.md 7.5: "start the groups on our side"). */
static void check_failing(struct world *w, struct node *n, size_t g, enum group_state state)
{
	if (!n->ledger.failing[g] || state == OWN_STOPPING || state == OWN_STUCK)
		return;
	n->ledger.failing[g] = false;
	if (state == OWN_HELD || state == OWN_GIVING)
		world_broken(w, "B11 failed-is-released", "group %zu has failed on %s, but %s keeps it", g,
			node_name(n->index),
			node_name(n->index));
	else if (state != OWN_FAILED && !plan_has(w->plan, FAULT_TAKEOVER, FAULT_TAKEOVER) &&
		 !(w->plan->set[SET_CLASSIC] && plan_has(w->plan, FAULT_STANDBY, FAULT_STANDBY)))
		world_broken(w, "B11 failed-is-released",
			"group %zu has failed on %s and is released there, but its state is %s, not failed", g,
			node_name(n->index), group_state_name(state));
}

/* B13: a start that failed while the group was hindered must be forgotten as soon as nothing hinders the group. */
static void check_forgotten(struct world *w, struct node *n, size_t g, const struct group_view *view)
{
	if (view->state != OWN_FAILED)
		n->ledger.failed_hindered[g] = false;
	else if (n->ledger.state[g] != OWN_FAILED)
		n->ledger.failed_hindered[g] = view->hindered;
	else if (n->ledger.failed_hindered[g] && !view->hindered)
		world_broken(w, "B13 hindrance-forgotten", "group %zu failed on %s while it was hindered; that is over, and it is still failed",
			g, node_name(n->index));
}

/* B5: a node must report a change in the same step in which it happens. */
void ledger_step(struct world *w, struct node *n)
{
	bool reported = n->ledger.reported;
	n->ledger.reported = false;
	if (n->index == THIRD)
		return;
	check_drained(w, n);
	for (size_t g = 0; g < GROUPS_MAX; g++) {
		struct group_view view = node_group(w, n, (int)g);
		/* a group that a reload has removed from the file has no state (plan reloaded-out-after-failure) */
		bool present = files_index(w, n, (int)g) >= 0;
		bool changed = present && (view.state != n->ledger.state[g] || view.epoch != n->ledger.epoch[g]);
		check_stuck(w, n, g, view.state);
		check_failing(w, n, g, view.state);
		check_forgotten(w, n, g, &view);
		n->ledger.state[g] = view.state;
		n->ledger.epoch[g] = view.epoch;
		if (view.state == OWN_CLAIM)
			n->ledger.claimed_at[g] = w->now;
		else
			n->ledger.claim_seq[g] = 0;
		if (changed && !reported && !n->stopped && n->ledger.statuses < STATUSES_A_KEEPALIVE)
			world_broken(w, "B5 reported-at-once", "group %zu is now %s on %s, but no status reports that", g,
				group_state_name(view.state), node_name(n->index));
	}
}
