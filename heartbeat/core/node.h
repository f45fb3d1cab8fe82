// SPDX-License-Identifier: MIT
/* What this node knows about a node and its links, and how to find a node.  membership.c changes it; receive.c only the
 * uuid and what is logged about lost packets. */
#ifndef HEARTBEAT_CORE_NODE_H
#define HEARTBEAT_CORE_NODE_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/link_loss.h"
#include "heartbeat/core/sequence.h"

enum node_status { NODE_INIT, NODE_UP, NODE_ACTIVE, NODE_DEAD, NODE_PING, NODE_STATUSES };

struct link {
	bool up;
	struct mono deadline; /* the link is dead then; doc/protocol.md 6.2: "the limit of its own node" */
	struct mono heard_at; /* MONO_NEVER: never */
	struct link_loss loss;
};

/* A second life of a node, heard beside the one that is followed.  lives.c */
struct rival {
	uint64_t generation, number; /* of its last status */
	struct mono heard_at;
	struct mono at;              /* when it last proved that it hears us; MONO_NEVER: never */
	uint64_t our_seq;            /* our own number at that time */
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
	bool heard;                /* since our start, or since it was declared dead */
	bool ever_heard;
	struct mono last_status;   /* when the last status, or answer of a ping node, was received; MONO_NEVER: none */
	struct span pace;          /* the longest time between two of its statuses, when none was lost in between */
	/* When its next status is late and it is asked for a sign of life; MONO_FAR: not while it is dead. */
	struct mono late_at;
	struct mono deadline;      /* when it is declared dead */
	struct mono dead_not_before; /* but not before that: we stood still, and its messages may wait to be read */
	struct span dead_after;    /* its dt, limited: doc/protocol.md 10.10 */
	struct sequence sequence;
	uint64_t status_seq;       /* number of the last status that was processed, in its generation */
	uint64_t seen_up_to; /* the highest number that was seen before it was declared dead */
	bool met;                    /* a life of it was heard since our start, also one that is not proven */
	uint64_t met_seq;            /* our own number when its present life was first heard */
	struct rival rival;
	struct refused refused;
	struct mono start_not_before; /* one life of it has followed another without a pause: no start before this */
	struct mono two_until;       /* at least until then, two machines have its name */
	/* Heard without a proof that it hears us: the first and the last time; MONO_NEVER: not so now. */
	struct mono unproven_since, unproven_at;
	bool delay_logged;           /* a line about this delay was logged */
	/* our own number when it died; to prove that it hears us it must name a later one */
	uint64_t dead_since_seq;
	unsigned signs_with; /* index of the key of its last status, plus 1; 0: unknown */
	bool loss_told;            /* a gap was logged, so its end will be logged too */
	struct link *links;        /* one for each medium */
};

/* "init" "up" "active" "dead" "ping" */
const char *node_status_name(enum node_status s);
/* The node of this name; NULL: it is not in ha.cf. */
struct node *node_find(struct core *c, struct bytes name);
/* The other node of haresources; NULL: there is none. */
struct node *node_peer(const struct core *c);
bool node_is_peer(const struct core *c, const struct node *n);
/* For the log: "(no peer)" when there is none. */
const char *node_peer_name(const struct core *c);

#endif
