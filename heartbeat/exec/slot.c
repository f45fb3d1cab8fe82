// SPDX-License-Identifier: MIT
/* What the configuration determines for each program: the slot in which it is recorded, so that it can be ended when
 * this process dies, and its deadline. */
#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

struct process_group *exec_take_slot(struct exec *e)
{
	if (e->config.scripts == NULL)
		return NULL;
	struct process_group *slot = process_groups_take(e->config.scripts, e->config.script_slots);
	if (slot == NULL)
		log_at(LOG_LEVEL_WARN, "too many programs run at once: this one is not recorded, so nobody can end it if this process dies");
	return slot;
}

struct span exec_deadline(const struct exec *e, const struct resource_conf *resource, enum agent_action action)
{
	static const enum script_action actions[AGENT_ACTIONS] = {
		[AGENT_STATUS] = SCRIPT_STATUS, [AGENT_START] = SCRIPT_START, [AGENT_STOP] = SCRIPT_STOP,
		[AGENT_MONITOR] = SCRIPT_STATUS};
	return e->config.deadline.ns > 0 ? e->config.deadline
					 : ha_cf_deadline(e->config.conf, resource->script, actions[action]);
}
