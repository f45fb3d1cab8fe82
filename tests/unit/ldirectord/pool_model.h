// SPDX-License-Identifier: MIT
/* A slow and simple model of the pool.  It has a state for each real, counters and orders, and computes the kernel's
 * table from these alone, each time from the start.  It has no operations and no failures.  pool_property_test.c
 * compares the pool with it. */
#ifndef TESTS_UNIT_LDIRECTORD_POOL_MODEL_H
#define TESTS_UNIT_LDIRECTORD_POOL_MODEL_H

#include "tests/unit/ldirectord/pool_lab.h"

enum { MODEL_VIRTUALS = 4, MODEL_REALS = 6, MODEL_FALLBACKS = 3, MODEL_PATIENCE_MS = 3000 };

enum state { FRESH, FOUND, GOOD, BAD };
enum backup { OPEN, AWAY, THERE };

struct model_real {
	const struct lb_virtual *v;
	const struct lb_real *r;
	enum state state;
	enum pool_order order;
	struct table_real found;
	bool was_there, proved;
	size_t check; /* index of the first real that shares the check; its counters count */
	unsigned failures, successes, share; /* share 0: never asked for */
	bool checked, maintenance;
};

struct model_virtual {
	const struct lb_virtual *v;
	struct model_real reals[MODEL_REALS];
	struct model_real fallbacks[MODEL_FALLBACKS]; /* never FOUND: was_there and found instead */
	enum backup backup;
	bool settled;
	struct mono settle_at;
};

struct model {
	struct model_virtual virtuals[MODEL_VIRTUALS];
	size_t count;
	struct table others; /* virtuals that no file has named */
	bool stopped;
};

/* The n-th of all that have a check: the reals and the fallbacks but the last one, in the order of the file; NULL after
 * them. */
struct model_real *model_at(struct model *m, size_t n);
bool model_is_fallback(const struct model_real *r);
struct model_virtual *model_find(struct model *m, const struct lb_service_id *id);
/* The address in the kernel: unless the method is masq, a real has the port of its virtual. */
struct lb_address model_key(const struct lb_virtual *v, const struct lb_real *r);

/* A new configuration; old NULL: a start.  kernel: the current table.
 * adopts: entries that the old file did not have are FOUND. */
void model_config(struct model *m, struct model *old, const struct lb_config *c, const struct table *kernel,
	bool adopts, struct mono now);
/* check: model_real.check. */
void model_result(struct model *m, size_t check, bool up, unsigned share, struct mono now);
void model_maintenance(struct model *m, const struct lb_address *a, bool named, struct mono now);
void model_order(struct model *m, struct model_real *r, enum pool_order order, struct mono now);
/* Decide whether the fallback serves.  Call it when time has passed. */
void model_decide(struct model *m, struct mono now);
/* Write the table to *out, which is empty before; the caller frees it with table_free. */
void model_table(struct model *m, struct table *out);

#endif
