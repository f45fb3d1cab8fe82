// SPDX-License-Identifier: MIT
/* Finds a virtual by its id, and the checks of an address. */
#include "ldirectord/pool/pool_private.h"

struct service *pool_service(const struct pool *p, const struct lb_service_id *id)
{
	for (size_t i = 0; i < p->service_count; i++)
		if (lb_service_id_equal(&p->services[i].id, id))
			return &p->services[i];
	return NULL;
}

size_t pool_checks_at(const struct pool *p, const struct lb_address *a, size_t *first)
{
	size_t low = 0, high = p->check_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (key_order(&p->checks[middle].r->address, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	while (high < p->check_count && key_order(&p->checks[high].r->address, a) == 0)
		high++;
	return high - low;
}
