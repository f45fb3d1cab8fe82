// SPDX-License-Identifier: MIT
/* Moves that an operator ordered: standby and takeover of halves, followed to their end. */
#ifndef HEARTBEAT_CORE_MOVES_H
#define HEARTBEAT_CORE_MOVES_H

#include "heartbeat/core/core.h"

enum { CORE_MOVES_MAX = 8 };

enum move_part { MOVE_OUT, MOVE_FOLLOW, MOVE_OFFER_WHEN_HELD, MOVE_ASK_WHEN_STOPPED };

struct move {
	bool active;
	bool takeover;
	bool moves; /* any group at all */
	enum half half;
	unsigned id;
	const char *reason; /* of a takeover, a constant: who asks */
	struct mono deadline;
	enum move_part groups[HARESOURCES_GROUPS_MAX];
};

/* reason, a constant: of a takeover, why the groups are asked for; NULL: an operator asks. */
void move_begin(struct core *c, bool takeover, enum half half, unsigned id, const char *reason);
void move_settle(struct core *c);
struct mono move_deadline(const struct core *c);

#endif
