// SPDX-License-Identifier: MIT
/* The state of the core, which its modules share.  Private to heartbeat/core; all other code uses core.h. */
#ifndef HEARTBEAT_CORE_STATE_H
#define HEARTBEAT_CORE_STATE_H

#include "heartbeat/core/actions.h"
#include "heartbeat/core/auth.h"
#include "heartbeat/core/beat.h"
#include "heartbeat/core/classic/classic.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/decisions.h"
#include "heartbeat/core/dialect.h"
#include "heartbeat/core/fencing.h"
#include "heartbeat/core/group_state.h"
#include "heartbeat/core/halves.h"
#include "heartbeat/core/history.h"
#include "heartbeat/core/ipfail.h"
#include "heartbeat/core/moves.h"
#include "heartbeat/core/namesake.h"
#include "heartbeat/core/native/native.h"
#include "heartbeat/core/node.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/peer_memory.h"
#include "heartbeat/core/phase.h"
#include "heartbeat/core/proof.h"
#include "lib/rate_limit.h"

enum {
	/* Enough for a step in which all groups go through several states and all due requests are sent.  More actions
	 * would be a bug; they are dropped and logged. */
	CORE_ACTIONS_MAX = 4096,
	CORE_ARENA = 512 * 1024, /* the size of the memory that the actions of one step point into */
	CORE_NODES_SERVED = 2,   /* doc/protocol.md 10.13: "haresources knows only 'the other node'" */
};

struct core {
	const struct ha_cf *conf;
	const struct haresources *resources;
	struct auth *auth;
	struct instant now; /* the time of this step */

	char node_name[HA_CF_NAME_MAX];
	uint8_t uuid[16];
	uint64_t generation;
	uint64_t random;
	uint64_t life; /* a random number: a clone with the same generation has another number */
	char load[64];
	bool beats_wanted; /* a client wants heartbeats that report no change */

	struct node *nodes;
	struct link *links; /* the links of all nodes; node.links points into this block */
	size_t node_count;
	size_t self, peer; /* peer == self: there is no peer */
	/* What peer_memory.c will write next; the names are those of struct peer_memory. */
	struct absence {
		bool alone, heard, fenced;
		enum proof_kind proof; /* the proof from which alone and fenced were set */
		/* at the start of this engine it was known that this node was the last node that ran any group */
		bool ran_last;
		bool ordered;  /* an operator has ordered a takeover here */
	} absence;
	struct peer_memory memory; /* the content of the last ACTION_REMEMBER; before that, the content at the start */
	bool memory_waits;         /* that action had soon = false */
	struct namesake namesake;
	enum phase phase;
	struct beat beat;
	struct mono comm_deadline; /* the end of initdead */
	struct proof proof;     /* written by proof.c only */
	struct fencing fencing; /* written by fencing.c only */
	struct ipfail ipfail;   /* written by ipfail.c only */
	struct mono leave_deadline; /* in PHASE_LEAVING, after everything is released: when the core ends in any case */
	bool said_goodbye;

	/* The halves without groups that count as held: halves.h. */
	enum half halves_without_groups;
	struct group *groups;
	size_t group_count;
	struct move moves[CORE_MOVES_MAX];
	struct decisions decisions; /* written by decisions.c only */

	const struct dialect *dialect; /* dialect_choose chooses it from a status of the peer */
	struct classic classic;
	struct native native;

	uint64_t seq;
	struct history *history;
	struct mono serve_until;   /* until this time ... */
	unsigned served;           /* ... this many requests for old numbers were answered */
	struct rate_limit complaints[COMPLAINTS];
	struct core_counters counters;

	struct action *actions;
	size_t action_head, action_tail; /* head: the action that core_action takes next */
	bool holdings_queued;            /* ACTION_HOLDINGS was already added in this step */
	struct writer arena;
	uint64_t dropped_actions;
	uint64_t steps; /* the number of steps so far */
	struct message in, out;
	unsigned in_key; /* the index of the key that signed the message "in" */
	void *in_arena, *out_arena, *arena_memory, *datagram;
};

/* The same time as core_deadline.  *of: the kind of that deadline, as next_of in struct status_view. */
struct mono core_next_wait(const struct core *c, const char **of);

#endif
