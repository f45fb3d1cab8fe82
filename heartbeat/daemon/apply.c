// SPDX-License-Identifier: MIT
/* Carries out the actions of the core: one row for each kind. */
#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/paths.h"
#include "lib/log.h"

static void apply_send(struct engine *e, const struct action *a)
{
	media_send(e->media, a->send.data);
}

static void apply_ping(struct engine *e, const struct action *a)
{
	media_ping(e->media, a->send.medium, a->send.data);
}

static void apply_start(struct engine *e, const struct action *a)
{
	exec_group_start(e->exec, a->group.group);
}

static void apply_stop(struct engine *e, const struct action *a)
{
	exec_group_stop(e->exec, a->group.group);
}

static void apply_announce(struct engine *e, const struct action *a)
{
	exec_group_announce(e->exec, a->group.group);
}

/* A fencing request that certainly failed: the core does not take over the peer's groups and requests fencing again. */
struct refusal {
	struct engine *engine;
	size_t node;
};

static gboolean refuse_fence(gpointer data)
{
	struct refusal *r = data;
	struct event event = {.kind = EVENT_FENCE_DONE, .fence_done = {.node = r->node, .ok = false}};
	engine_step(r->engine, &event);
	g_free(r);
	return G_SOURCE_REMOVE;
}

static void apply_fence(struct engine *e, const struct action *a)
{
	log_at(LOG_LEVEL_ERROR,
		"node %s cannot be reset: this version has no stonith drivers. Take its power off by hand and restart heartbeat there, "
		"or remove the stonith lines of ha.cf if nothing shared can be damaged by two owners",
		a->fence.name);
	struct refusal *r = g_new0(struct refusal, 1);
	*r = (struct refusal){.engine = e, .node = a->fence.node};
	g_idle_add(refuse_fence, r);
}

static void apply_log(struct engine *e, const struct action *a)
{
	(void)e;
	log_at(a->log.level, "%s", a->log.text);
}

static void apply_hook(struct engine *e, const struct action *a)
{
	exec_hook(e->exec, PATH_RC_D, a->hook.name, a->hook.environment);
}

static void apply_notify(struct engine *e, const struct action *a)
{
	if (e->api)
		api_notify(e->api, a->notify.data);
}

static void apply_move_done(struct engine *e, const struct action *a)
{
	if (e->api)
		api_move_done(e->api, a->move_done.id, a->move_done.ok, a->move_done.text);
}

static void apply_holdings(struct engine *e, const struct action *a)
{
	(void)a;
	holdings_record(e->config->holdings, e->core, e->files->resources);
}

static void apply_stopped(struct engine *e, const struct action *a)
{
	(void)a;
	bool clean = true;
	for (size_t g = 0; g < e->files->resources->count; g++) {
		struct group_view v;
		core_group_view(e->core, g, &v);
		clean = clean && v.state != OWN_STUCK;
	}
	if (clean)
		holdings_forget(e->config->holdings);
	e->exit_code = ENGINE_STOPPED;
	g_main_loop_quit(e->loop);
}

static void (*const table[])(struct engine *e, const struct action *a) = {
	[ACTION_SEND] = apply_send,
	[ACTION_PING] = apply_ping,
	[ACTION_GROUP_START] = apply_start,
	[ACTION_GROUP_STOP] = apply_stop,
	[ACTION_GROUP_ANNOUNCE] = apply_announce,
	[ACTION_FENCE] = apply_fence,
	[ACTION_LOG] = apply_log,
	[ACTION_HOOK] = apply_hook,
	[ACTION_NOTIFY] = apply_notify,
	[ACTION_MOVE_DONE] = apply_move_done,
	[ACTION_HOLDINGS] = apply_holdings,
	[ACTION_STOPPED] = apply_stopped,
};

void apply_actions(struct engine *e)
{
	struct action a;
	while (core_action(e->core, &a))
		table[a.kind](e, &a);
}
