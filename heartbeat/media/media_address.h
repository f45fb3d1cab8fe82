// SPDX-License-Identifier: MIT
/* The source or destination of a datagram, of any address family.  The address is empty for a medium without
 * addresses. */
#ifndef HEARTBEAT_MEDIA_MEDIA_ADDRESS_H
#define HEARTBEAT_MEDIA_MEDIA_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

struct media_address {
	socklen_t len; /* 0: the medium has no addresses */
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
};

enum { MEDIA_ADDRESS_TEXT = INET6_ADDRSTRLEN };

struct media_address media_address_v4(struct in_addr ip, uint16_t port);
/* scope: the index of the interface, for a link-local address or group; 0 otherwise. */
struct media_address media_address_v6(const struct in6_addr *ip, uint16_t port, unsigned scope);
/* The bytes of the IP address in network byte order, 4 or 16, without the port; empty when there is no address.  Points
 * into a. */
struct bytes media_address_ip(const struct media_address *a);
/* The port; 0: none. */
uint16_t media_address_port(const struct media_address *a);
/* Returns true when both addresses belong to the same host; ports are not compared.  Two empty addresses are equal. */
bool media_address_same_host(const struct media_address *a, const struct media_address *b);
bool media_address_is_multicast(const struct media_address *a);
/* Writes the address as text ("10.0.0.2", "fe80::1"), or "?" when it is empty.  Returns out. */
const char *media_address_text(const struct media_address *a, char out[MEDIA_ADDRESS_TEXT]);

#endif
