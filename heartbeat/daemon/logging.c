// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/logging.h"

#include <glib.h>
#include <string.h>
#include <sys/utsname.h>
#include <syslog.h>

#include "heartbeat/daemon/process.h"
#include "lib/log.h"

/* Log the messages of GLib.  Otherwise its last message before an abort (usually for a lack of memory) would go to
 * standard error and be lost. */
static void on_glib(const char *domain, GLogLevelFlags level, const char *text, void *unused)
{
	(void)unused;
	log_at(level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL) ? LOG_LEVEL_CRIT : LOG_LEVEL_WARN, "%s: %s",
		domain ? domain : "a library", text);
	log_flush();
}

void logging_early(int debug)
{
	(void)g_log_set_default_handler(on_glib, NULL);
	struct utsname host;
	struct log_config config = {.entity = "heartbeat",
		.host = uname(&host) == 0 ? host.nodename : "localhost",
		.facility = -1,
		.to_stderr = true,
		.debug_level = debug,
		.syslog_layout = true};
	(void)log_open(&config); /* this cannot fail with standard error only */
}

static void name_process(void)
{
	process_title("heartbeat: log");
}

bool logging_differs(const struct ha_cf *a, const struct ha_cf *b)
{
	return g_strcmp0(a->logfile, b->logfile) != 0 || g_strcmp0(a->debugfile, b->debugfile) != 0 ||
	       a->logfacility != b->logfacility || a->debug != b->debug || a->syslogmsgfmt != b->syslogmsgfmt;
}

void logging_open(const struct configuration *files, int debug, bool to_stderr, bool own_process)
{
	const struct ha_cf *conf = files->conf;
	bool nowhere = !conf->logfile && !conf->debugfile && conf->logfacility < 0;
	struct log_config config = {
		.entity = "heartbeat", .host = files->node, .logfile = conf->logfile, .debugfile = conf->debugfile,
		.facility = nowhere ? LOG_DAEMON : conf->logfacility, .to_stderr = to_stderr,
		.debug_level = debug > conf->debug ? debug : conf->debug, .syslog_layout = conf->syslogmsgfmt,
		.own_process = own_process ? name_process : NULL,
	};
	int rc = log_open(&config);
	if (rc != 0)
		log_at(LOG_LEVEL_ERROR, "a log file cannot be opened: %s (logfile %s, debugfile %s)", strerror(-rc),
		       conf->logfile ? conf->logfile : "none", conf->debugfile ? conf->debugfile : "none");
}
