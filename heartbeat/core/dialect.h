// SPDX-License-Identifier: MIT
/* A dialect turns the messages of the peer into reports about its groups, and our states into messages.  A dialect is
 * one row of functions; the other modules call the row in use and need not know which dialect it is. */
#ifndef HEARTBEAT_CORE_DIALECT_H
#define HEARTBEAT_CORE_DIALECT_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

struct dialect {
	const char *name;
	/* Called at the first contact.  Returns true if the peer has proven that it hears us; otherwise its packets may
	 * be a recording. */
	bool (*proven)(const struct core *c, const struct node *n);
	/* Called while this node is up but not yet active.  prepare: send what the peer needs before both can become
	 * active.  is_prepared: returns true when that is done. */
	void (*prepare)(struct core *c);
	bool (*is_prepared)(const struct core *c);
	/* Ask the peer what it holds.  Called when the cluster is up and the peer is heard; also when the peer is heard
	 * again after it was silent, and when this node got no CPU for a time. */
	void (*cluster_up)(struct core *c);
	/* Called when the peer is dead or has a new generation: forget what it reported. */
	void (*forget)(struct core *c);
	/* Called with each status of the peer, also when the peer has not yet proven that it hears us: note which of
	 * our statuses the peer has heard. */
	void (*hears)(struct core *c, const struct message *m);
	/* Called with the same status after "hears", if the peer has proven that it hears us: note what the peer
	 * holds. */
	void (*status)(struct core *c, const struct message *m);
	/* Called with any other message of the peer, if its type belongs to a dialect.  Types of the other dialect are
	 * ignored. */
	void (*message)(struct core *c, const struct message *m);
	/* Called after a message, after a change of our own states, and after some time: report what the peer holds,
	 * unless "status" has done so. */
	void (*report)(struct core *c);
	/* Called after "report": send what must be sent. */
	void (*publish)(struct core *c);
	/* When report or publish has something to do; MONO_FAR: not before another event. */
	struct mono (*deadline)(const struct core *c);
	/* Returns true if the peer has answered our claim, so that we may start the group (cells "acked?"  of
	 * ownership.h). */
	bool (*acknowledged)(const struct core *c, size_t group);
	/* Called in our shutdown, when everything is released.  Returns true if the peer takes the groups over when it
	 * reads our shutdown notice now. */
	bool (*notice_counts)(const struct core *c);
	/* Called in our shutdown, when everything is released.  Returns true if we may end before the grace time is
	 * over, because the peer has everything that it needs. */
	bool (*may_leave)(const struct core *c);
	/* Called for a group that nobody runs, with the peer as its home.  Returns true if the peer believes that the
	 * group runs here. */
	bool (*peer_relies_on)(const struct core *c, size_t group);
	/* An operator may take back a group that is being stopped.  False where the peer may start the group as soon as
	 * we report that we stop it. */
	bool takes_back;
	/* The peer reads that a group is hindered here, and starts it.  False: the peer tries to start it only after a
	 * start has failed here. */
	bool tells_hindrance;
	/* When both nodes lose the same ping node, the report of the peer may come later than our own notice by this
	 * time. */
	int64_t ping_news_ms;
	/* Returns true if a move can begin now. */
	bool (*at_rest)(const struct core *c);
	/* Called when an operator has ordered standby (takeover: false) or takeover of a half; the half may have no
	 * groups. */
	void (*moved)(struct core *c, bool takeover, enum half half);
};
/* In native/native.c, classic/classic.c and classic/legacy.c. */
extern const struct dialect dialect_native, dialect_classic, dialect_legacy;
/* Choose the dialect from a status of a new generation of the peer. */
void dialect_choose(struct core *c, const struct message *status);

#endif
