// SPDX-License-Identifier: MIT
/* Adds, finds and deletes the service addresses of this machine, IPv4 and IPv6, by netlink, and announces them to the
 * neighbours.
 * No policy: heartbeat/exec/ipaddr decides which address belongs on which interface.  doc/resources.md 6. */
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/ip_address.h"

enum { ADDRESS_LABEL_MAX = 16 }; /* IFA_LABEL with its NUL */

struct address {
	struct ip_address ip;
	unsigned prefix;          /* 0 to 32, or to 128 */
	struct in_addr broadcast; /* 0: none; always 0 for IPv6 */
	char interface[IF_NAMESIZE];
	char label[ADDRESS_LABEL_MAX]; /* "": none; always "" for IPv6 */
};

/* A netlink handle.  A process opens one, once.  Returns NULL and sets errno when that fails. */
struct address_table;
struct address_table *address_table_new(void);
void address_table_free(struct address_table *t);

/* Find the interface that has ip.  lo counts only when no other interface has the address.  Returns 0 and fills *found,
 * -ENOENT when no interface has it, or -errno. */
int address_find(struct address_table *t, const struct ip_address *ip, struct address *found);
/* Find the interface and the prefix of the connected route that contains ip.  A connected route has no gateway, is in
 * the main or local table, and is not a default route.  The longest prefix wins.  Among equal prefixes a route whose
 * interface has carrier wins, then the route with the smaller metric.
 * Returns 0, -ENETUNREACH when there is no such route, or -errno. */
int address_route(struct address_table *t, const struct ip_address *ip, struct address *found);
/* Writes the connected networks of a family as one line for a message: "eth0 10.0.0.0/24, eth1 10.1.0.0/24".  Cuts the
 * line at cap (> 0); writes "" when there are none. */
void address_networks(struct address_table *t, int family, char *out, size_t cap);
/* Find the first of the labels IF:0 to IF:511 that no address has.  Returns 0, -ENAMETOOLONG when the label is longer
 * than the 15 characters that the kernel allows, -ENOSPC when all are in use, or -errno.  After an error label is
 * "". */
int address_label_free(struct address_table *t, const char *interface, char label[ADDRESS_LABEL_MAX]);
/* Add exactly this address, or delete it.  Adding an address that the interface already has with the same prefix is a
 * success, and so is deleting an address that does not exist.  Both return 0 or -errno.
 * The kernel deletes the secondary addresses of a subnet together with the first one.  address_delete keeps them: it
 * sets promote_secondaries on the interface or, where that is not possible, adds them again.
 * An IPv6 address is added without duplicate address detection, because the cluster has decided which node owns it.
 * With detection the address would be unusable for a second, and permanently when the former owner still answers. */
int address_add(struct address_table *t, const struct address *a);
int address_delete(struct address_table *t, const struct address *a);
/* Returns true when the interface is up and has carrier. */
bool address_carrier(const char *interface);

/* Sends one round of announcements.  For IPv4 this is gratuitous ARP: a broadcast request "who-has ip tell ip" and a
 * broadcast reply "ip is-at own MAC".  For IPv6 it is one unsolicited neighbour advertisement to all nodes of the link.
 * On an interface without ARP (lo, tunnels) it sends nothing and returns 0.
 * Returns 0, -ENOTCONN when address_announce_prepare has not succeeded, or -errno. */
int address_announce(const struct address *a);
/* Open the socket and the libnet contexts that announcements on all interfaces need.  Call this at the start of the
 * daemon, and again after a failure, but not during the takeover of an address.  Returns 0, also when everything is
 * open already, or -errno. */
int address_announce_prepare(void);
/* Close what address_announce_prepare opened. */
void address_announce_close(void);

#endif
