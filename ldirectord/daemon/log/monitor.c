// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/log/monitor.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/log/line_writer.h"
#include "ldirectord/daemon/log/monitor_text.h"

struct monitor {
	struct line_writer *writer;
	struct rate_limit trouble;
};

static void on_lost(void *context, const char *file, int error, unsigned count)
{
	struct monitor *m = context;
	char text[512];
	(void)count;
	// a long text is cut
	(void)snprintf(
		text, sizeof text, "monitorfile %s cannot be written, lines are lost: %s", file, g_strerror(error));
	ldlog_rarely(&m->trouble, text);
}

struct monitor *monitor_new(void)
{
	struct monitor *m = g_new0(struct monitor, 1);
	m->writer = line_writer_new("ldirectord mon", on_lost, m);
	return m;
}

void monitor_check(struct monitor *m, const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm local;
	if (!v->monitor_file)
		return;
	if (localtime_r(&now, &local))
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
	char *text = monitor_text(v, r, up, why), *line = g_strdup_printf("[%s] [%d] %s\n", date, (int)getpid(), text);
	if (!line_writer_append(m->writer, v->monitor_file, line, 1))
		on_lost(m, v->monitor_file, EAGAIN, 1);
	g_free(line);
	g_free(text);
}

void monitor_free(struct monitor *m)
{
	line_writer_free(m->writer);
	g_free(m);
}
