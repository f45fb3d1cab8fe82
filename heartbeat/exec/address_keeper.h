// SPDX-License-Identifier: MIT
/* The service addresses that exec watches.  Private to exec/address_keeper.c and exec/address_trouble.c. */
#ifndef HEARTBEAT_EXEC_ADDRESS_KEEPER_H
#define HEARTBEAT_EXEC_ADDRESS_KEEPER_H

#include "heartbeat/exec/exec_private.h"
#include "lib/interfaces.h"

enum {
	REMOVALS_MAX = 5,  /* a DHCP renewal or a restart of the network removes an address once or twice */
	TROUBLE_MAX = 128, /* the core keeps as many bytes of a reason */
};

/* A service address. */
struct kept {
	const struct resource *resource;
	struct ipaddr ip;                  /* the address as haresources names it */
	struct address placed;             /* where the address was last seen; interface "": it was not seen yet */
	struct interface_address seen;     /* the same, as the kernel reported it */
	/* missing: the address should be here and is not; failed: adding it has failed */
	bool missing, failed;
	/* the address is here although no group that runs here has it, and this was logged */
	bool stray;
	uint64_t removals;
	struct mono removed[REMOVALS_MAX]; /* the times of the last removals */
	struct mono tried_at, distrusted_until;
	char trouble[TROUBLE_MAX];         /* why its group is not ready; "": no reason */
	struct mono ripe_at;               /* when the trouble is reported */
};

struct address_keeper {
	struct exec *exec;
	struct interfaces *interfaces;
	struct kept *list;
	size_t count;
	char (*reported)[TROUBLE_MAX]; /* what was reported of each group; "": it is ready */
	struct mono *ready_at;         /* when each group was last reported as ready */
	struct mono next;              /* when to look next if the kernel reports no change before */
	guint timer;
	bool looked;
};

struct ip_address_text kept_name(const struct kept *a);
/* Look at the addresses again at this time, if the kernel reports no change before. */
void keeper_wake_at(struct address_keeper *k, struct mono when);

/* --- address_trouble.c --- */
/* Write why a start of the address would fail; "": it would not fail.  Asks the kernel only for a route. */
void keeper_hindrance(const struct address_keeper *k, const struct kept *a, char why[TROUBLE_MAX]);
/* Set why the group of the address is not ready; "": it is ready.  ripe_at: when this is reported.  A later reason,
 * while the trouble lasts, does not delay the report. */
void kept_set_trouble(struct kept *a, const char *why, struct mono ripe_at);
/* Report whether the group is ready, if this has changed. */
void keeper_report_group(struct address_keeper *k, const struct run_group *g, struct mono now);

#endif
