// SPDX-License-Identifier: MIT
/* Limits what a program prints: lines pass as long as they are within its budget, the rest is counted.  Pure. */
#ifndef LIB_BOUNDED_OUTPUT_H
#define LIB_BOUNDED_OUTPUT_H

#include "lib/mono.h"
#include "lib/spawn_output.h"

enum {
	/* In a second: a start script that lists what it does passes; a loop that prints does not flood the log. */
	OUTPUT_SECOND_LINES = 200,
	OUTPUT_SECOND_BYTES = 64 * 1024,
	/* In a call, and in each hour of a service that goes on printing: at most 6 MiB a day in each log file. */
	OUTPUT_HOUR_LINES = 2000,
	OUTPUT_HOUR_BYTES = 256 * 1024,
	OUTPUT_REPORT_S = 60,    /* between two reports of what was dropped */
	/* While nothing passes, at most PACE_BYTES are read in PACE_MS.  A program that prints without end must not be
	 * read without end; one that prints 10 MB is held up for two seconds only. */
	OUTPUT_PACE_MS = 10,
	OUTPUT_PACE_BYTES = 64 * 1024,
	OUTPUT_TEXT_MAX = 160,
};

/* Of one program, whose streams share it.  Zeroed at first. */
struct output_budget {
	struct mono second, hour; /* when they began */
	unsigned second_lines, hour_lines;
	size_t second_bytes, hour_bytes;
	bool full; /* nothing passes until the second, or the hour, is over */
	uint64_t dropped_lines, dropped_bytes; /* not yet reported */
	struct mono reported;
};

/* Does nothing pass now? */
bool output_budget_is_full(struct output_budget *b, struct mono now);
/* Report what was dropped: at once when at_end is set, otherwise once a minute.
 * True: text is the report, without the name of the program, and counting starts again. */
bool output_budget_report(struct output_budget *b, struct mono now, bool at_end, char text[OUTPUT_TEXT_MAX]);

/* One stream.  Zeroed at first, but for the budget. */
struct bounded_output {
	struct output_budget *budget; /* NULL: everything passes */
	struct spawn_lines lines;
	bool skipping; /* up to the next newline: a part of this line was dropped */
};

/* Data of the stream, in order.  line is called for each complete line that passes. */
void bounded_output_take(struct bounded_output *o, struct bytes data, struct mono now,
	void (*line)(void *context, const char *line), void *context);
/* The end of the stream: a last line without newline. */
void bounded_output_end(struct bounded_output *o, struct mono now, void (*line)(void *context, const char *line),
	void *context);

#endif
