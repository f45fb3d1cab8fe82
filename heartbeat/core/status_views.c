// SPDX-License-Identifier: MIT
/* The views of the state for heartbeat --status and --explain.  The other views are in views.c. */
#include <string.h>

#include "heartbeat/core/state.h"

void core_status_view(const struct core *c, struct status_view *out)
{
	*out = (struct status_view){.phase = phase_name(c->phase),
		.dialect = c->dialect->name,
		.proof = proof_name(c->proof.kind),
		.isolated = ipfail_is_isolated(c)};
	fencing_view(c, &out->fencing);
	out->next = core_next_wait(c, &out->next_of);
}

bool core_decision_view(const struct core *c, size_t index, struct decision_view *out)
{
	uint64_t kept = c->decisions.count < DECISIONS_KEPT ? c->decisions.count : DECISIONS_KEPT;
	if (index >= kept)
		return false;
	const struct decision *d = &c->decisions.ring[(c->decisions.count - kept + index) % DECISIONS_KEPT];
	const char *key = ""; /* the name when a reload has removed the group */
	for (size_t g = 0; g < c->group_count; g++)
		if (c->resources->groups[g].id == d->group_id)
			key = c->resources->groups[g].key;
	*out = (struct decision_view){.key = key,
		.wall_s = d->wall_s,
		.at = d->at,
		.from = d->from,
		.to = d->to,
		.reason = d->reason,
		.peer = peer_column_name(d->column),
		.phase = phase_name(d->phase),
		.peer_status = d->peer_status,
		.peer_silent = d->peer_silent,
		.proof = proof_name(d->proof),
		.proof_required = d->proof_required,
		.acked = d->acked,
		.asked = d->asked,
		.epoch = d->epoch,
		.peer_epoch = d->peer_epoch,
		.hindrance = d->hindrance};
	return true;
}

bool core_move_view(const struct core *c, size_t index, struct move_view *out)
{
	for (size_t i = 0; i < CORE_MOVES_MAX; i++) {
		const struct move *m = &c->moves[i];
		if (!m->active || index-- > 0)
			continue;
		*out = (struct move_view){.takeover = m->takeover,
			.half = half_name(m->half),
			.reason = m->reason,
			.deadline = m->deadline};
		return true;
	}
	return false;
}

static const char *group_name_at(size_t i)
{
	return i < OWN_STATES ? group_state_name((enum group_state)i) : NULL;
}

static const char *column_name_at(size_t i)
{
	return i < PEER_COLUMNS ? peer_column_name((enum peer_column)i) : NULL;
}

static const char *node_name_at(size_t i)
{
	return i < NODE_STATUSES ? node_status_name((enum node_status)i) : NULL;
}

static const char *phase_name_at(size_t i)
{
	return i < PHASES ? phase_name((enum phase)i) : NULL;
}

static const char *proof_name_at(size_t i)
{
	return i < PROOF_KINDS ? proof_name((enum proof_kind)i) : NULL;
}

static const char *dialect_name_at(size_t i)
{
	static const struct dialect *const all[] = {&dialect_native, &dialect_classic, &dialect_legacy};
	return i < sizeof all / sizeof *all ? all[i]->name : NULL;
}

const char *core_state_name(const char *kind, size_t index)
{
	static const struct {
		const char *kind;
		const char *(*name_at)(size_t i);
	} kinds[] = {
		{"group", group_name_at},
		{"peer", column_name_at},
		{"node", node_name_at},
		{"phase", phase_name_at},
		{"proof", proof_name_at},
		{"dialect", dialect_name_at},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].name_at(index);
	return NULL;
}
