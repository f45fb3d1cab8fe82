// SPDX-License-Identifier: MIT
/* The moves that an operator orders, standby and takeover of halves, followed to their end: --wait reports the result.
 * Decides nothing about a group; ownership.h does. */
#ifndef HEARTBEAT_CORE_MOVES_H
#define HEARTBEAT_CORE_MOVES_H

#include "heartbeat/core/core.h"

enum { CORE_MOVES_MAX = 8 };

enum move_part { MOVE_OUT, MOVE_FOLLOW, MOVE_OFFER_WHEN_HELD, MOVE_ASK_WHEN_STOPPED };

/* What a move does with one group: nothing; follow it; offer or ask for it once it can be. */
struct move {
	bool active;
	bool takeover;
	bool moves; /* at least one group takes part */
	enum half half;
	unsigned id;
	const char *reason; /* why the groups are asked for or offered; a constant */
	struct mono deadline;
	enum move_part groups[HARESOURCES_GROUPS_MAX];
};

/* Begin a move, or refuse it with a log line.  id: for ACTION_MOVE_DONE; 0: nobody waits.  reason: a constant: why
 * the groups are asked for or offered; NULL: an operator orders it. */
void move_begin(struct core *c, bool takeover, enum half half, unsigned id, const char *reason);
/* End the standby that was begun for this reason (the same constant): what is only offered stays here.  text: why it is
 * not needed any more. */
void move_cancel(struct core *c, const char *reason, const char *text);
/* Groups may have moved: go on with all moves, end those that are complete or cannot succeed. */
void move_settle(struct core *c);
/* When the first move is given up; MONO_FAR: there is none. */
struct mono move_deadline(const struct core *c);

#endif
