// SPDX-License-Identifier: MIT
#include "heartbeat/core/dialect.h"

#include "heartbeat/core/state.h"

void dialect_choose(struct core *c, const struct message *status)
{
	const struct dialect *classic = c->conf->failback == FAILBACK_LEGACY ? &dialect_legacy : &dialect_classic;
	const struct dialect *chosen = message_find(status, "h4") ? &dialect_native : classic;
	if (chosen != c->dialect)
		core_log(c, LOG_LEVEL_INFO, "%s speaks the %s dialect", node_peer(c)->name,
		         chosen == &dialect_native ? "native" : "classic (Heartbeat 3.0.6 or older)");
	c->dialect = chosen;
	c->dialect->forget(c);
}
