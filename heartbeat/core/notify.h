// SPDX-License-Identifier: MIT
/* Passes messages to the API clients and to the rc.d hooks: messages of the cluster, and reports about changes of nodes
 * and links.  Decides nothing.
 * doc/commands.md 4.4; doc/resources.md 4. */
#ifndef HEARTBEAT_CORE_NOTIFY_H
#define HEARTBEAT_CORE_NOTIFY_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Pass a message, without the field "auth", to the clients and to the hook that has the name of its type. */
void notify_clients(struct core *c, const struct message *m);
/* Pass a heartbeat that reports no change, if any client wants such heartbeats. */
void notify_beat(struct core *c, const struct message *m);
/* Report that the status of n has changed; before: the name of the old status. */
void notify_node(struct core *c, const struct node *n, const char *before);
/* Report and log that the link of n on this medium went up or down. */
void notify_link(struct core *c, const struct node *n, size_t medium);

#endif
