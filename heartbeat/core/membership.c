// SPDX-License-Identifier: MIT
/* Who is up, on which link: one exact deadline for each node and link.  Knows nothing of resources but that it tells
 * the peer's dialect.  doc/protocol.md 6.
 *
 *   a node      init -status word-> up, active -deadline-> dead -status-> up, active; ping nodes: ping <-> dead */
#include "heartbeat/core/membership.h"

#include <string.h>

#include "heartbeat/core/fencing.h"
#include "heartbeat/core/notify.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

enum {
	REQUESTS_AT_ONCE = 25, /* after a long silence hundreds are missing, and perhaps nobody answers */
	DT_EXTRA_MS = 60000,
	GIVE_UP_MS = 10000, /* a "done" may be among what is missing; so long 3.0.6 bears that we do not acknowledge */
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

void membership_heard(struct core *c, struct node *n, size_t medium)
{
	struct link *l = &n->links[medium];
	l->deadline = mono_add(c->now.mono, n->ping ? c->conf->deadping : n->dead_after);
	if (!l->up) {
		l->up = true;
		notify_link(c, n, medium);
	}
}

/* When the next status of it is late, going by its own pace: its keepalive may be longer than ours. */
static void expect_next(struct core *c, struct node *n, uint64_t previous, uint64_t seq)
{
	struct span gap = mono_is_never(n->last_status) ? (struct span){0} : mono_since(c->now.mono, n->last_status);
	if (n->pace.ns < c->conf->keepalive.ns)
		n->pace = c->conf->keepalive;
	if (seq == previous + 1 && gap.ns > n->pace.ns)
		n->pace = gap;
	struct span late = {n->pace.ns + n->pace.ns / 2};
	n->late_at = mono_add(c->now.mono, late.ns > c->conf->warntime.ns ? c->conf->warntime : late);
}

void membership_alive(struct core *c, struct node *n)
{
	struct mono deadline = mono_add(c->now.mono, n->dead_after);
	if (n->heard && n->status != NODE_DEAD && n->deadline.ns < deadline.ns)
		n->deadline = deadline;
}

static struct span clamp_dead_after(const struct core *c, const struct node *n, const struct message *m)
{
	uint64_t ms;
	if (!message_number(m, "dt", 16, &ms))
		return n->dead_after;
	int64_t low = span_to_ms(c->conf->deadtime);
	int64_t high = low + DT_EXTRA_MS;
	return span_ms(ms < (uint64_t)low ? low : ms > (uint64_t)high ? high : (int64_t)ms);
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

/* A node is believed to be there: for the first time, again, or in a new life. */
static void peer_is_back(struct core *c)
{
	c->peer_left = false;
	fencing_peer_heard(c);
	/* At our own first contact nobody returns: what we adopted, and how it came here, is older than that. */
	if (c->nodes[c->peer].ever_heard)
		ownership_home_returned(c);
	if (c->conf->failback != FAILBACK_OFF)
		halves_remove(c, HALF_FOREIGN);
	beat_soon(c); /* do not let it wait for the next beat */
}

/* It was taken for dead, and is back in the same life: a partition has healed, or it (or we) stood still. */
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

static void new_generation(struct core *c, struct node *n, const struct message *m, uint64_t generation)
{
	if (n->sequence.generation)
		core_log(c, LOG_LEVEL_INFO, "Heartbeat restart on node %s", n->name);
	sequence_restart(&n->sequence, generation);
	n->status_seq = n->seen_up_to = 0;
	n->last_status = MONO_NEVER;
	n->late_at = MONO_FAR;
	n->pace = c->conf->keepalive;
	if (!node_is_peer(c, n))
		return;
	dialect_choose(c, m);
	beat_soon(c); /* it does not know us yet */
	if (n->heard) {
		peer_is_back(c);
	} else { /* taken for dead: it has to prove itself first */
		fencing_new_life(c, n);
		c->peer_left = false;
	}
}

bool membership_status(struct core *c, struct node *n, const struct message *m, uint64_t seq)
{
	uint64_t generation = 0;
	(void)message_number(m, "hg", 16, &generation);
	if (generation > n->sequence.generation)
		new_generation(c, n, m, generation);
	return seq > n->status_seq; /* what was seen before its death was dropped already */
}

/* First contact, or a return from the dead: is it the node that speaks, or a recording?  doc/protocol.md 10.22 */
static bool is_proven(const struct core *c, const struct node *n)
{
	return n->heard || !node_is_peer(c, n) || c->dialect->proven(c, n);
}

static struct mono deadline_of(const struct core *c, const struct node *n)
{
	struct mono own = mono_add(n->last_status, n->dead_after);
	own = own.ns < n->dead_not_before.ns ? n->dead_not_before : own;
	/* doc/protocol.md 6.2: "Before comm is up the limit of every node is initdead". */
	return c->phase < PHASE_ACTIVE && own.ns < c->comm_deadline.ns ? c->comm_deadline : own;
}

/* A recording, or a node that is deaf to us: it can keep us from starting something, but never make us release or die.
 * One frame alone does nothing. */
static void heard_unproven(struct core *c, struct node *n)
{
	bool again = !mono_is_never(n->last_status);
	n->last_status = c->now.mono;
	if (node_is_peer(c, n))
		fencing_heard_unproven(c, n);
	if (n->status != NODE_DEAD)
		n->deadline = deadline_of(c, n);
	struct mono until = mono_add(c->now.mono, n->dead_after);
	if (again && until.ns > c->takeover_not_before.ns)
		c->takeover_not_before = until;
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
		heard_unproven(c, n);
		return;
	}
	judge_interval(c, n);
	expect_next(c, n, previous, seq);
	n->last_status = c->now.mono;
	n->dead_after = clamp_dead_after(c, n, m);
	n->deadline = deadline_of(c, n);
	if (was_dead && n->seen_up_to)
		returned(c, n);
	if (!n->heard && node_is_peer(c, n))
		peer_is_back(c);
	n->heard = n->ever_heard = true;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (message_is(m, "st", node_status_name(known[i])))
			node_set_status(c, n, known[i]);
	if (n->status == NODE_DEAD)
		node_set_status(c, n, NODE_UP); /* "st" was none of the words we know, but it lives */
	if (node_is_peer(c, n))
		c->dialect->status(c, m);
}

void membership_ping(struct core *c, size_t medium)
{
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		if (!n->ping || n->ping_medium != medium)
			continue;
		n->heard = n->ever_heard = true;
		n->deadline = mono_add(c->now.mono, c->conf->deadping);
		node_set_status(c, n, NODE_PING);
		membership_heard(c, n, medium);
	}
}

/* --- dying --- */

static void peer_died(struct core *c, struct node *n)
{
	bool took = halves_held(c) != HALF_ALL;
	c->dialect->forget(c);
	for (size_t g = 0; g < c->group_count; g++)
		ownership_retry_at_once(c, g);
	if (c->phase == PHASE_ACTIVE)
		halves_set(c, HALF_ALL);
	if (c->peer_left) {
		core_log(c, LOG_LEVEL_INFO, "Dead node %s gave up resources.", n->name);
	} else if (c->fencing) {
		fencing_peer_died(c, n);
	} else {
		core_log(c, LOG_LEVEL_WARN, "No STONITH device configured.");
		core_log(c, LOG_LEVEL_WARN, "Shared disks are not protected.");
	}
	if (took && !c->fencing)
		core_log(c, LOG_LEVEL_INFO, "Resources being acquired from %s.", n->name);
}

static void node_died(struct core *c, struct node *n)
{
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

/* Every node was heard or is dead: from now on groups may be started. */
static void comm_comes_up(struct core *c)
{
	phase_set(c, PHASE_ACTIVE);
	for (size_t i = 0; i < c->node_count; i++)
		if (c->nodes[i].heard && !c->nodes[i].ping)
			c->nodes[i].deadline = deadline_of(c, &c->nodes[i]);
	const struct node *peer = node_peer(c);
	halves_set(c, !peer || peer->status == NODE_DEAD ? HALF_ALL : HALF_LOCAL);
	if (peer && peer->status != NODE_DEAD)
		c->dialect->cluster_up(c);
}

/* Comm is up once every other node was heard or is dead, and the peer is ready by the rules of its dialect.
 * At initdead the waiting ends in any case.  doc/protocol.md 6.3 */
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

/* Ask for what is missing; give up what its sender could not resend while it lived. */
static void ask_again(struct core *c, struct node *n)
{
	uint64_t missing, first;
	struct span repeat = span_ms(c->conf->max_rexmit_delay_ms);
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

/* Its statuses are late: perhaps they were only lost.  Ask it something that it answers at once; a dead node does not.
 * Without this, three losses in ten are a false death each minute at deadtime = 5 keepalives
 * (doc/faults.md 17).  Not with a request to send the next number again: 3.0.6 does not find the last one it has sent,
 * and calls that an error. */
static void ask_for_life(struct core *c, struct node *n)
{
	if (!mono_reached(c->now.mono, n->late_at))
		return;
	if (node_is_peer(c, n) && c->peer_left) { /* nobody waits for it */
		n->late_at = MONO_FAR;
		return;
	}
	/* The less time is left, the oftener; it may have asked for a minute (dt). */
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
		if (n->links[medium].up && mono_reached(c->now.mono, n->links[medium].deadline)) {
			n->links[medium].up = false;
			notify_link(c, n, medium);
		}
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

/* We stood still: what was heard before says nothing about now.  Nobody is judged before it had the time to be
 * heard. */
void membership_stalled(struct core *c, struct span gap)
{
	bool long_gap = gap.ns > c->conf->deadtime.ns;
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		if (i == c->self || n->status == NODE_DEAD)
			continue;
		struct span grace = long_gap ? n->dead_after : (struct span){2 * c->conf->keepalive.ns};
		/* also when the deadline is reckoned anew, as comm comes up: plan stall-while-coming-up */
		n->dead_not_before = mono_add(c->now.mono, grace);
		if (n->deadline.ns < n->dead_not_before.ns)
			n->deadline = n->dead_not_before;
	}
	if (long_gap) {
		c->takeover_not_before = mono_add(c->now.mono, c->conf->deadtime);
		c->dialect->forget(c);
		if (c->phase == PHASE_ACTIVE)
			c->dialect->cluster_up(c);
	}
}

struct mono membership_deadline(const struct core *c)
{
	struct mono next = fencing_deadline(c);
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
	if (!mono_reached(c->now.mono, c->takeover_not_before))
		next = mono_min(next, c->takeover_not_before);
	return next;
}

/* --- setting up --- */

static void node_add(struct core *c, const char *name, bool ping, size_t medium)
{
	struct node *n = &c->nodes[c->node_count++];
	n->name = name;
	n->ping = ping;
	n->ping_medium = medium;
	n->dead_after = c->conf->deadtime;
	n->deadline = n->late_at = MONO_FAR;
	n->dead_not_before = MONO_NEVER;
	sequence_init(&n->sequence, (unsigned)core_random(c, SEQUENCE_ACK_EVERY));
}

bool membership_init(struct core *c, const char **why)
{
	c->self = c->peer = SIZE_MAX;
	for (size_t i = 0; i < c->conf->node_count; i++) {
		if (strcmp(c->conf->nodes[i], c->node_name) == 0)
			c->self = i;
		else
			c->peer = i;
		node_add(c, c->conf->nodes[i], false, 0);
	}
	for (size_t i = 0; i < c->conf->media_count && c->node_count < HA_CF_NODES_MAX; i++)
		if (medium_is_ping(c->conf->media[i].kind))
			node_add(c, c->conf->media[i].name, true, i);
	if (c->self == SIZE_MAX) {
		*why = "this node is not among the node lines of ha.cf";
		return false;
	}
	if (c->peer == SIZE_MAX)
		c->peer = c->self;
	if (c->conf->node_count > CORE_NODES_SERVED && c->group_count) {
		*why = "haresources serves exactly two nodes, but ha.cf names more: with three, a death would start everything twice. Remove a node line";
		return false;
	}
	return true;
}

void membership_start(struct core *c)
{
	c->comm_deadline = mono_add(c->now.mono, c->conf->initdead);
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i];
		bool sooner = n->ping && c->conf->deadping.ns < c->conf->initdead.ns;
		if (i != c->self)
			n->deadline = mono_add(c->now.mono, sooner ? c->conf->deadping : c->conf->initdead);
	}
}
