// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/log/ldlog.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/log/line_writer.h"
#include "lib/facility.h"
#include "lib/log.h"

static struct {
	enum ldlog_place place;
	char name[128], file[4096];
	int facility; /* -1: the log is a file */
	struct line_writer *writer; /* NULL: lines are written at once */
	unsigned lost; /* lines that were lost since the last written line */
	int why;       /* errno of the loss; 0: too many lines waited */
} config = {.place = LDLOG_STDERR, .facility = -1};

static void on_lost(void *context, const char *file, int error, unsigned count)
{
	(void)context;
	(void)file;
	config.lost += count;
	config.why = error;
}

void ldlog_open(enum ldlog_place place, const char *name, const char *logfile)
{
	config.place = place;
	(void)snprintf(config.name, sizeof config.name, "%s", name);
	(void)snprintf(config.file, sizeof config.file, "%s", logfile ? logfile : "");
	config.facility = config.file[0] == '/' ? -1 : facility_number(bytes_of(config.file));
	if (place != LDLOG_STDERR && !config.writer)
		config.writer = line_writer_new("ldirectord log", on_lost, NULL);
}

void ldlog_close(void)
{
	if (config.writer)
		line_writer_free(config.writer);
	config.writer = NULL;
	config.place = LDLOG_STDERR;
}

/* Replace bytes that would break a line or disturb a terminal by question marks. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void line_of(char *out, size_t cap, const char *text)
{
	time_t now = time(NULL);
	struct tm local;
	char date[32] = "";
	if (localtime_r(&now, &local))
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
	if (config.place == LDLOG_STDOUT)
		(void)snprintf(out, cap, "[%s] %s\n", date, text);
	else
		(void)snprintf(out, cap, "[%s|%s|%d] %s\n", date, config.name, (int)getpid(), text);
}

/* Write a line, which also reports how many lines before it are lost.  If it is lost too, the next line counts it. */
static void hand_over(const char *text)
{
	char whole[1200], line[1400], ident[32];
	unsigned count = 1 + config.lost;
	bool taken;
	(void)snprintf(whole, sizeof whole, "%s", text); // it fits
	if (config.lost > 0)
		(void)snprintf(whole, sizeof whole, "%s (lines lost before this one: %u, %s)", text, config.lost,
			       config.why ? strerror(config.why) : "they came faster than the log could be written");
	config.lost = 0;
	line_of(line, sizeof line, whole);
	(void)snprintf(ident, sizeof ident, "ldirectord[%d]", (int)getpid());
	if (config.place == LDLOG_STDOUT)
		taken = line_writer_print(config.writer, line, count);
	else if (config.facility >= 0)
		taken = line_writer_syslog(config.writer, config.facility | LOG_INFO, ident, whole, count);
	else
		taken = line_writer_append(config.writer, config.file, line, count);
	if (!taken)
		on_lost(NULL, NULL, 0, count);
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list args)
{
	char text[1024], line[1280];
	(void)vsnprintf(text, sizeof text, format, args);
	clean(text);
	if (config.writer && config.place != LDLOG_STDERR) {
		hand_over(text);
		return;
	}
	line_of(line, sizeof line, text);
	(void)fputs(line, stderr);
}

void ldlog(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void ldlog_rarely(struct rate_limit *limit, const char *line)
{
	enum { PAUSE_MS = 60000 };
	uint64_t skipped;
	if (!rate_limit_pass(limit, 1, span_ms(PAUSE_MS), mono_now(), &skipped))
		return;
	if (skipped)
		ldlog("%s (and %llu lines like it before)", line, (unsigned long long)skipped);
	else
		ldlog("%s", line);
}
