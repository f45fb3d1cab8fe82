// SPDX-License-Identifier: MIT
/* Implements "ldirectord check FILE": reports all errors of a file without a daemon; changes nothing.
 * doc/ldirectord.md 2, 11. */
#ifndef LDIRECTORD_DAEMON_CHECK_FILE_H
#define LDIRECTORD_DAEMON_CHECK_FILE_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"

/* Read and parse the file, check the files that it names, and print diagnostics to standard error and a summary to
 * standard output; with json, one object to standard output.  Returns 0 if the file is good, else 2. */
int lb_check_file(const char *file, bool strict, bool json);
struct known_names;
struct lb_load {
	bool strict;
	/* the file may belong to its author: the findings of check_trust.h are warnings, otherwise errors */
	bool draft;
	struct known_names *names; /* the addresses for names that cannot be resolved; NULL: such a name is an error */
	/* May be NULL.  After an error: the log file (cap) that the file names, or the default one when it names none
	 * or when others can change the file. */
	char *log_file;
	size_t cap;
};
/* Read and parse the file, and set the host name.  All errors are in d, including a file that cannot be read.  Returns
 * NULL when there is an error. */
struct lb_config *lb_load_file(const char *file, const struct lb_load *how, struct diags *d);
/* Check the files that c names: logfile and monitorfile must be writable (else an error), maintenancedir must exist
 * (else a warning). */
void lb_check_paths(const struct lb_config *c, struct diags *d);

#endif
