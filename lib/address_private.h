// SPDX-License-Identifier: MIT
/* Private to lib/address*: requests to the kernel over the one netlink socket. */
#ifndef LIB_ADDRESS_PRIVATE_H
#define LIB_ADDRESS_PRIVATE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/address.h"

enum { ADDRESS_LOOPBACK_INDEX = 1 }; /* lo is the first interface of every network namespace */

struct nl_msg;

/* Send message, which this function frees, and call each (may be NULL) for every answer until the kernel has sent all
 * of them.
 * Returns 0 or the kernel's own -errno. */
int address_exchange(
	struct address_table *t, struct nl_msg *message, void (*each)(void *, struct nlmsghdr *), void *context);
/* Ask the kernel for all objects of a type.  body, of len bytes, is the family header of the request.  each may get the
 * same object twice when the kernel's tables change during the dump. */
int address_dump(struct address_table *t, int type, void *body, size_t len, void (*each)(void *, struct nlmsghdr *),
                 void *context);

#endif
