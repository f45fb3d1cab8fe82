// SPDX-License-Identifier: MIT
/* The table as data: release, compare, and what a virtual of the file says of its service. */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->service_count; i++)
		free(t->services[i].reals);
	free(t->services);
	*t = (struct table){0};
}

void service_describe(const struct lb_virtual *v, struct table_service *out)
{
	memset(out, 0, sizeof *out);
	out->id = v->id;
	copy_text(out->scheduler, sizeof out->scheduler, v->scheduler ? v->scheduler : "");
	copy_text(out->schedflags, sizeof out->schedflags, v->schedflags ? v->schedflags : "");
	out->persistent = v->persistent;
	if (v->persistent && v->netmask)
		copy_text(out->netmask, sizeof out->netmask, v->netmask);
	out->ops = v->ops && v->id.protocol == LB_UDP;
}

/* Without a mask the kernel says that of one host. */
static const char *mask_of(const struct table_service *s)
{
	const char *host = s->id.address.family == LB_INET ? "255.255.255.255" : "128";

	return !s->persistent || strcmp(s->netmask, host) == 0 ? "" : s->netmask;
}

bool table_service_same(const struct table_service *a, const struct table_service *b)
{
	return strcmp(a->scheduler, b->scheduler) == 0 && strcmp(a->schedflags, b->schedflags) == 0 &&
	       a->persistent == b->persistent && a->ops == b->ops && strcmp(mask_of(a), mask_of(b)) == 0;
}

bool table_real_same(const struct table_real *a, const struct table_real *b)
{
	return a->forward == b->forward && a->weight == b->weight && a->upper == b->upper && a->lower == b->lower;
}
