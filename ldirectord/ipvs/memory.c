// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <stdlib.h>

/* Returns a list with space for one element more than count.  It grows only when count is 0 or a power of two, so the
 * capacity need not be stored. */
static void *grown(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return reallocarray(list, count == 0 ? 1 : count * 2, size);
}

struct table_service *memory_find(const struct table *t, const struct lb_service_id *id)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (lb_service_id_equal(&t->services[i].id, id))
			return &t->services[i];
	return NULL;
}

int memory_append_service(struct table *t, const struct table_service *service)
{
	struct table_service *list = grown(t->services, t->service_count, sizeof *list);
	if (list == NULL)
		return -ENOMEM;
	t->services = list;
	list[t->service_count] = *service;
	list[t->service_count].reals = NULL;
	list[t->service_count++].real_count = 0;
	return 0;
}

int memory_append_real(struct table_service *service, const struct table_real *real)
{
	struct table_real *list = grown(service->reals, service->real_count, sizeof *list);
	if (list == NULL)
		return -ENOMEM;
	service->reals = list;
	list[service->real_count++] = *real;
	return 0;
}
