// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/ldlog.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

static struct {
	enum ldlog_place place;
	char name[128], file[4096];
	int facility; /* -1: a file */
} config = {.place = LDLOG_STDERR, .facility = -1};

void ldlog_open(enum ldlog_place place, const char *name, const char *logfile)
{
	config.place = place;
	(void)snprintf(config.name, sizeof config.name, "%s", name);
	(void)snprintf(config.file, sizeof config.file, "%s", logfile ? logfile : "");
	config.facility = config.file[0] == '/' ? -1 : log_facility(config.file);
	if (config.facility >= 0)
		openlog("ldirectord", LOG_PID, config.facility);
}

/* Bytes that would break a line, or a terminal, are shown as a question mark. */
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

static void append(const char *line)
{
	int fd = open(config.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	if (fd < 0)
		return;
	(void)!write(fd, line, strlen(line)); /* there is no other place to say it */
	close(fd);
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list args)
{
	char text[1024], line[1280];
	(void)vsnprintf(text, sizeof text, format, args);
	clean(text);
	if (config.place == LDLOG_CONFIGURED && config.facility >= 0) {
		syslog(LOG_INFO, "%s", text);
		return;
	}
	line_of(line, sizeof line, text);
	if (config.place == LDLOG_CONFIGURED)
		append(line);
	else
		(void)fputs(line, config.place == LDLOG_STDERR ? stderr : stdout), (void)fflush(stdout);
}

void ldlog(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void ldlog_debug(const char *format, ...)
{
	if (config.place != LDLOG_STDERR)
		return;
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void ldlog_rarely(struct ldlog_pause *pause, const char *line)
{
	enum { PAUSE_MS = 60000 };
	struct mono now = mono_now();
	if (!mono_is_never(pause->told) && !mono_reached(now, mono_add(pause->told, span_ms(PAUSE_MS)))) {
		pause->untold++;
		return;
	}
	if (pause->untold)
		ldlog("%s (and %u lines like it before)", line, pause->untold);
	else
		ldlog("%s", line);
	*pause = (struct ldlog_pause){.told = now};
}
