// SPDX-License-Identifier: MIT
/* Changes of nodes and links, for clients and hooks. */
#ifndef HEARTBEAT_CORE_NOTIFY_H
#define HEARTBEAT_CORE_NOTIFY_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

void notify_node(struct core *c, const struct node *n, const char *before);
void notify_link(struct core *c, const struct node *n, size_t medium);

#endif
