// SPDX-License-Identifier: MIT
/* ipfail: finds out which of the two nodes reaches more ping nodes.  Compares the counts of both nodes, waits until the
 * counts are steady, and orders a standby.  ownership.c calls the functions below and decides what a group does.  Knows
 * no wire format.  doc/fencing.md R9, R12
 *
 *   view       the counts of this node and of the peer, unchanged for SETTLE   what this node does
 *   UNKNOWN    cannot be compared: ipfail is off, there is no ping node, or    nothing
 *              the peer is not heard, sends no count, or has another number
 *              of ping nodes
 *   EQUAL      as many answer here as at the peer                              groups go home, after HOME
 *   WORSE      fewer answer here                                               standby; the peer claims groups first
 *   BETTER     more answer here                                                offers no group to its home
 *
 * SETTLE is two keepalives, but at least SETTLE_MS, plus the time by which the report of the peer can be later
 * (dialect.h, ping_news_ms).  HOME is deadping, but at least HOME_MS.  It starts when WORSE or BETTER ends.  HOME is
 * doubled, up to HOME_MOST_MS, each time when WORSE or BETTER soon comes again.
 * This node is cut off when the peer is silent, without a proof that the peer is off or has left, and when none of two
 * or more ping nodes has answered since then.  A node that is cut off takes no group over.  When all these ping nodes
 * are dead, it is isolated: with isolated_demote it then releases its groups.  When a ping node answers again, this
 * node waits for the peer as long as a living peer can be silent.
 * After a takeover order of an operator, this node ignores WORSE and that it is cut off, until one of these changes. */
#ifndef HEARTBEAT_CORE_IPFAIL_H
#define HEARTBEAT_CORE_IPFAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/core/core.h"

enum ipfail_view { IPFAIL_UNKNOWN, IPFAIL_EQUAL, IPFAIL_WORSE, IPFAIL_BETTER };

struct ipfail {
	size_t alive, total;           /* the ping nodes that answer this node, and all its ping nodes */
	size_t peer_alive, peer_total; /* the same of the peer, as the peer reported them last */
	bool peer_known;
	struct mono since;             /* none of the values above has changed since then */
	enum ipfail_view view;         /* only set_view writes it */
	struct mono home_not_before;   /* no group is offered to its home before this time */
	struct span home_wait;         /* HOME of the present or last WORSE or BETTER */
	/* when a standby is ordered, or is ordered again because it did not succeed; MONO_FAR: not needed */
	struct mono again_at;
	bool overridden;               /* an operator has ordered a takeover: WORSE and cut_off are ignored */
	bool cut_off;                  /* the peer is silent, and no ping node has answered since then */
	bool isolated;                 /* cut_off, and all ping nodes are dead */
	bool totals_differ_logged, silence_logged;
	/* since then both nodes are active, and the peer has not reported its count; MONO_NEVER: this is not so */
	struct mono silent_since;
};

void ipfail_init(struct core *c);
/* Called when the peer reports its count: how many ping nodes answer there, and how many it has. */
void ipfail_peer_says(struct core *c, size_t alive, size_t total);
/* Called when the report of the peer is out of date, because the peer is dead or has a new life. */
void ipfail_forget_peer(struct core *c);
/* Called after ha.cf was read again: compare the counts again, after SETTLE. */
void ipfail_reconfigured(struct core *c);
/* Called when an operator orders a takeover here. */
void ipfail_override(struct core *c);
/* Count the ping nodes, compare the counts, and order a standby if it is due.  core_step calls this after everything
 * that changes a node. */
void ipfail_tick(struct core *c);
/* When ipfail_tick has something to do; MONO_FAR: not before another event. */
struct mono ipfail_deadline(const struct core *c);

/* Returns true if the view is WORSE and no operator has ordered a takeover here since. */
bool ipfail_is_worse(const struct core *c);
/* Returns true if fewer ping nodes answer at the peer.  Uses the last counts, also before they are steady. */
bool ipfail_peer_has_fewer(const struct core *c);
/* The view that follows from the present counts, if they are equal or steady; otherwise IPFAIL_UNKNOWN. */
enum ipfail_view ipfail_compared(const struct core *c);
/* Returns true if a group may be offered to its home now. */
bool ipfail_allows_failback(const struct core *c);
/* Returns true if this node seems to be cut off (cut_off above).  Then it takes nothing over from a silent peer. */
bool ipfail_is_isolated(const struct core *c);

#endif
