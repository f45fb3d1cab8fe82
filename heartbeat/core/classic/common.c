// SPDX-License-Identifier: MIT
#include "heartbeat/core/classic/classic.h"

#include "heartbeat/core/outbox.h"
#include "heartbeat/core/rivals.h"
#include "heartbeat/core/state.h"

enum { ACQUIRE_MS = 10000, REQNODES_MS = 1000 };

const struct node *classic_partner(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return peer && peer->status != NODE_DEAD && c->phase >= PHASE_ACTIVE ? peer : NULL;
}

/* --- our reports --- */

void classic_move_starter_on(struct core *c)
{
	struct classic *k = &c->classic;
	if (k->state == CLASSIC_STARTING || k->state == CLASSIC_BOTHSTARTING) {
		k->state = CLASSIC_RSCRCVD;
		k->acquire_at = mono_add(c->now.mono, span_ms(ACQUIRE_MS));
	}
}

/* A group that an earlier engine left behind is being stopped.  It may still run here, but we do not claim it. */
bool classic_is_cleaning_up(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_UNKNOWN)
			return true;
	return false;
}

void classic_report(struct core *c, const char *info)
{
	struct classic *k = &c->classic;
	enum half holds = halves_held(c);
	bool stable = k->state == CLASSIC_STABLE && k->standby == STANDBY_NOT && c->phase == PHASE_ACTIVE &&
	              !classic_is_cleaning_up(c);
	struct message *m = outbox_begin(c, "resource");
	message_add(m, "rsc_hold", half_name(holds));
	message_add(m, "rtype", "full");
	message_add(m, "isstable", stable ? "1" : "0");
	if (info)
		message_add(m, "info", info);
	outbox_send(c, m, NULL);
	k->reported = holds;
	k->reported_stable = stable;
	k->must_report = false;
	/* doc/protocol.md 7.2: "A node also receives its own report", and its own report moves a starter on. */
	classic_move_starter_on(c);
}

/* --- the peer leaves, or is dead --- */

bool classic_hear_shutdone(struct core *c)
{
	/* doc/protocol.md 7.8: "A second shutdone needs no answer" */
	if (c->proof.kind == PROOF_LEFT || !rivals_goodbye_counts(c, node_peer(c)))
		return false;
	const char *peer = node_peer(c)->name;
	core_log(c, LOG_LEVEL_INFO, "Received shutdown notice from '%s'.", peer);
	if (halves_held(c) != HALF_ALL)
		core_log(c, LOG_LEVEL_INFO, "Resources being acquired from %s.", peer);
	proof_set(c, PROOF_LEFT);
	halves_set(c, HALF_ALL);
	return true;
}

/* This message is for the clients of this node, and for those of a peer that still hears us.  doc/protocol.md 4, 7.6 */
void classic_publish_fencing(struct core *c)
{
	const struct node *peer = node_peer(c);
	struct classic *k = &c->classic;
	if (!peer || peer->status != NODE_DEAD || c->phase != PHASE_ACTIVE)
		return;
	static const char *const results[PROOF_KINDS] = {[PROOF_LEFT] = "unneeded", [PROOF_FENCED] = "OK",
		[PROOF_CONFIRMED] = "OK"};
	const char *result = results[c->proof.kind];
	if (!result && !c->proof.required)
		result = "n_stnth";
	if (k->fencing_said || !result)
		return;
	k->fencing_said = true;
	struct message *m = outbox_begin(c, "stonith");
	message_add(m, "node", peer->name);
	message_add(m, "result", result);
	outbox_send(c, m, NULL);
}

/* --- functions of both rows --- */

bool classic_proven(const struct core *c, const struct node *n)
{
	/* a classic status has no field that names what its sender hears.  Instead, "repnodes" must come before
	 * anything is decided */
	(void)c, (void)n;
	return true;
}

void classic_prepare(struct core *c)
{
	struct classic *k = &c->classic;
	const struct node *peer = node_peer(c);
	if (!peer || !peer->heard || k->nodes_answered || !mono_reached(c->now.mono, k->next_reqnodes))
		return;
	k->next_reqnodes = mono_add(c->now.mono, span_ms(REQNODES_MS));
	k->nodes_asked = true;
	struct message *m = outbox_begin(c, "reqnodes");
	message_add(m, "dest", peer->name);
	outbox_send(c, m, peer);
}

bool classic_is_prepared(const struct core *c)
{
	return c->classic.nodes_answered;
}

void classic_hear_nodes(struct core *c)
{
	/* doc/protocol.md 10.9: "a repnodes that was not asked for is no answer" */
	c->classic.nodes_answered |= c->classic.nodes_asked;
}

/* When the cluster is already up, this node has acquired its groups before, and a peer that joins asks us what we hold.
 * But we may have dropped its question and its report, because we did not follow its life yet.  So we ask when no
 * report comes (plan classic-report-before-its-life). */
void classic_forget(struct core *c)
{
	ipfail_forget_peer(c);
	struct classic *k = &c->classic;
	uint64_t generation = node_peer(c)->sequence.generation;
	bool same_life = generation == k->report_generation;
	*k = (struct classic){.report_generation = generation,
		.report_seq = same_life ? k->report_seq : 0,
		.exchange_seq = same_life ? k->exchange_seq : 0};
	k->state = c->phase >= PHASE_ACTIVE ? CLASSIC_STABLE : CLASSIC_INIT;
	k->standby_deadline = k->ask_at = k->nudge_at = k->takeover_again = k->home_at = MONO_FAR;
	if (k->state == CLASSIC_STABLE)
		k->ask_at = mono_add(c->now.mono, (struct span){2 * c->conf->keepalive.ns});
	k->reported = HALF_NONE;
	ownership_forget_peer(c);
}

void classic_status(struct core *c, const struct message *m)
{
	(void)c, (void)m; /* nothing to do: what the peer holds comes in other messages */
}

bool classic_acknowledged(const struct core *c, size_t g)
{
	(void)c, (void)g; /* in this dialect, each message of the peer is itself an answer */
	return true;
}

/* A Heartbeat 3.0.6 that reads a shutdown notice before it is active does not start the groups, and later cannot be
 * stopped either.  doc/protocol.md 7.8 */
bool classic_notice_counts(const struct core *c)
{
	const struct node *peer = node_peer(c);
	return peer->status != NODE_INIT && peer->status != NODE_UP;
}

bool classic_may_leave(const struct core *c)
{
	(void)c;
	/* this node waits for the full grace time, because Heartbeat 3.0.6 expects statuses after shutdone */
	return false;
}

bool classic_stops_nothing(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_STOPPING || c->groups[g].state == OWN_UNKNOWN)
			return false;
	return true;
}
