// SPDX-License-Identifier: MIT
/* Network interfaces of this machine and their addresses, IPv4 and IPv6, kept current by one netlink subscription.
 * A question is answered from memory, without a system call.  Decides nothing and changes nothing.
 * The main loop calls interfaces_read when interfaces_fd is readable. */
#ifndef LIB_INTERFACES_H
#define LIB_INTERFACES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERFACE_NAME_MAX = 16 }; /* with its NUL, as the kernel has it */

struct interface {
	char name[INTERFACE_NAME_MAX];
	unsigned index;
	bool up;      /* switched on by the administrator */
	bool carrier; /* up, and its cable (or what it runs on) works */
};

struct interface_address {
	int family; /* AF_INET, AF_INET6 */
	unsigned ifindex, prefix;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} ip;
	struct in_addr broadcast; /* AF_INET; 0: not set */
	bool tentative;           /* AF_INET6: the kernel does not use it yet, or found that another machine has it */
	bool secondary;           /* the kernel deletes it with the first address of its subnet */
	unsigned char scope;
	char label[INTERFACE_NAME_MAX]; /* AF_INET; the interface's name, or "eth0:0" for a service address */
};

struct interfaces;

/* Subscribe and read what there is now, of the network namespace of the calling thread.  NULL with errno. */
struct interfaces *interfaces_new(void);
void interfaces_free(struct interfaces *t);

/* For the main loop; owned by t. */
int interfaces_fd(const struct interfaces *t);
/* Take the notices that have arrived; never blocks.  Returns how many changes they brought, 0 when there is nothing
 * new, or -errno.  When the kernel reports lost notices, everything is read again; when that fails, the next call or
 * question tries it again. */
int interfaces_read(struct interfaces *t);
/* Grows with every change.  A caller that keeps an answer asks again when this number has changed. */
uint64_t interfaces_changes(const struct interfaces *t);

/* Interface by its name or by one of its alternative names.  False: there is none. */
bool interfaces_find(struct interfaces *t, const char *name, struct interface *out);
/* Interface by its index.  False: there is none. */
bool interfaces_find_index(struct interfaces *t, unsigned index, struct interface *out);
/* Interface by position, in no particular order; false past the end. */
bool interfaces_at(const struct interfaces *t, size_t position, struct interface *out);
/* Address by position, those of one interface in the kernel's order; false past the end. */
bool interfaces_address_at(const struct interfaces *t, size_t position, struct interface_address *out);
/* The address that the kernel uses as the interface's own IPv4 address: the first one, in the kernel's order, with the
 * name of the interface as its label; service addresses have other labels.  Returns 0, -ENODEV or -EADDRNOTAVAIL. */
int interfaces_own_address(struct interfaces *t, const char *name, struct interface_address *out);
/* Is the address on any interface?  *out: where, may be NULL; lo only when no other interface has it. */
bool interfaces_holds(struct interfaces *t, int family, const void *ip, struct interface_address *out);

#endif
