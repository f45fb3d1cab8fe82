// SPDX-License-Identifier: MIT
/* ldirectord check FILE: all that is wrong with a file, without a daemon; changes nothing.  doc/ldirectord.md 2, 11. */
#ifndef LDIRECTORD_DAEMON_CHECK_FILE_H
#define LDIRECTORD_DAEMON_CHECK_FILE_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"

/* Read, parse, look at the files it names, print: diagnostics to standard error and a summary to standard output, or,
 * json, one object to standard output.  Returns 0 when it is good, else 2. */
int lb_check_file(const char *file, bool strict, bool json);
/* Read and parse; everything wrong is in d, what cannot be read too.  NULL: with an error.  The host name is set. */
struct lb_config *lb_load_file(const char *file, bool strict, struct diags *d);
/* Whether the files that c names can be used: logfile and monitorfile written, maintenancedir there (else a
 * warning). */
void lb_check_paths(const struct lb_config *c, struct diags *d);

#endif
