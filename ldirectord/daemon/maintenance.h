// SPDX-License-Identifier: MIT
/* Reads maintenancedir once a second: a file with the name of a real server takes the server out of service.  No name
 * is resolved: the name of the file is the address, or the host as the configuration names it.
 * doc/ldirectord.md 8, 13.19 */
#ifndef LDIRECTORD_DAEMON_MAINTENANCE_H
#define LDIRECTORD_DAEMON_MAINTENANCE_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"

struct maintenance;
struct maintenance *maintenance_new(void);
void maintenance_free(struct maintenance *m);
/* Read the directory (when none is configured, no real is in maintenance).  Calls changed for each real of config whose
 * state differs from the last call, once for each address. */
void maintenance_look(struct maintenance *m, const struct lb_config *config,
	void (*changed)(void *context, const struct lb_address *real, bool in), void *context);

#endif
