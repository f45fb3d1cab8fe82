// SPDX-License-Identifier: MIT
/* Builds, with libnet, the Ethernet frames that announce an address.  Sends nothing: lib/address_announce sends the
 * frames. */
#ifndef LIB_ANNOUNCE_FRAME_H
#define LIB_ANNOUNCE_FRAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { ANNOUNCE_MAC_LEN = 6, ANNOUNCE_ARP_LEN = 42, ANNOUNCE_NEIGHBOUR_LEN = 86 };

/* Create the libnet contexts with all memory that a frame needs.  Call this at the start of the daemon, and again after
 * a failure.
 * Returns 0, also when the contexts exist already, or -ENOMEM; the reason is logged.
 * The contexts have no socket (LIBNET_NONE), so one context is enough for all interfaces, also for an interface that
 * appears later.  With a socket, libnet needs a context for each interface, and there are more disadvantages: the
 * socket receives every frame of the machine; the kernel makes the process wait when the socket is bound or closed; the
 * socket cannot be opened while the interface is down; and when libnet has no memory for the interface name, it uses
 * another interface and reports no error. */
int announce_frame_prepare(void);
void announce_frame_close(void);

/* Build a gratuitous ARP frame for ip at mac: the broadcast request "who-has ip tell ip", or the broadcast reply
 * "ip is-at mac".
 * Returns 0, -ENOTCONN when announce_frame_prepare has not succeeded, or -EINVAL when libnet refuses (logged). */
int announce_frame_arp(bool reply, const uint8_t mac[ANNOUNCE_MAC_LEN], struct in_addr ip,
                       uint8_t out[ANNOUNCE_ARP_LEN]);

/* Build an unsolicited neighbour advertisement to all nodes of the link (Ethernet 33:33:00:00:00:01, IPv6 ff02::1).  It
 * announces that ip is at mac, and the neighbours replace their entry for ip.  router is true when the interface
 * forwards packets: hosts stop using a router that sends an advertisement without this flag.  RFC 4861, sections 4.4
 * and 7.2.6.
 * Returns the same values as announce_frame_arp. */
int announce_frame_neighbour(bool router, const uint8_t mac[ANNOUNCE_MAC_LEN], const struct in6_addr *ip,
                             uint8_t out[ANNOUNCE_NEIGHBOUR_LEN]);

#endif
