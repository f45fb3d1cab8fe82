// SPDX-License-Identifier: MIT
/* Carries out the actions of the core: one row for each kind. */
#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/fence_runner.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/peer_file.h"
#include "lib/log.h"

static void apply_send(struct engine *e, const struct action *a)
{
	const struct media_message message = {a->send.data, a->send.text, a->send.is_status};
	kept_datagrams_add(e->kept, true, "", (struct bytes){NULL, 0}, a->send.data, mono_now());
	if (media_send(e->media, &message))
		e->shared->sent_ns = e->last_step.ns;
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

static void apply_fence(struct engine *e, const struct action *a)
{
	fence_runner_start(e, a);
}

static void apply_fence_cancel(struct engine *e, const struct action *a)
{
	(void)e;
	fence_runner_cancel(a->fence.attempt);
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
		api_notify(e->api, a->notify.data, a->notify.beat);
}

static void apply_move_done(struct engine *e, const struct action *a)
{
	if (e->api)
		api_request_done(e->api, a->move_done.id, a->move_done.ok, a->move_done.text);
}

/* Returns true if the survey still looks at a group, or if a group that was left behind is being stopped. */
static bool has_unknown(const struct engine *e)
{
	bool any = false;
	for (size_t g = 0; g < e->files->resources->count; g++) {
		struct group_view v;
		core_group_view(e->core, g, &v);
		any |= v.state == OWN_UNKNOWN;
	}
	return any;
}

static void apply_holdings(struct engine *e, const struct action *a)
{
	(void)a;
	holdings_record(&e->shared->holdings, e->core, e->files->resources);
	e->shared->looked = e->shared->looked || !has_unknown(e);
}

static void apply_remember(struct engine *e, const struct action *a)
{
	peer_file_store(e->peer_file, a->remember.memory, a->remember.soon);
}

static void apply_stopped(struct engine *e, const struct action *a)
{
	(void)a;
	e->shared->engine_clean = true;
	e->exit_code = EXIT_OK;
	g_main_loop_quit(e->loop);
}

static void (*const table[])(struct engine *e, const struct action *a) = {
	[ACTION_SEND] = apply_send,
	[ACTION_PING] = apply_ping,
	[ACTION_GROUP_START] = apply_start,
	[ACTION_GROUP_STOP] = apply_stop,
	[ACTION_GROUP_ANNOUNCE] = apply_announce,
	[ACTION_FENCE] = apply_fence,
	[ACTION_FENCE_CANCEL] = apply_fence_cancel,
	[ACTION_LOG] = apply_log,
	[ACTION_HOOK] = apply_hook,
	[ACTION_NOTIFY] = apply_notify,
	[ACTION_MOVE_DONE] = apply_move_done,
	[ACTION_HOLDINGS] = apply_holdings,
	[ACTION_REMEMBER] = apply_remember,
	[ACTION_STOPPED] = apply_stopped,
};

void apply_actions(struct engine *e)
{
	struct action a;
	while (core_action(e->core, &a))
		table[a.kind](e, &a);
}
