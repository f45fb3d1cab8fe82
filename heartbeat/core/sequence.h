// SPDX-License-Identifier: MIT
/* Numbers of one sender as we receive them: generation, duplicates, gaps, retransmission requests, acknowledgements
 * due.
 * Knows nothing of status or resources.  doc/protocol.md 5.2 to 5.4. */
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
	SEQ_NEW,            /* in order, or fills a gap: deliver */
	SEQ_GAP,            /* newer than expected: deliver, the numbers between are now missing */
	SEQ_LOST_MANY,      /* gap too large, or too many missing in all: tracking reset, deliver */
	SEQ_FILLED,         /* was missing: deliver */
	SEQ_DUPLICATE,      /* equal to the last one: not processed, refreshes the link */
	SEQ_OLD,            /* older and not missing: drop, no link refresh */
	SEQ_OLD_GENERATION, /* replay of an earlier life: drop */
};

struct missing {
	uint64_t seq;
	struct mono since;  /* when the gap was seen */
	struct mono ask_at; /* when to send the next request */
};

struct sequence {
	uint64_t generation; /* 0: none yet */
	uint64_t last;       /* 0: nothing accepted yet */
	struct missing missing[SEQUENCE_MISSING_MAX]; /* ascending */
	size_t missing_count;
	unsigned ack_residue;      /* 0..9: numbers with this residue modulo 10 are acknowledged */
	uint64_t acked;            /* last number acknowledged */
	uint64_t gap_first,
		gap_last; /* the two numbers around the latest SEQ_GAP or SEQ_LOST_MANY, both received: A and B of
	                               * the log line "N lost packet(s) for [X] [A:B]", where N is B - A - 1 */
};

/* ack_residue: random 0..9, chosen once by the caller. */
void sequence_init(struct sequence *s, unsigned ack_residue);
/* Forget numbers and missing list, keep the generation (the peer died, or returns). */
void sequence_forget(struct sequence *s);
/* Raise the generation (status messages only) and forget the numbers.  The caller has checked that it is larger. */
void sequence_restart(struct sequence *s, uint64_t generation);
/* Judge one number.  seq 0, which is no number: SEQ_OLD.  The first number after init, forget or restart sets the base:
 * what was before it is neither asked for nor acknowledged.  generation lower than ours: SEQ_OLD_GENERATION;
 * higher: judged as if equal (doc/protocol.md 5.2: "Other messages never raise gen").
 * first_request: how long to wait before the first retransmission request of a new gap (random 50..250 ms from the
 * caller). */
enum seq_verdict sequence_accept(
	struct sequence *s, uint64_t generation, uint64_t seq, struct mono now, struct span first_request);
/* After SEQ_NEW, SEQ_FILLED or SEQ_GAP: the number to acknowledge now, 0 for none.  Marks it as acknowledged.
 * Never past a hole: the highest trigger number below the first missing one.  doc/protocol.md 5.4. */
uint64_t sequence_ack_due(struct sequence *s);
/* A request is due: returns the number and schedules its repetition after repeat (at least 1 ms), later and later as it
 * grows old (half of its age); 0 when none is due now. */
uint64_t sequence_request_due(struct sequence *s, struct mono now, struct span repeat);
/* Enough was asked for at a time: what is still due is due after repeat, the lowest first. */
void sequence_postpone(struct sequence *s, struct mono now, struct span repeat);
/* Drop the numbers whose gap was seen before that time: their sender does not answer, and acknowledging must go on.
 * Returns how many, *first holds the lowest of them.  Ours: doc/protocol.md 10.11. */
size_t sequence_give_up(struct sequence *s, struct mono before, uint64_t *first);
/* The sender cannot resend it (nak): take it off.  True when it was missing. */
bool sequence_lost(struct sequence *s, uint64_t seq);
/* Is a number after seq missing: could what came under seq be old news by now? */
bool sequence_missing_after(const struct sequence *s, uint64_t seq);
/* Next time a request is due, MONO_FAR when nothing is. */
struct mono sequence_deadline(const struct sequence *s);

#endif
