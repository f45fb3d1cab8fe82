// SPDX-License-Identifier: MIT
/* The Ethernet frames that announce an address, built by libnet.  Builds bytes; lib/address_announce sends them. */
#ifndef LIB_ANNOUNCE_FRAME_H
#define LIB_ANNOUNCE_FRAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { ANNOUNCE_MAC_LEN = 6, ANNOUNCE_ARP_LEN = 42, ANNOUNCE_NEIGHBOUR_LEN = 86 };

/* Create the contexts of libnet, with all memory that a frame needs.  Call it at start, and again after a failure.
 * Returns 0, also when they are there already, or -ENOMEM; the reason is logged.
 * The contexts have no socket (LIBNET_NONE).  One context is then enough for all interfaces, also for an interface that
 * appears later.  With a socket, libnet needs a context for each interface.  That socket receives every frame of the
 * machine.  The kernel makes the process wait when the socket is bound or closed.  It cannot be opened while the
 * interface is down.  Without memory for the name, libnet takes another interface and reports no error. */
int announce_frame_prepare(void);
void announce_frame_close(void);

/* Build a gratuitous ARP frame for ip at mac: the broadcast request "who-has ip tell ip", or the broadcast reply
 * "ip is-at mac".
 * Returns 0, -ENOTCONN when announce_frame_prepare has not succeeded, or -EINVAL when libnet refuses (logged). */
int announce_frame_arp(bool reply, const uint8_t mac[ANNOUNCE_MAC_LEN], struct in_addr ip,
                       uint8_t out[ANNOUNCE_ARP_LEN]);

/* Build an unsolicited neighbour advertisement to all nodes of the link (Ethernet 33:33:00:00:00:01, IPv6 ff02::1):
 * ip is at mac; the neighbours replace the entry that they have.  router: the interface forwards; when a router sends
 * an advertisement without this flag, hosts stop using it as a router.  RFC 4861, sections 4.4 and 7.2.6.
 * Returns as announce_frame_arp. */
int announce_frame_neighbour(bool router, const uint8_t mac[ANNOUNCE_MAC_LEN], const struct in6_addr *ip,
                             uint8_t out[ANNOUNCE_NEIGHBOUR_LEN]);

#endif
