// SPDX-License-Identifier: MIT
/* What we sent: the last numbered datagrams, for retransmission.  A byte ring with an index; allocates once.
 * doc/protocol.md 5.3 (serving) and 5.4. */
#ifndef HEARTBEAT_CORE_HISTORY_H
#define HEARTBEAT_CORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/mono.h"

enum {
	HISTORY_MESSAGES = 500,          /* doc/protocol.md 5.2: "keeps 500 sent messages" */
	HISTORY_BYTES = 512 * 1024,
	HISTORY_PER_REQUEST_MAX = 50,    /* at most so many resent for one request */
};

struct history;
struct history *history_new(void);
void history_free(struct history *h);
/* Keep a datagram (not empty) under its number; numbers only grow.  The oldest make room.  One of more than
 * HISTORY_BYTES is not kept, its number counts as sent. */
void history_keep(struct history *h, uint64_t seq, struct bytes datagram);

enum history_verdict {
	HISTORY_FOUND,    /* *datagram: borrowed until the next history_keep */
	HISTORY_RECENT,   /* was resent less than min_gap ago: say nothing */
	HISTORY_TOO_LOW,  /* nak "seqno too low" */
	HISTORY_NOT_FOUND, /* nak "seqno not found" */
	HISTORY_TOO_HIGH, /* never sent: log only */
};
/* Look up a number for resending; marks it as resent at now. */
enum history_verdict history_resend(
	struct history *h, uint64_t seq, struct mono now, struct span min_gap, struct bytes *datagram);
/* Everybody has seen up to seq: forget up to there. */
void history_acked(struct history *h, uint64_t seq);
/* Highest number ever kept, 0 before the first. */
uint64_t history_highest(const struct history *h);

#endif
