// SPDX-License-Identifier: MIT
/* The monitor lines of ha.cf: which resources of haresources are watched, and how.  Pure.  doc/resources.md 11. */
#ifndef HEARTBEAT_CONF_MONITOR_H
#define HEARTBEAT_CONF_MONITOR_H

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"

/* The line for a resource: of the lines that apply, the one that names the most (the resource with its arguments, its
 * script, "*"), and of those the last.  NULL: it is not watched.  Addresses have no line: heartbeat always watches
 * them. */
const struct monitor_conf *monitor_of(const struct ha_cf *conf, const struct resource_conf *r);
/* A warning for each line that watches nothing: no resource has the name, it is an address, or other lines name
 * more. */
void monitor_check(const struct ha_cf *conf, const struct haresources *resources, struct diags *diags);
/* "restart" "move" "stop" "ignore" */
const char *monitor_on_fail_name(enum monitor_on_fail on_fail);

#endif
