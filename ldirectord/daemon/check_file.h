// SPDX-License-Identifier: MIT
/* ldirectord check FILE: reports all errors of a file without a daemon; changes nothing.  doc/ldirectord.md 2, 11. */
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
	bool draft; /* it may belong to its author: the findings of check_trust.h are warnings, otherwise errors */
	struct known_names *names; /* addresses for names that cannot be resolved; NULL: such a name is an error */
	/* NULL, or after an error the log (cap) that the file names; the usual one when it names none, or others can
	 * change the file */
	char *log_file;
	size_t cap;
};
/* Read and parse; sets the host name.  All errors are in d, also that the file cannot be read.  NULL: there is an
 * error. */
struct lb_config *lb_load_file(const char *file, const struct lb_load *how, struct diags *d);
/* Check the files that c names: logfile and monitorfile must be writable (else an error), maintenancedir must exist
 * (else a warning). */
void lb_check_paths(const struct lb_config *c, struct diags *d);

#endif
