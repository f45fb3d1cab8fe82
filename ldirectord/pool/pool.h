// SPDX-License-Identifier: MIT
/* Decides which reals are in the table, and with which weight: (state, now, event) -> operations as data.
 * PURE: no clock, no socket, no file.
 * The caller applies the operations of one call as one batch, runs the checks, and reports their results.
 * doc/ldirectord.md 7 to 9
 *
 * The states of a real in a virtual (member.c has the state table):
 *
 *   NEW   no verdict yet, was not in the table: weight 0 when quiescent, else not in the table
 *   KEPT  no verdict yet, was in the table: its entry is unchanged
 *   UP    in the table with the weight from the file
 *   DOWN  weight 0 when quiescent, else not in the table
 *
 * An order of the operator has priority over the state.  Whenever the state of a real changes, the pool computes the
 * wanted entries of its virtual again and compares them with what the kernel has, as far as the pool knows.  The
 * differences are the batch, so a correct table is not changed. */
#ifndef LDIRECTORD_POOL_POOL_H
#define LDIRECTORD_POOL_POOL_H

#include "lib/mono.h"
#include "ldirectord/pool/table.h"

struct pool;

enum pool_event_kind {
	POOL_RESULT,      /* a check has ended; uses check, up, why */
	POOL_MAINTENANCE, /* maintenancedir names a real now (up = false) or no longer (up = true); uses address */
	POOL_ORDER,       /* an order of the operator; uses order, service, address */
	POOL_STOP,        /* the daemon stops; depends on cleanstop */
};
/* drain: the real gets weight 0; disable: it is not in the table.  Orders stay after a reload. */
enum pool_order { POOL_ENABLE, POOL_DRAIN, POOL_DISABLE };

struct pool_event {
	enum pool_event_kind kind;
	size_t check; /* the index of the check, as for pool_check */
	bool up;
	unsigned share;  /* of a result: what it says about the weight, LB_SHARE_... */
	const char *why; /* the reason of a verdict, for logs; "" none */
	enum pool_order order;
	struct lb_service_id service;
	struct lb_address address; /* the address of a real, as in the file */
};

enum pool_action_kind {
	POOL_TABLE,    /* carry out op */
	POOL_LOG,      /* log text, which is one of doc/ldirectord.md 10 */
	POOL_MAIL,     /* send a mail with the subject text; virtual_index has the recipients and the alertcommand */
	POOL_COMMAND,  /* run the fallbackcommand of virtual_index; text is "start" or "stop" */
};
#define POOL_OF_NONE SIZE_MAX
struct pool_action {
	enum pool_action_kind kind;
	size_t virtual_index;
	/* For a log line or mail: the index, in the same batch, of the POOL_TABLE action that it reports, or
	 * POOL_OF_NONE.  When that operation has failed, the caller must drop the line or mail, because pool_failed
	 * reports the failure instead (doc/ldirectord.md 13.36). */
	size_t of;
	struct table_op op;
	bool summary; /* for a mail: it reports all first verdicts of a virtual */
	bool detail;  /* for a mail: a detail of the mail before it */
	char text[256];
};

/* A check that the caller runs.  Reals of several virtuals share one check when all settings that matter are equal
 * (doc/ldirectord.md 6).  Reals with checktype on or off have no check. */
struct pool_check {
	const struct lb_virtual *v; /* the check uses the settings of this virtual */
	const struct lb_real *r;
	bool down;  /* the last result was down, so retryinterval counts */
	bool in_maintenance; /* the server is in maintenance: results do not count */
	size_t was; /* the index before the last reload, if the check is unchanged; else SIZE_MAX */
};

/* Create the pool, and adopt the entries of the kernel's table (doc/ldirectord.md 7: "no pulse").  config must stay
 * valid until pool_free or pool_reload.  Returns NULL without memory. */
struct pool *pool_new(const struct lb_config *config, const struct table *kernel, struct mono now);
void pool_free(struct pool *p);
/* Change to a new configuration.  Reals that are in both configurations keep their state, counters and orders.  The old
 * configuration may be freed afterwards.
 * kernel: the current table of the kernel.  With it the pool corrects changes that an operator made by hand, and adopts
 * the entries of virtuals that are new in the file.  NULL: the table cannot be read, so the pool uses what it knows.
 * The indices of checks and virtuals change.  Returns false without memory; then nothing has changed. */
bool pool_reload(struct pool *p, const struct lb_config *config, const struct table *kernel, struct mono now);
void pool_event(struct pool *p, const struct pool_event *e, struct mono now);
/* The actions that the caller must carry out after the last call, in this order.  Valid until the next call. */
const struct pool_action *pool_actions(const struct pool *p, size_t *count);
/* Report that an operation of the last batch has failed.  The failure is logged, and the operation is tried again,
 * first after 1 s.
 * error: -errno.  Three errors show what the kernel has, and the pool corrects its copy of the table at once: -EEXIST
 * (after an add), -ENOENT (the real does not exist) and -ESRCH (the service does not exist).  After any other error the
 * kernel may still have carried out the operation: ipvsadm was killed, or an answer was lost.
 * Call this for every failed operation before any other call.  op must not point into the batch. */
void pool_failed(struct pool *p, const struct table_op *op, int error, const char *why, struct mono now);
/* Compare with the current table of the kernel, and correct what another program has changed in our virtuals.  Call
 * this only when no operation is being carried out. */
void pool_observe(struct pool *p, const struct table *kernel, struct mono now);
struct mono pool_deadline(const struct pool *p); /* when to call pool_tick; MONO_FAR: not needed */
void pool_tick(struct pool *p, struct mono now);

size_t pool_check_count(const struct pool *p);
void pool_check(const struct pool *p, size_t index, struct pool_check *out);

/* Returns the number of virtuals of the file that the kernel refused at the last attempt.  *index: the first of them;
 * *why: its reason (borrowed); *once: some of them were refused only once, and are tried again within a second. */
size_t pool_refused(const struct pool *p, size_t *index, const char **why, bool *once);

/* The state of one real of one virtual, for the status. */
struct pool_view {
	bool up; /* a fallback: it serves */
	bool checked, in_maintenance, is_fallback, in_table;
	unsigned share; /* of the weight in the file that its check asks for: 1 to 100, or LB_SHARE_DRAIN */
	bool held; /* its check fails, but maxdown keeps it */
	enum pool_order order;
	uint32_t weight; /* the weight in the table, as far as the pool knows */
	struct lb_address key;         /* the address under which the kernel stores it */
	bool wanted;                   /* the real should be in the table, with */
	struct table_real wanted_real; /* these values */
	unsigned failures, successes;
	struct mono since;
	char why[128];     /* the reason of the state */
	char trouble[128]; /* why the table is not yet as wanted; "" when it is */
};
/* From real_count on: the fallbacks. */
void pool_view(const struct pool *p, size_t virtual_index, size_t real_index, struct pool_view *out);

#endif
