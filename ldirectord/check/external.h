// SPDX-License-Identifier: MIT
/* Finds the program of an external check.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_EXTERNAL_H
#define LDIRECTORD_CHECK_EXTERNAL_H

#include "ldirectord/check/check.h"
#include "ldirectord/check/program.h"

/* Find the checkcommand of the plan, without the arguments that every check adds.  Returns false when it cannot run;
 * why (cap) has the reason.  The caller frees the result with program_free(out). */
bool external_prepare(const struct check_plan *plan, struct program *out, char *why, size_t cap);

#endif
