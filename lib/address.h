// SPDX-License-Identifier: MIT
/* IPv4 service addresses of this machine, by netlink, and gratuitous ARP by libnet.
 * No policy: which address where is decided by heartbeat/exec/ipaddr.  spec: resources, section 6. */
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

enum { ADDRESS_LABEL_MAX = 16 }; /* IFA_LABEL with its NUL */

struct address {
	struct in_addr ip;
	unsigned prefix;          /* 0..32 */
	struct in_addr broadcast; /* 0: none */
	char interface[IF_NAMESIZE];
	char label[ADDRESS_LABEL_MAX]; /* "" none */
};

/* A netlink handle, one per process; opened once.  Returns NULL with errno. */
struct address_table;
struct address_table *address_table_new(void);
void address_table_free(struct address_table *t);

/* Find ip on any interface.  Returns 0 and fills *found, -ENOENT when it is nowhere, or -errno. */
int address_find(struct address_table *t, struct in_addr ip, struct address *found);
/* The connected route (link scope, main or local table) that holds ip, longest prefix wins: interface and prefix.
 * Returns 0, -ENETUNREACH when there is none, or -errno. */
int address_route(struct address_table *t, struct in_addr ip, struct address *found);
/* Is the label "eth0:0" taken by any address? */
bool address_label_used(struct address_table *t, const char *label);
/* Add (already there with the same prefix and interface: success) / delete exactly this one (absent: success).  0 or -errno. */
int address_add(struct address_table *t, const struct address *a);
int address_delete(struct address_table *t, const struct address *a);
/* Interface has carrier and is up. */
bool address_carrier(const char *interface);

/* One round of gratuitous ARP: a broadcast request "who-has ip tell ip" and a broadcast reply "ip is-at own MAC".
 * Returns 0 or -errno (-EINVAL with a text in errbuf, 256 bytes, from libnet). */
int address_announce(const struct address *a, char *errbuf);

/* Watch for addresses that vanish or appear: a netlink socket subscribed to RTNLGRP_IPV4_IFADDR, for the main loop.
 * Returns a descriptor or -errno; address_watch_read takes one batch and calls back for each change.  The caller closes it. */
int address_watch(void);
int address_watch_read(int fd, void (*changed)(void *context, bool added, struct in_addr ip, unsigned ifindex), void *context);

#endif
