// SPDX-License-Identifier: MIT
/* Limits the output of a program: lines pass while they are within its budget; the remaining lines are counted.
 * Pure. */
#ifndef LIB_BOUNDED_OUTPUT_H
#define LIB_BOUNDED_OUTPUT_H

#include "lib/mono.h"
#include "lib/spawn_output.h"

enum {
	/* Limits for one second.  The list that a start script prints passes; a loop that prints does not flood the
	 * log. */
	OUTPUT_SECOND_LINES = 200,
	OUTPUT_SECOND_BYTES = 64 * 1024,
	/* Limits for one call, and for each hour of a service that keeps printing: at most 6 MiB a day in each log
	 * file. */
	OUTPUT_HOUR_LINES = 2000,
	OUTPUT_HOUR_BYTES = 256 * 1024,
	OUTPUT_REPORT_S = 60,    /* the time between two reports of dropped lines */
	/* While nothing passes, at most PACE_BYTES are read in PACE_MS.  A program that prints in an endless loop must
	 * not keep this process busy; a program that prints 10 MB is delayed by only two seconds. */
	OUTPUT_PACE_MS = 10,
	OUTPUT_PACE_BYTES = 64 * 1024,
	OUTPUT_TEXT_MAX = 160,
};

/* The budget of one program, which its two streams share.  Must be zeroed at first. */
struct output_budget {
	struct mono second, hour; /* the start of the current second and of the current hour */
	unsigned second_lines, hour_lines;
	size_t second_bytes, hour_bytes;
	bool full; /* nothing passes until the end of the second or of the hour */
	uint64_t dropped_lines, dropped_bytes; /* dropped since the last report */
	struct mono reported;
};

/* Returns true when no line passes at present. */
bool output_budget_is_full(struct output_budget *b, struct mono now);
/* Report the dropped lines: at once when at_end is set, otherwise once a minute.
 * Returns true when there is a report: text contains it, without the name of the program, and counting starts again. */
bool output_budget_report(struct output_budget *b, struct mono now, bool at_end, char text[OUTPUT_TEXT_MAX]);

/* One stream.  Must be zeroed at first, except for the budget. */
struct bounded_output {
	struct output_budget *budget; /* NULL: everything passes */
	struct spawn_lines lines;
	bool skipping; /* the bytes up to the next newline are dropped, because a part of this line was dropped */
};

/* Take data of the stream, in order.  Calls line for each complete line that passes. */
void bounded_output_take(struct bounded_output *o, struct bytes data, struct mono now,
	void (*line)(void *context, const char *line), void *context);
/* Take the end of the stream: a last line without newline is also passed to line. */
void bounded_output_end(struct bounded_output *o, struct mono now, void (*line)(void *context, const char *line),
	void *context);

#endif
