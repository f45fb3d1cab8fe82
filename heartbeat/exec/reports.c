// SPDX-License-Identifier: MIT
/* The queue of reports: how operations ended, and which groups are ready.  The main loop passes them to the daemon. */
#include "heartbeat/exec/exec_private.h"

enum report_kind {
	REPORT_END,    /* of an operation */
	REPORT_READY,  /* whether the group is ready */
	REPORT_FAILED, /* a group that is held */
};

struct report {
	size_t group;
	enum report_kind kind;
	enum exec_operation operation;
	bool ok, still_active;
	char *why;
};

static void report_free(void *memory)
{
	struct report *r = memory;
	g_free(r->why);
	g_free(r);
}

static void deliver(struct exec *e)
{
	struct report *r;
	while ((r = g_queue_pop_head(e->reports)) != NULL) {
		if (r->kind == REPORT_END)
			e->handlers.done(
				e->handlers.context, r->group, r->operation, r->ok, r->still_active, r->why);
		else if (r->kind == REPORT_FAILED && e->handlers.failed != NULL)
			e->handlers.failed(e->handlers.context, r->group, r->why);
		else if (r->kind == REPORT_READY && e->handlers.ready != NULL)
			e->handlers.ready(e->handlers.context, r->group, r->ok, r->why);
		report_free(r);
	}
}

static gboolean on_reports(void *context)
{
	struct exec *e = context;
	e->report_source = 0;
	deliver(e);
	return G_SOURCE_REMOVE;
}

void exec_deliver(struct exec *e)
{
	if (e->report_source != 0)
		(void)g_source_remove(e->report_source);
	e->report_source = 0;
	deliver(e);
}

void exec_reports_init(struct exec *e)
{
	e->reports = g_queue_new();
}

void exec_reports_free(struct exec *e)
{
	if (e->report_source != 0)
		(void)g_source_remove(e->report_source);
	g_queue_free_full(e->reports, report_free);
}

static void push(struct exec *e, struct report report)
{
	g_queue_push_tail(e->reports, g_memdup2(&report, sizeof report));
	if (e->report_source == 0)
		e->report_source = g_idle_add_full(G_PRIORITY_HIGH, on_reports, e, NULL);
}

void exec_report(struct exec *e, const struct run_group *g, bool ok, bool still_active)
{
	push(e, (struct report){.group = g->index, .kind = REPORT_END, .operation = g->operation, .ok = ok,
			.still_active = still_active, .why = g_strdup(ok ? "" : g->why)});
}

void exec_report_ready(struct exec *e, const struct run_group *g, bool ready, const char *why)
{
	push(e, (struct report){.group = g->index, .kind = REPORT_READY, .ok = ready, .why = g_strdup(why)});
}

void exec_report_failed(struct exec *e, const struct run_group *g, const char *why)
{
	push(e, (struct report){.group = g->index, .kind = REPORT_FAILED, .why = g_strdup(why)});
}
