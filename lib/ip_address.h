// SPDX-License-Identifier: MIT
/* An IP address of either family, as a value.  Pure. */
#ifndef LIB_IP_ADDRESS_H
#define LIB_IP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

struct ip_address {
	int family; /* AF_INET, AF_INET6; AF_UNSPEC: none */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

struct ip_address_text {
	char at[INET6_ADDRSTRLEN];
};

/* Read text as an address of the family.  Returns false, and sets *out to AF_UNSPEC, when text is not such an
 * address. */
bool ip_address_parse(int family, const char *text, struct ip_address *out);
/* Read an address in network byte order, as packets and netlink messages contain it.  Returns false when the length is
 * not that of the family. */
bool ip_address_take(int family, struct bytes b, struct ip_address *out);
/* The address in network byte order, as packets contain it; empty for AF_UNSPEC.  Points into a. */
struct bytes ip_address_bytes(const struct ip_address *a);
/* The usual text of the address; "" for AF_UNSPEC. */
struct ip_address_text ip_address_text(const struct ip_address *a);
/* The text without "::": eight groups for IPv6.  Needed where "::" is a separator, such as in haresources. */
struct ip_address_text ip_address_long_text(const struct ip_address *a);
/* The family in messages: "IPv4 address", "IPv6 address"; "address" for any other. */
const char *ip_family_name(int family);
bool ip_address_equal(const struct ip_address *a, const struct ip_address *b);
/* Returns true when both addresses have the same family and the same first prefix bits. */
bool ip_address_same_network(const struct ip_address *a, const struct ip_address *b, unsigned prefix);

#endif
