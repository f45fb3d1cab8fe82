// SPDX-License-Identifier: MIT
/* The numbers of one sender, as we receive them: generation, duplicates, gaps, requests for retransmission,
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
	SEQ_NEW,            /* in order: deliver */
	SEQ_GAP,            /* newer than expected: deliver; the numbers in between are missing now */
	SEQ_LOST_MANY,      /* the gap is too large, or too many are missing in all: forget the numbers, deliver */
	SEQ_FILLED,         /* it was missing: deliver */
	SEQ_DUPLICATE,      /* equal to the last one: not processed, but its link has been seen */
	SEQ_OLD,            /* older and not missing: drop; its link is not seen */
	SEQ_OLD_GENERATION, /* a replay of an earlier life: drop */
};

struct missing {
	uint64_t seq;
	struct mono since;  /* when the gap was found */
	struct mono ask_at; /* when the next request is due */
};

struct sequence {
	uint64_t generation; /* 0: none known yet */
	uint64_t last;       /* 0: nothing accepted yet */
	struct missing missing[SEQUENCE_MISSING_MAX]; /* ascending */
	size_t missing_count;
	unsigned ack_residue;      /* numbers with this residue modulo 10 are acknowledged */
	uint64_t acked;            /* the last number that was acknowledged */
	/* The two received numbers around the latest SEQ_GAP or SEQ_LOST_MANY: A and B of the log line
	 * "N lost packet(s) for [X] [A:B]", where N is B - A - 1. */
	uint64_t gap_first, gap_last;
};

/* ack_residue: 0 to 9, chosen once by the caller, at random. */
void sequence_init(struct sequence *s, unsigned ack_residue);
/* Forget the numbers but not the generation: the peer has died. */
void sequence_forget(struct sequence *s);
/* Raise the generation and forget the numbers.  Only for a status, and only when the caller has checked that the
 * generation is larger. */
void sequence_restart(struct sequence *s, uint64_t generation);
/* Accept or drop one number.  now: the time of receipt.  first_request: the time before the first request for a missing
 * number, random, 50 to 250 ms.
 * The first number after init, forget or restart defines the base: earlier numbers are neither asked for nor
 * acknowledged.  A seq of 0 is no number: SEQ_OLD.  A generation below ours: SEQ_OLD_GENERATION.  A higher one is
 * treated as equal (doc/protocol.md 5.2: "Other messages never raise gen"). */
enum seq_verdict sequence_accept(
	struct sequence *s, uint64_t generation, uint64_t seq, struct mono now, struct span first_request);
/* After SEQ_NEW, SEQ_FILLED or SEQ_GAP: the number to acknowledge now, which then counts as acknowledged; 0 for none.
 * Numbers after the first missing one are never acknowledged.  doc/protocol.md 5.4. */
uint64_t sequence_ack_due(struct sequence *s);
/* The number to ask for now; 0 when no request is due.  The request is repeated after repeat (at least 1 ms), and later
 * and later: after half of the time for which the number has been missing. */
uint64_t sequence_request_due(struct sequence *s, struct mono now, struct span repeat);
/* Enough numbers were asked for at once: the requests that are still due are put off by repeat. */
void sequence_postpone(struct sequence *s, struct mono now, struct span repeat);
/* Give up the numbers that have been missing since before this time: their sender does not answer, and acknowledgements
 * must go on.  Returns how many; *first is the lowest of them.  Ours: doc/protocol.md 10.11. */
size_t sequence_give_up(struct sequence *s, struct mono before, uint64_t *first);
/* The sender cannot send this number again (nak): it is not missing any more.  Returns whether it was missing. */
bool sequence_lost(struct sequence *s, uint64_t seq);
/* Is a number after seq still missing?  If so, the message with the number seq may be out of date. */
bool sequence_missing_after(const struct sequence *s, uint64_t seq);
/* When the next request is due; MONO_FAR: none. */
struct mono sequence_deadline(const struct sequence *s);

#endif
