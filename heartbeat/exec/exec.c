// SPDX-License-Identifier: MIT
#include "heartbeat/exec/exec.h"

#include <errno.h>
#include <string.h>

#include "heartbeat/exec/environment.h"
#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

struct report {
	size_t group;
	enum exec_operation operation;
	bool ok, still_active;
	char *why;
};

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
	e->resources = g_new0(struct resource, all); /* never grows: groups point into it */
	for (size_t i = 0; i < file->count; i++) {
		struct run_group *g = &e->groups[i];
		*g = (struct run_group){.exec = e, .conf = &file->groups[i], .index = i, .next = -1};
		g->resources = g_new0(struct resource *, g->conf->count);
		for (size_t j = 0; j < g->conf->count; j++)
			g->resources[j] = resource_for(e, &g->conf->resources[j]);
	}
}

/* --- reports ---------------------------------------------------------------------------------- */

static void report_free(void *memory)
{
	struct report *r = memory;
	g_free(r->why);
	g_free(r);
}

static gboolean on_reports(void *context)
{
	struct exec *e = context;
	struct report *r;
	e->report_source = 0;
	while ((r = g_queue_pop_head(e->reports)) != NULL) {
		e->handlers.done(e->handlers.context, r->group, r->operation, r->ok, r->still_active, r->why);
		report_free(r);
	}
	return G_SOURCE_REMOVE;
}

void exec_report(struct exec *e, const struct run_group *g, bool ok, bool still_active)
{
	struct report *r = g_new(struct report, 1);
	*r = (struct report){g->index, g->operation, ok, still_active, g_strdup(ok ? "" : g->why)};
	g_queue_push_tail(e->reports, r);
	if (e->report_source == 0)
		e->report_source = g_idle_add_full(G_PRIORITY_HIGH, on_reports, e, NULL);
}

/* --- life ------------------------------------------------------------------------------------- */

struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers)
{
	struct exec *e = g_new0(struct exec, 1);
	e->config = *config;
	e->handlers = *handlers;
	if (e->config.deadline.ns <= 0)
		e->config.deadline = span_ms(DEADLINE_DEFAULT_MS);
	if (e->config.stop_attempts == 0)
		e->config.stop_attempts = STOP_ATTEMPTS_DEFAULT;
	e->environment = environment_build(config->conf, config->node, NULL);
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
	e->announcements = address_class_announcements_new();
	e->reports = g_queue_new();
	e->hooks = hook_queue_new(e->config.deadline);
	build_groups(e, config->resources);
	address_class_prepare(e);
	return e;
}

void exec_free(struct exec *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->group_count; i++) {
		run_group_abandon(&e->groups[i]);
		g_free(e->groups[i].resources);
	}
	if (e->report_source != 0)
		(void)g_source_remove(e->report_source);
	g_queue_free_full(e->reports, report_free);
	hook_queue_free(e->hooks);
	g_ptr_array_free(e->announcements, TRUE);
	address_table_free(e->addresses);
	g_strfreev(e->environment);
	g_free(e->groups);
	g_free(e->resources);
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

void exec_group_announce(struct exec *e, size_t group)
{
	for (size_t i = 0; group < e->group_count && i < e->groups[group].conf->count; i++)
		address_class_announce(e, &e->groups[group].conf->resources[i]);
}

bool exec_busy(const struct exec *e)
{
	for (size_t i = 0; i < e->group_count; i++)
		if (e->groups[i].state != RUN_IDLE && e->groups[i].state != RUN_HELD)
			return true;
	return hook_queue_busy(e->hooks) || e->report_source != 0;
}

static void check_script(struct exec *e, const struct resource_conf *r)
{
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
	int code;
	const struct resource_class *class = resource_resolve(e, r, &code, path, error);
	if (code != 0)
		log_at(LOG_LEVEL_ERROR, "%s", error);
	else if (class != &address_class && ipaddr_is_script(r->script))
		log_at(LOG_LEVEL_NOTICE,
			"%s does not belong to this program: it is run as a script, which takes longer than the built-in take-over of addresses",
			path);
}

void exec_check_scripts(struct exec *e)
{
	GHashTable *checked = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < e->resource_count; i++)
		if (g_hash_table_add(checked, (void *)(uintptr_t)e->resources[i].conf->script))
			check_script(e, e->resources[i].conf);
	g_hash_table_destroy(checked);
}
