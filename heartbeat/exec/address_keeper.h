// SPDX-License-Identifier: MIT
/* Private to exec/address_keeper.c and exec/address_trouble.c: the addresses that are watched. */
#ifndef HEARTBEAT_EXEC_ADDRESS_KEEPER_H
#define HEARTBEAT_EXEC_ADDRESS_KEEPER_H

#include "heartbeat/exec/exec_private.h"
#include "lib/interfaces.h"

enum {
	REMOVALS_MAX = 5,  /* a DHCP renewal or a restart of the network removes an address once or twice */
	TROUBLE_MAX = 128, /* what the core keeps of a reason */
};

/* A service address. */
struct kept {
	const struct resource *resource;
	struct ipaddr ip;                  /* as haresources names it */
	struct address placed;             /* where it was last seen; interface "": nowhere yet */
	struct interface_address seen;     /* the same, as the kernel reported it */
	bool missing, failed;              /* it should be here and is not; adding it has failed */
	bool stray;                        /* it is here, no group here has it, and that is logged */
	uint64_t removals;
	struct mono removed[REMOVALS_MAX]; /* the latest ones */
	struct mono tried_at, distrusted_until;
	char trouble[TROUBLE_MAX];         /* "" none: why its group is not ready */
	struct mono ripe_at;               /* when the trouble is reported */
};

struct address_keeper {
	struct exec *exec;
	struct interfaces *interfaces;
	struct kept *list;
	size_t count;
	char (*reported)[TROUBLE_MAX]; /* of each group; "" ready */
	struct mono *ready_at;         /* last report that it is ready */
	struct mono next;              /* the next look that no notice causes */
	guint timer;
	bool looked;
};

struct ip_address_text kept_name(const struct kept *a);
/* Look at the addresses again then, if no notice comes earlier. */
void keeper_wake_at(struct address_keeper *k, struct mono when);

/* --- address_trouble.c --- */
/* Why a start would fail, "" it would not.  Asks the kernel only for a route. */
void keeper_hindrance(const struct address_keeper *k, const struct kept *a, char why[TROUBLE_MAX]);
/* "" none.  ripe_at: when it is reported.  Later reasons for the same trouble do not delay its report. */
void kept_set_trouble(struct kept *a, const char *why, struct mono ripe_at);
/* Report whether the group is ready, if that has changed. */
void keeper_report_group(struct address_keeper *k, const struct run_group *g, struct mono now);

#endif
