// SPDX-License-Identifier: MIT
/* When our next status goes out: regularly, twice as often while datagrams get lost, and at once when something
 * changed.
 * Sends nothing itself. */
#ifndef HEARTBEAT_CORE_BEAT_H
#define HEARTBEAT_CORE_BEAT_H

#include "heartbeat/core/core.h"

struct beat {
	struct mono next;        /* the regular one */
	bool due;                /* our state changed: a status goes out at the end of the step */
	unsigned out_of_turn;    /* sent at once since the last regular one */
	struct mono lossy_until; /* datagrams were lost on either way a moment ago: beats are twice as many */
	struct mono recent_at;   /* then "recent" moves on, by a deadtime */
	uint64_t recent, recent_before; /* our number at the last move, and at the one before */
};

void beat_start(struct core *c);
/* Something changed that the peer is to know. */
void beat_soon(struct core *c);
/* A datagram was lost, ours or the peer's. */
void beat_lossy(struct core *c);
/* At the end of a step: is a status to be sent now? */
bool beat_take(struct core *c);
/* It was sent, or nobody needs it any more. */
void beat_done(struct core *c);

#endif
