// SPDX-License-Identifier: MIT
/* The messages that the ipfail programs of two Heartbeat 3.0.6 send to each other.  With them, the built-in ipfail
 * compares our ping nodes with those of such a program on the peer.  doc/protocol.md 9.1
 *
 *   what happens here                                 what this node sends
 *   first contact with this life of the peer          hbapi-clstat join of "ipfail": its program answers with its count
 *   the same; or our count changes, or it joins       num_ping_nodes with our count
 *   its count was received, and is the same as ours   abort_giveup, at once
 *   its count was received, and stays lower           you_are_dead
 *   its count was received, and is higher             nothing: this node goes standby (ipfail.c)
 *
 * The program of the peer answers in the same way, so its verdict (abort_giveup, you_are_dead) shows how its count
 * compares with ours.  It does not report how many ping nodes it has in all: its manual requires the same ping nodes on
 * both nodes. */
#include "heartbeat/core/classic/classic.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

static const char client[] = "ipfail";

static void say(struct core *c, struct message *m, const struct node *to)
{
	message_add(m, "from_id", client);
	message_add(m, "to_id", client);
	message_add(m, "client_gen", "0");
	outbox_send(c, m, to);
}

static struct message *begin(struct core *c, const char *type)
{
	struct message *m = outbox_begin(c, type);
	message_add(m, "dest", node_peer_name(c));
	return m;
}

static void join(struct core *c)
{
	struct message *m = outbox_begin(c, "hbapi-clstat");
	message_add(m, "st", "join");
	message_add(m, "info", "signon");
	say(c, m, NULL);
	c->classic.pings.joined = true;
}

static void send_count(struct core *c)
{
	struct message *m = begin(c, "num_ping_nodes");
	message_add_decimal(m, "num_ping", c->ipfail.alive);
	say(c, m, node_peer(c));
	c->classic.pings.sent = true;
	c->classic.pings.sent_alive = c->ipfail.alive;
}

/* A lower count of the peer must stay lower for a while, because the two nodes may notice the same dead router one
 * after the other. */
static void send_verdict(struct core *c)
{
	enum ipfail_view view = ipfail_compared(c);
	if (view == IPFAIL_UNKNOWN) /* not steady */
		return;
	c->classic.pings.verdict_due = false;
	if (view == IPFAIL_WORSE)
		return;
	if (view == IPFAIL_BETTER)
		core_log(c, LOG_LEVEL_INFO, "Telling other node that we have more visible ping nodes.");
	say(c, begin(c, view == IPFAIL_EQUAL ? "abort_giveup" : "you_are_dead"), node_peer(c));
}

void ping_counts_publish(struct core *c)
{
	struct classic_pings *k = &c->classic.pings;
	const struct node *peer = classic_partner(c);
	if (!c->conf->ipfail || !c->ipfail.total || !peer || peer->status != NODE_ACTIVE || c->phase != PHASE_ACTIVE)
		return;
	if (!k->joined)
		join(c);
	if (!k->sent || k->sent_alive != c->ipfail.alive)
		send_count(c);
	if (k->verdict_due)
		send_verdict(c);
}

/* --- received --- */

static void hear_count(struct core *c, const struct message *m)
{
	uint64_t alive;
	size_t total = c->ipfail.total;
	if (!message_number(m, "num_ping", 10, &alive) || alive > HA_CF_NODES_MAX)
		return;
	ipfail_peer_says(c, (size_t)alive, alive > total ? (size_t)alive : total);
	c->classic.pings.verdict_due = true;
}

/* Process the verdict of the peer about the count that we sent.  If our last message crossed a verdict about an earlier
 * count, another verdict follows. */
static void hear_verdict(struct core *c, bool equal)
{
	const struct ipfail *f = &c->ipfail;
	size_t ours = c->classic.pings.sent_alive;
	if (!c->classic.pings.sent || (!equal && (ours >= f->total || (f->peer_known && f->peer_alive > ours))))
		return;
	ipfail_peer_says(c, equal ? ours : ours + 1, f->total);
}

bool ping_counts_hear(struct core *c, const struct message *m)
{
	bool ours = c->conf->ipfail && c->ipfail.total;
	if (message_is(m, "t", "hbapi-clstat")) {
		if (message_is(m, "from_id", client) && message_is(m, "st", "join"))
			c->classic.pings.sent = false; /* the program has just started and does not know our count */
		return true;
	}
	if (message_is(m, "t", "num_ping_nodes")) {
		if (ours)
			hear_count(c, m);
		return true;
	}
	bool equal = message_is(m, "t", "abort_giveup");
	if (!equal && !message_is(m, "t", "you_are_dead"))
		return false;
	if (ours)
		hear_verdict(c, equal);
	return true;
}
