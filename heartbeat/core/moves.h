// SPDX-License-Identifier: MIT
/* Carries out the moves that an operator orders, standby and takeover of halves, and watches each until it ends: --wait
 * reports the result.  Does not decide about a single group; ownership.h does that. */
#ifndef HEARTBEAT_CORE_MOVES_H
#define HEARTBEAT_CORE_MOVES_H

#include "heartbeat/core/core.h"

enum { CORE_MOVES_MAX = 8 };

enum move_part { MOVE_OUT, MOVE_FOLLOW, MOVE_OFFER_WHEN_HELD, MOVE_ASK_WHEN_STOPPED };

/* What a move does with one group.  OUT: nothing.  FOLLOW: watch the state of the group.  OFFER_WHEN_HELD: offer the
 * group once it is held.  ASK_WHEN_STOPPED: ask for the group once it is stopped here. */
struct move {
	bool active;
	bool takeover;
	bool moves; /* at least one group takes part */
	enum half half;
	unsigned id;
	const char *reason; /* why this node asks for the groups or offers them; a constant */
	struct mono deadline;
	enum move_part groups[HARESOURCES_GROUPS_MAX];
};

/* Begin a move, or refuse it with a log line.  id: for ACTION_MOVE_DONE; 0: no client waits.  reason: a constant text,
 * why this node asks for the groups or offers them; NULL: an operator orders the move. */
void move_begin(struct core *c, bool takeover, enum half half, unsigned id, const char *reason);
/* End the standby that move_begin began with the same constant as reason.  Groups that are offered, but not yet
 * released, stay here.  text: why the standby is not needed any more. */
void move_cancel(struct core *c, const char *reason, const char *text);
/* Called when groups may have changed their state: continue all moves, and end each move that is complete or cannot
 * succeed. */
void move_settle(struct core *c);
/* The earliest deadline of a move, at which the move fails; MONO_FAR: there is no move. */
struct mono move_deadline(const struct core *c);

#endif
