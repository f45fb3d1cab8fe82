// SPDX-License-Identifier: MIT
#include "heartbeat/core/node.h"

#include "heartbeat/core/state.h"

const char *node_status_name(enum node_status s)
{
	static const char *const names[NODE_STATUSES] = {"init", "up", "active", "dead", "ping"};
	return names[s];
}

struct node *node_find(struct core *c, struct bytes name)
{
	for (size_t i = 0; i < c->node_count; i++)
		if (bytes_equal_text(name, c->nodes[i].name))
			return &c->nodes[i];
	return NULL;
}

struct node *node_peer(const struct core *c)
{
	return c->peer == c->self ? NULL : &c->nodes[c->peer];
}

bool node_is_peer(const struct core *c, const struct node *n)
{
	return c->peer != c->self && n == &c->nodes[c->peer];
}

const char *node_peer_name(const struct core *c)
{
	return c->peer == c->self ? "(no peer)" : c->nodes[c->peer].name;
}
