// SPDX-License-Identifier: MIT
/* The source or destination of a datagram, of any address family; a medium without addresses leaves it empty. */
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
/* scope: index of the interface of a link-local address or group; 0 otherwise. */
struct media_address media_address_v6(const struct in6_addr *ip, uint16_t port, unsigned scope);
/* The address as it goes over the wire, 4 or 16 bytes, without the port; empty when there is none.  Borrowed from a. */
struct bytes media_address_ip(const struct media_address *a);
/* 0: none. */
uint16_t media_address_port(const struct media_address *a);
/* The same host; ports are not compared.  Two empty addresses are the same. */
bool media_address_same_host(const struct media_address *a, const struct media_address *b);
bool media_address_is_multicast(const struct media_address *a);
/* "10.0.0.2", "fe80::1"; "?" when there is none.  Returns out. */
const char *media_address_text(const struct media_address *a, char out[MEDIA_ADDRESS_TEXT]);

#endif
