// SPDX-License-Identifier: MIT
/* Finds out whether other users can change the configuration file or the programs that it names, because the director
 * runs them as root.
 * doc/security.md 6 */
#ifndef LDIRECTORD_DAEMON_CHECK_TRUST_H
#define LDIRECTORD_DAEMON_CHECK_TRUST_H

#include "ldirectord/conf/config.h"

/* Check the file, and the programs that checkcommand, callback and fallbackcommand name by a path, with all directories
 * and links in their paths.  A file or directory that another user owns, or that all users may write, is reported with
 * this severity.  One that only its group may write is a warning.  A program that cannot be found is not reported
 * here. */
void lb_check_trust(const char *file, const struct lb_config *c, enum diag_severity severity, struct diags *d);

#endif
