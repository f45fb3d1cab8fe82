// SPDX-License-Identifier: MIT
#include "heartbeat/core/reconfigure.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/membership.h"
#include "heartbeat/core/native/settings.h"
#include "heartbeat/core/state.h"

enum { NOT_FOUND = -1 };

struct core_change {
	const struct ha_cf *conf;
	const struct haresources *resources;
	struct auth *auth;
	struct node *nodes;
	struct link *links;
	struct group *groups;
	uint64_t steps; /* the step of the core at which the change was prepared */
};

/* --- what is the same in both configurations --- */

static bool same_line(const struct group_conf *a, const struct group_conf *b)
{
	if (a->count != b->count || strcmp(a->home, b->home) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->resources[i].text, b->resources[i].text) != 0)
			return false;
	return true;
}

static int group_by_id(const struct haresources *r, uint32_t id)
{
	for (size_t g = 0; g < r->count; g++)
		if (r->groups[g].id == id)
			return (int)g;
	return NOT_FOUND;
}

static int medium_like(const struct ha_cf *conf, const struct medium_conf *wanted)
{
	for (size_t i = 0; i < conf->media_count; i++)
		if (conf->media[i].kind == wanted->kind && strcmp(conf->media[i].name, wanted->name) == 0)
			return (int)i;
	return NOT_FOUND;
}

static bool has_node(const struct ha_cf *conf, const char *name)
{
	for (size_t i = 0; i < conf->node_count; i++)
		if (strcmp(conf->nodes[i], name) == 0)
			return true;
	return false;
}

/* --- whether the new configuration is allowed --- */

/* Returns true if a move of an operator includes the group, which does not run here. */
static bool moves(const struct core *c, size_t g)
{
	for (size_t i = 0; i < CORE_MOVES_MAX; i++)
		if (c->moves[i].active && c->moves[i].groups[g] != MOVE_OUT)
			return true;
	return false;
}

/* The message also proposes to stop heartbeat, because a group cannot be given to the peer when the haresources of the
 * peer does not have it any more. */
static bool groups_allow(const struct core *c, const struct haresources *fresh, char why[CORE_WHY_MAX])
{
	for (size_t g = 0; g < c->group_count; g++) {
		const struct group_conf *old = &c->resources->groups[g];
		int now = group_by_id(fresh, old->id);
		if (now != NOT_FOUND && same_line(&fresh->groups[now], old))
			continue;
		enum group_state s = c->groups[g].state;
		const char *what = now == NOT_FOUND ? "is gone" : "is changed";
		if (s == OWN_HELD || s == OWN_STUCK)
			(void)snprintf(why, CORE_WHY_MAX,
				"group %s: its line in haresources %s, but the group is %s here. Give it to the other "
				"node first (hb_standby) and reload then; or stop heartbeat here, and start it with the "
				"new file",
				old->key, what, group_state_name(s));
		else if (ownership_is_active(s) || s == OWN_CLAIM || moves(c, g))
			(void)snprintf(why, CORE_WHY_MAX,
				"group %s: its line in haresources %s, but the group is moving (here it is %s). Reload "
				"when cl_status rscstatus no longer says transition",
				old->key, what, group_state_name(s));
		else
			continue;
		return false;
	}
	return true;
}

static bool nodes_allow(const struct core *c, const struct core_config *config, char why[CORE_WHY_MAX])
{
	static const char remedy[] = "The nodes of a running cluster cannot change: stop heartbeat on all nodes, change "
				     "ha.cf there, and start it again";
	if (strcmp(config->node, c->node_name) != 0) {
		(void)snprintf(why, CORE_WHY_MAX,
			"this node was started with the name %s and has the name %s now (uname -n, or nodeinfo): a name "
			"changes only when heartbeat is stopped and started",
			c->node_name, config->node);
		return false;
	}
	for (size_t i = 0; i < c->conf->node_count; i++)
		if (!has_node(config->conf, c->conf->nodes[i])) {
			(void)snprintf(why, CORE_WHY_MAX, "node %s is gone from ha.cf. %s", c->conf->nodes[i], remedy);
			return false;
		}
	for (size_t i = 0; i < config->conf->node_count; i++)
		if (!has_node(c->conf, config->conf->nodes[i])) {
			(void)snprintf(
				why, CORE_WHY_MAX, "node %s is new in ha.cf. %s", config->conf->nodes[i], remedy);
			return false;
		}
	if (config->conf->node_count > CORE_NODES_SERVED && config->resources->count) {
		(void)snprintf(why, CORE_WHY_MAX,
			"haresources serves exactly two nodes, but ha.cf names more: remove the groups");
		return false;
	}
	return true;
}

static bool allowed(const struct core *c, const struct core_config *config, char why[CORE_WHY_MAX])
{
	bool was_legacy = c->conf->failback == FAILBACK_LEGACY, legacy = config->conf->failback == FAILBACK_LEGACY;
	if (c->phase >= PHASE_LEAVING) {
		(void)snprintf(why, CORE_WHY_MAX, "this node is shutting down");
		return false;
	}
	if (c->dialect != &dialect_native && was_legacy != legacy) {
		(void)snprintf(why, CORE_WHY_MAX,
			"auto_failback legacy: %s runs Heartbeat 3.0.6 or older, which must change at the same moment. "
			"Stop heartbeat on both nodes, change both files, and start it again",
			node_peer_name(c));
		return false;
	}
	return nodes_allow(c, config, why) && groups_allow(c, config->resources, why);
}

struct core_change *core_prepare(const struct core *c, const struct core_config *config, char why[CORE_WHY_MAX])
{
	if (!allowed(c, config, why))
		return NULL;
	struct core_change *change = calloc(1, sizeof *change);
	if (change) {
		*change = (struct core_change){.conf = config->conf, .resources = config->resources, .steps = c->steps};
		change->auth = auth_new(config->keys);
		change->nodes = membership_new_nodes(config->conf, &change->links);
		change->groups = group_new_all(config->resources->count);
	}
	if (change && change->auth && change->nodes && change->groups)
		return change;
	(void)snprintf(why, CORE_WHY_MAX, "out of memory, or OpenSSL does not offer a method of authkeys");
	core_change_abandon(change);
	return NULL;
}

void core_change_abandon(struct core_change *change)
{
	if (!change)
		return;
	auth_free(change->auth);
	free(change->nodes);
	free(change->links);
	free(change->groups);
	free(change);
}

/* --- using the new configuration --- */

static struct node *node_before(struct node *nodes, size_t count, const struct node *n)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].ping == n->ping && strcmp(nodes[i].name, n->name) == 0)
			return &nodes[i];
	return NULL;
}

/* Copy the state of the nodes and links.  old: the configuration before; c->conf is the new configuration. */
static void take_nodes(struct core *c, struct core_change *change, const struct ha_cf *old)
{
	struct node *before = c->nodes;
	struct link *links_before = c->links;
	size_t count = c->node_count;
	const char *why;
	c->nodes = change->nodes;
	c->links = change->links;
	c->node_count = 0;
	bool served = membership_init(c, &why);
	assert(served); /* core_prepare has checked that it is served */
	for (size_t i = 0; i < c->node_count; i++) {
		struct node *n = &c->nodes[i], *o = node_before(before, count, n);
		struct node laid_out = *n;
		if (!o) { /* a new ping node */
			n->deadline = c->phase == PHASE_INIT ? MONO_FAR : mono_add(c->now.mono, c->conf->deadping);
			continue;
		}
		*n = *o;
		n->name = laid_out.name;
		n->ping_medium = laid_out.ping_medium;
		n->links = laid_out.links;
		for (size_t m = 0; m < c->conf->media_count; m++) {
			int was = medium_like(old, &c->conf->media[m]);
			if (was != NOT_FOUND)
				n->links[m] = o->links[was];
		}
	}
	change->nodes = before;
	change->links = links_before;
}

/* Moves and dialects have arrays with an element for each group.  Move each element to the new index of its group. */
static void take_moves(struct core *c, const int *was)
{
	for (size_t i = 0; i < CORE_MOVES_MAX; i++) {
		struct move before = c->moves[i];
		for (size_t g = 0; g < HARESOURCES_GROUPS_MAX; g++)
			c->moves[i].groups[g] =
				g < c->group_count && was[g] != NOT_FOUND ? before.groups[was[g]] : MOVE_OUT;
	}
	struct classic before = c->classic;
	for (size_t g = 0; g < HARESOURCES_GROUPS_MAX; g++) {
		bool known = g < c->group_count && was[g] != NOT_FOUND;
		c->classic.offer_after[g] = known ? before.offer_after[was[g]] : MONO_NEVER;
		c->classic.legacy.request_at[g] = known ? before.legacy.request_at[was[g]] : MONO_NEVER;
		c->classic.legacy.granted[g] = known && before.legacy.granted[was[g]];
		c->classic.legacy.owed[g] = known && before.legacy.owed[was[g]];
	}
}

static void take_groups(struct core *c, struct core_change *change, const struct haresources *old)
{
	int was[HARESOURCES_GROUPS_MAX];
	struct group *before = c->groups;
	c->groups = change->groups;
	c->group_count = c->resources->count;
	ownership_init(c, NULL, 0);
	for (size_t g = 0; g < c->group_count; g++) {
		bool mine = c->groups[g].mine;
		was[g] = group_by_id(old, c->resources->groups[g].id);
		if (was[g] == NOT_FOUND)
			continue;
		c->groups[g] = before[was[g]];
		c->groups[g].mine = mine;
	}
	take_moves(c, was);
	change->groups = before;
	/* The peer may have another haresources or ha.cf than this node now, so a difference must be logged again. */
	c->native.digest_differs_logged = false;
}

/* While auto_failback was off, the home of a group may have come back, and the group stayed here.  To switch
 * auto_failback on is not a return of the home, so it must not move the group. */
static void take_failback(struct core *c, const struct ha_cf *old)
{
	if (old->failback != FAILBACK_OFF || c->conf->failback == FAILBACK_OFF || !c->nodes[c->peer].heard)
		return;
	for (size_t g = 0; g < c->group_count; g++)
		c->groups[g].failback_due = c->groups[g].was_due = false;
}

static void take_keys(struct core *c, struct core_change *change)
{
	struct auth *before = c->auth;
	const struct node *peer = node_peer(c);
	c->auth = change->auth;
	change->auth = before;
	if (peer && peer->status != NODE_DEAD && !(auth_accepts(before, c->auth) && auth_accepts(c->auth, before)))
		core_log(c, LOG_LEVEL_WARN,
			"Packets are signed with another key now, and with the files as they were the nodes ignore each "
			"other: reload %s too, within deadtime (%lld s). authkeys(5), \"Changing the key\", has a way "
			"without haste.",
			peer->name, (long long)(span_to_ms(c->conf->deadtime) / 1000));
}

/* --- logging what is new --- */

static void say_times(struct writer *w, const struct ha_cf *old, const struct ha_cf *new)
{
	const struct {
		const char *name;
		struct span before, after;
	} times[] = {{"keepalive", old->keepalive, new->keepalive}, {"deadtime", old->deadtime, new->deadtime},
		{"warntime", old->warntime, new->warntime}, {"initdead", old->initdead, new->initdead},
		{"deadping", old->deadping, new->deadping}};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i].before.ns != times[i].after.ns)
			writer_format(w, ", %s %lld ms", times[i].name, (long long)span_to_ms(times[i].after));
}

/* List the media and groups that a has and b does not have. */
static void say_lacking(struct writer *w, const char *what, const struct core_change *a, const struct core_change *b)
{
	for (size_t i = 0; i < a->conf->media_count; i++)
		if (medium_like(b->conf, &a->conf->media[i]) == NOT_FOUND)
			writer_format(w, ", %s medium %s %s", what, medium_kind_name(a->conf->media[i].kind),
				a->conf->media[i].name);
	for (size_t g = 0; g < a->resources->count; g++)
		if (group_by_id(b->resources, a->resources->groups[g].id) == NOT_FOUND)
			writer_format(w, ", %s group %s", what, a->resources->groups[g].key);
}

static void say_changes(struct core *c, const struct core_change *old, const struct core_change *new)
{
	char text[512];
	struct writer w = writer_over(text, sizeof text - 1);
	say_times(&w, old->conf, new->conf);
	say_lacking(&w, "new", new, old);
	say_lacking(&w, "without", old, new);
	if (auth_active(old->auth) != auth_active(new->auth))
		writer_format(&w, ", signing with key %u", auth_active(new->auth));
	text[w.len] = 0;
	core_log(c, LOG_LEVEL_INFO, "The new configuration is in use%s; what runs here goes on", text);
}

void reconfigure_apply(struct core *c, struct core_change *change)
{
	struct core_change old = {.conf = c->conf, .resources = c->resources, .auth = c->auth};
	assert(change->steps + 1 == c->steps);
	say_changes(c, &old, change);
	c->conf = change->conf;
	c->resources = change->resources;
	take_groups(c, change, old.resources);
	take_nodes(c, change, old.conf);
	ipfail_reconfigured(c);
	settings_reconfigured(c);
	take_keys(c, change);
	take_failback(c, old.conf);
	membership_times_changed(c, old.conf);
	beat_times_changed(c);
	fencing_reconfigured(c, old.conf);
	action_holdings(c);
	beat_soon(c);
	core_change_abandon(change); /* the change now contains the old objects of the core */
}
