// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/table_watch.h"

#include <stdio.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"

enum {
	SHORTEST_MS = 500,
	LONGEST_MS = 10000,
	PAUSE_MS = 60000, /* the longest pause after failures: an ipvsadm that hangs delays the checks each time */
};

struct table_watch {
	struct director *director;
	guint timer;
	unsigned failures; /* consecutive failures */
	struct rate_limit pause;
	uint64_t corrections;
};

static void arm(struct table_watch *w);

static size_t operations(const struct pool *pool)
{
	size_t count, found = 0;
	const struct pool_action *actions = pool_actions(pool, &count);
	for (size_t i = 0; i < count; i++)
		found += actions[i].kind == POOL_TABLE;
	return found;
}

static void look(struct table_watch *w)
{
	struct director *d = w->director;
	struct table kernel = {0};
	const char *why = "";
	if (d->held && d->flush) /* the first table waits for the first checks */
		return;
	if (d->waiting->len > 0) /* for the pool these operations are done already */
		batch_flush(d);
	if (d->waiting->len > 0)
		return;
	if (ipvs_read(d->ipvs, &kernel, &why) != 0) {
		char line[300];
		w->failures++;
		/* a long reason is cut */
		(void)snprintf(line, sizeof line, "The table cannot be compared with the kernel's: %s", why);
		ldlog_rarely(&w->pause, line);
		return;
	}
	if (w->failures > 0)
		ldlog("The table can be compared with the kernel's again");
	w->failures = 0;
	pool_observe(d->pool, &kernel, mono_now());
	table_free(&kernel);
	w->corrections += operations(d->pool);
	batch_collect(d);
	if (d->waiting->len > 0)
		batch_flush(d);
}

static gboolean on_time(gpointer data)
{
	struct table_watch *w = data;
	w->timer = 0;
	look(w);
	arm(w);
	return G_SOURCE_REMOVE;
}

/* Set the timer to the shortest check interval of the file, which a reload may have changed. */
static void arm(struct table_watch *w)
{
	const struct lb_config *c = w->director->config;
	int64_t ms = LONGEST_MS;
	for (size_t i = 0; i < c->virtual_count; i++)
		ms = MIN(ms, c->virtuals[i].check_interval_ms);
	ms = MAX(ms, SHORTEST_MS);
	for (unsigned i = 0; i < w->failures && ms < PAUSE_MS; i++)
		ms *= 2;
	w->timer = g_timeout_add((guint)MIN(ms, PAUSE_MS), on_time, w);
}

struct table_watch *table_watch_new(struct director *d)
{
	struct table_watch *w = g_new0(struct table_watch, 1);
	w->director = d;
	arm(w);
	return w;
}

void table_watch_free(struct table_watch *w)
{
	if (!w)
		return;
	if (w->timer)
		g_source_remove(w->timer);
	g_free(w);
}

uint64_t table_watch_corrections(const struct table_watch *w)
{
	return w->corrections;
}
