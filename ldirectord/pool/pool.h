// SPDX-License-Identifier: MIT
/* Which reals are in the table, with which weight: (state, now, event) -> operations as data.  PURE: no clock,
 * no socket, no
 * file.
 * The caller applies the operations of one moment as one batch, runs the checks and reports their results.
 * doc/ldirectord.md 7 to 9
 *
 * A real of a virtual (member.c has the state table) is
 *
 *   NEW   no verdict yet, was not in the table: weight 0 when quiescent, else not in it
 *   KEPT  no verdict yet, was in the table: stays as it is there
 *   UP    in the table with the file's weight
 *   DOWN  weight 0 when quiescent, else not in the table
 *
 * and an order of the operator lies over that.  What is wanted of a virtual is computed again whenever one of its reals
 * changes and compared with what the kernel has as far as we know; the difference is the batch.  So a table that is
 * right is left alone. */
#ifndef LDIRECTORD_POOL_POOL_H
#define LDIRECTORD_POOL_POOL_H

#include "lib/mono.h"
#include "ldirectord/pool/table.h"

struct pool;

enum pool_event_kind {
	POOL_RESULT,      /* a check ended: check, up, why */
	POOL_MAINTENANCE, /* a real is (up = false) or is no more (up = true) named in maintenancedir: address */
	POOL_ORDER,       /* of the operator: order, service, address */
	POOL_STOP,        /* the daemon stops: cleanstop */
};
/* drain: weight 0; disable: not in the table; kept over reload */
enum pool_order { POOL_ENABLE, POOL_DRAIN, POOL_DISABLE };

struct pool_event {
	enum pool_event_kind kind;
	size_t check; /* index as pool_check gave it */
	bool up;
	const char *why; /* the reason of a verdict, for logs; "" none */
	enum pool_order order;
	struct lb_service_id service;
	struct lb_address address; /* of a real, as the file has it */
};

enum pool_action_kind {
	POOL_TABLE,    /* op */
	POOL_LOG,      /* text: of doc/ldirectord.md 10 */
	POOL_MAIL,     /* text is its subject; virtual_index says whose addresses */
	POOL_COMMAND,  /* fallbackcommand of virtual_index, text is "start" or "stop" */
};
#define POOL_OF_NONE SIZE_MAX
struct pool_action {
	enum pool_action_kind kind;
	size_t virtual_index;
	/* Of a log line or mail: the POOL_TABLE action (index in the same batch) that it reports, POOL_OF_NONE when of
	 * none.  When that operation failed it must not be told: pool_failed says the truth instead (doc/ldirectord.md
	 * 13.36). */
	size_t of;
	struct table_op op;
	bool summary; /* of a mail: the one that tells of all first verdicts of a virtual */
	char text[256];
};

/* A check to be run: reals of several virtuals that agree in all that matters share one
 * (doc/ldirectord.md 6).  checktype on and off have none. */
struct pool_check {
	const struct lb_virtual *v; /* whose settings count */
	const struct lb_real *r;
	bool down;  /* its last result was down, for retryinterval */
	bool in_maintenance; /* its results do not count */
	size_t was; /* its index before the last reload, when it is the same check still; else SIZE_MAX */
};

/* Start: adopt what the kernel's table has
 * (doc/ldirectord.md 7: "no pulse").  Borrows config until pool_free or pool_reload.  NULL: no memory. */
struct pool *pool_new(const struct lb_config *config, const struct table *kernel, struct mono now);
void pool_free(struct pool *p);
/* A new configuration, as a diff: states, counters and orders of what stays are kept.  The old one may be freed after
 * it. kernel: what the kernel has now, so that what an operator changed by hand is put right and virtuals that the file
 * mentions for the first time are adopted; NULL: what we know, for when it cannot be read.  Indices of checks and
 * virtuals are new ones then.  False: no memory, and nothing has changed. */
bool pool_reload(struct pool *p, const struct lb_config *config, const struct table *kernel, struct mono now);
void pool_event(struct pool *p, const struct pool_event *e, struct mono now);
/* What the last call wants done, in order; valid until the next call. */
const struct pool_action *pool_actions(const struct pool *p, size_t *count);
/* An operation of the last batch failed: it is logged truthfully and tried again, after 1 s at first.  error is -errno;
 * three tell what the kernel has and are acted on at once: -EEXIST (of an add), -ENOENT (real) and -ESRCH (service) of
 * anything.  After any other it may have been done all the same (an ipvsadm that was killed, an answer that was lost),
 * and is tried again.  To be called for each of them before any other call; op must not point into the batch. */
void pool_failed(struct pool *p, const struct table_op *op, int error, const char *why, struct mono now);
struct mono pool_deadline(const struct pool *p); /* MONO_FAR: nothing waits; else call pool_tick then */
void pool_tick(struct pool *p, struct mono now);

size_t pool_check_count(const struct pool *p);
void pool_check(const struct pool *p, size_t index, struct pool_check *out);

/* For status: one real of one virtual. */
struct pool_view {
	bool up, checked, in_maintenance, is_fallback, in_table;
	enum pool_order order;
	uint32_t weight; /* in the table, as far as we know */
	unsigned failures, successes;
	struct mono since;
	char why[128];     /* of its state */
	char trouble[128]; /* why the table is not yet as it should be; "" it is */
};
/* real_index == real_count: the fallback */
void pool_view(const struct pool *p, size_t virtual_index, size_t real_index, struct pool_view *out);

#endif
