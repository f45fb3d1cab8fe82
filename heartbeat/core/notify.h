// SPDX-License-Identifier: MIT
/* Hands messages to the API clients and to the rc.d hooks: those of the cluster, and reports of changes of nodes and
 * links.  Decides nothing.
 * doc/commands.md 4.4; doc/resources.md 4. */
#ifndef HEARTBEAT_CORE_NOTIFY_H
#define HEARTBEAT_CORE_NOTIFY_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Pass a message on, without auth; and to the hook that has the name of its type. */
void notify_clients(struct core *c, const struct message *m);
/* The same for a heartbeat that reports no change, if any client wants those. */
void notify_beat(struct core *c, const struct message *m);
/* The status of n has changed; before: the name of the old one. */
void notify_node(struct core *c, const struct node *n, const char *before);
/* The link of n on this medium went up or down: also logged. */
void notify_link(struct core *c, const struct node *n, size_t medium);

#endif
