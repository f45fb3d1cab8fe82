// SPDX-License-Identifier: MIT
#include "heartbeat/exec/halted_groups.h"

#include <stddef.h>

/* The place with this value; HARESOURCES_GROUPS_MAX: none. */
static size_t find(const struct halted_groups *h, uint64_t value)
{
	size_t i = 0;
	while (i < HARESOURCES_GROUPS_MAX && h->places[i] != value)
		i++;
	return i;
}

static uint64_t value_of(uint32_t id)
{
	return (uint64_t)id + 1;
}

bool halted_groups_has(const struct halted_groups *h, uint32_t id)
{
	return find(h, value_of(id)) < HARESOURCES_GROUPS_MAX;
}

void halted_groups_set(struct halted_groups *h, uint32_t id, bool halted)
{
	size_t at = find(h, value_of(id));
	if (halted == (at < HARESOURCES_GROUPS_MAX))
		return;
	if (halted)
		at = find(h, 0);
	if (at < HARESOURCES_GROUPS_MAX) /* true: see halted_groups_keep, and a file has no more groups */
		h->places[at] = halted ? value_of(id) : 0;
}

void halted_groups_keep(struct halted_groups *h, const struct haresources *file)
{
	for (size_t i = 0; i < HARESOURCES_GROUPS_MAX; i++) {
		bool named = false;
		for (size_t g = 0; g < file->count && !named; g++)
			named = h->places[i] == value_of(file->groups[g].id);
		if (!named)
			h->places[i] = 0;
	}
}
