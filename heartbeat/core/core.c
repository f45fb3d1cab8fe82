// SPDX-License-Identifier: MIT
/* The functions of core.h: make and free the state, process an event, apply the tables until no group moves any more,
 * and send what is due. */
#include "heartbeat/core/core.h"

#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/membership.h"
#include "heartbeat/core/message_types.h"
#include "heartbeat/core/notify.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/receive.h"
#include "heartbeat/core/reconfigure.h"
#include "heartbeat/core/state.h"

enum {
	GRACE_MS = 1500,          /* doc/protocol.md 7.8: "needs the statuses of the leaving node a little longer" */
	/* One pass is nearly always enough.  If more than this are needed, the next event continues. */
	SETTLE_PASSES = 8,
};

/* --- making --- */

static bool allocate(struct core *c, const struct core_config *config)
{
	c->nodes = membership_new_nodes(config->conf, &c->links);
	c->groups = group_new_all(config->resources->count);
	/* malloc is enough: action_add clears each action */
	c->actions = malloc((CORE_ACTIONS_MAX + 1) * sizeof *c->actions);
	c->arena_memory = malloc(CORE_ARENA);
	c->in_arena = malloc(CODEC_UNCOMPRESSED_MAX);
	c->out_arena = malloc(CODEC_DATAGRAM_MAX);
	c->datagram = malloc(2 * (size_t)CODEC_DATAGRAM_MAX);
	c->history = history_new();
	c->auth = auth_new(config->keys);
	return c->nodes && c->groups && c->actions && c->arena_memory && c->in_arena && c->out_arena && c->datagram &&
	       c->history && c->auth;
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
	c->life = namesake_life(config->seed);
	c->dialect = &dialect_native;
	c->leave_deadline = c->beat.next = MONO_FAR;
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
	ipfail_init(c);
	proof_init(c, fencing_is_configured(c));
	memory_recall(c, config->remembered);
	fencing_init(c);
	ownership_init(c, config->adopted, config->adopted_count);
	return c;
}

void core_free(struct core *c)
{
	if (!c)
		return;
	free(c->nodes);
	free(c->links);
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

void core_set_beats_wanted(struct core *c, bool wanted)
{
	c->beats_wanted = wanted;
}

/* --- events --- */

static void on_start(struct core *c)
{
	membership_start(c);
	outbox_status(c);
	beat_start(c);
	phase_set(c, PHASE_UP);
	fencing_start(c);
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
		replaced ? ": the other node may have taken over. Everything is released first; then the other node is asked." : ".");
	membership_stalled(c, gap);
	if (replaced && c->phase < PHASE_LEAVING)
		ownership_release_all(c, "this node stood still for longer than deadtime");
}

static void order_move(struct core *c, bool takeover, enum half half, unsigned id)
{
	if (takeover) {
		ipfail_override(c);
		memory_ordered(c);
	}
	move_begin(c, takeover, half, id, NULL);
}

static void on_confirm(struct core *c, size_t node, unsigned id)
{
	const char *text;
	bool ok = fencing_confirm(c, node, &text);
	struct action *a = action_add(c, ACTION_MOVE_DONE);
	a->move_done.id = id;
	a->move_done.ok = ok;
	a->move_done.text = text;
}

/* Process an order from the FIFO or from a client.  The order has the form of a message of the classic dialect. */
static void take_order(struct core *c, const struct message *m, bool takeover)
{
	enum half half = HALF_ALL;
	struct bytes word = message_string(m, "rsc_hold");
	bool good_half = !word.len || half_parse(word, &half);
	if (takeover && bytes_equal_text(word, "failback"))
		/* only our groups come back to their home; Heartbeat 3.0.6 takes all groups, which was not ordered */
		half = HALF_LOCAL;
	if (good_half)
		order_move(c, takeover, half, 0);
	else
		core_log(c, LOG_LEVEL_WARN,
			"%s from the FIFO was ignored: rsc_hold must be all, local, foreign or failback",
			takeover ? "hb_takeover" : "ask_resources");
}

/* Send a message to the cluster, with the common fields of this node. */
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
	outbox_send(c, out, node_find(c, message_string(m, "dest")));
	/* a message without a destination, or for this node, is for our own clients too */
	enum message_owner owner = message_type_of(bytes_of(name))->owner;
	if ((owner == MESSAGE_OF_CLIENTS || owner == MESSAGE_OF_API) &&
		(!message_find(m, "dest") || message_is(m, "dest", c->node_name)))
		notify_clients(c, out);
}

/* Process a message from the FIFO or from a client. */
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
		core_log(c, LOG_LEVEL_WARN, "a message from the FIFO was ignored: its type is reserved for the daemon");
	else
		pass_on(c, m);
}

/* Process an event.  Returns false when nothing has changed on which a decision depends. */
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
	case EVENT_GROUP_READY:
		ownership_group_ready(c, e->group_ready.group, e->group_ready.ready, e->group_ready.why);
		break;
	case EVENT_GROUP_CLEAN:
		ownership_group_clean(c, e->group_clean.group);
		break;
	case EVENT_FENCE_DONE:
		fencing_done(c, e->fence_done.attempt, e->fence_done.result, e->fence_done.text);
		break;
	case EVENT_CONFIRM:
		on_confirm(c, e->confirm.node, e->confirm.id);
		break;
	case EVENT_MOVE:
		order_move(c, e->move.takeover, e->move.half, e->move.id);
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
	case EVENT_TO_SELF:
		membership_to_self(c, e->to_self.medium, e->to_self.on);
		break;
	case EVENT_RELOADED:
		reconfigure_apply(c, e->reloaded.change);
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

/* Returns true if the shutdown notice may be sent.  While the peer cannot use it yet, the notice waits, but not for
 * long, because all groups are released and no node runs them. */
static bool notice_may_go(struct core *c, const struct node *peer)
{
	if (c->dialect->notice_counts(c) || mono_reached(c->now.mono, c->leave_deadline))
		return true;
	if (c->leave_deadline.ns == MONO_FAR.ns) {
		c->leave_deadline = mono_add(c->now.mono, c->conf->initdead);
		core_log(c, LOG_LEVEL_INFO,
			"The shutdown notice waits until %s is active, for at most %lld ms: before that it would not take over.",
			peer->name, (long long)span_to_ms(c->conf->initdead));
	}
	return false;
}

static void say_goodbye(struct core *c)
{
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

static void leave(struct core *c)
{
	if (c->phase != PHASE_LEAVING)
		return;
	if (only_stuck_left(c)) {
		core_log(c, LOG_LEVEL_CRIT,
			"Leaving without a shutdown notice: something could not be stopped here, and the other node must not believe that it was.");
		go(c);
		return;
	}
	if (!ownership_all_released(c))
		return;
	const struct node *peer = node_peer(c);
	bool listens = peer && peer->status != NODE_DEAD && peer->heard;
	if (!c->said_goodbye && (!listens || notice_may_go(c, peer)))
		say_goodbye(c);
	if (c->said_goodbye && (!listens || c->proof.kind == PROOF_LEFT || c->dialect->may_leave(c) ||
				       mono_reached(c->now.mono, c->leave_deadline)))
		go(c);
}

/* --- the step --- */

/* Repeat until no group moves any more, because each part can cause a change in another part.  A report of the peer can
 * move a group.  What we publish about the group can change the meaning of the report for the dialect.  A group that
 * has moved can end a move of an operator, or let it continue. */
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
	c->steps++;
	c->holdings_queued = false;
	if (c->action_head == c->action_tail) {
		c->action_head = c->action_tail = 0;
		c->arena = writer_over(c->arena_memory, CORE_ARENA);
	}
	if (c->dropped_actions) {
		core_log(c, LOG_LEVEL_CRIT,
			"internal error: %llu action(s) were lost, because their list was full: restart heartbeat on this node, and report this bug",
			(unsigned long long)c->dropped_actions);
		c->dropped_actions = 0;
	}
}

void core_step(struct core *c, struct instant now, const struct event *event)
{
	begin_step(c, now);
	bool changed = take_event(c, event);
	/* beat.due is tested, because a dropped packet can also need an answer */
	if (!c->beat.due && (!changed || c->phase == PHASE_GONE))
		return;
	if (c->phase != PHASE_INIT) {
		membership_tick(c, event->kind == EVENT_TIMER);
		ownership_tick(c);
		ipfail_tick(c);
		settle(c);
		leave(c);
	}
	if (beat_take(c))
		outbox_status(c);
	if (c->phase == PHASE_GONE)
		beat_done(c);
	memory_note(c);
}

void core_commit(struct core *c, struct core_change *change, struct instant now)
{
	struct event event = {.kind = EVENT_RELOADED, .reloaded = {.change = change}};
	core_step(c, now, &event);
}

static struct mono beat_deadline(const struct core *c)
{
	return c->beat.next;
}

static struct mono dialect_deadline(const struct core *c)
{
	return c->dialect->deadline(c);
}

static struct mono leave_deadline(const struct core *c)
{
	return c->leave_deadline;
}

/* All parts that have a deadline.  The first row only sends; the other rows decide. */
static const struct {
	const char *name; /* for status_view */
	struct mono (*deadline)(const struct core *c);
} waits[] = {
	{"heartbeat", beat_deadline},
	{"node", membership_deadline},
	{"group", ownership_deadline},
	{"dialect", dialect_deadline},
	{"move", move_deadline},
	{"ping", ipfail_deadline},
	{"shutdown", leave_deadline},
};
enum { ONLY_SENDS = 1, WAITS = sizeof waits / sizeof *waits };

/* The earliest deadline of the rows from index "from" on; *of: the name of its row. */
static struct mono next_wait(const struct core *c, size_t from, const char **of)
{
	struct mono next = MONO_FAR;
	*of = "";
	for (size_t i = from; i < WAITS; i++) {
		struct mono deadline = waits[i].deadline(c);
		if (deadline.ns >= next.ns)
			continue;
		next = deadline;
		*of = waits[i].name;
	}
	return next;
}

struct mono core_next_wait(const struct core *c, const char **of)
{
	*of = "";
	return c->phase == PHASE_INIT || c->phase == PHASE_GONE ? MONO_FAR : next_wait(c, 0, of);
}

struct mono core_deadline(const struct core *c)
{
	const char *of;
	return core_next_wait(c, &of);
}

bool core_decides(const struct core *c, struct mono now)
{
	const char *of;
	return mono_reached(now, next_wait(c, ONLY_SENDS, &of));
}
