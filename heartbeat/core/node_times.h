// SPDX-License-Identifier: MIT
/* When a node is late and when it is dead: computes these times, and decides nothing.  doc/protocol.md 6.2, 10.10 */
#ifndef HEARTBEAT_CORE_NODE_TIMES_H
#define HEARTBEAT_CORE_NODE_TIMES_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* The time after which a node is dead, from the ms that the node gives for itself, limited.  doc/protocol.md 10.10 */
struct span node_dead_after(const struct core *c, uint64_t ms);
/* How long after one status the next one is late.  The pace of the node counts. */
struct span node_late_after(const struct core *c, const struct node *n);
/* When a node is dead if nothing more is heard of it. */
struct mono node_deadline(const struct core *c, const struct node *n);
/* Do not declare it dead before that. */
void node_dies_not_before(struct node *n, struct mono t);
/* n is alive, as after a status: it answered the question that it is asked when its statuses are late, or a second life
 * of it was heard. */
void node_alive(struct core *c, struct node *n);

#endif
