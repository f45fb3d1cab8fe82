// SPDX-License-Identifier: MIT
/* Computes when a node is late and when it is dead.  Decides nothing.  doc/protocol.md 6.2, 10.10 */
#ifndef HEARTBEAT_CORE_NODE_TIMES_H
#define HEARTBEAT_CORE_NODE_TIMES_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* The time of silence after which a node is dead: ms is the value that the node itself sends (dt), and is limited here.
 * doc/protocol.md 10.10 */
struct span node_dead_after(const struct core *c, uint64_t ms);
/* How long after a status the next status is late.  It depends on the pace of the node. */
struct span node_late_after(const struct core *c, const struct node *n);
/* When a node is declared dead if nothing more is heard from it. */
struct mono node_deadline(const struct core *c, const struct node *n);
/* Do not declare the node dead before t. */
void node_dies_not_before(struct node *n, struct mono t);
/* Called when n is alive although no status came: it answered the question that is sent when its statuses are late, or
 * a second life of it was heard. */
void node_alive(struct core *c, struct node *n);

#endif
