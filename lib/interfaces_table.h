// SPDX-License-Identifier: MIT
/* Private to lib/interfaces: the table of interfaces and addresses, filled from netlink messages.  Pure, except that it
 * allocates memory. */
#ifndef LIB_INTERFACES_TABLE_H
#define LIB_INTERFACES_TABLE_H

#include "lib/interfaces.h"

enum { INTERFACE_ALTERNATIVES = 4 }; /* so many alternative names of one interface are stored; udev creates two */

struct nlmsghdr;

struct interface_entry {
	struct interface link;
	char alternatives[INTERFACE_ALTERNATIVES][INTERFACE_NAME_MAX]; /* "": none */
};

struct interfaces_table {
	struct interface_entry *links;
	size_t link_count;
	struct interface_address *addresses; /* those of one interface are in the kernel's order */
	size_t address_count;
};

enum table_verdict { TABLE_SAME, TABLE_CHANGED, TABLE_NO_MEMORY };

/* Apply an RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR or RTM_DELADDR message.  Other messages change nothing. */
enum table_verdict interfaces_table_take(struct interfaces_table *t, struct nlmsghdr *message);
void interfaces_table_free(struct interfaces_table *t);

#endif
