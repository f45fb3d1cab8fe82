// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <stdlib.h>

/* Room for one more behind count elements.  Grows where count is 0 or a power of two, so no capacity needs to be
 * kept. */
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

static struct table_real *find_real(const struct table_service *s, const struct lb_address *a)
{
	for (size_t i = 0; i < s->real_count; i++)
		if (lb_address_equal(&s->reals[i].address, a))
			return &s->reals[i];
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

static int apply_service(struct table *t, const struct table_op *op)
{
	struct table_service *s = memory_find(t, &op->service.id);
	if (op->kind == TABLE_SERVICE_ADD)
		return s != NULL ? -EEXIST : memory_append_service(t, &op->service);
	if (s == NULL)
		return -ESRCH;
	if (op->kind == TABLE_SERVICE_EDIT) {
		struct table_service edited = op->service;
		edited.reals = s->reals;
		edited.real_count = s->real_count;
		*s = edited;
		return 0;
	}
	free(s->reals);
	size_t at = (size_t)(s - t->services);
	t->service_count--;
	for (; at < t->service_count; at++)
		t->services[at] = t->services[at + 1];
	return 0;
}

static int apply_real(struct table *t, const struct table_op *op)
{
	struct table_service *s = memory_find(t, &op->service.id);
	if (s == NULL)
		return -ESRCH;
	struct table_real real = op->real;
	real.address = ipvs_stored(op);
	struct table_real *r = find_real(s, &real.address);
	if (op->kind != TABLE_REAL_DELETE && real.lower > real.upper)
		return -ERANGE;
	if (op->kind == TABLE_REAL_ADD)
		return r != NULL ? -EEXIST : memory_append_real(s, &real);
	if (r == NULL)
		return -ENOENT;
	if (op->kind == TABLE_REAL_EDIT) {
		*r = real;
		return 0;
	}
	s->real_count--;
	for (size_t at = (size_t)(r - s->reals); at < s->real_count; at++)
		s->reals[at] = s->reals[at + 1];
	return 0;
}

int memory_apply(struct table *t, const struct table_op *op)
{
	return ipvs_op_is_real(op->kind) ? apply_real(t, op) : apply_service(t, op);
}

int memory_copy(const struct table *from, struct table *out)
{
	int error = 0;
	for (size_t i = 0; error == 0 && i < from->service_count; i++) {
		const struct table_service *s = &from->services[i];
		error = memory_append_service(out, s);
		for (size_t k = 0; error == 0 && k < s->real_count; k++)
			error = memory_append_real(&out->services[i], &s->reals[k]);
	}
	return error;
}
