// SPDX-License-Identifier: MIT
/* Compares a configuration with this machine, so that what would fail at run time is reported when the file is checked.
 * Changes nothing.  doc/ldirectord.md 2 */
#ifndef LDIRECTORD_DAEMON_CHECK_SITE_H
#define LDIRECTORD_DAEMON_CHECK_SITE_H

#include "ldirectord/conf/config.h"

/* Errors are a service that is not built in and a checkcommand that cannot run.  Warnings (with strict: errors) are
 * programs, files and mails that would fail, and a file without a virtual service. */
void lb_check_site(const struct lb_config *c, bool strict, struct diags *d);

#endif
