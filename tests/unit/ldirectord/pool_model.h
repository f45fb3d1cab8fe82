// SPDX-License-Identifier: MIT
/* A slow, obvious model of the pool: a state for each real, counters, orders, and the kernel's table computed anew from
 * nothing else.
 * It asks for no operation and knows no failure; pool_property_test.c holds the pool against it. */
#ifndef TESTS_UNIT_LDIRECTORD_POOL_MODEL_H
#define TESTS_UNIT_LDIRECTORD_POOL_MODEL_H

#include "tests/unit/ldirectord/pool_lab.h"

enum { MODEL_VIRTUALS = 4, MODEL_REALS = 6, MODEL_PATIENCE_MS = 3000 };

enum state { FRESH, FOUND, GOOD, BAD };
enum backup { OPEN, AWAY, THERE };

struct model_real {
	const struct lb_virtual *v;
	const struct lb_real *r;
	enum state state;
	enum pool_order order;
	struct table_real found;
	bool was_there, proved;
	size_t check; /* index of the first real that shares it: its counters are the ones */
	unsigned failures, successes;
	bool checked, maintenance;
};

struct model_virtual {
	const struct lb_virtual *v;
	struct model_real reals[MODEL_REALS];
	enum backup backup;
	bool backup_found, settled;
	struct table_real backup_as;
	struct mono settle_at;
};

struct model {
	struct model_virtual virtuals[MODEL_VIRTUALS];
	size_t count;
	struct table others; /* never mentioned in a file */
	bool stopped;
};

/* The n-th real of all, in the order of the file; NULL after the last. */
struct model_real *model_at(struct model *m, size_t n);
struct model_virtual *model_find(struct model *m, const struct lb_service_id *id);
/* As the kernel has it: not with masq, a real has its virtual's port. */
struct lb_address model_key(const struct lb_virtual *v, const struct lb_real *r);

/* A new configuration; old NULL: a start.  kernel: as it is now.
 * adopts: what it has and no old file named is taken as found. */
void model_config(struct model *m, struct model *old, const struct lb_config *c, const struct table *kernel,
	bool adopts, struct mono now);
/* check: that of the first real that shares it, model_real.check. */
void model_result(struct model *m, size_t check, bool up, struct mono now);
void model_maintenance(struct model *m, const struct lb_address *a, bool named, struct mono now);
/* Who is there and whether the fallback serves; after an order, and when time has passed. */
void model_decide(struct model *m, struct mono now);
/* Into *out, empty before; the caller frees it (table_free). */
void model_table(struct model *m, struct table *out);

#endif
