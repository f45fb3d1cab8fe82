// SPDX-License-Identifier: MIT
/* A dialect turns the messages of the peer into reports about its groups, and our states into messages.  A dialect is
 * one row of functions.  No module but the dialects themselves asks which one is in use. */
#ifndef HEARTBEAT_CORE_DIALECT_H
#define HEARTBEAT_CORE_DIALECT_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

struct dialect {
	const char *name;
	/* At the first contact: has the peer proven that it hears us, or could this be a recording? */
	bool (*proven)(const struct core *c, const struct node *n);
	/* While this node is up but not yet active.  prepare: send what the peer needs before both can become active.
	 * is_prepared: is that done? */
	void (*prepare)(struct core *c);
	bool (*is_prepared)(const struct core *c);
	/* The cluster is up and the peer is there.  Also called when we have lost sight of the peer, or have stood
	 * still: ask again what the peer holds. */
	void (*cluster_up)(struct core *c);
	/* The peer is dead or has a new generation: forget what it reported. */
	void (*forget)(struct core *c);
	/* A status of the peer, also of a peer that has not yet proven that it hears us: note which of our statuses it
	 * has heard. */
	void (*hears)(struct core *c, const struct message *m);
	/* The same status, when the peer has proven that: note what it holds. */
	void (*status)(struct core *c, const struct message *m);
	/* Any other message of the peer, of a type that belongs to the dialects; those of the other dialect are
	 * ignored. */
	void (*message)(struct core *c, const struct message *m);
	/* A message came, our own states changed, or time passed: report what the peer holds, unless that came with a
	 * status. */
	void (*report)(struct core *c);
	/* After that: send what must be sent. */
	void (*publish)(struct core *c);
	/* When report or publish has something to do; MONO_FAR: not before something happens. */
	struct mono (*deadline)(const struct core *c);
	/* May we start a group, in the columns PEER_NONE, _LEAVING and _FAILED? */
	bool (*acknowledged)(const struct core *c, size_t group);
	/* Everything is released in our shutdown: does the peer take over when it reads our shutdown notice now? */
	bool (*notice_counts)(const struct core *c);
	/* Everything is released in our shutdown: may we end before the grace time is over, because the peer has what
	 * it needs? */
	bool (*may_leave)(const struct core *c);
	/* Nobody runs the group, and its home is the peer: does the peer believe all the same that it runs here? */
	bool (*peer_relies_on)(const struct core *c, size_t group);
	/* May an operator take back a group that is being stopped?  Not in a dialect where the report of the stop lets
	 * the peer start the group at once. */
	bool takes_back;
	/* Does the peer read that a group is hindered here, and go first?  Otherwise only a start that fails here makes
	 * it try. */
	bool tells_hindrance;
	/* How much later than this node can the peer report that it has lost the same ping node? */
	int64_t ping_news_ms;
	/* Can a move begin now? */
	bool (*at_rest)(const struct core *c);
	/* An operator ordered standby (takeover: false) or takeover of a half, which may have no groups. */
	void (*moved)(struct core *c, bool takeover, enum half half);
};
/* In native/native.c, classic/classic.c and classic/legacy.c. */
extern const struct dialect dialect_native, dialect_classic, dialect_legacy;
/* Choose the dialect from a status of a new generation of the peer. */
void dialect_choose(struct core *c, const struct message *status);

#endif
