// SPDX-License-Identifier: MIT
/* Programs that the configuration names.  They are found and run as the reference does it: a name without a slash is
 * looked for in PATH, and a script without #! is run by the shell.  Starts nothing.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_PROGRAM_H
#define LDIRECTORD_CHECK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* A program that can be started. */
struct program {
	char *path;  /* absolute */
	char **argv; /* all arguments, the first one is argv[0] */
};

/* words: the name and its arguments, ended by NULL; copied.  A relative name with a slash is below /, the working
 * directory of all programs.  False: it cannot run, and why (cap) is the reason. */
bool program_prepare(char *const words[], struct program *out, char *why, size_t cap);
/* The same of a Perl script, which need not be executable. */
bool program_prepare_perl(char *const words[], struct program *out, char *why, size_t cap);
void program_free(struct program *p);
/* The PATH of the search, and of the programs: ours, else a usual one. */
const char *program_search_path(void);

#endif
