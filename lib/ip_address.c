// SPDX-License-Identifier: MIT
#include "lib/ip_address.h"

#include <arpa/inet.h>
#include <string.h>

/* The number of bits of an address of the family: 32, 128, or 0. */
static unsigned bits_of(int family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

bool ip_address_parse(int family, const char *text, struct ip_address *out)
{
	memset(out, 0, sizeof *out);
	if (bits_of(family) == 0 || inet_pton(family, text, &out->v6) != 1) /* v4 is at the same offset */
		return false;
	out->family = family;
	return true;
}

bool ip_address_take(int family, struct bytes b, struct ip_address *out)
{
	memset(out, 0, sizeof *out);
	if (b.len == 0 || b.len * 8 != bits_of(family))
		return false;
	out->family = family;
	memcpy(&out->v6, b.at, b.len);
	return true;
}

struct bytes ip_address_bytes(const struct ip_address *a)
{
	return (struct bytes){a->v6.s6_addr, bits_of(a->family) / 8};
}

struct ip_address_text ip_address_text(const struct ip_address *a)
{
	struct ip_address_text t = {""};
	if (a->family != AF_UNSPEC)
		(void)inet_ntop(a->family, &a->v6, t.at, sizeof t.at); /* large enough for every address */
	return t;
}

struct ip_address_text ip_address_long_text(const struct ip_address *a)
{
	if (a->family != AF_INET6)
		return ip_address_text(a);
	struct ip_address_text t = {""};
	struct writer w = writer_over(t.at, sizeof t.at - 1); /* eight groups need 39 bytes; t already has the NUL */
	for (size_t i = 0; i < sizeof a->v6.s6_addr; i += 2) {
		writer_text(&w, i ? ":" : "");
		writer_number(&w, 16, (uint64_t)(a->v6.s6_addr[i] << 8 | a->v6.s6_addr[i + 1]));
	}
	return t;
}

const char *ip_family_name(int family)
{
	return family == AF_INET ? "IPv4 address" : family == AF_INET6 ? "IPv6 address" : "address";
}

bool ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return ip_address_same_network(a, b, bits_of(a->family));
}

bool ip_address_same_network(const struct ip_address *a, const struct ip_address *b, unsigned prefix)
{
	if (a->family != b->family || prefix > bits_of(a->family))
		return false;
	struct bytes x = ip_address_bytes(a), y = ip_address_bytes(b);
	for (size_t i = 0; i * 8 < prefix; i++) {
		unsigned bits = prefix - (unsigned)i * 8;
		unsigned mask = bits >= 8 ? 0xff : 0xff00u >> bits & 0xff;
		if (((x.at[i] ^ y.at[i]) & mask) != 0)
			return false;
	}
	return true;
}
