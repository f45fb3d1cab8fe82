// SPDX-License-Identifier: MIT
/* Splits the output of a program into lines of bounded length, and stores the first part of the output as one text.
 * Pure; only for lib/spawn, lib/bounded_output and their tests. */
#ifndef LIB_SPAWN_OUTPUT_H
#define LIB_SPAWN_OUTPUT_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SPAWN_LINE_MAX = 1024 };

/* Must be zeroed at first. */
struct spawn_lines {
	size_t len;
	char line[SPAWN_LINE_MAX + 1];
};

/* Take data of the output, and call line for each complete line, without its newline.  A line longer than
 * SPAWN_LINE_MAX is cut. */
void spawn_lines_take(
	struct spawn_lines *l, struct bytes data, void (*line)(void *context, const char *line), void *context);
/* Take the end of the output: a last line without newline is also passed to line. */
void spawn_lines_end(struct spawn_lines *l, void (*line)(void *context, const char *line), void *context);

/* Append data to a text of cap bytes, of which *len are in use, and terminate it with NUL.  Bytes that do not fit are
 * dropped. */
void spawn_capture(char *text, size_t cap, size_t *len, struct bytes data);

#endif
