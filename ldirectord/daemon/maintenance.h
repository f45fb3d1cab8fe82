// SPDX-License-Identifier: MIT
/* maintenancedir: a file named as a real server takes it out.  Looked at once a second; nothing is looked up by name:
 * the names are the address and the host as the configuration writes it.  doc/ldirectord.md 8, 13.19 */
#ifndef LDIRECTORD_DAEMON_MAINTENANCE_H
#define LDIRECTORD_DAEMON_MAINTENANCE_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"

struct maintenance;
struct maintenance *maintenance_new(void);
void maintenance_free(struct maintenance *m);
/* Read the directory (NULL: there is none, nobody is in maintenance) and call back for each real of config whose state
 * has changed since the last call, once for each address. */
void maintenance_look(struct maintenance *m, const struct lb_config *config,
	void (*changed)(void *context, const struct lb_address *real, bool in), void *context);

#endif
