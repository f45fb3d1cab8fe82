// SPDX-License-Identifier: MIT
/* Decides which nodes are up, and on which links: each node and each link has one exact deadline.  Knows nothing of
 * resources; calls the dialect of the peer when something changes.  doc/protocol.md 6
 *
 *   a node       init -status message-> up, active -deadline-> dead -status message-> up, active
 *   a ping node  ping <-> dead */
#ifndef HEARTBEAT_CORE_MEMBERSHIP_H
#define HEARTBEAT_CORE_MEMBERSHIP_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Allocate all nodes of a configuration.  Each node has one link for each medium, in the block *links.  Free both with
 * free().  Returns NULL when memory is out; then there is nothing to free. */
struct node *membership_new_nodes(const struct ha_cf *conf, struct link **links);
/* Fill the new c->nodes from c->conf, and find this node and its peer.  Returns false, with the reason in *why (static
 * text), when the nodes cannot be served. */
bool membership_init(struct core *c, const char **why);
/* Called when the times of ha.cf may have changed; old: the configuration before. */
void membership_times_changed(struct core *c, const struct ha_cf *old);
/* Called at EVENT_START: initdead starts. */
void membership_start(struct core *c);
/* Called with a status of a life that this node follows from now on (lives.h), before its number is examined. */
void membership_life_begins(
	struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq);
/* Called with an authentic status, after its number was found to be new. */
void membership_status_accepted(struct core *c, struct node *n, const struct message *m, uint64_t seq);
/* Called when a packet of n came on this medium: the link is up. */
void membership_heard(struct core *c, struct node *n, size_t medium);
/* on: this medium leads to this machine itself.  Then our own link is up.  Heartbeat 3.0.6 shows the same, because it
 * sends packets there and receives them itself. */
void membership_to_self(struct core *c, size_t medium, bool on);
/* Called when the ping node of this medium answered. */
void membership_ping(struct core *c, size_t medium);
/* Called when time has passed.  all_heard: no datagram waits in the sockets.  Otherwise no node is declared dead: the
 * next datagram in the socket may be the status that seems to be missing (plan judged-while-draining). */
void membership_tick(struct core *c, bool all_heard);
/* Called when this node got no CPU for the time gap: what it heard before may be out of date.  No node is declared dead
 * before this node had time to hear it again. */
void membership_stalled(struct core *c, struct span gap);
/* When membership_tick has something to do; MONO_FAR: not before another event. */
struct mono membership_deadline(const struct core *c);

#endif
