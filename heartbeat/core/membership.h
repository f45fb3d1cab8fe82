// SPDX-License-Identifier: MIT
/* Which nodes are up, and on which links: one exact deadline for each node and for each link.  Knows nothing of
 * resources; the dialect of the peer is informed.  doc/protocol.md 6
 *
 *   a node       init -status message-> up, active -deadline-> dead -status message-> up, active
 *   a ping node  ping <-> dead */
#ifndef HEARTBEAT_CORE_MEMBERSHIP_H
#define HEARTBEAT_CORE_MEMBERSHIP_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* All nodes of a configuration, each with a link for each medium in the block *links; both for free().  NULL: out of
 * memory, nothing is left to free. */
struct node *membership_new_nodes(const struct ha_cf *conf, struct link **links);
/* Fill c->nodes, which is new, from c->conf; find this node and its peer.  False with *why (static text) when the nodes
 * cannot be served. */
bool membership_init(struct core *c, const char **why);
/* The times of ha.cf may have changed; old: the configuration before. */
void membership_times_changed(struct core *c, const struct ha_cf *old);
/* At EVENT_START: initdead starts. */
void membership_start(struct core *c);
/* A status of a life that is followed from now on (lives.c), before its number is examined. */
void membership_life_begins(
	struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq);
/* An authentic status, once its number was found to be new. */
void membership_status_accepted(struct core *c, struct node *n, const struct message *m, uint64_t seq);
/* A packet of n came in on this medium: its link is up. */
void membership_heard(struct core *c, struct node *n, size_t medium);
/* Does this medium lead to this machine itself?  Then our own link is up, as 3.0.6 shows it, which sends packets there
 * and hears them. */
void membership_to_self(struct core *c, size_t medium, bool on);
/* The ping node of this medium answered. */
void membership_ping(struct core *c, size_t medium);
/* Time has passed.  all_heard: nothing waits in the sockets, so silence is really silence.  Otherwise nobody is
 * declared dead: the next datagram in the socket may be the status that seems to be missing (plan
 * judged-while-draining). */
void membership_tick(struct core *c, bool all_heard);
/* This node stood still for gap: what it heard before says nothing about now.  Nobody is declared dead before there was
 * time to hear it again. */
void membership_stalled(struct core *c, struct span gap);
/* When membership_tick has something to do; MONO_FAR: not before something happens. */
struct mono membership_deadline(const struct core *c);

#endif
