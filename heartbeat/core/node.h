// SPDX-License-Identifier: MIT
/* What is known about a node and its links; looking one up.  Who changes it: membership.c. */
#ifndef HEARTBEAT_CORE_NODE_H
#define HEARTBEAT_CORE_NODE_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/sequence.h"

enum node_status { NODE_INIT, NODE_UP, NODE_ACTIVE, NODE_DEAD, NODE_PING, NODE_STATUSES };

struct link {
	bool up;
	struct mono deadline; /* goes dead then; doc/protocol.md 6.2: "the limit of its own node" */
};

struct node {
	const char *name;
	bool ping;
	size_t ping_medium;
	uint8_t uuid[16];
	bool has_uuid;
	enum node_status status;
	bool heard;                /* since our start, or since it was declared dead */
	bool ever_heard;
	struct mono last_status;   /* receipt of the last status, MONO_NEVER none */
	struct span pace;          /* longest time between two of its statuses with nothing lost in between */
	/* no status by then: it is asked for a sign of life; MONO_FAR: not while it is dead */
	struct mono late_at;
	struct mono deadline;      /* declared dead then */
	struct mono dead_not_before; /* but not before: we stood still, and what it sent may wait to be read */
	struct span dead_after;    /* its dt, clamped: doc/protocol.md 10.10 */
	struct sequence sequence;
	uint64_t status_seq;       /* number of the last status processed, in its generation */
	uint64_t seen_up_to; /* numbers up to this one were seen before it was declared dead */
	uint64_t dead_since_seq;   /* our own number at that time; a proof names a later one */
	bool loss_told;            /* a gap stands in the log: so does its end */
	struct link *links;        /* one for each medium */
};


const char *node_status_name(enum node_status s);
/* NULL: not in ha.cf. */
struct node *node_find(struct core *c, struct bytes name);
/* The other node of haresources; NULL when there is none. */
struct node *node_peer(const struct core *c);
bool node_is_peer(const struct core *c, const struct node *n);
const char *node_peer_name(const struct core *c); /* "(no peer)" when there is none */

#endif
