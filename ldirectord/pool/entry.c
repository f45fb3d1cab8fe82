// SPDX-License-Identifier: MIT
/* Determines the address under which the kernel stores a real, and finds the entries of a virtual by that address. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

static size_t address_len(const struct lb_address *a)
{
	return a->family == LB_INET ? 4 : 16;
}

int key_order(const struct lb_address *a, const struct lb_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	int order = memcmp(a->bytes, b->bytes, address_len(a));
	if (order)
		return order;
	return a->port == b->port ? 0 : a->port < b->port ? -1 : 1;
}

/* Returns the key of a real.  If the virtual is an address and the method is gate or ipip, the kernel tools store the
 * real with the port of the virtual.  doc/ldirectord.md 3, "Port rule" */
struct lb_address entry_key(const struct lb_service_id *id, const struct lb_real *r)
{
	struct lb_address key = r->address;

	if (id->protocol != LB_FWM && r->forward != LB_MASQ)
		key.port = id->address.port;
	return key;
}

static size_t hash(const struct lb_address *a)
{
	size_t h = 14695981039346656037u ^ a->port;

	for (size_t i = 0; i < address_len(a); i++)
		h = (h ^ a->bytes[i]) * 1099511628211u;
	return h ^ h >> 29;
}

/* Returns the slot that has the key, or the free slot for the key. */
static size_t *slot_of(const struct service *s, const struct lb_address *key)
{
	for (size_t i = hash(key);; i++) {
		size_t *slot = &s->slots[i & s->slot_mask];
		if (!*slot || key_order(&s->entries[*slot - 1].key, key) == 0)
			return slot;
	}
}

struct entry *entry_find(const struct service *s, const struct lb_address *key)
{
	if (!s->slots)
		return NULL;
	size_t *slot = slot_of(s, key);
	return *slot ? &s->entries[*slot - 1] : NULL;
}

struct entry *entry_add(struct service *s, const struct lb_address *key)
{
	size_t *slot = slot_of(s, key);

	if (!*slot) {
		assert(s->entry_count < s->entry_cap);
		struct entry *e = &s->entries[s->entry_count++];
		memset(e, 0, sizeof *e);
		e->key = *key;
		e->owner = NONE;
		*slot = s->entry_count;
	}
	return &s->entries[*slot - 1];
}

static void index_again(struct service *s)
{
	memset(s->slots, 0, (s->slot_mask + 1) * sizeof *s->slots);
	for (size_t i = 0; i < s->entry_count; i++)
		*slot_of(s, &s->entries[i].key) = i + 1;
}

bool entry_make_room(struct service *s)
{
	size_t cap = s->entry_cap * 2 + 8, slots = s->slot_mask + 1;

	if (s->entry_count < s->entry_cap)
		return true;
	while (slots < 2 * cap)
		slots *= 2;
	struct entry *entries = realloc(s->entries, (cap + 1) * sizeof *entries);
	if (!entries)
		return false;
	s->entries = entries;
	size_t *list = calloc(slots, sizeof *list);
	if (!list)
		return false;
	free(s->slots);
	s->slots = list;
	s->slot_mask = slots - 1;
	s->entry_cap = cap;
	index_again(s);
	return true;
}

void entry_drop_strangers(struct service *s)
{
	size_t kept = s->own_entries;

	for (size_t i = kept; i < s->entry_count; i++) {
		const struct entry *e = &s->entries[i];
		if (e->present || e->doubt || e->failed)
			s->entries[kept++] = *e;
	}
	if (kept == s->entry_count)
		return;
	s->entry_count = kept;
	index_again(s);
}
