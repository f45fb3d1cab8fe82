// SPDX-License-Identifier: MIT
/* Short lives of single rooms, played by core_fault again and again, each time with another call that fails. */
#ifndef TESTS_FAULT_LIVES_H
#define TESTS_FAULT_LIVES_H

#include <stdbool.h>
#include <stdint.h>

enum life_end {
	LIFE_DONE,    /* result holds what came out: must be the same as without a failure */
	LIFE_REFUSED, /* an error was returned, with words or an errno */
	LIFE_SILENT,  /* an error was returned and nothing said: never right */
};

struct life {
	const char *name;
	/* Everything that it takes is given back before it returns. */
	enum life_end (*run)(uint64_t *result);
	unsigned families; /* bits of enum fault_family */
	bool by_place;     /* fault_by_place */
};

extern const struct life lives[];
extern const unsigned life_count;

/* Where files may be made. */
extern char life_directory[64];

#endif
