// SPDX-License-Identifier: MIT
/* A pair of nodes in a bottle: the real core, a virtual clock, a network, scripts and operators made of hashes.
 * Nothing here reads a clock, and no draw depends on an earlier one: each is a hash over what it is for, so that
 * taking one fault out of a plan leaves all the others as they were.  spec: proof, section 2. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/auth.h"
#include "heartbeat/core/core.h"

enum {
	NODES = 2,
	GROUPS_MAX = 4,
	MEDIA_MAX = 2,
	FAULTS_MAX = 512,
	SCRIPT_DEADLINE_MS = 60000, /* exec kills a script then */
	SOCKET_DATAGRAMS = 200,     /* what waits in the sockets of a frozen engine */
	SLACK_MS = 300,             /* of every rule that says "soon" */
	CLASSIC_MS = 15000,         /* classic's start waits 10 s, its restart after a partition 2 s: protocol 7.2, 11.3 */
};
#define MS INT64_C(1000000)
#define NEVER (-(INT64_MAX / 4))

/* --- plan.c: settings and faults as text ------------------------------------ */

/* One number each; the names in the text are in plan.c.  Times in ms. */
enum setting {
	SET_SEED,
	SET_KEEPALIVE,
	SET_DEADTIME,
	SET_INITDEAD,
	SET_FAILBACK, /* enum failback */
	SET_GROUPS,
	SET_HOMES, /* bit g: group g is at home on node 1 */
	SET_MEDIA,
	SET_LOOP, /* own broadcasts come back */
	SET_PING,
	SET_SHA1,
	SET_NETSTRING,
	SET_STONITH,
	SET_CLASSIC, /* the native fields are taken out of every datagram: both speak as 3.0.6 does */
	SET_STORM,
	SET_QUIET,
	SET_BOOT0,
	SET_BOOT1,
	SET_PPM0,
	SET_PPM1,
	SET_START_MAX,
	SET_STOP_MAX,
	SET_BURY, /* node that is dead for good when the calm begins, -1 none */
	SETTINGS,
};

enum fault_kind {
	FAULT_CRASH,     /* power off, boots after .span */
	FAULT_ENGINE,    /* the engine dies, the guardian starts another after .span */
	FAULT_FREEZE,    /* the process stands still for .span */
	FAULT_SUSPEND,   /* the machine stands still: its monotonic clock too */
	FAULT_STOP,      /* heartbeat -k; boots again .span after it was asked */
	FAULT_STANDBY,
	FAULT_TAKEOVER,
	FAULT_CUT,       /* both directions of a medium (or all) */
	FAULT_DEAF,      /* node does not hear on a medium (or all) */
	FAULT_LOSS,      /* .value per mille, both directions */
	FAULT_DUPLICATE,
	FAULT_DELAY,     /* up to .value ms: reorders */
	FAULT_REPLAY,    /* .value per mille come again up to minutes later */
	FAULT_CORRUPT,
	FAULT_START_FAIL,
	FAULT_START_HANG,
	FAULT_START_DIRTY, /* start fails, and so does the release */
	FAULT_STOP_FAIL,
	FAULT_STOP_HANG,
	FAULT_WALL,      /* wall clock jumps by .value seconds */
	FAULT_FENCE_FAIL,
	FAULT_KINDS,
};

struct fault {
	enum fault_kind kind;
	int64_t at_ms, span_ms, value;
	int node, medium, group; /* -1: all */
	enum half half;
};

struct plan {
	char profile[16];
	int64_t set[SETTINGS];
	struct fault faults[FAULTS_MAX];
	size_t count;
};

/* Fill *p from the seed.  False when there is no such profile. */
bool plan_draw(struct plan *p, uint64_t seed, const char *profile);
void plan_print(const struct plan *p, FILE *out);
/* Returns 0 or -errno; -EINVAL after a message on stderr that names file and line. */
int plan_load(struct plan *p, const char *path);
int plan_save(const struct plan *p, const char *path);
const char *fault_name(enum fault_kind kind);
void fault_print(const struct fault *f, FILE *out);
/* Does the plan hold any fault of these kinds? */
bool plan_has(const struct plan *p, enum fault_kind first, enum fault_kind last);
const char *plan_profiles(void);

/* --- the world ---------------------------------------------------------------- */

/* What a draw is for. */
enum purpose {
	DRAW_PLAN,
	DRAW_DELAY,
	DRAW_LOSS,
	DRAW_DUPLICATE,
	DRAW_REPLAY,
	DRAW_CORRUPT,
	DRAW_SCRIPT,
	DRAW_BOOT,
	DRAW_FENCE,
};
uint64_t draw(uint64_t seed, enum purpose purpose, int from, int to, int medium, int64_t time, unsigned ordinal);
/* A drawn value brought into low..high, both included. */
int64_t pick(uint64_t value, int64_t low, int64_t high);
bool chance(uint64_t value, int64_t per_mille);

/* Truth about a group on a node. */
enum truth { TRUTH_OFF, TRUTH_STARTING, TRUTH_RUNNING, TRUTH_STOPPING, TRUTH_STUCK, TRUTH_PARTIAL, TRUTHS };

struct place {
	enum truth truth;
	int64_t since; /* occupied since; meaningless when off */
	bool busy;     /* a script runs */
	enum group_operation operation;
	uint32_t run; /* of the last script; an end of another run is stale */
	int64_t freed; /* when it was last left */
	unsigned failed_starts; /* in a row */
};

/* One sent datagram; copies on the way share it. */
struct datagram {
	unsigned refs;
	int64_t sent;
	int from;
	uint32_t life;
	unsigned holding; /* bit g: the sender occupied g then */
	bool status;
	uint64_t seq; /* of a status */
	uint32_t delivered[NODES]; /* life of the receiver that has had it; 0 none */
	int64_t delivered_at[NODES];
	size_t len;
	uint8_t bytes[];
};
enum copy { COPY_ORIGINAL, COPY_DUPLICATE, COPY_REPLAY, COPY_CORRUPT };

/* What waits for a frozen engine. */
struct waiting {
	struct event event;
	struct datagram *datagram; /* for EVENT_DATAGRAM */
	enum copy copy;
	int64_t at;
};

/* The state file. */
struct disk {
	enum group_state state[GROUPS_MAX];
	uint64_t epoch[GROUPS_MAX];
};

struct node {
	int index;
	struct core *core; /* NULL: no engine runs */
	bool powered;
	uint32_t life; /* of the engine, from 1 */
	uint64_t generation;
	int64_t mono_base;
	uint64_t wall_base;
	int64_t booted;  /* when this life began */
	int64_t thawed;
	int64_t boot_at; /* planned next boot, NEVER: none */
	bool frozen, suspended;
	int64_t frozen_at, first_due;
	struct waiting waiting[SOCKET_DATAGRAMS + 64];
	size_t waiting_count, waiting_datagrams;
	bool shutting_down, stopped;
	int64_t shutdown_at;
	int64_t timer_at; /* scheduled, NEVER none */
	uint32_t timer_version;
	struct place places[GROUPS_MAX];
	struct disk disk;
	int64_t step_at;
	unsigned steps_now; /* steps at step_at: a loop that does not end shows here */
	int64_t send_at;
	unsigned send_ordinal;
	bool heard_any; /* this life has heard the peer */
	int64_t heard;  /* last status of the peer's present life; NEVER */
	uint32_t heard_life;
	uint64_t heard_seq; /* of that status: what is resent or overtaken says nothing new */
	unsigned heard_count; /* statuses since the network is whole */
	bool draining; /* just thawed: what is due may come due with any datagram */
	int64_t holding_heard[GROUPS_MAX], holding_sent[GROUPS_MAX]; /* last status of a peer that held the group: receipt and sending */
	unsigned told[GROUPS_MAX]; /* statuses heard, while we have the group, of a peer that has it too */
	unsigned fence_ordinal;
};

struct move {
	int node;
	uint32_t life;
	int64_t at;
	bool done;
};

struct noise {
	int64_t loss, duplicate, replay, corrupt; /* per mille */
	int64_t delay_ms;
};

enum sim_event_kind { SIM_TIMER, SIM_DATAGRAM, SIM_SCRIPT, SIM_FAULT, SIM_FAULT_END, SIM_BOOT, SIM_FENCE, SIM_CALM, SIM_CHECK, SIM_MOVE_LIMIT };

struct sim_event {
	int64_t at;
	uint64_t order;
	enum sim_event_kind kind;
	int node, a; /* a: medium, group */
	uint32_t b;  /* version, run, life, fault index */
	enum copy copy;
	int outcome;
	struct datagram *datagram;
};

/* What one step did, for the rules that say it may not. */
struct step_effect {
	unsigned sends, groups, others;
};

struct statistics {
	uint64_t events, datagrams, starts, stops, moves, boots, excused;
	int64_t simulated;
};

struct trace;

struct world {
	const struct plan *plan;
	struct trace *trace; /* NULL: none */
	int64_t now;
	uint64_t order;
	struct sim_event *heap;
	size_t heap_count, heap_cap;
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys *keys;
	struct auth *auth; /* to sign what link.c has rewritten */
	struct node nodes[NODES];
	int cut[NODES][MEDIA_MAX]; /* depth: what node does not hear */
	struct noise noise[MEDIA_MAX];
	int script[NODES][GROUPS_MAX][2]; /* enum script_outcome, by operation */
	int fence_fails;
	bool calm;
	int64_t calm_at, disturbed, hang_until;
	int64_t settle_at, end_at;
	bool settled, quiet, finished;
	int owner_at_calm[GROUPS_MAX]; /* -1: not exactly one */
	int64_t whole_since;
	struct move moves[FAULTS_MAX];
	struct step_effect effect;
	uint64_t quiet_sends[NODES], quiet_logs[NODES], quiet_replays[NODES];
	struct statistics statistics;
	uint64_t hash;
	bool hashing;
	const char *invariant; /* NULL: none broken */
	int64_t broken_at;
	char broken[256];
};

/* A setting of the plan that is a time, in ns. */
static inline int64_t ms_of(const struct world *w, enum setting s)
{
	return w->plan->set[s] * MS;
}

struct verdict {
	char invariant[32]; /* "" none */
	int64_t at;
	char text[256];
	uint64_t hash;
	struct statistics statistics;
};

/* Run a plan to its end or to the first broken rule.  trace may be NULL. */
void world_run(const struct plan *p, struct trace *trace, bool hashing, struct verdict *verdict);
void world_push(struct world *w, struct sim_event e);
/* A rule is broken: remembered once, ends the run. */
void world_broken(struct world *w, const char *invariant, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* --- node.c ---------------------------------------------------------------------- */

int64_t node_mono(const struct node *n, const struct plan *p, int64_t now);
/* adopted: from the state file; clean_up for all of them when the machine was not sure */
void node_boot(struct world *w, struct node *n, bool keep_running);
void node_crash(struct world *w, struct node *n);
void node_engine_dies(struct world *w, struct node *n);
void node_freeze(struct world *w, struct node *n, bool suspend);
void node_thaw(struct world *w, struct node *n);
/* Hand an event to the engine, or let it wait while frozen; dropped when there is no engine. */
void node_event(struct world *w, struct node *n, const struct event *event, struct datagram *datagram, enum copy copy);
void node_timer(struct world *w, struct node *n, uint32_t version);
/* Everything a node owns is freed. */
void node_free(struct world *w, struct node *n);
const char *node_name(int index);

/* --- link.c ---------------------------------------------------------------------- */

void link_send(struct world *w, struct node *n, struct bytes data);
void link_ping(struct world *w, struct node *n, struct bytes data, size_t medium);
void link_deliver(struct world *w, struct sim_event *e);
void datagram_release(struct datagram *d);
/* Is there a medium on which node hears its peer? */
bool link_open(const struct world *w, int node);

/* --- script.c -------------------------------------------------------------------- */

enum script_outcome { SCRIPT_OK, SCRIPT_FAILS, SCRIPT_HANGS, SCRIPT_DIRTY };
void script_start(struct world *w, struct node *n, size_t group);
void script_stop(struct world *w, struct node *n, size_t group);
void script_end(struct world *w, const struct sim_event *e);
/* The engine is gone: its scripts are killed where they stand. */
void script_kill_all(struct world *w, struct node *n);
/* The power is gone. */
void script_power_off(struct world *w, struct node *n);
bool occupied(const struct place *p);
char truth_letter(enum truth t);

/* --- calm.c: limits in time ---------------------------------------------------------- */

/* The calm: when each limit is reached. */
void invariant_calm(struct world *w);
void invariant_timed(struct world *w);
void invariant_move_limit(struct world *w, const struct sim_event *e);
int64_t invariant_move_span(const struct world *w);
/* Classic, and a start fails: whole halves may move. */
bool moves_halves(const struct world *w);

/* --- invariant.c ------------------------------------------------------------------ */

/* The clock has gone on: before every event. */
void invariant_whole(struct world *w);
/* After every event. */
void invariant_check(struct world *w);
/* Before the world carries out a start. */
void invariant_start(struct world *w, const struct node *n, size_t group);
/* Before the world carries out a stop. */
void invariant_stop(struct world *w, const struct node *n, size_t group);
/* After EVENT_STALLED. */
void invariant_stalled(struct world *w, const struct node *n);
void invariant_heard(struct world *w, struct node *n, const struct datagram *d);
void invariant_life(struct world *w, struct node *n); /* n began, ended, froze or thawed: contact begins anew */

/* --- trace.c ----------------------------------------------------------------------- */

/* The last lines of a run; whole: print each at once. */
struct trace *trace_new(bool whole, FILE *out);
void trace_free(struct trace *t);
void trace_line(struct world *w, int node, const char *format, ...) __attribute__((format(printf, 3, 4)));
void trace_dump(const struct trace *t, FILE *out);
/* Put an action into the hash over all of them. */
void trace_hash(struct world *w, const struct node *n, const struct action *a);

/* --- shrink.c ----------------------------------------------------------------------- */

/* Run in a child, so that an abort of the core is a verdict too ("S12 no-crash"). */
void run_apart(const struct plan *p, bool hashing, struct verdict *verdict);
/* Make the plan smaller while it breaks the same rule; returns how many runs it took. */
unsigned shrink(struct plan *p, const struct verdict *verdict);

#endif
