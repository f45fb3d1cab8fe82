// SPDX-License-Identifier: MIT
/* Which call fails: counts the calls of a family and says when one of them is due.  Linked into a test program (the
 * n-th call), or preloaded into the real daemon (the n-th place in the code that calls).  Never part of what is
 * installed. */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum fault_family {
	FAULT_MALLOC,
	FAULT_OPEN,
	FAULT_READ,
	FAULT_WRITE,
	FAULT_FILE,
	FAULT_FORK,
	FAULT_SOCKET,
	FAULT_SETUP,
	FAULT_FAMILIES
};
const char *fault_family_name(enum fault_family family);

/* For calls.c: must this call fail? */
bool fault_due(enum fault_family family, const char *call);
/* For calls.c: the process gave itself this title. */
void fault_title(const char *title);

/* --- in a test program --- */

/* From now on the n-th call of the family fails, once; n 0: none does. */
void fault_arm(enum fault_family family, unsigned n);
/* Count places, which is stacks of calls, and not calls; for a life that does the same a thousand times. */
void fault_by_place(bool on);
/* No more; returns whether it was reached. */
bool fault_disarm(void);
/* Where to write, at the moment of the failure, that it was reached, which call it is and the library that calls. */
void fault_tell(bool *fired, char *call, size_t call_cap, char *caller, size_t caller_cap);
/* Nothing counts while paused: this is the test's own. */
void fault_pause(bool on);
/* Pieces of memory taken and not given back while armed. */
long fault_memory(void);
/* Called by calls.c. */
void fault_took(void *piece);
void fault_gave(void *piece);

#endif
