// SPDX-License-Identifier: MIT
#include "heartbeat/core/proof.h"

#include <assert.h>

#include "heartbeat/core/state.h"

const char *proof_name(enum proof_kind kind)
{
	static const char *const names[] = {
		[PROOF_NONE] = "none", [PROOF_LEFT] = "left", [PROOF_FENCED] = "fenced", [PROOF_CONFIRMED] = "confirmed"};
	static_assert(sizeof names / sizeof *names == PROOF_KINDS, "a name for each kind");
	return names[kind];
}

void proof_init(struct core *c, bool required)
{
	c->proof = (struct proof){.kind = PROOF_NONE, .required = required, .not_before = MONO_NEVER};
}

void proof_require(struct core *c, bool required)
{
	c->proof.required = required;
}

void proof_set(struct core *c, enum proof_kind to)
{
	static const unsigned legal[PROOF_KINDS] = {
		[PROOF_NONE]      = 1u << PROOF_LEFT | 1u << PROOF_FENCED | 1u << PROOF_CONFIRMED,
		[PROOF_LEFT]      = 1u << PROOF_NONE,
		[PROOF_FENCED]    = 1u << PROOF_NONE | 1u << PROOF_LEFT,
		[PROOF_CONFIRMED] = 1u << PROOF_NONE | 1u << PROOF_LEFT,
	};
	if (c->proof.kind == to)
		return;
	assert(legal[c->proof.kind] & 1u << to);
	c->proof.kind = to;
}

void proof_wait_until(struct core *c, struct mono t)
{
	if (t.ns > c->proof.not_before.ns)
		c->proof.not_before = t;
}

bool proof_allows_takeover(const struct core *c)
{
	bool enough = c->proof.kind != PROOF_NONE || !c->proof.required;
	return enough && mono_reached(c->now.mono, c->proof.not_before);
}

struct mono proof_deadline(const struct core *c)
{
	return mono_reached(c->now.mono, c->proof.not_before) ? MONO_FAR : c->proof.not_before;
}
