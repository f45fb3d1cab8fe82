// SPDX-License-Identifier: MIT
/* When our next status is sent: at regular times, twice as often while datagrams get lost, and at once when something
 * has changed.  Sends nothing itself. */
#ifndef HEARTBEAT_CORE_BEAT_H
#define HEARTBEAT_CORE_BEAT_H

#include "heartbeat/core/core.h"

struct beat {
	struct mono next;        /* when the next regular one is due */
	bool due;                /* our state has changed: a status is sent at the end of the step */
	unsigned out_of_turn;    /* statuses that were sent at once since the last regular one */
	/* datagrams were lost a moment ago, in either direction: until then statuses are twice as many */
	struct mono lossy_until;
	struct mono recent_at;   /* when recent and recent_before are set again, once in a deadtime */
	uint64_t recent, recent_before; /* our message number at that time, and one deadtime before */
};

/* At EVENT_START: the first regular status is due after one keepalive. */
void beat_start(struct core *c);
/* keepalive or deadtime may have changed. */
void beat_times_changed(struct core *c);
/* Something has changed that the peer needs to know. */
void beat_soon(struct core *c);
/* A datagram was lost, one of ours or one of the peer. */
void beat_lossy(struct core *c);
/* Called at the end of a step: must a status be sent now? */
bool beat_take(struct core *c);
/* The status was sent, or nobody needs it any more. */
void beat_done(struct core *c);

#endif
