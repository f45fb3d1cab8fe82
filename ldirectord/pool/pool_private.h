// SPDX-License-Identifier: MIT
/* The declarations that the files of the pool share.  Only this module and its tests include this header. */
#ifndef LDIRECTORD_POOL_POOL_PRIVATE_H
#define LDIRECTORD_POOL_POOL_PRIVATE_H

#include "ldirectord/pool/pool.h"

#define NONE SIZE_MAX
enum {
	POOL_WHY = 128,
	/* How long the fallback waits for first verdicts.  A healthy server answers sooner, and servers that do not
	 * answer must not delay the fallback for longer. */
	POOL_PATIENCE_MS = 3000,
	POOL_RETRY_FIRST_MS = 1000, /* the first pause before a failed operation is tried again; doubled each time */
	POOL_RETRY_LAST_MS = 60000,
	POOL_ACTIONS_A_SERVICE = 7, /* operation, log line, command, summary; line and mail of the quorum; one spare */
	POOL_ACTIONS_AN_ENTRY = 3,  /* operation, line, mail */
	POOL_ACTIONS_A_MEMBER = 4,  /* soft failure or reset of the count; "Inaccessible"; it is down: line, mail */
};

enum member_state { MEMBER_NEW, MEMBER_KEPT, MEMBER_UP, MEMBER_DOWN };

/* One real of one virtual, or one of its fallbacks. */
struct member {
	const struct lb_real *r;
	bool is_fallback;
	size_t check; /* index in the pool; NONE: it is the last fallback, which is not checked */
	size_t entry; /* index in the service */
	enum member_state state;
	enum pool_order order; /* the last fallback has none */
	/* checktype off: it was in the table.  If not, it is never added.  A fallback: it is in the table as such from
	 * before the start or reload. */
	bool listed;
	bool fell, rose;        /* in this call; a line reports that if no operation does */
	struct table_real kept; /* MEMBER_KEPT, or a fallback that is listed: as found in the table */
	bool held;              /* its check fails, but maxdown keeps it as it is */
	unsigned share;         /* of its weight, as its check asks for */
	bool reweighed;         /* that has changed in this call */
	struct mono since, mail_at;
};

/* Returns true when the real serves clients. */
static inline bool member_is_up(const struct member *m)
{
	bool good = m->state == MEMBER_UP && m->share != LB_SHARE_DRAIN;
	return m->order == POOL_ENABLE && (good || (m->state == MEMBER_KEPT && m->kept.weight > 0));
}

/* The wanted entry of the kernel for one address.  Several reals and the fallback may claim the same address (port rule
 * of gate and ipip); the first claim with the highest rank then determines the entry. */
struct want {
	bool present;
	unsigned rank; /* of the claim, see desired.c */
	size_t member; /* the real that claims it; NONE: a fallback, or no claim */
	struct table_real real;
};

struct entry {
	struct lb_address key; /* as the kernel has it */
	size_t owner;          /* the first real in the file with this key; NONE: a fallback, or not in the file */
	bool of_fallback;      /* a fallback has this key */
	/* What the kernel has, as far as we know; was_...: the same before the last operation. */
	bool present, was_present;
	bool changed; /* this call has an operation for it */
	bool seen;    /* set by observe.c: the kernel has it */
	/* what another program did to the entry, which is the reason of the next operation; NULL: nothing */
	const char *foreign;
	struct table_real have, was;
	struct want want, tried; /* tried: the values of the failed operation */
	bool failed;
	/* An operation failed, but it may still have changed the kernel. */
	bool doubt, was_doubt;
	char trouble[POOL_WHY]; /* why it failed; kept until a batch succeeds, so that the failure is logged once */
};

enum fallback_state { FALLBACK_UNDECIDED, FALLBACK_OFF, FALLBACK_ON };

struct service {
	struct lb_service_id id;
	const struct lb_virtual *v; /* NULL: no longer in the file, must be deleted */
	size_t index;
	bool present, was_present;
	struct table_service have, was; /* .reals NULL */
	bool failed;
	bool doubt, was_doubt; /* as in struct entry */
	char trouble[POOL_WHY];
	struct member *members; /* the reals, then the fallbacks */
	size_t member_count, fallback_count;
	struct entry *entries;
	size_t entry_count, entry_cap;
	size_t own_entries; /* entries of the file; behind them are entries that only the kernel has */
	size_t *slots; /* hash table of keys: entry index + 1; 0: none */
	size_t slot_mask;
	enum fallback_state fallback;
	struct mono fallback_since;
	bool settled; /* every real has had its first verdict, or POOL_PATIENCE_MS are over */
	bool quiet;   /* no mail is sent yet: one summary follows when the service is settled */
	struct mono settle_at;
	bool touched; /* a real has changed its state in this call */
	const char *foreign; /* as in struct entry */
	bool meddled;        /* another program has made a change that is not corrected yet */
	unsigned fights;     /* the number of corrections, minus one for each look that found no change */
	struct mono truce;   /* no correction before this time */
	bool failing; /* an operation of the last batch failed */
	unsigned tries;
	struct mono retry_at;
};

static inline size_t all_members(const struct service *s)
{
	return s->member_count + s->fallback_count;
}

/* A check and its counters: one for all reals that share it. */
struct pool_shared {
	const struct lb_virtual *v;
	const struct lb_real *r;
	bool checked, down, in_maintenance;
	unsigned failures, successes, share;
	char why[POOL_WHY];
	size_t first_ref, ref_count; /* in refs */
	size_t was;                  /* its index in run before the reload */
	size_t runs_as;              /* index in run; NONE: checktype on or off */
};

/* What maxdown counts: reals that are down or not checked yet, of those without order and maintenance. */
struct pool_tally {
	size_t down, counted, limit;
};

struct ref {
	size_t service, member;
};

struct pool {
	const struct lb_config *config;
	struct service *services; /* the services of the file in its order, then those that must be deleted */
	size_t service_count;
	struct pool_shared *checks; /* sorted by address */
	size_t check_count;
	size_t *run; /* indices of the checks that run */
	size_t run_count;
	struct ref *refs; /* sorted by check, then by service */
	size_t ref_count;
	struct mono retry_next, settle_next, mail_next; /* the earliest times of all services */
	bool stopped;
	struct pool_action *actions;
	size_t action_count, action_cap;
};

/* --- build.c: creates the structs from a configuration */
bool pool_build(struct pool *p, const struct lb_config *config, const struct pool *old, const struct table *kernel,
	struct mono now);
void pool_release(struct pool *p);
/* inherit.c: copies the earlier states into p.  old NULL: a start.
 * adopts: the kernel's table was read, so adopt entries that the old file did not have. */
void pool_inherit(struct pool *p, const struct pool *old, bool adopts, struct mono now);

/* --- lookup.c */
struct service *pool_service(const struct pool *p, const struct lb_service_id *id); /* NULL none */
/* Returns the number of checks of this address; *first is the index of the first one. */
size_t pool_checks_at(const struct pool *p, const struct lb_address *a, size_t *first);
/* Make space for one more entry of s and for its actions.  Returns false without memory. */
bool pool_make_room(struct pool *p, struct service *s);

/* --- entry.c: the entries of a virtual in the kernel */
struct lb_address entry_key(const struct lb_service_id *id, const struct lb_real *r);
struct entry *entry_find(const struct service *s, const struct lb_address *key);
struct entry *entry_add(struct service *s, const struct lb_address *key); /* finds an existing entry */
/* Make space for one more entry.  Returns false without memory. */
bool entry_make_room(struct service *s);
/* Remove the entries that are not in the file and no longer in the kernel. */
void entry_drop_strangers(struct service *s);
int key_order(const struct lb_address *a, const struct lb_address *b);

/* --- shared_check.c: which reals share a check */
bool shared_check_same(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb);
bool shared_check_runs(const struct lb_virtual *v);

/* --- member.c: the state table */
/* Both return whether the state has changed.  failures: the count before this result. */
bool member_result(
	struct pool *p, const struct ref *at, const struct pool_shared *c, bool up, unsigned failures, struct mono now);
bool member_maintenance(struct pool *p, const struct ref *at, const struct pool_shared *c, bool ends, unsigned failures,
	struct mono now);
/* A decision about the fallback waits for its verdict. */
bool member_is_awaited(const struct service *s, const struct member *m);

/* --- desired.c */
/* The fallback that serves when one is needed: the first one that is up.  NULL: there is no fallback. */
struct member *fallback_chosen(const struct service *s);
bool fallback_was_found(const struct service *s); /* one of them was in the table, from an earlier process */
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
/* maxdown keeps it although its check fails; its check is good again. */
void actions_held(struct pool *p, const struct service *s, const struct member *m, const struct pool_tally *tally);
void actions_unheld(struct pool *p, const struct service *s, const struct member *m);
void actions_reset(struct pool *p, const struct service *s, const struct member *m);
void actions_down(struct pool *p, const struct service *s, const struct member *m);
void actions_fallback_up(struct pool *p, const struct service *s, const struct member *m);
void actions_inaccessible(struct pool *p, const struct service *s, const struct member *m);
/* The quorum is lost, or restored. */
void actions_quorum(struct pool *p, const struct service *s, bool lost);
void actions_summary(struct pool *p, const struct service *s);
void actions_failed(
	struct pool *p, const struct service *s, const struct table_op *op, const char *why, struct mono now);
void copy_text(char *to, size_t cap, const char *from); /* cuts a text that does not fit */

#endif
