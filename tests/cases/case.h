// SPDX-License-Identifier: MIT
/* A decision case: a question of an administrator ("what happens when ...") as text, and the answer of the real core.
 * This program turns the text into a plan of the simulator, and the run of the simulator into sentences.  It decides
 * nothing itself. */
#ifndef TESTS_CASES_CASE_H
#define TESTS_CASES_CASE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/diag.h"
#include "tests/sim/sim.h"

enum { NAME_MAX_LEN = 16, WORDS_MAX = 32 };

/* Every case must give each of these.  Therefore a reader need not know any defaults. */
enum due {
	DUE_KEEPALIVE = 1,
	DUE_DEADTIME = 2,
	DUE_INITDEAD = 4,
	DUE_FAILBACK = 8,
	DUE_START = 16,
	DUE_STOP = 32,
	DUE_NODES = 64, /* which nodes run at the start */
	DUE_END = 128
};

struct decision_case {
	struct observer observer; /* first: the observer's address is the case's */
	struct plan plan;
	char title[200];
	char groups[GROUPS_MAX][NAME_MAX_LEN];
	bool off[NODES];           /* at the start */
	int runs_on[GROUPS_MAX];   /* at the start; -1: no node */
	bool moved[GROUPS_MAX];    /* "node2 runs web": the group is not where the core would run it */
	int64_t start_ms, end_ms;  /* on the simulator's clock: moment 0 of the case, and its end */
	size_t prelude;            /* the number of faults of the plan that prepare the start of the case */
	unsigned given;            /* enum due */
};

/* --- words.c: split a line into words, and compare words with patterns ------------------------ */

struct word {
	const char *text;
	unsigned column;
};

/* The values at the placeholders of a pattern. */
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

/* Split line into words.  A comma at the end of a word becomes a separate word.  Writes to line. */
size_t words_split(char *line, struct word words[WORDS_MAX]);
/* Read "TIME" (a number and a unit, two words).  Returns the number of words that it used, 0 when this is no time. */
size_t words_time(const struct word *words, size_t count, int64_t *ms);
/* Find the row with the pattern that these words match, and put the values into *f.  NULL: no row matches; a
 * diagnostic names the first word that fits no pattern. */
const struct row *words_match(const struct decision_case *c, const struct row *const *tables, const struct word *words,
	size_t count, struct filled *f, struct diags *d, unsigned line);

/* --- grammar.c ----------------------------------------------------------------------------------- */

/* Fill *c from a file's text, which is changed.  *head: set to the length of the part above the first expect line. */
void case_parse(struct decision_case *c, char *text, size_t *head, struct diags *d);

/* --- report.c -------------------------------------------------------------------------------------- */

/* Play the case and write the expect lines to out; with trace, also the lines of the simulator's trace.
 * Returns false, and the reason in why, when the start is not as given or a rule of the simulator is broken. */
bool case_play(struct decision_case *c, FILE *out, bool trace, char *why, size_t cap);

#endif
