// SPDX-License-Identifier: MIT
/* Finds programs that the configuration names, as ldirectord 4 does: a name without a slash is looked for in PATH, and
 * the shell runs a script without #!.  Starts nothing.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_PROGRAM_H
#define LDIRECTORD_CHECK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* A program that can be started. */
struct program {
	char *path;  /* absolute */
	char **argv; /* all arguments with argv[0] */
};

/* words: the name and its arguments, ended by NULL; copied.  A relative name with a slash is relative to /, the working
 * directory of all programs.  Returns false when the program cannot run; why (cap) has the reason. */
bool program_prepare(char *const words[], struct program *out, char *why, size_t cap);
/* The same for a Perl script, which need not be executable. */
bool program_prepare_perl(char *const words[], struct program *out, char *why, size_t cap);
void program_free(struct program *p);
/* The PATH that is searched and that the programs get: that of this process, or a usual one when it has none. */
const char *program_search_path(void);

#endif
