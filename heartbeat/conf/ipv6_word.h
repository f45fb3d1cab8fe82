// SPDX-License-Identifier: MIT
/* The form of an IPv6 address that works in haresources, for messages about one that does not.  Pure. */
#ifndef HEARTBEAT_CONF_IPV6_WORD_H
#define HEARTBEAT_CONF_IPV6_WORD_H

#include <stdbool.h>

enum { IPV6_WORD_MAX = 96 };

/* word: "fd00::5/64/eth0", or the same with IPv6addr:: before it.  True: instead is the resource with all eight groups
 * of the address, "IPv6addr::fd00:0:0:0:0:0:0:5/64/eth0".  False: word has no IPv6 address, or is too long. */
bool ipv6_word_instead(const char *word, char instead[IPV6_WORD_MAX]);

#endif
