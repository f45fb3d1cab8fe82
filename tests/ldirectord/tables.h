// SPDX-License-Identifier: MIT
/* Tables and batches for the tests of the back ends: made from ipvsadm options, and compared in any order. */
#ifndef TESTS_LDIRECTORD_TABLES_H
#define TESTS_LDIRECTORD_TABLES_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/ipvs/private.h"

static inline struct table_op op_of(const char *line)
{
	struct table_op op;
	if (ipvs_op_parse(line, &op) != 0) {
		fprintf(stderr, "a line of this test is not understood: %s\n", line);
		abort();
	}
	return op;
}

static inline bool real_equal(const struct table_real *a, const struct table_real *b)
{
	return lb_address_equal(&a->address, &b->address) && a->forward == b->forward && a->weight == b->weight &&
	       a->upper == b->upper && a->lower == b->lower;
}

static inline bool service_equal(const struct table_service *a, const struct table_service *b)
{
	return lb_service_id_equal(&a->id, &b->id) && strcmp(a->scheduler, b->scheduler) == 0 &&
	       strcmp(a->schedflags, b->schedflags) == 0 && a->persistent == b->persistent &&
	       strcmp(a->netmask, b->netmask) == 0 && a->ops == b->ops && a->real_count == b->real_count;
}

static inline bool has_real(const struct table_service *s, const struct table_real *r)
{
	for (size_t i = 0; i < s->real_count; i++)
		if (real_equal(&s->reals[i], r))
			return true;
	return false;
}

/* Compares as sets; the addresses are unique in both. */
static inline bool table_equal(const struct table *a, const struct table *b)
{
	bool same = a->service_count == b->service_count;
	for (size_t i = 0; same && i < a->service_count; i++) {
		const struct table_service *s = &a->services[i], *t = memory_find(b, &s->id);
		same = t && service_equal(s, t);
		for (size_t k = 0; same && k < s->real_count; k++)
			same = has_real(t, &s->reals[k]);
	}
	return same;
}

/* --- a model of the kernel --- */

static inline struct table_real *find_real(const struct table_service *s, const struct lb_address *a)
{
	for (size_t i = 0; i < s->real_count; i++)
		if (lb_address_equal(&s->reals[i].address, a))
			return &s->reals[i];
	return NULL;
}

static inline int apply_service(struct table *t, const struct table_op *op)
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

static inline int apply_real(struct table *t, const struct table_op *op)
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

/* Carry out one operation as the kernel does.  Returns 0 or the -errno that the kernel would return. */
static inline int model_apply(struct table *t, const struct table_op *op)
{
	return ipvs_op_is_real(op->kind) ? apply_real(t, op) : apply_service(t, op);
}

/* A batch with every kind of entry: both families, marks, persistence, flags, one packet, thresholds, port rule. */
static const char *const everything[] = {
	"-A -t 10.9.0.1:80 -s wrr",
	"-a -t 10.9.0.1:80 -r 127.0.2.1:8001 -m -w 3 -x 10 -y 5",
	"-a -t 10.9.0.1:80 -r 127.0.2.1:8002 -m -w 0 -x 0 -y 0",
	"-a -t 10.9.0.1:80 -r 127.0.2.2:0 -m -w 1 -x 0 -y 0",
	"-a -t 10.9.0.1:80 -r 127.0.2.3:80 -g -w 65535 -x 0 -y 0",
	"-a -t 10.9.0.1:80 -r 127.0.2.4:80 -i -w 2 -x 7 -y 0",
	"-A -t 10.9.0.2:443 -s sh -p 300 -M 255.255.255.0 -b sh-fallback,sh-port",
	"-A -t 10.9.0.3:443 -s mh -b mh-port",
	"-A -t 10.9.0.4:443 -s rr -p 1 -b flag-1,flag-3",
	"-A -u 10.9.0.1:53 -s rr -o",
	"-a -u 10.9.0.1:53 -r 127.0.2.1:53 -m -w 1 -x 0 -y 0",
	"-A -t 10.9.0.5:0 -s wlc -p 360",
	"-A -f 5 -s wlc -p 60",
	"-a -f 5 -r 127.0.2.1:8001 -g -w 1 -x 0 -y 0",
	"-a -f 5 -r 127.0.2.1:0 -m -w 1 -x 0 -y 0",
	"-A -f 5 -6 -s rr -p 60 -M 64",
	"-a -f 5 -6 -r [fd00::5]:80 -m -w 1 -x 0 -y 0",
	"-A -t [fd00::1]:80 -s lc -p 60 -M 48",
	"-a -t [fd00::1]:80 -r [fd00::2]:80 -g -w 7 -x 0 -y 0",
	"-a -t [fd00::1]:80 -r [fd00::3]:8001 -m -w 7 -x 100 -y 1",
	"-a -t [fd00::1]:80 -r 10.0.0.9:80 -i -w 7 -x 0 -y 0",
};
enum { EVERYTHING = sizeof everything / sizeof everything[0] };

#endif
