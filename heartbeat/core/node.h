// SPDX-License-Identifier: MIT
/* What this node knows about a node and its links, and how to find a node.  membership.c changes these data; receive.c
 * changes only the uuid and what was logged about lost packets. */
#ifndef HEARTBEAT_CORE_NODE_H
#define HEARTBEAT_CORE_NODE_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/link_loss.h"
#include "heartbeat/core/sequence.h"

enum node_status { NODE_INIT, NODE_UP, NODE_ACTIVE, NODE_DEAD, NODE_PING, NODE_STATUSES };

struct link {
	bool up;
	struct mono deadline; /* when the link is declared dead; doc/protocol.md 6.2: "the limit of its own node" */
	struct mono heard_at; /* MONO_NEVER: never */
	struct link_loss loss;
};

/* A second life of a node, which is heard beside the life that this node follows.  lives.h */
struct rival {
	uint64_t generation, number; /* of its last status */
	struct mono heard_at;
	struct mono at;              /* when this life last proved that it hears us; MONO_NEVER: never */
	uint64_t our_seq;            /* our own sequence number at that time */
};

/* A life that is refused, because its generation or its numbers are too low and it does not prove that it hears us.
 * refused.c */
struct refused {
	uint64_t generation, number; /* of its last status; 0: none */
	struct mono at;
};

struct node {
	const char *name;
	bool ping;
	size_t ping_medium;
	uint8_t uuid[16];
	bool has_uuid;
	enum node_status status;
	bool heard;                /* it was heard since our start, or since it was last declared dead */
	bool ever_heard;
	struct mono last_status;   /* when its last status (of a ping node: answer) was received; MONO_NEVER: none */
	struct span pace;          /* the longest time between two statuses of it with no loss in between */
	/* When its next status is late, so that this node sends it a question that a living node answers at once.
	 * MONO_FAR while the node is dead. */
	struct mono late_at;
	struct mono deadline;      /* when the node is declared dead */
	/* The node is not declared dead before this time: this node got no CPU for a while, and messages of the other
	 * node may still wait in the sockets. */
	struct mono dead_not_before;
	struct span dead_after;    /* its own deadtime (field dt), limited: doc/protocol.md 10.10 */
	struct sequence sequence;
	uint64_t status_seq;       /* the number of its last status that was processed, in its present generation */
	uint64_t seen_up_to; /* the highest number that was received before the node was declared dead */
	bool met;                    /* it was heard since our start, also without a proof that it hears us */
	uint64_t met_seq;            /* our own sequence number when its present life was first heard */
	struct rival rival;
	struct refused refused;
	struct mono start_not_before; /* one life of it has followed another without a pause: no start before this */
	struct mono two_until;       /* at least until then, two machines have its name */
	/* Heard without a proof that it hears us: the first and the last time; MONO_NEVER: not so now. */
	struct mono unproven_since, unproven_at;
	bool delay_logged;           /* it was logged that this unproven node delays a start */
	/* Our own sequence number when the node died.  A proof that it hears us must name a higher number. */
	uint64_t dead_since_seq;
	unsigned signs_with; /* 1 + the index of the key that signed its last status; 0: unknown */
	bool loss_logged;          /* a gap was logged, so the end of the gap will be logged too */
	struct link *links;        /* one for each medium */
};

/* "init" "up" "active" "dead" "ping" */
const char *node_status_name(enum node_status s);
/* The node with this name; NULL: the name is not in ha.cf. */
struct node *node_find(struct core *c, struct bytes name);
/* The other node of haresources; NULL: there is none. */
struct node *node_peer(const struct core *c);
bool node_is_peer(const struct core *c, const struct node *n);
/* For the log: "(no peer)" when there is none. */
const char *node_peer_name(const struct core *c);

#endif
