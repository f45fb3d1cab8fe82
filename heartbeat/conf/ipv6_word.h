// SPDX-License-Identifier: MIT
/* Converts an IPv6 address to the form that works in haresources, for messages about an address that does not work
 * there.  Pure. */
#ifndef HEARTBEAT_CONF_IPV6_WORD_H
#define HEARTBEAT_CONF_IPV6_WORD_H

#include <stdbool.h>

enum { IPV6_WORD_MAX = 96 };

/* word: "fd00::5/64/eth0", or the same with IPv6addr:: before it.  Returns true and sets instead to the resource with
 * all eight groups of the address, "IPv6addr::fd00:0:0:0:0:0:0:5/64/eth0".  Returns false when word has no IPv6 address
 * or is too long. */
bool ipv6_word_instead(const char *word, char instead[IPV6_WORD_MAX]);

#endif
