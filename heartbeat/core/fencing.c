// SPDX-License-Identifier: MIT
#include "heartbeat/core/fencing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/state.h"

enum { NO_DEVICE = -1 };

/* --- state --- */

static void set_state(struct core *c, enum fencing_state to)
{
	static const unsigned legal[FENCING_STATES] = {
		[FENCING_IDLE]        = 1u << FENCING_WAITING,
		[FENCING_WAITING]     = 1u << FENCING_IDLE | 1u << FENCING_SHOOTING,
		[FENCING_SHOOTING]    = 1u << FENCING_IDLE | 1u << FENCING_WAITING | 1u << FENCING_CANCELLED |
		                        1u << FENCING_POWERING_ON,
		[FENCING_CANCELLED]   = 1u << FENCING_IDLE | 1u << FENCING_WAITING,
		[FENCING_POWERING_ON] = 1u << FENCING_IDLE | 1u << FENCING_WAITING,
	};
	if (c->fencing.state == to)
		return;
	assert(legal[c->fencing.state] & 1u << to);
	c->fencing.state = to;
}

/* Set when the next attempt is due; MONO_FAR: none is due. */
static void set_due(struct core *c, struct mono at)
{
	struct fencing *f = &c->fencing;
	f->at = at;
	if (f->state == FENCING_IDLE || f->state == FENCING_WAITING)
		set_state(c, at.ns == MONO_FAR.ns ? FENCING_IDLE : FENCING_WAITING);
	if (at.ns == MONO_FAR.ns)
		f->refused = NULL;
}

/* Called when the attempt has ended.  The next state depends on whether another attempt became due meanwhile. */
static void attempt_ends(struct core *c)
{
	set_state(c, c->fencing.at.ns == MONO_FAR.ns ? FENCING_IDLE : FENCING_WAITING);
}

void fencing_init(struct core *c)
{
	c->fencing = (struct fencing){.at = MONO_FAR,
		.done_at = MONO_NEVER,
		.was_fenced = c->absence.fenced};
}

void fencing_start(struct core *c)
{
	if (c->proof.required || !node_peer(c) || c->group_count == 0)
		return;
	core_log(c, LOG_LEVEL_WARN,
		"ha.cf has no fencing device for this node: when node %s is silent, its resources are started here, also when it "
		"is alive and only the network is cut. Then both nodes run them. A stonith_host line prevents that; see heartbeat-fencing(7)",
		node_peer_name(c));
}

/* --- devices --- */

static bool is_ours(const struct core *c, const struct stonith_conf *s)
{
	return strcmp(s->host, "*") == 0 || strcmp(s->host, c->node_name) == 0;
}

/* The first device at index i or higher that this node may use, or NO_DEVICE. */
static int device_from(const struct core *c, size_t i)
{
	for (; i < c->conf->stonith_count; i++)
		if (is_ours(c, &c->conf->stonith[i]))
			return (int)i;
	return NO_DEVICE;
}

bool fencing_is_configured(const struct core *c)
{
	return device_from(c, 0) != NO_DEVICE;
}

static unsigned level_of(const struct core *c, int device)
{
	return c->conf->stonith[device].level;
}

/* The next device of the same level, or NO_DEVICE. */
static int next_of_level(const struct core *c)
{
	int next = device_from(c, c->fencing.device + 1);
	return next != NO_DEVICE && level_of(c, next) == level_of(c, (int)c->fencing.device) ? next : NO_DEVICE;
}

static int first_of_level(const struct core *c)
{
	for (int i = device_from(c, 0);; i = device_from(c, (size_t)i + 1))
		if (level_of(c, i) == level_of(c, (int)c->fencing.device))
			return i;
}

/* The first device of the next level, or NO_DEVICE. */
static int next_level(const struct core *c)
{
	int i = (int)c->fencing.device;
	do
		i = device_from(c, (size_t)i + 1);
	while (i != NO_DEVICE && level_of(c, i) == level_of(c, (int)c->fencing.device));
	return i;
}

static bool is_alone_in_level(const struct core *c)
{
	return first_of_level(c) == (int)c->fencing.device && next_of_level(c) == NO_DEVICE;
}

static void request(struct core *c, int device, enum fence_operation operation)
{
	struct fencing *f = &c->fencing;
	f->device = (size_t)device;
	f->attempt++;
	struct action *a = action_add(c, ACTION_FENCE);
	a->fence.node = c->peer;
	a->fence.name = node_peer_name(c);
	a->fence.attempt = f->attempt;
	a->fence.device = f->device;
	a->fence.operation = operation;
}

static enum fence_operation way_to_off(const struct core *c)
{
	return c->conf->fence_off || !is_alone_in_level(c) ? FENCE_OFF : FENCE_RESET;
}

static void try_level(struct core *c, int first)
{
	c->fencing.device = (size_t)first;
	c->fencing.one_controls_it = false;
	request(c, first, way_to_off(c));
}

static void cancel(struct core *c, const char *why)
{
	struct fencing *f = &c->fencing;
	if (f->state != FENCING_SHOOTING)
		return;
	set_state(c, FENCING_CANCELLED);
	core_log(c, LOG_LEVEL_WARN, "STONITH of %s is cancelled: %s", node_peer_name(c), why);
	struct action *a = action_add(c, ACTION_FENCE_CANCEL);
	a->fence.node = c->peer;
	a->fence.name = node_peer_name(c);
	a->fence.attempt = f->attempt;
}

/* --- what the peer does --- */

static bool same_devices(const struct ha_cf *a, const struct ha_cf *b)
{
	if (a->stonith_count != b->stonith_count)
		return false;
	for (size_t i = 0; i < a->stonith_count; i++) {
		const struct stonith_conf *x = &a->stonith[i], *y = &b->stonith[i];
		if (strcmp(x->host, y->host) != 0 || strcmp(x->type, y->type) != 0 || x->level != y->level ||
			strcmp(x->parameters, y->parameters) != 0 || x->from_file != y->from_file)
			return false;
	}
	return true;
}

void fencing_reconfigured(struct core *c, const struct ha_cf *old)
{
	bool was_required = c->proof.required, same = same_devices(old, c->conf);
	const struct node *peer = node_peer(c);
	bool silent = peer && peer->status == NODE_DEAD && c->proof.kind == PROOF_NONE;
	proof_require(c, fencing_is_configured(c));
	if (!c->proof.required)
		set_due(c, MONO_FAR);
	else if (silent && (!was_required || (!same && c->fencing.state == FENCING_SHOOTING)))
		set_due(c, c->now.mono);
	if (!same && c->fencing.state == FENCING_POWERING_ON)
		attempt_ends(c);
	if (!same)
		cancel(c, "ha.cf has other devices now");
}

/* doc/fencing.md R8.  The node with the lower name waits for no delay or for two delays; the other node always waits
 * for one delay.  So the two times always differ by one delay, even if each node is wrong about the groups of the other
 * node. */
static struct span first_delay(const struct core *c, size_t theirs)
{
	int64_t delay = c->conf->priority_delay.ns;
	if (strcmp(c->node_name, node_peer_name(c)) > 0)
		return (struct span){delay};
	return (struct span){ownership_has(c) >= theirs ? 0 : 2 * delay};
}

void fencing_peer_died(struct core *c, const struct node *n, size_t theirs)
{
	struct fencing *f = &c->fencing;
	/* Fencing succeeded after its last status and before it was declared dead: do not fence it twice. */
	bool off = mono_since(f->done_at, n->last_status).ns > 0 && mono_since(f->done_at, n->rival.heard_at).ns > 0;
	if (f->was_fenced && !n->met) { /* doc/fencing.md R14 */
		off = true;
		core_log(c, LOG_LEVEL_INFO,
			"node %s was fenced before this engine started, and was not heard since: it is not fenced again",
			n->name);
	}
	f->failures = 0;
	proof_set(c, off ? PROOF_FENCED : PROOF_NONE);
	if (off) {
		set_due(c, MONO_FAR);
		return;
	}
	struct span delay = first_delay(c, theirs);
	if (delay.ns)
		core_log(c, LOG_LEVEL_INFO,
			"node %s is fenced in %lld ms, unless it is heard: the other node goes first, in case that both live "
			"(priority_delay)",
			n->name, (long long)span_to_ms(delay));
	set_due(c, mono_add(c->now.mono, delay));
}

void fencing_peer_heard(struct core *c)
{
	set_due(c, MONO_FAR);
	c->fencing.was_fenced = false;
	cancel(c, "it is heard again");
}

/* The proof about the earlier life does not count for the new life, which may have started groups meanwhile.  The new
 * life has the time dead_after to prove that it hears us, or at least to be heard again.  Otherwise it is fenced again
 * (plan fenced-in-an-earlier-life). */
void fencing_new_life(struct core *c, const struct node *n)
{
	struct fencing *f = &c->fencing;
	f->was_fenced = false;
	if (!c->proof.required)
		return;
	bool in_progress = f->state == FENCING_SHOOTING || f->state == FENCING_CANCELLED;
	f->outlived |= in_progress;
	/* if the node is not declared dead yet, fencing_peer_died will decide */
	if ((c->proof.kind != PROOF_NONE || in_progress) && n->status == NODE_DEAD)
		set_due(c, mono_add(c->now.mono, n->dead_after));
	cancel(c, "a newer life of it is heard");
}

void fencing_heard_unproven(struct core *c, const struct node *n)
{
	struct fencing *f = &c->fencing;
	struct mono later = mono_add(c->now.mono, n->dead_after);
	if (!c->proof.required || n->status != NODE_DEAD || c->proof.kind != PROOF_NONE)
		return;
	if (f->state == FENCING_SHOOTING || (f->at.ns != MONO_FAR.ns && f->at.ns < later.ns))
		set_due(c, later);
	cancel(c, "it is heard, but has not proven yet that it hears this node");
}

/* --- attempts --- */

/* Ping nodes can only prevent fencing, not cause it: doc/fencing.md R9. */
static bool reaches_no_ping_node(const struct core *c)
{
	bool any = false;
	for (size_t i = 0; i < c->node_count; i++) {
		any |= c->nodes[i].ping;
		if (c->nodes[i].ping && c->nodes[i].status == NODE_PING)
			return false;
	}
	return any;
}

static const char *refusal(const struct core *c)
{
	if (c->conf->wait_for_peer && !c->absence.heard)
		return "it was not heard since this machine booted, and may have fenced it (wait_for_peer)";
	if (reaches_no_ping_node(c))
		return "no ping node answers here, so that this node may be the one that is cut off";
	return NULL;
}

static void judge_refusal(struct core *c)
{
	struct fencing *f = &c->fencing;
	const char *refused = refusal(c);
	if (refused && refused != f->refused)
		core_log(c, LOG_LEVEL_CRIT,
			"node %s is silent, and is not fenced: %s.  Its resources are not taken over",
			node_peer_name(c), refused);
	f->refused = refused;
}

/* doc/fencing.md R8: "the next of its own turns".  What refused the attempt may end when the other node fences. */
static bool waits_for_turn(struct core *c)
{
	struct fencing *f = &c->fencing;
	int64_t both = 2 * c->conf->priority_delay.ns, late = mono_since(c->now.mono, f->at).ns;
	if (both == 0 || late == 0 || f->failures > 0)
		return false;
	set_due(c, mono_add(f->at, (struct span){(late + both - 1) / both * both}));
	core_log(c, LOG_LEVEL_INFO, "node %s is fenced in %lld ms, unless it is heard: until then the other node may fence",
		node_peer_name(c), (long long)span_to_ms(mono_since(f->at, c->now.mono)));
	return !mono_reached(c->now.mono, f->at);
}

static bool is_wanted(const struct core *c)
{
	const struct node *peer = node_peer(c);
	/* a node that has left is not fenced, also when its shutdown notice arrives after a failed attempt */
	return peer && peer->status == NODE_DEAD && c->proof.kind == PROOF_NONE && c->phase < PHASE_LEAVING;
}

static bool is_ready(const struct core *c)
{
	return c->fencing.state == FENCING_WAITING && is_wanted(c) && c->proof.required;
}

struct mono fencing_deadline(const struct core *c)
{
	/* the reason of a refusal ends by an event, not by time */
	return is_ready(c) && !c->fencing.refused ? c->fencing.at : MONO_FAR;
}

void fencing_tick(struct core *c)
{
	struct fencing *f = &c->fencing;
	if (f->state == FENCING_SHOOTING && !is_wanted(c))
		cancel(c, c->phase >= PHASE_LEAVING ? "this node shuts down" : "it has left");
	if (!is_ready(c) || !mono_reached(c->now.mono, f->at))
		return;
	bool was_refused = f->refused;
	judge_refusal(c);
	if (f->refused || (was_refused && waits_for_turn(c)))
		return;
	f->outlived = false;
	f->at = MONO_FAR;
	set_state(c, FENCING_SHOOTING);
	core_log(c, LOG_LEVEL_INFO,
		"Resetting node %s: it is silent, and its resources are not taken over before it is certainly off",
		node_peer_name(c));
	try_level(c, device_from(c, 0));
}

/* --- results --- */

static void note_why(struct core *c, const char *text)
{
	const struct stonith_conf *s = &c->conf->stonith[c->fencing.device];
	(void)snprintf(c->fencing.why, sizeof c->fencing.why, "%s (ha.cf:%u): %s", s->type, s->line,
		text && *text ? text : "no reason given");
}

static struct span next_pause(const struct core *c)
{
	int64_t ms = span_to_ms(c->conf->fence_retry);
	for (unsigned i = 1; i < c->fencing.failures && ms < FENCE_RETRY_MOST_MS; i++)
		ms *= 2;
	return span_ms(ms < FENCE_RETRY_MOST_MS ? ms : FENCE_RETRY_MOST_MS);
}

static void all_levels_failed(struct core *c)
{
	struct fencing *f = &c->fencing;
	const struct node *n = &c->nodes[c->peer];
	set_state(c, FENCING_IDLE);
	if (!c->proof.required) {
		core_log(c, LOG_LEVEL_INFO, "STONITH of %s failed. It is not tried again: ha.cf no longer asks for it.",
			n->name);
		return;
	}
	f->failures++;
	struct span pause = next_pause(c);
	core_log(c, f->failures > 1 ? LOG_LEVEL_CRIT : LOG_LEVEL_ERROR,
		"STONITH of %s failed. Retrying in %lld s; its resources are not taken over meanwhile. Try %u: %s",
		n->name, (long long)(span_to_ms(pause) / 1000), f->failures, f->why);
	set_due(c, mono_add(c->now.mono, pause));
}

static void power_on_again(struct core *c, bool several)
{
	if (!several || c->conf->fence_off) {
		attempt_ends(c);
		return;
	}
	set_state(c, FENCING_POWERING_ON);
	request(c, first_of_level(c), FENCE_ON);
}

static void succeeded(struct core *c)
{
	struct fencing *f = &c->fencing;
	const struct node *n = &c->nodes[c->peer];
	f->done_at = c->now.mono;
	f->failures = 0;
	f->why[0] = 0;
	power_on_again(c, !is_alone_in_level(c));
	/* the peer was heard again meanwhile; if it is silent from now on, fencing_peer_died will use done_at */
	if (n->status != NODE_DEAD)
		return;
	if (c->proof.kind == PROOF_LEFT) { /* the shutdown notice stays the proof */
		core_log(c, LOG_LEVEL_INFO, "STONITH of %s has ended (OK). It is not needed: the node has left.", n->name);
		return;
	}
	if (f->outlived) { /* doc/fencing.md R7: "It belongs to one life of the victim" */
		core_log(c, LOG_LEVEL_WARN,
			"node %s was reset, but it has been heard since: it is reset again unless it proves that it hears us.",
			n->name);
		set_due(c, mono_add(c->now.mono, n->dead_after));
		return;
	}
	set_due(c, MONO_FAR);
	if (c->proof.kind == PROOF_NONE)
		proof_set(c, PROOF_FENCED);
	/* save this before any group starts: if this engine dies during a start, the next engine must not fence the
	 * peer again */
	memory_note(c);
	core_log(c, LOG_LEVEL_INFO, "node %s now reset.", n->name);
}

/* The success of a cancelled attempt counts only if the level has no other device. */
static void cancelled_done(struct core *c, enum fence_result result)
{
	if (result == FENCE_RESULT_OK && is_alone_in_level(c))
		succeeded(c);
	else
		attempt_ends(c);
}

static void shot_done(struct core *c, enum fence_result result, const char *text)
{
	struct fencing *f = &c->fencing;
	bool failed = result == FENCE_RESULT_FAILED || result == FENCE_RESULT_UNKNOWN;
	f->one_controls_it |= result == FENCE_RESULT_OK;
	int next = failed ? NO_DEVICE : next_of_level(c);
	if (next != NO_DEVICE) {
		request(c, next, way_to_off(c));
		return;
	}
	if (!failed && f->one_controls_it) {
		succeeded(c);
		return;
	}
	note_why(c, failed ? text : "it does not control this node");
	next = next_level(c);
	if (next != NO_DEVICE) {
		core_log(c, LOG_LEVEL_WARN, "STONITH of %s: %s; the next device is tried", node_peer_name(c), f->why);
		try_level(c, next);
		return;
	}
	all_levels_failed(c);
}

static void power_on_done(struct core *c, enum fence_result result, const char *text)
{
	if (result == FENCE_RESULT_FAILED || result == FENCE_RESULT_UNKNOWN)
		core_log(c, LOG_LEVEL_ERROR, "node %s may stay off: %s: %s", node_peer_name(c),
			c->conf->stonith[c->fencing.device].type, text && *text ? text : "no reason given");
	int next = next_of_level(c);
	if (next == NO_DEVICE)
		attempt_ends(c);
	else
		request(c, next, FENCE_ON);
}

void fencing_done(struct core *c, unsigned attempt, enum fence_result result, const char *text)
{
	if (attempt != c->fencing.attempt)
		return; /* the attempt belongs to an earlier engine, or was given up */
	switch (c->fencing.state) {
	case FENCING_SHOOTING:
		shot_done(c, result, text);
		return;
	case FENCING_CANCELLED:
		cancelled_done(c, result);
		return;
	case FENCING_POWERING_ON:
		power_on_done(c, result, text);
		return;
	default:
		return;
	}
}

/* --- operators --- */

static bool may_be_heard(const struct core *c, const struct node *n)
{
	struct mono last = n->unproven_at.ns > n->rival.heard_at.ns ? n->unproven_at : n->rival.heard_at;
	return n->status != NODE_DEAD || (!mono_is_never(last) && mono_since(c->now.mono, last).ns < n->dead_after.ns);
}

bool fencing_confirm(struct core *c, size_t node, const char **text)
{
	const struct node *n = &c->nodes[node];
	*text = NULL;
	if (!node_is_peer(c, n))
		*text = "only the other node can be confirmed to be off";
	else if (may_be_heard(c, n))
		*text = action_text(c, "%s was heard lately (its status is %s): it is not off. Wait for deadtime after its "
				       "last packet, and ask again", n->name, node_status_name(n->status));
	else if (c->proof.kind != PROOF_NONE || !c->proof.required)
		*text = action_text(c, "no takeover from %s waits: no confirmation is needed", n->name);
	if (*text) {
		core_log(c, LOG_LEVEL_WARN, "hb_confirm: %s", *text);
		return false;
	}
	core_log(c, LOG_LEVEL_CRIT, "An operator confirms that node %s is off (hb_confirm). Its resources may be started here.",
		n->name);
	set_due(c, MONO_FAR);
	cancel(c, "an operator confirms that it is off");
	proof_set(c, PROOF_CONFIRMED);
	*text = memory_waits_as_stale(c)
		? action_text(c, "%s counts as off. It may have the newer data: hb_takeover starts its groups here all the same",
			  n->name)
		: action_text(c, "%s counts as off", n->name);
	return true;
}

void fencing_view(const struct core *c, struct fencing_view *out)
{
	const struct fencing *f = &c->fencing;
	*out = (struct fencing_view){.required = c->proof.required,
		.in_progress = f->state >= FENCING_SHOOTING,
		.proven = c->proof.kind != PROOF_NONE,
		.alarm = is_wanted(c) && c->proof.required && (f->refused || f->failures),
		.failures = f->failures,
		.why = f->refused ? f->refused : f->why};
}
