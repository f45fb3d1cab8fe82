// SPDX-License-Identifier: MIT
#include "heartbeat/media/media_address.h"

#include <arpa/inet.h>
#include <stdio.h>

struct media_address media_address_v4(struct in_addr ip, uint16_t port)
{
	struct media_address a = {.len = sizeof a.v4};

	a.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = ip};
	return a;
}

struct media_address media_address_v6(const struct in6_addr *ip, uint16_t port, unsigned scope)
{
	struct media_address a = {.len = sizeof a.v6};

	a.v6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = *ip, .sin6_scope_id = scope};
	return a;
}

static int family_of(const struct media_address *a)
{
	return a->len > 0 ? a->any.sa_family : AF_UNSPEC;
}

struct bytes media_address_ip(const struct media_address *a)
{
	switch (family_of(a)) {
	case AF_INET:
		return (struct bytes){(const uint8_t *)&a->v4.sin_addr, sizeof a->v4.sin_addr};
	case AF_INET6:
		return (struct bytes){(const uint8_t *)&a->v6.sin6_addr, sizeof a->v6.sin6_addr};
	default:
		return (struct bytes){NULL, 0};
	}
}

uint16_t media_address_port(const struct media_address *a)
{
	switch (family_of(a)) {
	case AF_INET:
		return ntohs(a->v4.sin_port);
	case AF_INET6:
		return ntohs(a->v6.sin6_port);
	default:
		return 0;
	}
}

bool media_address_same_host(const struct media_address *a, const struct media_address *b)
{
	return family_of(a) == family_of(b) && bytes_equal(media_address_ip(a), media_address_ip(b));
}

bool media_address_is_multicast(const struct media_address *a)
{
	switch (family_of(a)) {
	case AF_INET:
		return IN_MULTICAST(ntohl(a->v4.sin_addr.s_addr));
	case AF_INET6:
		return IN6_IS_ADDR_MULTICAST(&a->v6.sin6_addr);
	default:
		return false;
	}
}

const char *media_address_text(const struct media_address *a, char out[MEDIA_ADDRESS_TEXT])
{
	struct bytes ip = media_address_ip(a);

	if (ip.len == 0 || !inet_ntop(family_of(a), ip.at, out, MEDIA_ADDRESS_TEXT))
		(void)snprintf(out, MEDIA_ADDRESS_TEXT, "?"); /* it fits */
	return out;
}
