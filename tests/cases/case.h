// SPDX-License-Identifier: MIT
/* A decision case: what an administrator would ask ("what happens when ..."), as text, and the answer of the real core.
 * Turns words into a plan of the simulator and what it shows into sentences; decides nothing itself. */
#ifndef TESTS_CASES_CASE_H
#define TESTS_CASES_CASE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/diag.h"
#include "tests/sim/sim.h"

enum { NAME_MAX_LEN = 16, WORDS_MAX = 32 };

/* One thing of each is due in every case: the reader must not have to know presets. */
enum due {
	DUE_KEEPALIVE = 1,
	DUE_DEADTIME = 2,
	DUE_INITDEAD = 4,
	DUE_FAILBACK = 8,
	DUE_START = 16,
	DUE_STOP = 32,
	DUE_BEGINNING = 64,
	DUE_END = 128
};

struct decision_case {
	struct observer observer; /* first: the observer's address is the case's */
	struct plan plan;
	char title[200];
	char groups[GROUPS_MAX][NAME_MAX_LEN];
	bool off[NODES];           /* at the beginning */
	int runs_on[GROUPS_MAX];   /* at the start; -1: no node */
	bool moved[GROUPS_MAX];    /* the case placed it: not where it would be by itself */
	int64_t begin_ms, end_ms;  /* on the simulator's clock: moment 0 of the case, and the end of its watch */
	size_t prelude;            /* so many faults of the plan bring the beginning about */
	unsigned given;            /* enum due */
};

/* --- words.c: lines to words, words against patterns ------------------------------------------ */

struct word {
	const char *text;
	unsigned column;
};

/* What stood at the placeholders of a pattern. */
struct filled {
	int64_t time_ms;
	int node, group, number;
	enum half half;
	const char *name;
};

struct row {
	const char *pattern; /* words; TIME NODE GROUP NAME NUMBER HALF are placeholders */
	void (*take)(
		struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line);
	int value; /* of the row, for take */
};

/* Cut line into words, commas at their ends into words of their own.  line is written to. */
size_t words_split(char *line, struct word words[WORDS_MAX]);
/* Read "TIME" (number and unit, two words) from words; returns how many words it took, 0 when it is none. */
size_t words_time(const struct word *words, size_t count, int64_t *ms);
/* The row whose pattern these words fill wholly, its values in *f; NULL after a diagnostic on the first word that fits
 * nowhere. */
const struct row *words_match(const struct decision_case *c, const struct row *const *tables, const struct word *words,
	size_t count, struct filled *f, struct diags *d, unsigned line);

/* --- grammar.c ----------------------------------------------------------------------------------- */

/* Fill *c from a file's text (written to); *head is set to the length of the part above the first expect line. */
void case_parse(struct decision_case *c, char *text, size_t *head, struct diags *d);

/* --- report.c -------------------------------------------------------------------------------------- */

/* Play the case, write the expect lines to out, between the lines of the simulator's trace when that is wanted.
 * Returns false after a line in *why: the beginning is not as given, or a rule of the simulator is broken. */
bool case_play(struct decision_case *c, FILE *out, bool trace, char *why, size_t cap);

#endif
