// SPDX-License-Identifier: MIT
/* The engine's face: makes and frees the state, takes an event, lets the rooms settle, sends what is due. */
#include "heartbeat/core/core.h"

#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/fencing.h"
#include "heartbeat/core/membership.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/receive.h"
#include "heartbeat/core/state.h"

enum {
	GRACE_MS = 1500,          /* doc/protocol.md 7.8: "needs the statuses of the leaving node a little longer" */
	SETTLE_PASSES = 8,        /* one is enough almost always; the next event goes on where these end */
};

/* --- making --- */

static bool allocate(struct core *c, const struct core_config *config)
{
	size_t nodes = config->conf->node_count + config->conf->media_count,
	       media = config->conf->media_count ? config->conf->media_count : 1;
	c->nodes = calloc(nodes + 1, sizeof *c->nodes);
	c->groups = calloc(config->resources->count + 1, sizeof *c->groups);
	c->actions = malloc((CORE_ACTIONS_MAX + 1) * sizeof *c->actions); /* action_add clears each */
	c->arena_memory = malloc(CORE_ARENA);
	c->in_arena = malloc(CODEC_UNCOMPRESSED_MAX);
	c->out_arena = malloc(CODEC_DATAGRAM_MAX);
	c->datagram = malloc(2 * (size_t)CODEC_DATAGRAM_MAX);
	c->history = history_new();
	c->auth = auth_new(config->keys);
	if (!c->nodes || !c->groups || !c->actions || !c->arena_memory || !c->in_arena || !c->out_arena ||
		!c->datagram || !c->history || !c->auth)
		return false;
	for (size_t i = 0; i <= nodes; i++) {
		c->nodes[i].links = calloc(media, sizeof *c->nodes[i].links);
		if (!c->nodes[i].links)
			return false;
	}
	return true;
}

struct core *core_new(const struct core_config *config, const char **why)
{
	struct core *c = calloc(1, sizeof *c);
	*why = "out of memory";
	if (!c)
		return NULL;
	c->conf = config->conf;
	c->resources = config->resources;
	c->group_count = config->resources->count;
	c->generation = config->generation;
	c->random = config->seed;
	c->dialect = &dialect_native;
	c->fence_retry = c->leave_deadline = c->beat.next = MONO_FAR;
	memcpy(c->uuid, config->uuid, sizeof c->uuid);
	if (!bytes_to_text(bytes_of(config->node), c->node_name, sizeof c->node_name)) {
		*why = "the name of this node is too long";
		free(c);
		return NULL;
	}
	core_set_load(c, "0.00 0.00 0.00 1/1 1");
	if (!allocate(c, config) || !membership_init(c, why)) {
		core_free(c);
		return NULL;
	}
	c->arena = writer_over(c->arena_memory, CORE_ARENA);
	for (size_t i = 0; i < config->conf->stonith_count; i++) {
		const char *host = config->conf->stonith[i].host;
		c->fencing |= strcmp(host, "*") == 0 || strcmp(host, c->node_name) == 0;
	}
	ownership_init(c, config->adopted, config->adopted_count);
	return c;
}

void core_free(struct core *c)
{
	if (!c)
		return;
	if (c->nodes)
		for (size_t i = 0; i <= c->conf->node_count + c->conf->media_count; i++)
			free(c->nodes[i].links);
	free(c->nodes);
	free(c->groups);
	free(c->actions);
	free(c->arena_memory);
	free(c->in_arena);
	free(c->out_arena);
	free(c->datagram);
	if (c->history)
		history_free(c->history);
	if (c->auth)
		auth_free(c->auth);
	free(c);
}

void core_set_load(struct core *c, const char *load)
{
	size_t len = strcspn(load, "\n");
	(void)bytes_to_text((struct bytes){(const uint8_t *)load, len}, c->load, sizeof c->load);
}

/* --- events --- */

static void on_start(struct core *c)
{
	membership_start(c);
	outbox_status(c);
	beat_start(c);
	phase_set(c, PHASE_UP);
}

static void on_shutdown(struct core *c)
{
	if (c->phase >= PHASE_LEAVING)
		return;
	if (c->phase == PHASE_INIT)
		phase_set(c, PHASE_UP);
	phase_set(c, PHASE_LEAVING);
	core_log(c, LOG_LEVEL_INFO, "Heartbeat shutdown in progress.");
	core_log(c, LOG_LEVEL_INFO, "Giving up all HA resources.");
	ownership_release_all(c, "this node shuts down");
}

static void on_stalled(struct core *c, struct span gap)
{
	bool replaced = gap.ns > c->conf->deadtime.ns;
	core_log(c, replaced ? LOG_LEVEL_CRIT : LOG_LEVEL_WARN,
		"This node stood still for %lld ms (suspended, or no CPU)%s", (long long)span_to_ms(gap),
		replaced ? ": the other node may have taken over. We release everything first and ask then." : ".");
	membership_stalled(c, gap);
	if (replaced && c->phase < PHASE_LEAVING)
		ownership_release_all(c, "we stood still longer than deadtime");
}

/* An order from the FIFO or a client: a message of the classic dialect. */
static void take_order(struct core *c, const struct message *m, bool takeover)
{
	enum half half = HALF_ALL;
	struct bytes word = message_string(m, "rsc_hold");
	bool good_half = !word.len || half_parse(word, &half);
	if (takeover && bytes_equal_text(word, "failback"))
		half = HALF_LOCAL; /* ours come home; 3.0.6 takes all, which nobody asked for */
	if (good_half)
		move_begin(c, takeover, half, 0, NULL);
	else
		core_log(c, LOG_LEVEL_WARN,
			"%s from the FIFO ignored: rsc_hold must be all, local, foreign or failback",
			takeover ? "hb_takeover" : "ask_resources");
}

/* Send it to the cluster, with our own common fields. */
static void pass_on(struct core *c, const struct message *m)
{
	static const char *const common[] = {"t", "src", "srcuuid", "destuuid", "seq", "hg", "ts", "ld", "ttl", "auth"};
	char name[MESSAGE_NAME_MAX + 1];
	(void)bytes_to_text(message_string(m, "t"), name, sizeof name);
	struct message *out = outbox_begin(c, name);
	for (size_t i = 0; i < m->count; i++) {
		bool taken = false;
		for (size_t k = 0; k < sizeof common / sizeof *common; k++)
			taken |= bytes_equal_text(m->fields[i].name, common[k]);
		if (!taken)
			message_add_bytes(out, m->fields[i].type, m->fields[i].name, m->fields[i].value);
	}
	outbox_send(c, out, NULL);
}

/* From the FIFO or a client. */
static void on_message(struct core *c, const struct message *m)
{
	struct bytes type = message_string(m, "t");
	const struct message_type *row = message_type_of(type);
	if (bytes_equal_text(type, "ask_resources"))
		take_order(c, m, false);
	else if (bytes_equal_text(type, "hb_takeover"))
		take_order(c, m, true);
	else if (row->owner == MESSAGE_OF_NOBODY)
		core_log(c, LOG_LEVEL_WARN, "%s refused: nodes are named in ha.cf only", row->name);
	else if (row->sender == MESSAGE_BY_DAEMON)
		core_log(c, LOG_LEVEL_WARN, "a message from the FIFO was ignored: its type is the daemon's own");
	else
		pass_on(c, m);
}

/* False: nothing has changed on which a decision depends. */
static bool take_event(struct core *c, const struct event *e)
{
	switch (e->kind) {
	case EVENT_START:
		on_start(c);
		break;
	case EVENT_TIMER:
		break;
	case EVENT_DATAGRAM:
		return receive_datagram(c, e);
	case EVENT_GROUP_DONE:
		ownership_group_done(c, e->group_done.group, e->group_done.operation, e->group_done.ok,
			e->group_done.still_active, e->group_done.why);
		break;
	case EVENT_GROUP_FAILED:
		ownership_group_failed(c, e->group_failed.group, e->group_failed.why);
		break;
	case EVENT_FENCE_DONE:
		fencing_done(c, e->fence_done.ok);
		break;
	case EVENT_MOVE:
		move_begin(c, e->move.takeover, e->move.half, e->move.id, NULL);
		break;
	case EVENT_MESSAGE:
		on_message(c, e->message.message);
		break;
	case EVENT_SHUTDOWN:
		on_shutdown(c);
		break;
	case EVENT_STALLED:
		on_stalled(c, e->stalled.gap);
		break;
	case EVENT_KINDS:
		break;
	}
	return true;
}

/* --- leaving --- */

static bool only_stuck_left(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (ownership_is_active(c->groups[g].state) && c->groups[g].state != OWN_STUCK)
			return false;
	return !ownership_all_released(c);
}

static void go(struct core *c)
{
	phase_set(c, PHASE_GONE);
	c->leave_deadline = MONO_FAR;
	core_log(c, LOG_LEVEL_INFO, "%s Heartbeat shutdown complete.", c->node_name);
	action_add(c, ACTION_STOPPED);
}

static void leave(struct core *c)
{
	if (c->phase != PHASE_LEAVING)
		return;
	if (only_stuck_left(c)) {
		core_log(c, LOG_LEVEL_CRIT,
			"Leaving without a good-bye: not everything could be stopped here, so the other node must not believe that it was.");
		go(c);
		return;
	}
	if (!ownership_all_released(c))
		return;
	const struct node *peer = node_peer(c);
	if (!c->said_goodbye) {
		core_log(c, LOG_LEVEL_INFO, "All HA resources relinquished.");
		halves_set(c, HALF_NONE);
		c->dialect->publish(c);
		struct message *m = outbox_begin(c, "shutdone");
		message_add(m, "st", "dead");
		outbox_send(c, m, NULL);
		outbox_status(c);
		c->said_goodbye = true;
		c->leave_deadline = mono_add(c->now.mono, span_ms(GRACE_MS));
	}
	if (!peer || peer->status == NODE_DEAD || !peer->heard || c->peer_left || c->dialect->may_leave(c) ||
		mono_reached(c->now.mono, c->leave_deadline))
		go(c);
}

/* --- the step --- */

/* Until nothing moves any more: what the peer reported may move a group, what is said about it may change what the
 * dialect takes the peer to have, and a group that moved may end an operator's move or let it go on. */
static void settle(struct core *c)
{
	for (unsigned pass = 0; pass < SETTLE_PASSES; pass++) {
		c->dialect->report(c);
		if (!ownership_settle(c) && pass > 0)
			break;
		c->dialect->publish(c);
		move_settle(c);
	}
}

static void begin_step(struct core *c, struct instant now)
{
	c->now = now;
	c->holdings_queued = false;
	if (c->action_head == c->action_tail) {
		c->action_head = c->action_tail = 0;
		c->arena = writer_over(c->arena_memory, CORE_ARENA);
	}
	if (c->dropped_actions) {
		core_log(c, LOG_LEVEL_CRIT,
			"%llu action(s) of the last step did not fit and were not carried out: restart heartbeat here, and report this",
			(unsigned long long)c->dropped_actions);
		c->dropped_actions = 0;
	}
}

void core_step(struct core *c, struct instant now, const struct event *event)
{
	begin_step(c, now);
	if (!take_event(c, event) || (c->phase == PHASE_GONE && !c->beat.due))
		return;
	if (c->phase != PHASE_INIT) {
		membership_tick(c, event->kind == EVENT_TIMER);
		ownership_tick(c);
		settle(c);
		leave(c);
	}
	if (beat_take(c))
		outbox_status(c);
	if (c->phase == PHASE_GONE)
		beat_done(c);
}

struct mono core_deadline(const struct core *c)
{
	if (c->phase == PHASE_INIT || c->phase == PHASE_GONE)
		return MONO_FAR;
	struct mono next = mono_min(c->beat.next, membership_deadline(c));
	next = mono_min(next, ownership_deadline(c));
	next = mono_min(next, c->dialect->deadline(c));
	next = mono_min(next, move_deadline(c));
	return mono_min(next, c->leave_deadline);
}
