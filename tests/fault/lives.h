// SPDX-License-Identifier: MIT
/* Short lives: programs that use one module from start to end.  core_fault runs each one again and again, and each time
 * another call fails. */
#ifndef TESTS_FAULT_LIVES_H
#define TESTS_FAULT_LIVES_H

#include <stdbool.h>
#include <stdint.h>

enum life_end {
	LIFE_DONE,    /* result holds the outcome, which must be the same as without a failure */
	LIFE_REFUSED, /* an error was returned, with a text or an errno */
	LIFE_SILENT,  /* an error was returned without a text: never correct */
};

struct life {
	const char *name;
	/* Must release everything that it has allocated before it returns. */
	enum life_end (*run)(uint64_t *result);
	unsigned families; /* bits of enum fault_family */
	bool by_place;     /* fault_by_place */
};

extern const struct life lives[];
extern const unsigned life_count;

/* The lives may make files in this directory. */
extern char life_directory[64];

#endif
