// SPDX-License-Identifier: MIT
/* What proves that the peer is absent, so that its groups may be started here.  Fences nobody and sends nothing.
 * doc/fencing.md: "where fencing is configured, a takeover needs a proof" (R1, R2).
 *
 *   NONE      -shutdown notice-> LEFT   -fencing succeeded-> FENCED   -an operator confirms-> CONFIRMED
 *   FENCED, CONFIRMED -shutdown notice-> LEFT   the notice was still on its way
 *   LEFT, CONFIRMED -fencing succeeded-> the same   the first proof stays
 *   any    -the peer is back, or a newer life of it was heard-> NONE
 *
 * A lease would be a third kind: one more row in the table of proof.c.  A lease of ours can also be lost while groups
 * run here, and then the groups must stop.  Nothing here does that yet. */
#ifndef HEARTBEAT_CORE_PROOF_H
#define HEARTBEAT_CORE_PROOF_H

#include "heartbeat/core/core.h"

enum proof_kind {
	PROOF_NONE,
	PROOF_LEFT,   /* it reported, in its present life, that it leaves and has released everything */
	PROOF_FENCED, /* fencing succeeded after the last packet that was heard of it */
	PROOF_CONFIRMED, /* an operator confirmed that it is off, while it was not heard: hb_confirm */
	PROOF_KINDS,
};

struct proof {
	enum proof_kind kind;
	bool required;          /* if not, the silence of a deadtime is enough, as in the reference */
	struct mono not_before; /* no takeover earlier than this, even with a proof */
};

/* "none" "left" "fenced" */
const char *proof_name(enum proof_kind kind);
/* Begin without a proof.  required: fencing is configured. */
void proof_init(struct core *c, bool required);
/* The stonith lines of ha.cf may have changed.  What is proven stays proven. */
void proof_require(struct core *c, bool required);
/* Change the kind; this is its only writer.  Asserts that the move is legal.  Setting the present kind changes
 * nothing. */
void proof_set(struct core *c, enum proof_kind to);
/* Allow no takeover before this time, whatever the proof: this node stood still (doc/fencing.md R5), or a node is heard
 * that has not proven that it hears us.  Of several times the latest counts. */
void proof_wait_until(struct core *c, struct mono t);
/* Is the peer proven absent enough to start its groups?  Asked only about a peer that is dead by its deadline or has
 * left. */
bool proof_allows_takeover(const struct core *c);
/* When the answer changes by time alone; MONO_FAR: it does not. */
struct mono proof_deadline(const struct core *c);

#endif
