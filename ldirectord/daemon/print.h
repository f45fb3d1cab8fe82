// SPDX-License-Identifier: MIT
/* Prints the output of the commands for the person or script that runs them.  The daemon logs with ldlog.h instead.
 * A failed write is ignored: there is no other place to report it, and the exit code does not depend on the output. */
#ifndef LDIRECTORD_DAEMON_PRINT_H
#define LDIRECTORD_DAEMON_PRINT_H

#include <stdio.h>

/* Print to standard error.  format is the complete text, with its newline. */
void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Print to either stream. */
void print_to(FILE *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
