// SPDX-License-Identifier: MIT
#include "heartbeat/conf/ipv6_word.h"

#include <sys/socket.h>

#include "lib/bytes.h"
#include "lib/ip_address.h"

bool ipv6_word_instead(const char *word, char instead[IPV6_WORD_MAX])
{
	struct reader r = reader_over(bytes_of(word));
	(void)reader_skip(&r, "IPv6addr::"); /* optional */
	bool more = bytes_have((struct bytes){r.at, r.left}, '/');
	struct bytes address = more ? reader_until(&r, '/') : reader_take(&r, reader_left(&r));
	struct bytes rest = reader_take(&r, reader_left(&r));
	char text[INET6_ADDRSTRLEN];
	struct ip_address ip;
	if (!bytes_to_text(address, text, sizeof text) || !ip_address_parse(AF_INET6, text, &ip))
		return false;
	struct writer w = writer_over(instead, IPV6_WORD_MAX - 1);
	writer_text(&w, "IPv6addr::");
	writer_text(&w, ip_address_long_text(&ip).at);
	writer_text(&w, more ? "/" : "");
	writer_bytes(&w, rest);
	writer_byte(&w, '\0');
	return !w.overflowed;
}
