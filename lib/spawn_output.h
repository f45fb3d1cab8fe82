// SPDX-License-Identifier: MIT
/* Makes the output of a program safe: lines of bounded length, and the first part of the output as one text.  Pure;
 * only for lib/spawn, lib/bounded_output and their tests. */
#ifndef LIB_SPAWN_OUTPUT_H
#define LIB_SPAWN_OUTPUT_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SPAWN_LINE_MAX = 1024 };

/* Zeroed at first. */
struct spawn_lines {
	size_t len;
	char line[SPAWN_LINE_MAX + 1];
};

/* Calls back for each line that is complete, without its newline; the rest of a longer line is dropped. */
void spawn_lines_take(
	struct spawn_lines *l, struct bytes data, void (*line)(void *context, const char *line), void *context);
/* The end of the output: a last line without newline. */
void spawn_lines_end(struct spawn_lines *l, void (*line)(void *context, const char *line), void *context);

/* Append to a text of cap bytes, of which *len are in use, and terminate it; what does not fit is dropped. */
void spawn_capture(char *text, size_t cap, size_t *len, struct bytes data);

#endif
