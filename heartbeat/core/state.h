// SPDX-License-Identifier: MIT
/* What the rooms of the core share: the state of the engine.  Private to heartbeat/core; everybody else uses core.h. */
#ifndef HEARTBEAT_CORE_STATE_H
#define HEARTBEAT_CORE_STATE_H

#include "heartbeat/core/actions.h"
#include "heartbeat/core/auth.h"
#include "heartbeat/core/beat.h"
#include "heartbeat/core/classic/classic.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/dialect.h"
#include "heartbeat/core/group_state.h"
#include "heartbeat/core/halves.h"
#include "heartbeat/core/history.h"
#include "heartbeat/core/moves.h"
#include "heartbeat/core/native/native.h"
#include "heartbeat/core/node.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/phase.h"

enum {
	/* all groups through several states in one step, and every request due; more is a bug, and is told */
	CORE_ACTIONS_MAX = 4096,
	CORE_ARENA = 512 * 1024, /* bytes of the actions of one step */
	CORE_NODES_SERVED = 2,   /* doc/protocol.md 10.13: "haresources knows only 'the other node'" */
};

struct core {
	const struct ha_cf *conf;
	const struct haresources *resources;
	struct auth *auth;
	struct instant now; /* of the step under way */

	char node_name[HA_CF_NAME_MAX];
	uint8_t uuid[16];
	uint64_t generation;
	uint64_t random;
	char load[64];

	struct node *nodes;
	size_t node_count;
	size_t self, peer; /* peer == self: there is none */
	enum phase phase;
	struct beat beat;
	struct mono comm_deadline; /* initdead */
	/* no takeover from a silent peer before this: we stalled, or hear one that does not prove itself */
	struct mono takeover_not_before;
	bool peer_left;            /* said good-bye in its present generation */
	bool peer_fenced, fencing, fence_running;
	bool fence_outlived;       /* a newer life of the peer was heard while the shot was under way */
	struct mono fence_retry, fenced_at;
	struct mono leave_deadline; /* PHASE_LEAVING after everything was released */
	bool said_goodbye;

	/* halves without groups that are ours all the same: what rscstatus and 3.0.6 expect */
	enum half halves_without_groups;
	struct group *groups;
	size_t group_count;
	struct move moves[CORE_MOVES_MAX];

	const struct dialect *dialect; /* chosen by what the peer's status shows */
	struct classic classic;
	struct native native;

	uint64_t seq;
	struct history *history;
	struct mono serve_until;   /* within this span of time ... */
	unsigned served;           /* ... so many requests for old numbers were answered */
	struct complaint complaints[COMPLAINTS];
	struct core_counters counters;

	struct action *actions;
	size_t action_head, action_tail; /* head: next to take */
	bool holdings_queued;            /* ACTION_HOLDINGS, in this step */
	struct writer arena;
	uint64_t dropped_actions;
	struct message in, out;
	void *in_arena, *out_arena, *arena_memory, *datagram;
};

#endif
