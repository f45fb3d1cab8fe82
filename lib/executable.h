// SPDX-License-Identifier: MIT
/* Can the kernel execute this file, and if not, why?  Looks at the file and its interpreter; starts nothing. */
#ifndef LIB_EXECUTABLE_H
#define LIB_EXECUTABLE_H

#include <stddef.h>

enum executable {
	EXECUTABLE_PROGRAM,  /* execve will do, as far as can be seen */
	EXECUTABLE_BY_SHELL, /* a text without "#!": execve refuses it, and a shell runs it */
	EXECUTABLE_NOT,      /* it cannot be executed; why says what is wrong and what would be right */
};

/* path: of a regular file with an execute bit.  Follows links. */
enum executable executable_check(const char *path, char *why, size_t cap);

#endif
