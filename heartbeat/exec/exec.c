// SPDX-License-Identifier: MIT
#include "heartbeat/exec/exec.h"

#include <errno.h>
#include <string.h>

#include "heartbeat/exec/environment.h"
#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

/* --- groups and the resources that they share ------------------------------------------------- */

static bool is_same_resource(const struct resource_conf *a, const struct resource_conf *b)
{
	bool same = a->arg_count == b->arg_count && strcmp(a->script, b->script) == 0;
	for (size_t i = 0; same && i < a->arg_count; i++)
		same = strcmp(a->args[i], b->args[i]) == 0;
	return same;
}

static struct resource *resource_for(struct exec *e, const struct resource_conf *conf)
{
	for (size_t i = 0; i < e->resource_count; i++)
		if (is_same_resource(e->resources[i].conf, conf))
			return &e->resources[i];
	e->resources[e->resource_count].conf = conf;
	return &e->resources[e->resource_count++];
}

static void build_groups(struct exec *e, const struct haresources *file)
{
	size_t all = 0;
	for (size_t i = 0; i < file->count; i++)
		all += file->groups[i].count;
	e->group_count = file->count;
	e->groups = g_new0(struct run_group, file->count);
	e->resources = g_new0(struct resource, all); /* this array does not grow, because groups point into it */
	for (size_t i = 0; i < file->count; i++) {
		struct run_group *g = &e->groups[i];
		*g = (struct run_group){.exec = e, .conf = &file->groups[i], .index = i, .next = -1};
		g->resources = g_new0(struct resource *, g->conf->count);
		for (size_t j = 0; j < g->conf->count; j++)
			g->resources[j] = resource_for(e, &g->conf->resources[j]);
	}
}

/* --- life ------------------------------------------------------------------------------------- */

static void set_config(struct exec *e, const struct exec_config *config)
{
	e->config = *config;
	if (e->config.stop_attempts == 0)
		e->config.stop_attempts = STOP_ATTEMPTS_DEFAULT;
	g_strfreev(e->environment);
	e->environment = environment_build(config->conf, config->node, NULL);
}

struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers)
{
	struct exec *e = g_new0(struct exec, 1);
	set_config(e, config);
	e->handlers = *handlers;
	e->addresses = address_table_new();
	if (e->addresses == NULL) {
		int error = errno;
		log_at(LOG_LEVEL_CRIT, "cannot open a netlink socket: %s; no address could be taken over",
			strerror(error));
		g_strfreev(e->environment);
		g_free(e);
		errno = error;
		return NULL;
	}
	e->announcements = announcements_new();
	exec_reports_init(e);
	e->hooks = hook_queue_new(e);
	build_groups(e, config->resources);
	e->foreign = foreign_new(config->foreign_file);
	e->survey = survey_new(e);
	e->address_failed = address_keeper_start_failed;
	e->keeper = address_keeper_new(e);
	e->group_runs = monitors_begin;
	e->group_moves = monitors_rest;
	e->monitors = monitors_new(e);
	address_class_prepare(e);
	return e;
}

static void free_groups(struct exec *e)
{
	for (size_t i = 0; i < e->group_count; i++) {
		run_group_abandon(&e->groups[i]);
		g_free(e->groups[i].resources);
	}
	g_free(e->groups);
	g_free(e->resources);
	e->resource_count = 0;
}

/* A group that is held when the configuration changes. */
struct kept_group {
	uint32_t id;
	bool halted, wanted; /* not wanted: its stop has failed */
};

static GArray *held_groups(const struct exec *e)
{
	GArray *held = g_array_new(FALSE, FALSE, sizeof(struct kept_group));
	for (size_t i = 0; i < e->group_count; i++) {
		const struct run_group *g = &e->groups[i];
		struct kept_group kept = {g->conf->id, g->state == RUN_HALTED, g->wanted};
		if (g->state == RUN_HELD || kept.halted || g->repair != REPAIR_NONE)
			g_array_append_val(held, kept);
	}
	return held;
}

/* A group that nothing watches would be missing in the status, where an operator sees that it is halted. */
static void adopt_halted(const struct exec *e, struct run_group *g, bool interrupted)
{
	if (monitors_has(e->monitors, g)) {
		run_group_adopt_halted(g, interrupted);
		return;
	}
	log_at(LOG_LEVEL_WARN, "group %s is started: no monitor line watches it any more, and on-fail stop had stopped it",
		g->conf->key);
	run_group_adopt_interrupted(g);
}

static void adopt_again(const GArray *held, struct run_group *g)
{
	for (guint k = 0; k < held->len; k++) {
		const struct kept_group *kept = &g_array_index(held, struct kept_group, k);
		if (kept->id != g->conf->id)
			continue;
		if (kept->halted)
			adopt_halted(g->exec, g, false);
		else if (kept->wanted)
			run_group_adopt(g);
		else
			run_group_adopt_stuck(g);
	}
}

void exec_reconfigure(struct exec *e, const struct exec_config *config)
{
	GArray *held = held_groups(e);
	GHashTable *reported = address_keeper_reports(e->keeper);
	struct monitors *monitors = e->monitors;
	monitors_end(monitors);
	survey_free(e->survey);
	address_keeper_free(e->keeper);
	free_groups(e);
	set_config(e, config);
	build_groups(e, config->resources);
	e->survey = survey_new(e);
	e->keeper = address_keeper_new(e);
	address_keeper_inherit(e->keeper, reported);
	g_hash_table_destroy(reported);
	e->monitors = monitors_new(e);
	for (size_t i = 0; i < e->group_count; i++)
		adopt_again(held, &e->groups[i]);
	monitors_inherit(e->monitors, monitors);
	monitors_free(monitors);
	(void)g_array_free(held, TRUE);
	if (e->config.halted != NULL)
		halted_groups_keep(e->config.halted, config->resources);
	address_class_prepare(e);
}

void exec_free(struct exec *e)
{
	if (e == NULL)
		return;
	survey_free(e->survey);
	monitors_end(e->monitors);
	monitors_free(e->monitors);
	address_keeper_free(e->keeper);
	foreign_free(e->foreign);
	free_groups(e);
	exec_reports_free(e);
	hook_queue_free(e->hooks);
	g_ptr_array_free(e->announcements, TRUE);
	address_table_free(e->addresses);
	g_strfreev(e->environment);
	g_free(e);
}

/* --- what the daemon asks for ----------------------------------------------------------------- */

void exec_group_start(struct exec *e, size_t group)
{
	if (group < e->group_count)
		run_group_start(&e->groups[group]);
}

void exec_group_stop(struct exec *e, size_t group)
{
	if (group < e->group_count)
		run_group_stop(&e->groups[group]);
}

void exec_group_adopt(struct exec *e, size_t group)
{
	if (group < e->group_count)
		run_group_adopt(&e->groups[group]);
}

void exec_group_adopt_interrupted(struct exec *e, size_t group)
{
	if (group >= e->group_count)
		return;
	if (monitors_has(e->monitors, &e->groups[group]))
		run_group_adopt_interrupted(&e->groups[group]);
	else
		run_group_adopt(&e->groups[group]);
}

void exec_group_adopt_halted(struct exec *e, size_t group, bool interrupted)
{
	if (group < e->group_count)
		adopt_halted(e, &e->groups[group], interrupted);
}

void exec_group_ran(struct exec *e, size_t group)
{
	if (group < e->group_count)
		run_group_ran(&e->groups[group]);
}

void exec_group_look(struct exec *e, size_t group)
{
	if (group < e->group_count)
		survey_add(e->survey, &e->groups[group]);
}

bool exec_is_repairing(const struct exec *e)
{
	return run_groups_repairing(e);
}

bool exec_watch(const struct exec *e, size_t position, struct watch_view *out)
{
	return monitors_view(e->monitors, position, out);
}

void exec_group_clean(struct exec *e, size_t group)
{
	if (group >= e->group_count)
		return;
	monitors_forget(e->monitors, &e->groups[group]);
	run_group_resume(&e->groups[group]);
}

void exec_group_announce(struct exec *e, size_t group)
{
	for (size_t i = 0; group < e->group_count && i < e->groups[group].conf->count; i++)
		address_class_announce(e, &e->groups[group].conf->resources[i]);
}

void exec_interfaces_changed(struct exec *e)
{
	address_keeper_look(e->keeper);
}
