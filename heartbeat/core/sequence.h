// SPDX-License-Identifier: MIT
/* Follows the sequence numbers of one sender: generation, duplicates, gaps, requests for retransmission,
 * acknowledgements.  Knows nothing of status or resources.  doc/protocol.md 5.2 to 5.4. */
#ifndef HEARTBEAT_CORE_SEQUENCE_H
#define HEARTBEAT_CORE_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/mono.h"

enum {
	SEQUENCE_MISSING_MAX = 250, /* doc/protocol.md 5.2, step 8: "If n is more than 250, forget the numbers" */
	SEQUENCE_ACK_EVERY = 10,
};

enum seq_verdict {
	SEQ_NEW,            /* it is the next number: deliver */
	SEQ_GAP,            /* it is newer than expected: deliver; the numbers in between are missing now */
	/* the gap is too large, or too many numbers are missing in all: forget the numbers, and deliver */
	SEQ_LOST_MANY,
	SEQ_FILLED,         /* it was missing until now: deliver */
	SEQ_DUPLICATE,      /* it is equal to the last number: do not process it, but the link counts as heard */
	SEQ_OLD,            /* it is older and not missing: drop; the link does not count as heard */
	SEQ_OLD_GENERATION, /* it is a replay of an earlier life: drop */
};

struct missing {
	uint64_t seq;
	struct mono since;  /* when the gap was found */
	struct mono ask_at; /* when the next request is due */
};

struct sequence {
	uint64_t generation; /* 0: no generation is known yet */
	uint64_t last;       /* the last accepted number; 0: none yet */
	struct missing missing[SEQUENCE_MISSING_MAX]; /* in ascending order */
	size_t missing_count;
	unsigned ack_residue;      /* numbers with this residue modulo 10 are acknowledged */
	uint64_t acked;            /* the last number that was acknowledged */
	/* The two received numbers around the latest SEQ_GAP or SEQ_LOST_MANY: A and B of the log line
	 * "N lost packet(s) for [X] [A:B]", where N is B - A - 1. */
	uint64_t gap_first, gap_last;
};

/* ack_residue: 0 to 9, chosen once by the caller, at random. */
void sequence_init(struct sequence *s, unsigned ack_residue);
/* Forget the numbers, but not the generation.  Called when the peer has died. */
void sequence_forget(struct sequence *s);
/* Set another generation and forget the numbers.  Call this only for a status of a life that the caller has
 * accepted. */
void sequence_restart(struct sequence *s, uint64_t generation);
/* Accept or drop one number.  now: the time of receipt.  first_request: the time before the first request for a missing
 * number, random, 50 to 250 ms.
 * The first number after init, forget or restart defines the base: earlier numbers are neither asked for nor
 * acknowledged.  Returns SEQ_OLD for a seq of 0, which is no valid number, and SEQ_OLD_GENERATION for a lower
 * generation than s has.  A higher generation is treated as equal
 * (doc/protocol.md 5.2: "Other messages never raise gen"). */
enum seq_verdict sequence_accept(
	struct sequence *s, uint64_t generation, uint64_t seq, struct mono now, struct span first_request);
/* Call this after SEQ_NEW, SEQ_FILLED or SEQ_GAP.  Returns the number to acknowledge now, which then counts as
 * acknowledged; 0: none.  Numbers after the first missing number are not acknowledged.  doc/protocol.md 5.4. */
uint64_t sequence_ack_due(struct sequence *s);
/* Returns the number to request now; 0 when no request is due.  The request is repeated after the time "repeat" (at
 * least 1 ms), or after half of the time for which the number has been missing, if that is longer. */
uint64_t sequence_request_due(struct sequence *s, struct mono now, struct span repeat);
/* Call this when enough numbers were requested at once: the requests that are still due are delayed by repeat. */
void sequence_postpone(struct sequence *s, struct mono now, struct span repeat);
/* Give up the numbers that have been missing since before this time: the sender does not answer, and acknowledgements
 * must continue.  Returns how many were given up; *first is the lowest of them.  Ours: doc/protocol.md 10.11. */
size_t sequence_give_up(struct sequence *s, struct mono before, uint64_t *first);
/* Called when the sender cannot send this number again (nak): the number does not count as missing any more.  Returns
 * true if it was missing. */
bool sequence_lost(struct sequence *s, uint64_t seq);
/* Returns true if a number after seq is still missing.  Then the message with the number seq may be out of date. */
bool sequence_missing_after(const struct sequence *s, uint64_t seq);
/* When the next request is due; MONO_FAR: none. */
struct mono sequence_deadline(const struct sequence *s);

#endif
