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

/* Read text as an address of the family.  False, and *out is AF_UNSPEC, when it is none. */
bool ip_address_parse(int family, const char *text, struct ip_address *out);
/* Take an address as it is in a packet or a message of the kernel.  False when the length is not that of the family. */
bool ip_address_take(int family, struct bytes b, struct ip_address *out);
/* The address as it is in a packet; empty for AF_UNSPEC.  Points into a. */
struct bytes ip_address_bytes(const struct ip_address *a);
/* For people; "" for AF_UNSPEC. */
struct ip_address_text ip_address_text(const struct ip_address *a);
/* The same without "::": eight groups for IPv6.  Where "::" has another meaning, such as in haresources. */
struct ip_address_text ip_address_long_text(const struct ip_address *a);
bool ip_address_equal(const struct ip_address *a, const struct ip_address *b);
/* Are the first prefix bits of both the same, and the family? */
bool ip_address_same_network(const struct ip_address *a, const struct ip_address *b, unsigned prefix);

#endif
