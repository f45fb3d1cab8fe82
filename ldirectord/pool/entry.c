// SPDX-License-Identifier: MIT
/* Under which address the kernel keeps a real, and the entries of a virtual by that address. */
#include <assert.h>
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

/* Of an address virtual with gate or ipip the kernel tools keep the real under the virtual's port.
 * doc/ldirectord.md 3, "Port rule" */
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

/* The slot that has the key, or the free one where it belongs. */
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
