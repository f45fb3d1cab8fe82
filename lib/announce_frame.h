// SPDX-License-Identifier: MIT
/* The Ethernet frames that announce an address, built by libnet.  Builds bytes; lib/address_announce sends them. */
#ifndef LIB_ANNOUNCE_FRAME_H
#define LIB_ANNOUNCE_FRAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { ANNOUNCE_MAC_LEN = 6, ANNOUNCE_ARP_LEN = 42, ANNOUNCE_NEIGHBOUR_LEN = 86 };

/* Create the contexts of libnet, with all memory that a frame needs; call it ahead of need, and again after a failure.
 * Returns 0, also when they are there already, or -ENOMEM; the reason is logged.
 * The contexts have no socket (LIBNET_NONE): one serves every interface, also one that appears later.  With a socket,
 * libnet needs a context for each interface.  Its socket receives every frame of the machine, the kernel makes the
 * process wait when it is bound or closed, it cannot be opened while the interface is down, and without memory for the
 * name libnet silently takes another interface. */
int announce_frame_prepare(void);
void announce_frame_close(void);

/* Build a gratuitous ARP frame for ip at mac: the broadcast request "who-has ip tell ip", or the broadcast reply
 * "ip is-at mac".
 * Returns 0, -ENOTCONN when announce_frame_prepare has not succeeded, or -EINVAL when libnet refuses (logged). */
int announce_frame_arp(bool reply, const uint8_t mac[ANNOUNCE_MAC_LEN], struct in_addr ip,
                       uint8_t out[ANNOUNCE_ARP_LEN]);

/* Build an unsolicited neighbour advertisement to all nodes of the link (Ethernet 33:33:00:00:00:01, IPv6 ff02::1):
 * ip is at mac, and overrides what the neighbours know.  router: the interface forwards; hosts stop to use as a router
 * what advertises itself without this flag.  RFC 4861, sections 4.4 and 7.2.6.  Returns as announce_frame_arp. */
int announce_frame_neighbour(bool router, const uint8_t mac[ANNOUNCE_MAC_LEN], const struct in6_addr *ip,
                             uint8_t out[ANNOUNCE_NEIGHBOUR_LEN]);

#endif
