// SPDX-License-Identifier: MIT
/* What the tests of the pool share: a reader for the part of ldirectord.cf that they use, and a world in which a pool
 * acts on the kernel table of pool_kernel.h. */
#ifndef TESTS_UNIT_LDIRECTORD_POOL_LAB_H
#define TESTS_UNIT_LDIRECTORD_POOL_LAB_H

#include "ldirectord/pool/pool.h"
#include "tests/unit/ldirectord/pool_kernel.h"

/* --- configuration: an unknown directive fails the test */
struct lb_config *lab_config(const char *text);
void lab_config_free(struct lb_config *c);

/* --- world */
enum { WORLD_NOTES = 65536, LAB_UNKNOWN = -110 }; /* -ETIMEDOUT */
struct world {
	struct lb_config *config;
	struct pool *pool;
	struct table kernel;
	struct mono now;
	char notes[WORLD_NOTES]; /* "L text", "M subject", "C start", one line each, since world_clear_notes */
	size_t note_len, op_count, failed_count;
	/* NULL, or returns the -errno of an operation that must not be carried out.  LAB_UNKNOWN: it is carried out
	 * (and may fail there), but the pool does not learn the result. */
	int (*trouble)(struct world *w, const struct table_op *op);
	/* NULL, or called after each operation to look at the kernel */
	void (*after)(struct world *w, const struct table_op *op);
	void *context;
};
void world_start(struct world *w, const char *config); /* with the current kernel table */
void world_reload(struct world *w, const char *config, bool reads_kernel);
void world_act(struct world *w); /* carry out the actions of the last call, and all that is due then */
void world_event(struct world *w, struct pool_event e);
void world_observe(struct world *w); /* the pool looks at the kernel */
void world_pass(struct world *w, int64_t ms); /* let time pass, with a pool_tick whenever one is due */
void world_end(struct world *w);
void world_clear_notes(struct world *w);

/* All checks of a real end, in any virtual.  Returns their number. */
size_t world_result(struct world *w, const char *real, bool up, const char *why);
void world_order(struct world *w, const char *service, const char *real, enum pool_order order);
void world_maintenance(struct world *w, const char *real, bool named);

#endif
