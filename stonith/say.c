// SPDX-License-Identifier: MIT
#include "stonith/say.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "lib/bytes.h"

enum { HIDDEN_MIN = 4, SHOWN_MAX = 2000 };

static struct {
	bool to_stderr, to_log;
	int debug;
	GPtrArray *hidden;
} voice = {.to_stderr = true};

void say_open(bool terminal, int debug)
{
	voice.to_stderr = terminal || debug > 0;
	voice.to_log = !terminal;
	voice.debug = debug;
	if (voice.to_log)
		(void)log_open(&(struct log_config){
			.entity = "stonith", .facility = LOG_DAEMON, .debug_level = debug, .syslog_layout = true});
}

void say_close(void)
{
	if (voice.to_log)
		log_close();
}

bool say_debugs(void)
{
	return voice.debug > 0;
}

void say_hide(const char *secret)
{
	if (!voice.hidden)
		voice.hidden = g_ptr_array_new_with_free_func(g_free);
	if (strlen(secret) >= HIDDEN_MIN)
		g_ptr_array_add(voice.hidden, g_strdup(secret));
}

__attribute__((format(printf, 1, 0))) static char *without_secrets(const char *format, va_list args)
{
	GString *text = g_string_new(NULL);
	g_string_vprintf(text, format, args);
	for (guint i = 0; voice.hidden && i < voice.hidden->len; i++)
		(void)g_string_replace(text, voice.hidden->pdata[i], "***", 0);
	return g_string_free(text, FALSE);
}

/* Print a message; control bytes in the answer of a device must not reach a terminal. */
static void print(const char *severity, const char *text)
{
	uint8_t room[SHOWN_MAX * 4 + 8];
	char **lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++) {
		struct writer w = writer_over(room, sizeof(room));
		writer_escaped(&w, bytes_of(g_strdelimit(lines[i], "\t", ' ')), SHOWN_MAX);
		(void)fprintf(stderr, "%s%s%.*s\n", severity, *severity ? ": " : "", (int)w.len, (const char *)room);
	}
	g_strfreev(lines);
}

void say(enum log_level level, const char *format, ...)
{
	if (level == LOG_LEVEL_DEBUG && voice.debug == 0)
		return;
	va_list args;
	va_start(args, format);
	char *text = without_secrets(format, args);
	va_end(args);
	if (voice.to_stderr)
		print(log_level_name(level), text);
	if (voice.to_log)
		log_at(level, "%s", text);
	g_free(text);
}

void say_wrong(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = without_secrets(format, args);
	va_end(args);
	print("", text);
	g_free(text);
}
