// SPDX-License-Identifier: MIT
#include "lib/bounded_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct span second = {1000000000}, hour = {3600 * (int64_t)1000000000};

// --- the budget ---

/* Start a new second or hour when the current one has ended. */
static void renew(struct output_budget *b, struct mono now)
{
	bool first = mono_is_never(b->second), hour_over = mono_since(now, b->hour).ns >= hour.ns;
	if (!first && mono_since(now, b->second).ns < second.ns)
		return;
	b->second = now;
	b->second_lines = 0;
	b->second_bytes = 0;
	if (first || hour_over) {
		b->hour = now;
		b->hour_lines = 0;
		b->hour_bytes = 0;
	}
	b->full = b->hour_lines >= OUTPUT_HOUR_LINES || b->hour_bytes >= OUTPUT_HOUR_BYTES;
}

static void drop(struct output_budget *b, size_t lines, size_t bytes)
{
	b->dropped_lines += lines;
	b->dropped_bytes += bytes;
}

/* Returns true when a line of so many bytes, with its newline, may pass, and counts it. */
static bool take(struct output_budget *b, size_t bytes)
{
	if (!b->full && b->second_lines < OUTPUT_SECOND_LINES && b->second_bytes + bytes <= OUTPUT_SECOND_BYTES &&
		b->hour_lines < OUTPUT_HOUR_LINES && b->hour_bytes + bytes <= OUTPUT_HOUR_BYTES) {
		b->second_lines++;
		b->hour_lines++;
		b->second_bytes += bytes;
		b->hour_bytes += bytes;
		return true;
	}
	b->full = true;
	drop(b, 1, bytes);
	return false;
}

bool output_budget_is_full(struct output_budget *b, struct mono now)
{
	renew(b, now);
	return b->full;
}

bool output_budget_report(struct output_budget *b, struct mono now, bool at_end, char text[OUTPUT_TEXT_MAX])
{
	if (b->dropped_bytes == 0)
		return false;
	if (mono_is_never(b->reported))
		b->reported = now; /* the first minute starts with the first dropped line */
	if (!at_end && mono_since(now, b->reported).ns < OUTPUT_REPORT_S * second.ns)
		return false;
	(void)snprintf(text, OUTPUT_TEXT_MAX,
		"%" PRIu64 " lines (%" PRIu64 " bytes) of its output are not logged: more than %d lines or %d KiB in a second, or %d lines or %d KiB in an hour",
		b->dropped_lines, b->dropped_bytes, OUTPUT_SECOND_LINES, OUTPUT_SECOND_BYTES / 1024, OUTPUT_HOUR_LINES,
		OUTPUT_HOUR_BYTES / 1024);
	b->dropped_lines = b->dropped_bytes = 0;
	b->reported = now;
	return true;
}

// --- a stream ---

static size_t newlines(struct bytes data)
{
	size_t n = 0;
	for (size_t i = 0; i < data.len; i++)
		n += data.at[i] == '\n';
	return n;
}

/* Drop data while nothing passes, with the part of a line that is already stored. */
static void drop_data(struct bounded_output *o, struct bytes data)
{
	drop(o->budget, newlines(data), data.len + o->lines.len);
	o->lines.len = 0;
	o->skipping = data.at[data.len - 1] != '\n';
}

/* The length of the first line with its newline, if there is one. */
static size_t line_length(struct bytes data)
{
	const uint8_t *newline = memchr(data.at, '\n', data.len);
	return newline ? (size_t)(newline - data.at) + 1 : data.len;
}

/* Returns how many bytes belong to the line of which a part was dropped. */
static size_t skip(struct bounded_output *o, struct bytes data)
{
	size_t len = line_length(data);
	o->skipping = data.at[len - 1] != '\n';
	drop(o->budget, !o->skipping, len);
	return len;
}

/* Count the bytes that are cut from a long line as well: a program that prints an endless line must not keep this
 * process busy. */
static void count_cut(struct bounded_output *o, struct bytes piece)
{
	size_t room = SPAWN_LINE_MAX - o->lines.len, len = piece.len - (piece.at[piece.len - 1] == '\n');
	if (len <= room)
		return;
	drop(o->budget, 0, len - room);
	o->budget->second_bytes += len - room;
	if (o->budget->second_bytes > OUTPUT_SECOND_BYTES)
		o->budget->full = true;
}

struct passing {
	struct bounded_output *o;
	void (*line)(void *context, const char *line);
	void *context;
};

static void on_line(void *context, const char *line)
{
	struct passing *p = context;
	if (!p->o->budget || take(p->o->budget, strlen(line) + 1))
		p->line(p->context, line);
}

static struct bytes behind(struct bytes data, size_t len)
{
	return (struct bytes){&data.at[len], data.len - len};
}

void bounded_output_take(struct bounded_output *o, struct bytes data, struct mono now,
	void (*line)(void *context, const char *line), void *context)
{
	struct passing p = {o, line, context};
	while (o->budget && data.len > 0) {
		if (output_budget_is_full(o->budget, now)) {
			drop_data(o, data);
			return;
		}
		if (o->skipping) {
			data = behind(data, skip(o, data));
			continue;
		}
		/* Take one line at a time, because each line may use up the budget. */
		struct bytes piece = {data.at, line_length(data)};
		count_cut(o, piece);
		spawn_lines_take(&o->lines, piece, on_line, &p);
		data = behind(data, piece.len);
	}
	if (data.len > 0)
		spawn_lines_take(&o->lines, data, on_line, &p);
}

void bounded_output_end(struct bounded_output *o, struct mono now, void (*line)(void *context, const char *line),
	void *context)
{
	struct passing p = {o, line, context};
	if (o->budget)
		renew(o->budget, now);
	spawn_lines_end(&o->lines, on_line, &p);
}
