// SPDX-License-Identifier: MIT
/* What the files of the pool share.  Of no concern to others. */
#ifndef LDIRECTORD_POOL_POOL_PRIVATE_H
#define LDIRECTORD_POOL_POOL_PRIVATE_H

#include "ldirectord/pool/pool.h"

#define NONE SIZE_MAX
enum {
	POOL_WHY = 128,
	/* how long the fallback waits for first verdicts: a healthy server answers sooner, a dead one must not keep
	 * users from it */
	POOL_PATIENCE_MS = 3000,
	POOL_RETRY_FIRST_MS = 1000, /* of a failed operation, doubled each time */
	POOL_RETRY_LAST_MS = 60000,
	/* its operation, its line, the command, the summary, the fallback's operation, line and mail; one to spare */
	POOL_ACTIONS_A_SERVICE = 8,
	POOL_ACTIONS_AN_ENTRY = 3,  /* operation, line, mail */
	POOL_ACTIONS_A_MEMBER = 2,  /* soft failure or its reset; "Inaccessible" */
};

enum member_state { MEMBER_NEW, MEMBER_KEPT, MEMBER_UP, MEMBER_DOWN };

/* One real of one virtual. */
struct member {
	const struct lb_real *r;
	size_t check, entry; /* index in pool, in the service */
	enum member_state state;
	enum pool_order order;
	bool listed;            /* checktype off: it was in the table; else it never gets there */
	struct table_real kept; /* MEMBER_KEPT: as it was found */
	struct mono since, mail_at;
};

/* What the kernel shall have under one address.  Several reals and the fallback may claim one (port rule of gate and
 * ipip). */
struct want {
	bool present;
	unsigned rank; /* of the claim, see desired.c */
	size_t member; /* whose claim it is; NONE: of the fallback or of nobody */
	struct table_real real;
};

struct entry {
	struct lb_address key; /* the kernel's */
	size_t owner;          /* the first real of the file that it is of; NONE: of the fallback, or of nobody */
	bool present, was_present;
	struct table_real have, was; /* as far as we know; before the operation in flight */
	struct want want, tried;     /* tried: what failed */
	bool failed;
	/* an operation failed in a way that may have changed the kernel all the same; before the one in flight */
	bool doubt, was_doubt;
	char trouble[POOL_WHY]; /* why it failed; kept until the next batch went well, so that it is said once */
};

enum fallback_state { FALLBACK_UNDECIDED, FALLBACK_OFF, FALLBACK_ON };

struct service {
	struct lb_service_id id;
	const struct lb_virtual *v; /* NULL: the file does not have it any more, it is to leave */
	size_t index;
	bool present, was_present;
	struct table_service have, was; /* .reals NULL */
	bool failed;
	bool doubt, was_doubt; /* as of an entry */
	char trouble[POOL_WHY];
	struct member *members;
	size_t member_count;
	struct entry *entries;
	size_t entry_count, entry_cap;
	size_t *slots; /* hash of keys: entry index + 1, 0 none */
	size_t slot_mask;
	size_t fallback_entry; /* NONE: no fallback */
	enum fallback_state fallback;
	struct mono fallback_since;
	struct table_real fallback_kept; /* FALLBACK_UNDECIDED: as it was found */
	bool fallback_found;
	bool settled; /* every real had its verdict, or its time is over */
	bool quiet;   /* no mails yet: one summary comes when it is settled */
	struct mono settle_at;
	bool touched; /* a real of it has changed its state in this call */
	bool failing; /* an operation of the last batch failed */
	unsigned tries;
	struct mono retry_at;
};

/* A check and its counters: one for all reals that share it. */
struct pool_shared {
	const struct lb_virtual *v;
	const struct lb_real *r;
	bool checked, down, in_maintenance;
	unsigned failures, successes;
	char why[POOL_WHY];
	size_t first_ref, ref_count; /* in refs */
	size_t was;                  /* index in run before the reload */
	size_t runs_as;              /* index in run; NONE: on or off */
};

struct ref {
	size_t service, member;
};

struct pool {
	const struct lb_config *config;
	struct service *services; /* those of the file in its order, then those that leave */
	size_t service_count;
	struct pool_shared *checks; /* in the order of their addresses */
	size_t check_count;
	size_t *run; /* those that are to be run */
	size_t run_count;
	struct ref *refs; /* by check, each in the order of services */
	size_t ref_count;
	struct mono retry_next, settle_next, mail_next; /* none is due before */
	bool stopped;
	struct pool_action *actions;
	size_t action_count, action_cap;
};

/* --- build.c: from a configuration to the structs */
bool pool_build(struct pool *p, const struct lb_config *config, const struct pool *old, const struct table *kernel,
	struct mono now);
void pool_release(struct pool *p);
/* inherit.c: states of the past into p.  old NULL: a start.
 * adopts: the kernel has been read, so what nobody of the file had is adopted. */
void pool_inherit(struct pool *p, const struct pool *old, bool adopts, struct mono now);
struct service *pool_service(const struct pool *p, const struct lb_service_id *id); /* NULL none */
/* checks of that address: how many from *first on */
size_t pool_checks_at(const struct pool *p, const struct lb_address *a, size_t *first);

/* --- entry.c: the addresses of a virtual in the kernel */
struct lb_address entry_key(const struct lb_service_id *id, const struct lb_real *r);
struct entry *entry_find(const struct service *s, const struct lb_address *key);
struct entry *entry_add(struct service *s, const struct lb_address *key); /* or find */
int key_order(const struct lb_address *a, const struct lb_address *b);

/* --- shared_check.c: which reals share a check */
bool shared_check_same(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb);
bool shared_check_runs(const struct lb_virtual *v);

/* --- member.c: the state table.  Each returns whether the state has changed. */
/* failures: the count before this result */
bool member_result(
	struct pool *p, const struct ref *at, const struct pool_shared *c, bool up, unsigned failures, struct mono now);
bool member_maintenance(struct pool *p, const struct ref *at, const struct pool_shared *c, bool ends, unsigned failures,
	struct mono now);
bool member_is_up(const struct member *m);      /* counts as one that serves */
bool member_is_awaited(const struct service *s, const struct member *m); /* the fallback waits for its verdict */

/* --- desired.c */
void service_desire(struct service *s);
void service_describe(const struct lb_virtual *v, struct table_service *out);
bool table_service_same(const struct table_service *a, const struct table_service *b);
bool table_real_same(const struct table_real *a, const struct table_real *b);

/* --- diff.c: operations */
void service_reconcile(struct pool *p, struct service *s, struct mono now);
void service_retry(struct pool *p, struct service *s, struct mono now);
void service_stop(struct pool *p, struct service *s);

/* --- actions.c: actions and their texts */
void actions_begin(struct pool *p);
size_t actions_op(struct pool *p, const struct service *s, enum table_op_kind kind, const struct table_service *service,
	const struct table_real *real);
void actions_add(struct pool *p, enum pool_action_kind kind, const struct service *s, size_t of, const char *text);
void actions_service(struct pool *p, const struct service *s, size_t of, const char *what);
void actions_entry(struct pool *p, const struct service *s, const struct entry *e, size_t of, enum table_op_kind kind,
	bool stopping);
void actions_soft(struct pool *p, const struct service *s, const struct member *m, unsigned failures);
void actions_reset(struct pool *p, const struct service *s, const struct member *m);
void actions_inaccessible(struct pool *p, const struct service *s, const struct member *m);
void actions_summary(struct pool *p, const struct service *s);
void actions_failed(
	struct pool *p, const struct service *s, const struct table_op *op, const char *why, struct mono now);
void copy_text(char *to, size_t cap, const char *from); /* cut where it does not fit */

#endif
