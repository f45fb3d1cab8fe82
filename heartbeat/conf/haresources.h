// SPDX-License-Identifier: MIT
/* Parses haresources: the resource groups, each with its home node.  Pure.  doc/configuration.md 9. */
#ifndef HEARTBEAT_CONF_HARESOURCES_H
#define HEARTBEAT_CONF_HARESOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/diag.h"

enum { HARESOURCES_GROUPS_MAX = 128 };

struct resource_conf {
	const char *text;   /* as written: "IPaddr::192.168.1.100/24/eth0", or the bare address */
	const char *script; /* for example "IPaddr", which is also the script of a bare IPv4 address */
	const char **args;  /* separated by "::"; empty ones are dropped */
	size_t arg_count;
	unsigned line, column;
};

struct group_conf {
	const char *home; /* the home node, in lower case */
	const char *key;  /* text of the first resource: the name of the group */
	uint32_t id;      /* hash of the key (FNV-1a, 32 bit): identifies the group in packets of the native dialect */
	struct resource_conf *resources;
	size_t count;
	unsigned line;
};

struct haresources {
	struct group_conf *groups; /* a line without a resource is not a group */
	size_t count;
	/* A hash of all groups in their order, in a normalised form: home in lower case, single blanks, no comments. */
	uint64_t digest;
	void *arena;
};

/* Parse haresources.  nodes: the node names of ha.cf (lower case).  These are errors: an unknown node, a duplicate key,
 * a duplicate group id, a character other than [A-Za-z0-9_.:@-] in a script name, an invalid bare address, more than
 * HARESOURCES_GROUPS_MAX groups.
 * Returns an object that the caller frees with haresources_free; it is usable only when diags->errors is 0.  Without
 * memory it returns NULL and adds an error. */
struct haresources *haresources_parse(
	struct bytes text, const char *const *nodes, size_t node_count, struct diags *diags);
void haresources_free(struct haresources *h);

/* The address family of a script: AF_INET for IPaddr and IPaddr2, AF_INET6 for IPv6addr, AF_UNSPEC for others. */
int haresources_address_family(const char *script);

#endif
