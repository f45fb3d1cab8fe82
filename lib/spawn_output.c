// SPDX-License-Identifier: MIT
#include "lib/spawn_output.h"

/* Replaces NUL, which would hide the bytes after it. */
static char shown(uint8_t byte)
{
	return byte != 0 ? (char)byte : '?';
}

static void end_line(struct spawn_lines *l, void (*line)(void *context, const char *line), void *context)
{
	l->line[l->len] = '\0';
	l->len = 0;
	line(context, l->line);
}

void spawn_lines_take(
	struct spawn_lines *l, struct bytes data, void (*line)(void *context, const char *line), void *context)
{
	for (size_t i = 0; i < data.len; i++) {
		if (data.at[i] == '\n')
			end_line(l, line, context);
		else if (l->len < SPAWN_LINE_MAX)
			l->line[l->len++] = shown(data.at[i]);
	}
}

void spawn_lines_end(struct spawn_lines *l, void (*line)(void *context, const char *line), void *context)
{
	if (l->len > 0)
		end_line(l, line, context);
}

void spawn_capture(char *text, size_t cap, size_t *len, struct bytes data)
{
	for (size_t i = 0; i < data.len && *len + 1 < cap; i++)
		text[(*len)++] = shown(data.at[i]);
	text[*len] = '\0';
}
