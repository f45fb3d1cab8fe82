// SPDX-License-Identifier: MIT
/* What the tests of the pool share: a reader of as much of a ldirectord.cf as they write, and a world in which a pool
 * acts on the kernel table of pool_kernel.h. */
#ifndef TESTS_UNIT_LDIRECTORD_POOL_LAB_H
#define TESTS_UNIT_LDIRECTORD_POOL_LAB_H

#include "ldirectord/pool/pool.h"
#include "tests/unit/ldirectord/pool_kernel.h"

/* --- configuration: dies on anything that it does not know */
struct lb_config *lab_config(const char *text);
void lab_config_free(struct lb_config *c);

/* --- world */
enum { WORLD_SAID = 65536, LAB_UNKNOWN = -110 }; /* -ETIMEDOUT */
struct world {
	struct lb_config *config;
	struct pool *pool;
	struct table kernel;
	struct mono now;
	char said[WORLD_SAID]; /* lines: "L text", "M subject", "C start", "T op" of what was done, since world_hush */
	size_t said_len, op_count, failed_count;
	/* NULL, or says -errno of an operation that is not to be done; LAB_UNKNOWN: it is done, or fails as it would,
	 * and nobody hears how */
	int (*trouble)(struct world *w, const struct table_op *op);
	/* NULL, or looks at the kernel after each operation */
	void (*after)(struct world *w, const struct table_op *op);
	void *context;
};
void world_start(struct world *w, const char *config); /* on the kernel table as it is */
void world_reload(struct world *w, const char *config, bool reads_kernel);
void world_act(struct world *w); /* what the last call on the pool wants, and what is due then */
void world_event(struct world *w, struct pool_event e);
void world_pass(struct world *w, int64_t ms); /* time, with the ticks that come due */
void world_end(struct world *w);
void world_hush(struct world *w);

/* The checks of a real end, in whatever virtual.  Returns how many there were. */
size_t world_result(struct world *w, const char *real, bool up, const char *why);
void world_order(struct world *w, const char *service, const char *real, enum pool_order order);
void world_maintenance(struct world *w, const char *real, bool named);

#endif
