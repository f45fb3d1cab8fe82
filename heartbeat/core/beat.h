// SPDX-License-Identifier: MIT
/* Decides when our next status is sent: at regular times, twice as often while datagrams get lost, and at once when
 * something has changed.  Sends nothing itself. */
#ifndef HEARTBEAT_CORE_BEAT_H
#define HEARTBEAT_CORE_BEAT_H

#include "heartbeat/core/core.h"

struct beat {
	struct mono next;        /* when the next regular status is due */
	bool due;                /* our state has changed: a status is sent at the end of the step */
	unsigned out_of_turn;    /* statuses that were sent at once since the last regular one */
	/* a datagram was lost a moment ago, in either direction: until this time, statuses are sent twice as often */
	struct mono lossy_until;
	struct mono recent_at;   /* when recent and recent_before are set next, once in a deadtime */
	uint64_t recent, recent_before; /* our message number when it was last set, and one deadtime before */
};

/* Called at EVENT_START.  The first regular status is due after one keepalive. */
void beat_start(struct core *c);
/* Called when keepalive or deadtime may have changed. */
void beat_times_changed(struct core *c);
/* Called when something has changed that the peer needs to know: a status is sent at the end of this step. */
void beat_soon(struct core *c);
/* Called when a datagram was lost, one of ours or one of the peer. */
void beat_lossy(struct core *c);
/* Called at the end of a step.  Returns true if a status must be sent now. */
bool beat_take(struct core *c);
/* Called when the status was sent, or is not needed any more. */
void beat_done(struct core *c);

#endif
