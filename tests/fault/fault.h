// SPDX-License-Identifier: MIT
/* Chooses the call that fails: counts the calls of a family and reports when a call must fail.  Linked into a test
 * program (the n-th call fails), or preloaded into the real daemon (the n-th place in the code fails).  Never
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
/* Count places (call stacks) and not calls: for a life that does the same a thousand times. */
void fault_by_place(bool on);
/* Let no more calls fail; returns whether one has failed. */
bool fault_disarm(void);
/* Set where the failure is reported when it happens: that it happened, the call, and the library that made the call. */
void fault_report_to(bool *fired, char *call, size_t call_cap, char *caller, size_t caller_cap);
/* While paused no call is counted: the test itself is working. */
void fault_pause(bool on);
/* Pieces of memory that were allocated but not freed while armed. */
long fault_memory(void);
/* Called by calls.c. */
void fault_took(void *piece);
void fault_gave(void *piece);

#endif
