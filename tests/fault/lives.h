// SPDX-License-Identifier: MIT
/* Short lives of single modules.  core_fault plays them again and again, each time with another failing call. */
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
	/* Releases everything that it takes before it returns. */
	enum life_end (*run)(uint64_t *result);
	unsigned families; /* bits of enum fault_family */
	bool by_place;     /* fault_by_place */
};

extern const struct life lives[];
extern const unsigned life_count;

/* Where files may be made. */
extern char life_directory[64];

#endif
