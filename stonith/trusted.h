// SPDX-License-Identifier: MIT
/* May root run this program?  Not when somebody else can change it, or the directory that contains it. */
#ifndef STONITH_TRUSTED_H
#define STONITH_TRUSTED_H

#include <glib.h>
#include <stdbool.h>

/* path: absolute, of a program of a family.  False: why has what is wrong, and the command that repairs it. */
bool trusted_program(const char *path, GString *why);
/* Add the names of the trusted executables of a directory that begin with prefix, without it, unsorted.  One that is
 * not trusted is reported (say). */
void trusted_members(const char *directory, const char *prefix, GPtrArray *names);

#endif
