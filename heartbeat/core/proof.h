// SPDX-License-Identifier: MIT
/* What proves that the peer is absent, so that its groups may be started here.  Does not fence, and sends nothing.
 * doc/fencing.md: "where fencing is configured, a takeover needs a proof" (R1, R2).
 *
 *   NONE      -shutdown notice-> LEFT   -fencing succeeded-> FENCED   -an operator confirms-> CONFIRMED
 *   FENCED, CONFIRMED -shutdown notice-> LEFT   the notice was still on its way
 *   LEFT, CONFIRMED -fencing succeeded-> the same   the first proof stays
 *   any    -the peer is back, or a newer life of it was heard-> NONE
 *
 * A lease could be a further kind: one more row in the table of proof.c.  But this node could lose a lease while groups
 * run here, and then the groups must stop.  No code here does that yet. */
#ifndef HEARTBEAT_CORE_PROOF_H
#define HEARTBEAT_CORE_PROOF_H

#include "heartbeat/core/core.h"

enum proof_kind {
	PROOF_NONE,
	PROOF_LEFT,   /* the peer reported, in its present life, that it leaves and has released everything */
	PROOF_FENCED, /* fencing succeeded after the last packet of the peer was heard */
	PROOF_CONFIRMED, /* an operator confirmed that the peer is off, while it was not heard: hb_confirm */
	PROOF_KINDS,
};

struct proof {
	enum proof_kind kind;
	/* a takeover needs a proof.  If not, the silence of a deadtime is enough, as in Heartbeat 3.0.6 */
	bool required;
	struct mono not_before; /* no takeover earlier than this, even with a proof */
};

/* "none" "left" "fenced" "confirmed" */
const char *proof_name(enum proof_kind kind);
/* Begin without a proof.  required: fencing is configured. */
void proof_init(struct core *c, bool required);
/* Called when the stonith lines of ha.cf may have changed.  The present proof stays. */
void proof_require(struct core *c, bool required);
/* Change the kind; no other code writes it.  Asserts that the move is legal.  Does nothing if the kind is already the
 * same. */
void proof_set(struct core *c, enum proof_kind to);
/* Allow no takeover before t, also with a proof.  Used when this node got no CPU for a time (doc/fencing.md R5), and
 * while a node is heard that has not proven that it hears us.  The latest of several times counts. */
void proof_wait_until(struct core *c, struct mono t);
/* Returns true if the groups of the peer may be started here.  Call this only for a peer that is dead by its deadline
 * or has left. */
bool proof_allows_takeover(const struct core *c);
/* When the answer of proof_allows_takeover changes without another event; MONO_FAR: it does not. */
struct mono proof_deadline(const struct core *c);

#endif
