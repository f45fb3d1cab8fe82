// SPDX-License-Identifier: MIT
/* haresources: groups of resources, each with its home node.  Pure.  doc/configuration.md 9. */
#ifndef HEARTBEAT_CONF_HARESOURCES_H
#define HEARTBEAT_CONF_HARESOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/diag.h"

enum { HARESOURCES_GROUPS_MAX = 128 };

struct resource_conf {
	const char *text;   /* as written: "IPaddr::192.168.1.100/24/eth0", or the bare address */
	const char *script; /* "IPaddr" (also for a bare IPv4-looking word) */
	const char **args;  /* between the "::", empty ones collapsed */
	size_t arg_count;
	unsigned line, column;
};

struct group_conf {
	const char *home; /* node, lower case */
	const char *key;  /* text of the first resource: names the group */
	uint32_t id;      /* hash of the key (FNV-1a, 32 bit): names the group on the wire of the native dialect */
	struct resource_conf *resources;
	size_t count;
	unsigned line;
};

struct haresources {
	struct group_conf *groups; /* lines without a resource are not groups and are left out */
	size_t count;
	/* over the normalised groups (home lower case, single blanks), order included; comments and blanks do not
	 * matter */
	uint64_t digest;
	void *arena;
};

/* nodes: the node names of ha.cf (lower case).  Errors: unknown node, the same key twice, the same group id twice,
 * script name with a slash or other than [A-Za-z0-9_.:@-], a bare address that is none, no more than
 * HARESOURCES_GROUPS_MAX.
 * Returns an object to be freed; usable only when diags->errors is 0.  NULL without memory, and an error that says
 * so. */
struct haresources *haresources_parse(
	struct bytes text, const char *const *nodes, size_t node_count, struct diags *diags);
void haresources_free(struct haresources *h);

/* The family of the addresses that a script takes: AF_INET for IPaddr and IPaddr2, AF_INET6 for IPv6addr, AF_UNSPEC for
 * other scripts. */
int haresources_address_family(const char *script);

#endif
