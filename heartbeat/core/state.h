// SPDX-License-Identifier: MIT
/* The state of the engine, which the modules of the core share.  Private to heartbeat/core; all other code uses
 * core.h. */
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
	/* All groups through several states in one step, and every request that is due.  More would be a bug of ours,
	 * and is logged. */
	CORE_ACTIONS_MAX = 4096,
	CORE_ARENA = 512 * 1024, /* bytes that the actions of one step point to */
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
	uint64_t life; /* a random number: a clone with the same generation has another one */
	char load[64];
	bool beats_wanted; /* by a client */

	struct node *nodes;
	struct link *links; /* of all nodes: node.links points into it */
	size_t node_count;
	size_t self, peer; /* peer == self: there is no peer */
	/* What peer_memory.c writes next: fields of struct peer_memory. */
	struct absence {
		bool alone, heard, fenced;
		enum proof_kind proof; /* that alone and fenced were made from */
		bool ran_last; /* when this engine started, this node was known to be the last one that ran anything */
		bool ordered;  /* an operator has ordered a takeover here */
	} absence;
	struct peer_memory memory; /* as in the last ACTION_REMEMBER, or as it was at the start */
	bool memory_waits;         /* that action was not for soon */
	struct namesake namesake;
	enum phase phase;
	struct beat beat;
	struct mono comm_deadline; /* when initdead is over */
	struct proof proof;     /* written by proof.c only */
	struct fencing fencing; /* written by fencing.c only */
	struct ipfail ipfail;   /* written by ipfail.c only */
	struct mono leave_deadline; /* in PHASE_LEAVING, once everything is released: when we end in any case */
	bool said_goodbye;

	/* Halves without groups that count as ours: rscstatus and 3.0.6 expect them. */
	enum half halves_without_groups;
	struct group *groups;
	size_t group_count;
	struct move moves[CORE_MOVES_MAX];
	struct decisions decisions; /* written by decisions.c only */

	const struct dialect *dialect; /* chosen by the peer's status */
	struct classic classic;
	struct native native;

	uint64_t seq;
	struct history *history;
	struct mono serve_until;   /* until then ... */
	unsigned served;           /* ... so many requests for old numbers have been answered */
	struct rate_limit complaints[COMPLAINTS];
	struct core_counters counters;

	struct action *actions;
	size_t action_head, action_tail; /* head: the next to be taken */
	bool holdings_queued;            /* ACTION_HOLDINGS was added in this step */
	struct writer arena;
	uint64_t dropped_actions;
	uint64_t steps; /* taken so far */
	struct message in, out;
	unsigned in_key; /* index of the key that signed what is in */
	void *in_arena, *out_arena, *arena_memory, *datagram;
};

/* As core_deadline; *of: what that deadline is of, as in struct status_view. */
struct mono core_next_wait(const struct core *c, const char **of);

#endif
