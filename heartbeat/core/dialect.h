// SPDX-License-Identifier: MIT
/* A dialect turns what the peer sends into reports about its groups, and our states into messages.  One row of
 * functions each; nothing outside of a dialect asks which one it is. */
#ifndef HEARTBEAT_CORE_DIALECT_H
#define HEARTBEAT_CORE_DIALECT_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

struct dialect {
	/* First contact: does the peer answer us, or could what we hear be a recording? */
	bool (*proven)(const struct core *c, const struct node *n);
	/* We are up and not yet active: do what the peer needs for that; is it done? */
	void (*prepare)(struct core *c);
	bool (*is_prepared)(const struct core *c);
	/* The cluster is up and the peer is there; or we lost sight of it, or of time, and have to ask anew. */
	void (*cluster_up)(struct core *c);
	/* The peer is dead, or has a new generation: forget what it said. */
	void (*forget)(struct core *c);
	/* A status of the peer, before it is believed: whom does it hear? */
	void (*hears)(struct core *c, const struct message *m);
	/* The same status, believed: what does it hold? */
	void (*status)(struct core *c, const struct message *m);
	/* Another message of the peer, of a type that dialects own; the other dialect's are ignored. */
	void (*message)(struct core *c, const struct message *m);
	/* A message came, own states changed, or time passed: report what the peer has, as far as it did not come with
	 * a status. */
	void (*report)(struct core *c);
	/* Then say what is to be said. */
	void (*publish)(struct core *c);
	struct mono (*deadline)(const struct core *c);
	/* May our start in the column PEER_NONE, _LEAVING, _FAILED go ahead? */
	bool (*acknowledged)(const struct core *c, size_t group);
	/* All is released in a shutdown: has the peer what it needs, may we go before the grace is over? */
	bool (*may_leave)(const struct core *c);
	/* Nobody runs it, and its home is the peer's: does the peer take it to be ours all the same? */
	bool (*peer_relies_on)(const struct core *c, size_t group);
	/* May an operator have back what is being stopped?  Not where its end is told in words that the peer acts upon
	 * at once. */
	bool takes_back;
	/* Can a move begin? */
	bool (*at_rest)(const struct core *c);
	/* An operator ordered standby (false) or takeover of a half, in which there may be no group at all. */
	void (*moved)(struct core *c, bool takeover, enum half half);
};
/* native/native.c, classic/classic.c, classic/legacy.c */
extern const struct dialect dialect_native, dialect_classic, dialect_legacy;
/* Choose by the peer's status of a new generation. */
void dialect_choose(struct core *c, const struct message *status);

#endif
