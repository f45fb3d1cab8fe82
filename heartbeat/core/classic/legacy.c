// SPDX-License-Identifier: MIT
/* auto_failback legacy between classic nodes: each node asks for its own groups, with one ip-request for each group.
 * doc/protocol.md 7.7 */
#include "heartbeat/core/classic/classic.h"

#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

/* An ip-request that comes too early is lost, because Heartbeat 3.0.6 answers only when it is active. */
enum { REQUEST_AGAIN_MS = 5000 };

/* The groups with this node as their home are UNSURE until the peer has answered.  The groups of the peer do not matter
 * here, unless the peer asks for a group that we run. */
static enum peer_column column_of(const struct core *c, size_t g)
{
	if (c->proof.kind == PROOF_LEFT)
		return PEER_AWAY;
	const struct classic *k = &c->classic;
	if (c->groups[g].mine)
		return k->legacy.granted[g] ? PEER_NONE : PEER_UNSURE;
	return k->legacy.owed[g] ? PEER_ASK : PEER_UNSURE;
}

static void answer(struct core *c, size_t g, bool owned)
{
	const struct node *peer = node_peer(c);
	struct message *m = outbox_begin(c, "ip-request-resp");
	message_add(m, "dest", peer->name);
	message_add(m, "ipaddr", c->resources->groups[g].key);
	message_add(m, "weown", owned ? "yes" : "no");
	message_add(m, "ok", "OK");
	outbox_send(c, m, peer);
}

/* Returns true for a group with this node as its home that the peer has not granted yet, while the peer can do so. */
static bool wanted(const struct core *c, size_t g)
{
	return c->groups[g].mine && c->groups[g].state == OWN_NONE && !c->classic.legacy.granted[g] &&
	       c->phase == PHASE_ACTIVE && c->nodes[c->peer].status == NODE_ACTIVE;
}

static void publish_answers(struct core *c)
{
	struct classic *k = &c->classic;
	for (size_t g = 0; g < c->group_count; g++) {
		if (wanted(c, g) && mono_reached(c->now.mono, k->legacy.request_at[g])) {
			struct message *m = outbox_begin(c, "ip-request");
			message_add(m, "ipaddr", c->resources->groups[g].key);
			outbox_send(c, m, NULL);
			k->legacy.request_at[g] = mono_add(c->now.mono, span_ms(REQUEST_AGAIN_MS));
		}
		if (k->legacy.owed[g] && !ownership_is_active(c->groups[g].state)) {
			k->legacy.owed[g] = false;
			answer(c, g, true);
		}
	}
}

static void hear_request(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	for (size_t g = 0; g < c->group_count; g++) {
		if (!message_is(m, "ipaddr", c->resources->groups[g].key))
			continue;
		if (message_is(m, "t", "ip-request")) {
			if (ownership_is_active(c->groups[g].state))
				k->legacy.owed[g] = true;
			else
				answer(c, g, false);
		} else if (message_is(m, "t", "ip-request-resp") && message_is(m, "dest", c->node_name) &&
			   message_is(m, "ok", "OK")) {
			core_log(c, LOG_LEVEL_INFO, "received ip-request-resp %s OK %s", c->resources->groups[g].key,
				message_is(m, "weown", "yes") ? "yes" : "no");
			k->legacy.granted[g] = true;
		}
	}
}

static struct mono legacy_deadline(const struct core *c)
{
	struct mono next = MONO_FAR;
	for (size_t g = 0; g < c->group_count; g++)
		if (wanted(c, g))
			next = mono_min(next, c->classic.legacy.request_at[g]);
	return next;
}

static void legacy_message(struct core *c, const struct message *m)
{
	if (message_is(m, "t", "repnodes"))
		classic_hear_nodes(c);
	else if (c->phase < PHASE_ACTIVE)
		return;
	else if (message_is(m, "t", "shutdone"))
		(void)classic_hear_shutdone(c);
	else
		hear_request(c, m);
}

static void legacy_report(struct core *c)
{
	if (!classic_partner(c))
		return;
	for (size_t g = 0; g < c->group_count; g++)
		ownership_peer_says(c, g, column_of(c, g), 0, true);
}

static void legacy_publish(struct core *c)
{
	classic_publish_fencing(c);
	if (classic_partner(c))
		publish_answers(c);
}

static void legacy_cluster_up(struct core *c)
{
	(void)c; /* nothing to do: each group has its own request */
}

static bool legacy_peer_relies_on(const struct core *c, size_t g)
{
	(void)c, (void)g; /* this mode reports no halves */
	return false;
}

static void legacy_moved(struct core *c, bool takeover, enum half half)
{
	(void)c, (void)takeover, (void)half; /* nothing to do: each group moves separately */
}

const struct dialect dialect_legacy = {
	.name = "legacy",
	.proven = classic_proven,
	.prepare = classic_prepare,
	.is_prepared = classic_is_prepared,
	.cluster_up = legacy_cluster_up,
	.forget = classic_forget,
	.hears = classic_status,
	.status = classic_status,
	.message = legacy_message,
	.report = legacy_report,
	.publish = legacy_publish,
	.deadline = legacy_deadline,
	.acknowledged = classic_acknowledged,
	.notice_counts = classic_notice_counts,
	.may_leave = classic_may_leave,
	.peer_relies_on = legacy_peer_relies_on,
	.takes_back = false,
	.tells_hindrance = false,
	.at_rest = classic_stops_nothing,
	.moved = legacy_moved,
};
