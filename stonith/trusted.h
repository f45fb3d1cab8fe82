// SPDX-License-Identifier: MIT
/* Decides whether root may run a program: not when another user can change the program or a directory in its path. */
#ifndef STONITH_TRUSTED_H
#define STONITH_TRUSTED_H

#include <glib.h>
#include <stdbool.h>

/* path: the absolute path of a program of a family.  Returns false when it is not trusted; why has the reason and the
 * command that repairs it. */
bool trusted_program(const char *path, GString *why);
/* Add the names of the trusted executables in a directory that start with prefix.  The prefix is removed from the
 * names; they are not sorted.  An executable that is not trusted is reported (say). */
void trusted_members(const char *directory, const char *prefix, GPtrArray *names);

#endif
