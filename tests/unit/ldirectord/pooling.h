// SPDX-License-Identifier: MIT
/* What the tests of the pool's rules share: a world for each case, and short functions for the events in it.  Only
 * tests include it. */
#ifndef TESTS_UNIT_POOLING_H
#define TESTS_UNIT_POOLING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ldirectord/pool_lab.h"

#define V "10.9.0.1:80"
#define R1 "127.0.2.1:8001"
#define R2 "127.0.2.2:8001"
#define ONE "virtual=" V "\n\treal=" R1 " masq 3\n\tchecktype=connect\n"
#define TWO ONE "\treal=" R2 " masq 2\n"
#define BACKUP "\tfallback=127.0.0.1:80 masq\n"

static struct world *w;

static inline int fresh(void **state)
{
	(void)state;
	w = calloc(1, sizeof *w);
	return w ? 0 : -1;
}

static inline int gone(void **state)
{
	(void)state;
	world_end(w);
	table_free(&w->kernel);
	free(w);
	return 0;
}

static inline void have(const char *line)
{
	assert_true(kernel_line(&w->kernel, line));
}

/* The weight of a real in the kernel; -1: it is not there. */
static inline int weight_in(const char *service, const char *real)
{
	struct lb_service_id id = lab_id(service);
	struct lb_address a = lab_address(real);
	const struct table_service *s = kernel_service(&w->kernel, &id);
	const struct table_real *r = s ? kernel_real(s, &a) : NULL;

	return r ? (int)r->weight : -1;
}

static inline int weight(const char *real)
{
	return weight_in(V, real);
}

static inline bool noted(const char *text)
{
	return strstr(w->notes, text) != NULL;
}

static inline struct pool_view view(size_t virtual_index, size_t real_index)
{
	struct pool_view v;

	pool_view(w->pool, virtual_index, real_index, &v);
	return v;
}

static inline void up(const char *real)
{
	assert_int_equal(world_result(w, real, true, "connected"), 1);
}

static inline void down(const char *real)
{
	assert_int_equal(world_result(w, real, false, "connection refused"), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

#endif
