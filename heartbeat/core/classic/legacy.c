// SPDX-License-Identifier: MIT
/* auto_failback legacy between classic nodes: each asks for its own groups, one ip-request a group.
 * doc/protocol.md 7.7. */
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/state.h"

/* An ip-request that came too early is lost: 3.0.6 has no answer to give before it is active. */
enum { REQUEST_AGAIN_MS = 5000 };

bool legacy_mode(const struct core *c)
{
	return c->conf->failback == FAILBACK_LEGACY;
}

/* Our own groups: unsure until the peer has answered.  The peer's: its business, unless it asks for one we run. */
enum peer_column legacy_column(const struct core *c, size_t g)
{
	const struct classic *k = &c->classic;
	if (c->groups[g].mine)
		return k->granted[g] ? PEER_NONE : PEER_UNSURE;
	return k->owed[g] ? PEER_ASK : PEER_UNSURE;
}

static void answer(struct core *c, size_t g, bool owned)
{
	const struct node *peer = membership_peer(c);
	struct message *m = outbox_begin(c, "ip-request-resp");
	message_add(m, "dest", peer->name);
	message_add(m, "ipaddr", c->resources->groups[g].key);
	message_add(m, "weown", owned ? "yes" : "no");
	message_add(m, "ok", "OK");
	outbox_send(c, m, peer);
}

/* One of ours that nobody has granted yet, and somebody is there to grant it. */
static bool wanted(const struct core *c, size_t g)
{
	return c->groups[g].mine && c->groups[g].state == OWN_NONE && !c->classic.granted[g] && c->phase == PHASE_ACTIVE &&
	       c->nodes[c->peer].status == NODE_ACTIVE;
}

void legacy_publish(struct core *c)
{
	struct classic *k = &c->classic;
	for (size_t g = 0; g < c->group_count; g++) {
		if (wanted(c, g) && mono_reached(c->now.mono, k->request_at[g])) {
			struct message *m = outbox_begin(c, "ip-request");
			message_add(m, "ipaddr", c->resources->groups[g].key);
			outbox_send(c, m, NULL);
			k->request_at[g] = mono_add(c->now.mono, span_ms(REQUEST_AGAIN_MS));
		}
		if (k->owed[g] && !ownership_is_active(c->groups[g].state)) {
			k->owed[g] = false;
			answer(c, g, true);
		}
	}
}

void legacy_message(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	for (size_t g = 0; g < c->group_count; g++) {
		if (!message_is(m, "ipaddr", c->resources->groups[g].key))
			continue;
		if (message_is(m, "t", "ip-request")) {
			if (ownership_is_active(c->groups[g].state))
				k->owed[g] = true;
			else
				answer(c, g, false);
		} else if (message_is(m, "t", "ip-request-resp") && message_is(m, "dest", c->node_name) && message_is(m, "ok", "OK")) {
			core_log(c, LOG_LEVEL_INFO, "received ip-request-resp %s OK %s", c->resources->groups[g].key, message_is(m, "weown", "yes") ? "yes" : "no");
			k->granted[g] = true;
		}
	}
}

struct mono legacy_deadline(const struct core *c)
{
	struct mono next = MONO_FAR;
	for (size_t g = 0; g < c->group_count; g++)
		if (wanted(c, g))
			next = mono_min(next, c->classic.request_at[g]);
	return next;
}
