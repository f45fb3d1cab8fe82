// SPDX-License-Identifier: MIT
#include "heartbeat/core/membership.h"

#include <string.h>

#include "heartbeat/core/node_times.h"
#include "heartbeat/core/notify.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/rivals.h"
#include "heartbeat/core/state.h"
#include "heartbeat/core/unproven.h"

enum {
	REQUESTS_AT_ONCE = 25, /* after a long silence hundreds of numbers are missing, and perhaps no answer comes */
	/* We do not give up missing numbers earlier, because a "done" may be among them.  Heartbeat 3.0.6 tolerates
	 * that we acknowledge nothing for this time. */
	GIVE_UP_MS = 10000,
};

static void node_set_status(struct core *c, struct node *n, enum node_status to)
{
	if (n->status == to)
		return;
	enum node_status before = n->status;
	n->status = to;
	if (to == NODE_DEAD)
		core_log(c, LOG_LEVEL_WARN, "node %s: is dead", n->name);
	else
		core_log(c, LOG_LEVEL_INFO, "Status update for node %s: status %s", n->name, node_status_name(to));
	notify_node(c, n, node_status_name(before));
}

/* --- hearing --- */

static void set_link(struct core *c, struct node *n, size_t medium, bool up)
{
	struct link *l = &n->links[medium];
	if (l->up == up)
		return;
	l->up = up;
	notify_link(c, n, medium);
}

void membership_heard(struct core *c, struct node *n, size_t medium)
{
	n->links[medium].heard_at = c->now.mono;
	n->links[medium].deadline = mono_add(c->now.mono, n->ping ? c->conf->deadping : n->dead_after);
	set_link(c, n, medium, true);
}

void membership_to_self(struct core *c, size_t medium, bool on)
{
	struct node *self = &c->nodes[c->self];
	self->links[medium].deadline = MONO_FAR;
	set_link(c, self, medium, on);
}

bool core_to_self(const struct core *c, size_t medium)
{
	const struct link *l = &c->nodes[c->self].links[medium];
	/* the deadline is another one if a packet of ours has come back */
	return l->up && l->deadline.ns == MONO_FAR.ns;
}

/* Set when the next status of n is late.  This depends on the pace of n, because the keepalive of n may be longer than
 * ours. */
static void expect_next(struct core *c, struct node *n, uint64_t previous, uint64_t seq)
{
	struct span gap = mono_is_never(n->last_status) ? (struct span){0} : mono_since(c->now.mono, n->last_status);
	if (n->pace.ns < c->conf->keepalive.ns)
		n->pace = c->conf->keepalive;
	if (seq == previous + 1 && gap.ns > n->pace.ns)
		n->pace = gap;
	n->late_at = mono_add(c->now.mono, node_late_after(c, n));
}

static struct span dead_after_of(const struct core *c, const struct node *n, const struct message *m)
{
	uint64_t ms;
	return message_number(m, "dt", 16, &ms) ? node_dead_after(c, ms) : n->dead_after;
}

static void judge_interval(struct core *c, const struct node *n)
{
	if (mono_is_never(n->last_status))
		return;
	struct span gap = mono_since(c->now.mono, n->last_status);
	bool over = gap.ns > c->conf->deadtime.ns;
	if (over || gap.ns > c->conf->warntime.ns)
		core_log(c, over ? LOG_LEVEL_CRIT : LOG_LEVEL_WARN, "Late heartbeat: Node %s: interval %lld ms%s",
			n->name, (long long)span_to_ms(gap), over ? " (> deadtime)" : "");
}

/* Called when the peer is heard for the first time, again, or in a new life. */
static void peer_is_back(struct core *c)
{
	proof_set(c, PROOF_NONE);
	fencing_peer_heard(c);
	memory_peer_heard(c);
	/* At the first contact since our start, the peer has not returned: the groups that we adopted came here before
	 * that. */
	if (c->nodes[c->peer].ever_heard)
		ownership_home_returned(c);
	if (c->conf->failback != FAILBACK_OFF)
		halves_remove(c, HALF_FOREIGN);
	beat_soon(c); /* do not let the peer wait for the next regular status */
}

/* Called when n was declared dead and is heard again in the same life: a partition has healed, or one of the two nodes
 * got no CPU for a time. */
static void returned(struct core *c, struct node *n)
{
	core_log(c, LOG_LEVEL_CRIT, "Cluster node %s returning after partition.", n->name);
	core_log(c, LOG_LEVEL_WARN, "Deadtime value may be too small.");
	if (!node_is_peer(c, n))
		return;
	ownership_peer_returned(c);
	c->dialect->forget(c);
	c->dialect->cluster_up(c);
}

void membership_life_begins(
	struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq)
{
	if (n->met)
		core_log(c, LOG_LEVEL_INFO, "Heartbeat restart on node %s", n->name);
	/* Otherwise it is the life that was remembered from before our start, and its numbers continue. */
	if (generation != n->sequence.generation || seq <= n->seen_up_to) {
		sequence_restart(&n->sequence, generation);
		n->status_seq = n->seen_up_to = 0;
	}
	n->met = true;
	n->met_seq = c->seq;
	n->rival = (struct rival){.at = MONO_NEVER, .heard_at = MONO_NEVER};
	n->last_status = MONO_NEVER;
	n->late_at = MONO_FAR;
	n->pace = c->conf->keepalive;
	if (!node_is_peer(c, n))
		return;
	dialect_choose(c, m);
	/* This node got no CPU until a moment ago: the report of this life may have waited in the sockets, together
	 * with packets of a later life (plan classic-lives-in-the-socket). */
	if (c->phase == PHASE_ACTIVE && !mono_reached(c->now.mono, n->dead_not_before))
		c->dialect->cluster_up(c);
	beat_soon(c); /* the new life does not know yet that we run */
	if (n->heard) {
		peer_is_back(c);
	} else { /* n was declared dead or was not heard before, so it must first prove that it hears us */
		fencing_new_life(c, n);
		proof_set(c, PROOF_NONE);
	}
}

/* Returns true if n has proven that it hears us.  A proof is needed at the first contact, and after n was declared
 * dead, because the packets could be a recording.  doc/protocol.md 10.22 */
static bool is_proven(const struct core *c, const struct node *n)
{
	return n->heard || !node_is_peer(c, n) || c->dialect->proven(c, n);
}

void membership_status_accepted(struct core *c, struct node *n, const struct message *m, uint64_t seq)
{
	static const enum node_status known[] = {NODE_INIT, NODE_UP, NODE_ACTIVE};
	bool was_dead = n->status == NODE_DEAD && n->ever_heard;
	uint64_t previous = n->status_seq;
	n->status_seq = seq;
	if (node_is_peer(c, n))
		c->dialect->hears(c, m);
	if (!is_proven(c, n)) {
		unproven_heard(c, n);
		return;
	}
	n->unproven_at = MONO_NEVER;
	judge_interval(c, n);
	expect_next(c, n, previous, seq);
	n->last_status = c->now.mono;
	n->dead_after = dead_after_of(c, n, m);
	n->deadline = node_deadline(c, n);
	if (was_dead && n->seen_up_to)
		returned(c, n);
	if (!n->heard && node_is_peer(c, n))
		peer_is_back(c);
	n->heard = n->ever_heard = true;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (message_is(m, "st", node_status_name(known[i])))
			node_set_status(c, n, known[i]);
	if (n->status == NODE_DEAD)
		node_set_status(c, n, NODE_UP); /* the text of "st" is unknown, but the node is alive */
	if (!node_is_peer(c, n))
		return;
	rivals_heard(c, n);
	if (n->has_uuid && memcmp(n->uuid, c->uuid, sizeof n->uuid) == 0)
		namesake_is_peer(c, n->name);
	c->dialect->status(c, m);
}

void membership_ping(struct core *c, size_t medium)
{
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		if (!n->ping || n->ping_medium != medium)
			continue;
		n->heard = n->ever_heard = true;
		n->last_status = c->now.mono;
		n->deadline = mono_add(c->now.mono, c->conf->deadping);
		node_set_status(c, n, NODE_PING);
		membership_heard(c, n, medium);
	}
}

/* --- dying --- */

static void peer_died(struct core *c, struct node *n)
{
	bool took = halves_held(c) != HALF_ALL;
	size_t theirs = ownership_peer_has(c);
	c->dialect->forget(c);
	for (size_t g = 0; g < c->group_count; g++)
		ownership_retry_at_once(c, g);
	if (c->phase == PHASE_ACTIVE)
		halves_set(c, HALF_ALL);
	if (c->proof.kind == PROOF_LEFT) {
		core_log(c, LOG_LEVEL_INFO, "Dead node %s gave up resources.", n->name);
	} else if (c->proof.required) {
		fencing_peer_died(c, n, theirs);
	} else {
		core_log(c, LOG_LEVEL_WARN, "No STONITH device configured.");
		core_log(c, LOG_LEVEL_WARN, "Shared disks are not protected.");
	}
	if (took && !c->proof.required)
		core_log(c, LOG_LEVEL_INFO, "Resources being acquired from %s.", n->name);
}

static void node_died(struct core *c, struct node *n)
{
	/* Otherwise nothing was received since our start, and the remembered number stays. */
	if (n->sequence.last > n->seen_up_to)
		n->seen_up_to = n->sequence.last;
	n->dead_since_seq = c->seq;
	sequence_forget(&n->sequence);
	n->heard = false;
	n->deadline = n->late_at = MONO_FAR;
	node_set_status(c, n, NODE_DEAD);
	if (node_is_peer(c, n))
		peer_died(c, n);
}

/* --- coming up --- */

/* Called when every node was heard or is dead: groups may be started from now on. */
static void comm_comes_up(struct core *c)
{
	phase_set(c, PHASE_ACTIVE);
	for (size_t i = 0; i < c->node_count; i++)
		if (c->nodes[i].heard && !c->nodes[i].ping)
			c->nodes[i].deadline = node_deadline(c, &c->nodes[i]);
	const struct node *peer = node_peer(c);
	halves_set(c, !peer || peer->status == NODE_DEAD ? HALF_ALL : HALF_LOCAL);
	if (peer && peer->status != NODE_DEAD)
		c->dialect->cluster_up(c);
}

/* Communication ("comm") is up when every other node was heard or is dead, and the peer is prepared by the rules of its
 * dialect.  At the end of initdead, this node does not wait longer.  doc/protocol.md 6.3 */
static bool comm_is_up(struct core *c)
{
	bool late = mono_reached(c->now.mono, c->comm_deadline);
	for (size_t i = 0; i < c->node_count; i++) {
		const struct node *n = &c->nodes[i];
		bool audible = n->heard || (late && !mono_is_never(n->last_status));
		if (i != c->self && !audible && n->status != NODE_DEAD)
			return false;
	}
	const struct node *peer = node_peer(c);
	if (!peer || peer->status == NODE_DEAD || late)
		return true;
	return c->dialect->is_prepared(c);
}

/* Request the missing numbers.  Give up the numbers that the sender has not sent again in time. */
static void ask_again(struct core *c, struct node *n)
{
	uint64_t missing, first;
	struct span repeat = span_ms(ha_cf_repeat_ms(c->conf));
	for (unsigned k = 0;
		k < REQUESTS_AT_ONCE && (missing = sequence_request_due(&n->sequence, c->now.mono, repeat)); k++)
		outbox_request(c, n, missing);
	sequence_postpone(&n->sequence, c->now.mono, repeat);
	struct span patience = span_ms(span_to_ms(n->dead_after) + GIVE_UP_MS);
	size_t lost = sequence_give_up(&n->sequence, mono_add(c->now.mono, (struct span){-patience.ns}), &first);
	if (lost)
		core_complain(c, COMPLAINT_NAK, "Irretrievably lost packet: node %s seq %llu and %zu more", n->name,
			(unsigned long long)first, lost - 1);
}

/* When the statuses of n are late, they may only be lost.  So send a question (reqnodes) that a living node answers at
 * once.  Without this, with three of ten packets lost and deadtime = 5 keepalives, a living node would be declared dead
 * each minute (doc/faults.md 17).  A request for the next number would not help: Heartbeat 3.0.6 does not find the last
 * number that it has sent, and logs an error. */
static void ask_for_life(struct core *c, struct node *n)
{
	if (!mono_reached(c->now.mono, n->late_at))
		return;
	if (node_is_peer(c, n) && c->proof.kind == PROOF_LEFT) { /* it has left, so its silence is normal */
		n->late_at = MONO_FAR;
		return;
	}
	/* The less time is left until n is declared dead, the more often the question is sent.  The time can be a
	 * minute (dt). */
	int64_t left = n->deadline.ns - c->now.mono.ns, keepalive = c->conf->keepalive.ns;
	int64_t step = left > 4 * keepalive ? left / 8 : left > 2 * keepalive ? keepalive / 2 : keepalive / 4;
	n->late_at = mono_add(c->now.mono, (struct span){step});
	beat_lossy(c);
	struct message *m = outbox_begin(c, "reqnodes");
	message_add(m, "dest", n->name);
	outbox_send(c, m, n);
}

static void judge_silence(struct core *c, struct node *n)
{
	if (n != &c->nodes[c->self] && n->status != NODE_DEAD && mono_reached(c->now.mono, n->deadline))
		node_died(c, n);
	for (size_t medium = 0; medium < c->conf->media_count; medium++)
		if (mono_reached(c->now.mono, n->links[medium].deadline))
			set_link(c, n, medium, false);
}

void membership_tick(struct core *c, bool all_heard)
{
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		if (all_heard)
			judge_silence(c, n);
		if (n->heard) {
			ask_again(c, n);
			ask_for_life(c, n);
		}
	}
	fencing_tick(c);
	if (c->phase == PHASE_UP)
		c->dialect->prepare(c);
	if (c->phase == PHASE_UP && comm_is_up(c))
		comm_comes_up(c);
}

void membership_stalled(struct core *c, struct span gap)
{
	bool long_gap = gap.ns > c->conf->deadtime.ns;
	for (size_t i = 0; i < c->node_count; i++) {
		/* the deadlines of dead nodes and of this node are MONO_FAR and do not change */
		struct node *n = &c->nodes[i];
		struct span grace = long_gap ? n->dead_after : (struct span){2 * c->conf->keepalive.ns};
		/* dead_not_before also counts when comm comes up, where the deadline is computed again (plan
		 * stall-while-coming-up) */
		n->dead_not_before = mono_add(c->now.mono, grace);
		if (n->deadline.ns < n->dead_not_before.ns)
			n->deadline = n->dead_not_before;
	}
	if (long_gap) {
		proof_wait_until(c, mono_add(c->now.mono, c->conf->deadtime));
		c->dialect->forget(c);
		if (c->phase == PHASE_ACTIVE)
			c->dialect->cluster_up(c);
	}
}

struct mono membership_deadline(const struct core *c)
{
	struct mono next = mono_min(fencing_deadline(c), proof_deadline(c));
	next = mono_min(next, mono_min(rivals_deadline(c), namesake_deadline(c)));
	for (size_t i = 0; i < c->node_count; i++) {
		const struct node *n = &c->nodes[i];
		if (i != c->self)
			next = mono_min(next, n->deadline);
		for (size_t medium = 0; medium < c->conf->media_count; medium++)
			if (n->links[medium].up)
				next = mono_min(next, n->links[medium].deadline);
		if (n->heard)
			next = mono_min(next, mono_min(n->late_at, sequence_deadline(&n->sequence)));
	}
	if (c->phase == PHASE_UP && !mono_reached(c->now.mono, c->comm_deadline))
		next = mono_min(next, c->comm_deadline);
	return next;
}
