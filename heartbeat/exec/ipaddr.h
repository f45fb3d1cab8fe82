// SPDX-License-Identifier: MIT
/* The work of the scripts IPaddr and IPv6addr, inside this process: parses the argument, chooses interface and label,
 * adds and removes the address.  Shared by the daemon and resource.d/IPaddr.  doc/resources.md 6 and 7. */
#ifndef HEARTBEAT_EXEC_IPADDR_H
#define HEARTBEAT_EXEC_IPADDR_H

#include <stdbool.h>

#include "heartbeat/conf/haresources.h"
#include "lib/address.h"

enum { IPADDR_ERROR_MAX = 256 };

/* The parts of the argument; ipaddr_start fills in the missing parts. */
struct ipaddr {
	struct address address;
	bool has_prefix, has_interface, has_label, has_broadcast;
};

/* Parse "IP[/MASK[/IF[:LABEL][/BROADCAST]]]" (AF_INET; MASK as prefix 1..32 or dotted; a third field that starts with a
 * digit is the broadcast) or "IP[/PREFIX[/IF]]" (AF_INET6).
 * Returns 0, or -EINVAL with a text that says which part is wrong and what would be right. */
int ipaddr_parse(int family, const char *argument, struct ipaddr *out, char error[IPADDR_ERROR_MAX]);
/* Fill in interface and prefix from the routing table, broadcast from the mask, and a free label; changes nothing on
 * this machine.  An interface without carrier is an error, -ENETDOWN; the interface is filled in then.
 * Returns 0 or -errno with a text; -EINVAL: the argument cannot be right on this machine. */
int ipaddr_resolve(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
/* Add the address and announce it once; the caller schedules the further announcements.  Missing parts are filled in:
 * interface and prefix from the routing table, broadcast from the mask, and a free label.  An interface without carrier
 * is an error.
 * Returns 0; 1 when the address was already here (nothing is changed or sent); or -errno with a text.  -EINVAL: the
 * argument cannot be right on this machine.
 * If the announcement cannot be sent, that is only logged as a warning, because the address is in place. */
int ipaddr_start(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
/* Remove the address from any interface except lo; an absent address is a success.  Returns 0 or -errno with a text. */
int ipaddr_stop(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX]);
/* Returns 1 when the address is on an interface other than lo, 0 when it is not, or -errno when the kernel gave no
 * answer. */
int ipaddr_status(struct address_table *t, const struct ipaddr *ip);
/* Announce the address on the interface where it is now.  Returns 0; -ENOENT when the address is not here, so that
 * further announcements are useless; or another -errno when it was not announced this time and the caller should try
 * again. */
int ipaddr_announce(struct address_table *t, const struct ipaddr *ip);

/* Returns true if a script of this name takes an address, so that this process can do its work itself. */
bool ipaddr_is_script(const char *script);
/* Read the address that a resource names.  Returns false when the resource is another script (why is empty), or when
 * its argument is not an address (why has the reason). */
bool ipaddr_of_resource(const struct resource_conf *resource, struct ipaddr *out, char why[IPADDR_ERROR_MAX]);

/* Milliseconds until the next announcement; 0: there is no further one.  sent: the number of announcements after the
 * first one.
 * Announcements are repeated each IPADDR_ANNOUNCE_INTERVAL_MS for a second, and once after 5 seconds.  The first ones
 * are lost at a switch that learns slowly, or at a port that forwards packets only some seconds after its carrier came.
 * A failed announcement does not count and is tried again after IPADDR_ANNOUNCE_INTERVAL_MS; IPADDR_ANNOUNCE_TRIES
 * bounds all of them. */
unsigned ipaddr_announce_pause_ms(unsigned sent);
enum { IPADDR_ANNOUNCE_INTERVAL_MS = 200, IPADDR_ANNOUNCE_TRIES = 15 };

#endif
