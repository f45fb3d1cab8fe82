// SPDX-License-Identifier: MIT
/* The command "import": a file or standard input to an ldirectord.cf on standard output. */
#ifndef LDIRECTORD_DAEMON_IMPORT_FILE_H
#define LDIRECTORD_DAEMON_IMPORT_FILE_H

/* file NULL: standard input.  What is not carried over goes to standard error, with its line.  Returns an exit code: 0
 * also when something was not carried over; 2 when there is no virtual service; 1 when it cannot be read. */
int lb_import_file(const char *file);

#endif
