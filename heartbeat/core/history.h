// SPDX-License-Identifier: MIT
/* Keeps the numbered datagrams that we sent last, for retransmission: a ring of bytes with an index.  Allocates once.
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
	HISTORY_PER_REQUEST_MAX = 50,    /* the largest number of datagrams that answer one request */
};

struct history;
/* NULL: out of memory. */
struct history *history_new(void);
void history_free(struct history *h);
/* Keep a datagram under its number.  The datagram must not be empty, and its number must be larger than all before it.
 * The oldest datagrams are dropped to make room.  A datagram of more than HISTORY_BYTES is not kept, but its number
 * counts as sent. */
void history_keep(struct history *h, uint64_t seq, struct bytes datagram);

enum history_verdict {
	HISTORY_FOUND,    /* *datagram is borrowed until the next history_keep */
	HISTORY_RECENT,   /* the datagram was resent less than min_gap ago: send nothing */
	HISTORY_TOO_LOW,  /* answer with the nak "seqno too low" */
	HISTORY_NOT_FOUND, /* answer with the nak "seqno not found" */
	HISTORY_TOO_HIGH, /* the number was not sent yet: send no answer */
};
/* Find a datagram that is to be sent again, and note that it is resent now. */
enum history_verdict history_resend(
	struct history *h, uint64_t seq, struct mono now, struct span min_gap, struct bytes *datagram);
/* The peer has acknowledged everything up to seq: drop these datagrams. */
void history_acked(struct history *h, uint64_t seq);

#endif
