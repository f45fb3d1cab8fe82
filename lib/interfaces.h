// SPDX-License-Identifier: MIT
/* The network interfaces of this machine and their IPv4 and IPv6 addresses.  One netlink subscription keeps them
 * current.
 * Functions answer from memory, without a system call.  Decides nothing and changes nothing.
 * The main loop calls interfaces_read when interfaces_fd is readable. */
#ifndef LIB_INTERFACES_H
#define LIB_INTERFACES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERFACE_NAME_MAX = 16 }; /* with its NUL; the limit of the kernel */

struct interface {
	char name[INTERFACE_NAME_MAX];
	unsigned index;
	bool up;      /* switched on by the administrator */
	bool carrier; /* up, and the link below it (a cable, for example) works */
};

struct interface_address {
	int family; /* AF_INET, AF_INET6 */
	unsigned ifindex, prefix;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} ip;
	struct in_addr broadcast; /* AF_INET; 0: not set */
	/* AF_INET6: not usable, because duplicate address detection runs or found another owner */
	bool tentative;
	bool secondary;           /* the kernel deletes it when the first address of its subnet is deleted */
	unsigned char scope;
	/* AF_INET; the name of the interface, or for example "eth0:0" for a service address */
	char label[INTERFACE_NAME_MAX];
};

struct interfaces;

/* Subscribe, and read the current interfaces and addresses of the calling thread's network namespace.  Returns NULL
 * with errno. */
struct interfaces *interfaces_new(void);
void interfaces_free(struct interfaces *t);

/* The descriptor for the main loop to poll; owned by t. */
int interfaces_fd(const struct interfaces *t);
/* Read the notifications that have arrived; does not block.  Returns the number of changes, 0 when nothing has changed,
 * or -errno.  When the kernel reports lost notifications, everything is read again.  When that fails, the next call of
 * this function or of interfaces_find, for example, tries again. */
int interfaces_read(struct interfaces *t);
/* This number grows with every change.  A caller that stores an answer must ask again when the number has changed. */
uint64_t interfaces_changes(const struct interfaces *t);

/* Find an interface by its name or by one of its alternative names.  Returns false when there is none. */
bool interfaces_find(struct interfaces *t, const char *name, struct interface *out);
/* Find an interface by its index.  Returns false when there is none. */
bool interfaces_find_index(struct interfaces *t, unsigned index, struct interface *out);
/* Get an interface by its position; the order has no meaning.  Returns false past the end. */
bool interfaces_at(const struct interfaces *t, size_t position, struct interface *out);
/* Get an address by its position.  The addresses of one interface are in the kernel's order.  Returns false past the
 * end. */
bool interfaces_address_at(const struct interfaces *t, size_t position, struct interface_address *out);
/* Get the interface's own IPv4 address: the first one, in the kernel's order, with the name of the interface as its
 * label.  Service addresses have other labels.  Returns 0, -ENODEV or -EADDRNOTAVAIL. */
int interfaces_own_address(struct interfaces *t, const char *name, struct interface_address *out);
/* Returns true when an interface has the address, and fills *out, which may be NULL.  lo counts only when no other
 * interface has the address. */
bool interfaces_holds(struct interfaces *t, int family, const void *ip, struct interface_address *out);

#endif
