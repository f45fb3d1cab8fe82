// SPDX-License-Identifier: MIT
#include "heartbeat/core/phase.h"

#include <assert.h>

#include "heartbeat/core/state.h"

const char *phase_name(enum phase p)
{
	static const char *const names[PHASES] = {"init", "up", "active", "leaving", "gone"};
	return names[p];
}

void phase_set(struct core *c, enum phase to)
{
	static const unsigned legal[] = {
		[PHASE_INIT] = 1u << PHASE_UP, [PHASE_UP] = 1u << PHASE_ACTIVE | 1u << PHASE_LEAVING,
		[PHASE_ACTIVE] = 1u << PHASE_LEAVING, [PHASE_LEAVING] = 1u << PHASE_GONE,
	};
	assert(legal[c->phase] & 1u << to);
	c->phase = to;
	beat_soon(c);
	struct node *self = &c->nodes[c->self];
	if (to == PHASE_UP) {
		self->status = NODE_UP;
		core_log(c, LOG_LEVEL_INFO, "Local status now set to: 'up'");
	} else if (to == PHASE_ACTIVE) {
		self->status = NODE_ACTIVE;
		core_log(c, LOG_LEVEL_INFO, "Comm_now_up(): updating status to active");
		core_log(c, LOG_LEVEL_INFO, "Local status now set to: 'active'");
	}
}
