// SPDX-License-Identifier: MIT
/* Service addresses of this machine, IPv4 and IPv6, by netlink, and their announcement to the neighbours.
 * No policy: which address where is decided by heartbeat/exec/ipaddr.  doc/resources.md 6. */
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
	struct in_addr broadcast; /* 0: none, as always with IPv6 */
	char interface[IF_NAMESIZE];
	char label[ADDRESS_LABEL_MAX]; /* "" none, as always with IPv6 */
};

/* A netlink handle, one per process; opened once.  Returns NULL with errno. */
struct address_table;
struct address_table *address_table_new(void);
void address_table_free(struct address_table *t);

/* Find ip on any interface; lo counts only when no other interface has it.  Returns 0 and fills *found, -ENOENT when
 * no interface has it, or -errno. */
int address_find(struct address_table *t, const struct ip_address *ip, struct address *found);
/* Find interface and prefix of the connected route (no gateway, main or local table, no default route) that contains
 * ip.  The longest prefix wins; among equal prefixes a route with carrier, then the smaller metric.
 * Returns 0, -ENETUNREACH when there is none, or -errno. */
int address_route(struct address_table *t, const struct ip_address *ip, struct address *found);
/* The connected networks of a family in one line for people, "eth0 10.0.0.0/24, eth1 10.1.0.0/24", cut at cap (> 0);
 * "" when there are none. */
void address_networks(struct address_table *t, int family, char *out, size_t cap);
/* Find the first label of IF:0 .. IF:511 that no address has.  Returns 0, -ENAMETOOLONG when it is longer than the 15
 * characters of the kernel, -ENOSPC, or -errno; after an error label is "". */
int address_label_free(struct address_table *t, const char *interface, char label[ADDRESS_LABEL_MAX]);
/* Add exactly this address (already there with the same prefix and interface: success), or delete it (absent: success).
 * Return 0 or -errno.
 * The kernel deletes the other addresses of a subnet together with the first one.  address_delete keeps them: it sets
 * promote_secondaries on the interface, or, where that is not possible, puts them back.
 * An IPv6 address is added without duplicate address detection, because the cluster has decided which node owns it.
 * With detection it would be unusable for a second, and permanently when the former owner still answers. */
int address_add(struct address_table *t, const struct address *a);
int address_delete(struct address_table *t, const struct address *a);
/* True when the interface is up and has carrier. */
bool address_carrier(const char *interface);

/* One round of announcements.  IPv4, gratuitous ARP: a broadcast request "who-has ip tell ip" and a broadcast reply
 * "ip is-at own MAC".  IPv6: one unsolicited neighbour advertisement to all nodes of the link.
 * Nothing is sent, and that is success, on an interface without ARP (lo, tunnels).
 * Returns 0, -ENOTCONN when address_announce_prepare has not succeeded, or -errno. */
int address_announce(const struct address *a);
/* Open the socket and the contexts of libnet that announcements on all interfaces need.  Call it at start, and again
 * after a failure, but not while an address is being taken over.  Returns 0, also when all is open already, or
 * -errno. */
int address_announce_prepare(void);
/* Close what address_announce_prepare opened. */
void address_announce_close(void);

#endif
