// SPDX-License-Identifier: MIT
/* The three files, read together: parsed, checked, all diagnostics told; used whole or not at all. */
#ifndef HEARTBEAT_DAEMON_LOAD_H
#define HEARTBEAT_DAEMON_LOAD_H

#include <stdbool.h>
#include <time.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"

struct configuration {
	char node[HA_CF_NAME_MAX];
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys *keys;
};

/* Own name: first line of nodeinfo, else uname -n; lower case.  False with a message when it is unusable. */
bool load_node_name(char name[HA_CF_NAME_MAX]);
/* Read all three.  Diagnostics go to the log (and so to standard error while that is attached).
 * NULL when any file has an error: nothing is half-applied.  Free with configuration_free. */
struct configuration *configuration_load(void);
/* authkeys alone, for a re-read; false with diagnostics in the log, *keys is untouched then. */
bool authkeys_load(struct authkeys *keys);
/* One warning for each directive that is understood but not served by this version. */
void configuration_tell_unserved(const struct configuration *c);
void configuration_free(struct configuration *c);
/* Print every diagnostic of a file. */
void diags_tell(const struct diags *d);

#endif
