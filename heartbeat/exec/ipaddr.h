// SPDX-License-Identifier: MIT
/* IPaddr, in-process: argument forms, choice of interface, label, take-over and release of an address.
 * Shared by the daemon and resource.d/IPaddr.  spec: resources, sections 6 and 7. */
#ifndef HEARTBEAT_EXEC_IPADDR_H
#define HEARTBEAT_EXEC_IPADDR_H

#include <stdbool.h>

#include "lib/address.h"

enum { IPADDR_ERROR_MAX = 256 };

/* What the argument says; what it leaves out is filled in by ipaddr_resolve. */
struct ipaddr {
	struct address address;
	bool has_prefix, has_interface, has_label, has_broadcast;
};

/* Parse "IP[/MASK[/IF[:LABEL][/BROADCAST]]]" (MASK as prefix or dotted).  Returns 0, or -EINVAL with a text that says which part and what would be right. */
int ipaddr_parse(const char *argument, struct ipaddr *out, char error[IPADDR_ERROR_MAX]);
/* Fill in interface and prefix by the routing table, broadcast by the mask, a free label.  Returns 0 or -errno with a text
 * (an interface without carrier is an error that says so). */
int ipaddr_resolve(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
/* Start, stop, status: 0 or -errno with a text.  Status: 1 present, 0 absent.  Stop of an absent one is success.
 * Start ends with the first announcement; further ones (default 5, 200 ms apart) are the caller's to schedule. */
int ipaddr_start(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
int ipaddr_stop(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
int ipaddr_status(struct address_table *t, const struct ipaddr *ip);

enum { IPADDR_ANNOUNCE_COUNT = 5, IPADDR_ANNOUNCE_INTERVAL_MS = 200 };

#endif
