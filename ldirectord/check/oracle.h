// SPDX-License-Identifier: MIT
/* Finds the program of an Oracle check.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_ORACLE_H
#define LDIRECTORD_CHECK_ORACLE_H

#include "ldirectord/check/program.h"

/* Find sqlplus.  Returns false when it cannot run; why (cap) has the reason.  The caller frees the result with
 * program_free(out). */
bool oracle_prepare(struct program *out, char *why, size_t cap);

#endif
