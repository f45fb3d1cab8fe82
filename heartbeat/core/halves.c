// SPDX-License-Identifier: MIT
#include "heartbeat/core/halves.h"

#include "heartbeat/core/ownership.h"
#include "heartbeat/core/state.h"

static const char *const half_names[] = {
	[HALF_NONE] = "none", [HALF_LOCAL] = "local", [HALF_FOREIGN] = "foreign", [HALF_ALL] = "all"};

const char *half_name(enum half h)
{
	return half_names[h & HALF_ALL];
}

bool half_parse(struct bytes word, enum half *h)
{
	for (unsigned i = 0; i < sizeof half_names / sizeof *half_names; i++)
		if (bytes_equal_text(word, half_names[i])) {
			*h = (enum half)i;
			return true;
		}
	if (bytes_equal_text(word, "failback")) { /* doc/commands.md 3: "each group to its home" */
		*h = HALF_FOREIGN;
		return true;
	}
	return false;
}

enum half half_mirror(enum half h)
{
	return h == HALF_LOCAL ? HALF_FOREIGN : h == HALF_FOREIGN ? HALF_LOCAL : h;
}

void halves_set(struct core *c, enum half half)
{
	c->halves_without_groups = half;
}

void halves_add(struct core *c, enum half half)
{
	halves_set(c, c->halves_without_groups | half);
}

void halves_remove(struct core *c, enum half half)
{
	halves_set(c, c->halves_without_groups & ~half);
}

enum half halves_held(const struct core *c)
{
	enum half with_groups = HALF_NONE, held = HALF_NONE;
	for (size_t g = 0; g < c->group_count; g++) {
		enum half h = c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN;
		with_groups |= h;
		if (ownership_is_active(c->groups[g].state))
			held |= h;
	}
	return held | (c->halves_without_groups & ~with_groups);
}
