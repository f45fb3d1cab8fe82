// SPDX-License-Identifier: MIT
/* Who else can change the configuration file and the programs that it names: the director runs them as root.
 * doc/security.md 6 */
#ifndef LDIRECTORD_DAEMON_CHECK_TRUST_H
#define LDIRECTORD_DAEMON_CHECK_TRUST_H

#include "ldirectord/conf/config.h"

/* Look at the file and at the programs that checkcommand, callback and fallbackcommand name by a path, with all
 * directories and links on the way to them.  What another user owns, or all may write, is reported with this
 * severity; what its group may write is a warning.  A program that cannot be found is not reported here. */
void lb_check_trust(const char *file, const struct lb_config *c, enum diag_severity severity, struct diags *d);

#endif
