// SPDX-License-Identifier: MIT
/* Finds out whether the kernel can execute a file and, if not, why.  Reads the file and the name of its interpreter;
 * runs nothing. */
#ifndef LIB_EXECUTABLE_H
#define LIB_EXECUTABLE_H

#include <stddef.h>

enum executable {
	EXECUTABLE_PROGRAM,  /* execve should succeed, as far as the file shows */
	EXECUTABLE_BY_SHELL, /* a text file without "#!": execve refuses it, but a shell can run it */
	EXECUTABLE_NOT,      /* it cannot be executed; why says what is wrong, and what would be right */
};

/* path: a regular file with an execute bit.  Follows symbolic links. */
enum executable executable_check(const char *path, char *why, size_t cap);

#endif
