// SPDX-License-Identifier: MIT
/* ipfail: which of the two nodes reaches more ping nodes?  Compares the counts of both, waits until they are steady,
 * and orders a standby.  Answers questions about that; ownership.c decides what a group does.  Knows no wire format.
 * doc/fencing.md R9, R12
 *
 *   view       the counts of this node and of the other one, unchanged for SETTLE    what this node does
 *   UNKNOWN    ipfail off, no ping node, the other node is not heard, does not        nothing
 *              send its count, or has another number of ping nodes
 *   EQUAL      the same                                                               groups go home, after HOME
 *   WORSE      fewer answer here                                                      standby; claims no group first
 *   BETTER     more answer here                                                       offers no group to its home
 *
 * SETTLE is two keepalives, and at least SETTLE_MS; and the time by which the report of the peer can be later
 * (dialect.h).  HOME is deadping, and at least HOME_MS; it counts from the end of WORSE or BETTER.  It is doubled, up
 * to HOME_MOST_MS, each time when WORSE or BETTER comes again soon.
 * This node is isolated when the other node is silent without a proof that it is off or has left, and none of two or
 * more ping nodes has answered since.  Then it takes no group over.  With isolated_demote it releases what it has, once
 * all of them are dead.
 * When a ping node answers again, it waits for the other node as long as that can be silent.
 * An order of an operator (takeover) goes before both, until the view changes. */
#ifndef HEARTBEAT_CORE_IPFAIL_H
#define HEARTBEAT_CORE_IPFAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/core/core.h"

enum ipfail_view { IPFAIL_UNKNOWN, IPFAIL_EQUAL, IPFAIL_WORSE, IPFAIL_BETTER };

struct ipfail {
	size_t alive, total;           /* ping nodes of this node */
	size_t peer_alive, peer_total; /* of the other one, as it reported them last */
	bool peer_known;
	struct mono since;             /* none of these has changed since then */
	enum ipfail_view view;         /* written by set_view only */
	struct mono home_not_before;   /* no group is offered to its home before that */
	struct span home_wait;         /* HOME of the present or last WORSE or BETTER */
	struct mono again_at;          /* when a standby that did not succeed is ordered again; MONO_FAR: not ordered */
	bool overridden;               /* an operator took groups over in spite of this */
	bool cut_off;                  /* the other node is silent, and no ping node has answered since */
	bool isolated;                 /* and all ping nodes are dead */
	bool totals_differ_logged, silence_logged;
	/* both nodes are active, and the other one has not reported its count; MONO_NEVER: it has */
	struct mono silent_since;
};

void ipfail_init(struct core *c);
/* The other node reports how many ping nodes answer there, and how many it has. */
void ipfail_peer_says(struct core *c, size_t alive, size_t total);
/* Its report is out of date: it died, or began a new life. */
void ipfail_forget_peer(struct core *c);
/* ha.cf was read again: compare again, after SETTLE. */
void ipfail_reconfigured(struct core *c);
/* An operator orders a takeover here. */
void ipfail_override(struct core *c);
/* Count, compare, and order what is due.  Called by the step, after everything that changes a node. */
void ipfail_tick(struct core *c);
/* When ipfail_tick has something to do; MONO_FAR: not before something else happens. */
struct mono ipfail_deadline(const struct core *c);

/* Do fewer ping nodes answer here than at the other node, and no operator wants the groups here all the same? */
bool ipfail_is_worse(const struct core *c);
/* Do fewer answer at the other node, by the last counts, steady or not? */
bool ipfail_peer_has_fewer(const struct core *c);
/* What the counts mean, when they are equal, or have been the same for long enough; otherwise IPFAIL_UNKNOWN. */
enum ipfail_view ipfail_compared(const struct core *c);
/* May a group be offered to its home now? */
bool ipfail_allows_failback(const struct core *c);
/* Is this node cut off, as far as it can know?  Then it takes nothing over from a silent node. */
bool ipfail_is_isolated(const struct core *c);

#endif
