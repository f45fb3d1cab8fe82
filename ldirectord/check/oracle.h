// SPDX-License-Identifier: MIT
/* The program of a check of Oracle.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_ORACLE_H
#define LDIRECTORD_CHECK_ORACLE_H

#include "ldirectord/check/program.h"

/* Find sqlplus.  False: it cannot run, and why (cap) is the reason.  program_free(out). */
bool oracle_prepare(struct program *out, char *why, size_t cap);

#endif
