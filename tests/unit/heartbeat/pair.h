// SPDX-License-Identifier: MIT
/* A pair of nodes for tests of the core: alpha and beta, joined by an in-memory wire, in virtual time.  Either both are
 * cores, or alpha is one and the test speaks for beta.  Every action and datagram is recorded; a
 * failing assertion prints the record.
 *
 * Watched all the time, in every test: a group is never started where it runs already; no log line holds a digest or a
 * key; the queue of actions ends; the engine's deadline does not stay in the past.  Watched at the end, unless the test
 * allows it: nowhere did both nodes run a group at the same time. */
#ifndef TESTS_UNIT_PAIR_H
#define TESTS_UNIT_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "heartbeat/core/state.h"

enum { ALPHA, BETA, SIDES };
enum {
	PAIR_GROUPS_MAX = 4,
	PAIR_FLIGHT_MAX = 512,
	PAIR_ALWAYS = 1000000,
	PAIR_ORIGIN_S = 1000,
	PAIR_WALL_S = 1750000000
};

#define PAIR_KEY "SecretOfThePair"

struct pair_script { /* of a group on a side */
	bool runs;       /* the truth: from the start of a start script to the end of a stop script that worked */
	bool busy;
	struct mono done_at;
	enum group_operation operation;
	unsigned fail_starts, fail_stops; /* so many of the next ones fail */
	bool fail_dirty;                  /* a failed start leaves something behind */
	bool hang;                        /* scripts do not end */
};

struct pair_side {
	const char *name;
	struct ha_cf *conf;
	struct haresources *resources;
	struct core *core; /* NULL: not running */
	uint64_t generation;
	uint8_t uuid[16];
	int64_t script_ms;
	struct pair_script script[PAIR_GROUPS_MAX];
	bool cut;                 /* nothing that it sends arrives */
	unsigned lose;            /* so many of its next datagrams do not arrive */
	bool frozen;              /* it does not run; see pair_thaw */
	bool gone;                /* it gave ACTION_STOPPED */
	struct peer_memory memory; /* its file, for its next boot; the test may change it */
	bool remembers;            /* there is such a file */
	/* the first so many of its ping nodes answer; 0: none */
	size_t pings_answer;
	bool fence_fails;
	int64_t fence_ms;         /* -1: the test answers with pair_fence_done */
	struct mono fence_at;
	unsigned fence_attempt;   /* the number of the last one */
	unsigned timers_at_once;
};

/* Beta, when the test sends its messages. */
struct pair_voice {
	uint64_t generation, seq;
	uint8_t uuid[16];
	const char *beat; /* the status that it sends every keepalive; NULL: it is silent */
	struct mono next_beat;
	uint64_t hears_generation, hears_seq; /* alpha's last status */
	char text[1024];
};

struct pair_flight {
	struct mono at;
	int to;
	size_t medium;
	uint8_t *data;
	size_t len;
};

struct pair {
	struct mono now;
	struct authkeys keys;
	struct auth *auth;
	struct pair_side side[SIDES];
	struct pair_voice voice;
	int64_t delay_ms;
	struct pair_flight flight[PAIR_FLIGHT_MAX];
	size_t flight_count;
	struct pair_record *records;
	size_t record_count, record_cap, mark;
	unsigned doubled; /* starts while the other node ran it */
	bool may_double;
	/* Lose each datagram for which this returns true. */
	bool (*loses)(struct pair *p, int from, const struct message *m);
};

/* What happened.  Texts by their first words:
 *   "send TYPE FIELD=VALUE ..." without the common fields   "log LEVEL TEXT"   "do start|stop|announce|fence NAME"   "started KEY"
 *   "stopped KEY"   "failed KEY"   "hook NAME HA_..."   "moved ID ok|not TEXT"   "holdings"   "gone"   "ping NAME"   "notify TEXT" */
struct pair_record {
	struct mono at;
	int side;
	char *text;
	uint8_t *data; /* of a sent datagram */
	size_t len;
};

/* lines: what ha.cf has besides the defaults keepalive 1, deadtime 4, warntime 2, initdead 10, bcast eth0,
 * auto_failback off and the two nodes.  resources: NULL: "alpha web" and "beta db", one group at home on each node. */
struct pair *pair_new(const char *lines, const char *resources);
/* Another haresources for one side.  Before its boot. */
void pair_resources(struct pair *p, int side, const char *text);
void pair_free(struct pair *p);

/* A new life.  adopted: as the guardian hands them over. */
void pair_boot_adopting(struct pair *p, int side, const struct adopted *adopted, size_t count);
void pair_boot(struct pair *p, int side);
/* Both boot, and all becomes quiet: web runs on alpha, db on beta. */
struct pair *pair_settled(const char *lines, const char *resources);
void pair_crash(struct pair *p, int side);      /* the machine: nothing runs any more */
void pair_lose_engine(struct pair *p, int side); /* only the engine: the resources keep running */
void pair_freeze(struct pair *p, int side);
void pair_thaw(struct pair *p, int side);        /* with EVENT_STALLED for the gap, as the daemon sends it */
void pair_step(struct pair *p, int side, const struct event *event);
/* The files are replaced in place, as by heartbeat -r.  lines, resources: as in pair_new; keys: an authkeys file, NULL
 * the same as before.  Returns NULL, or why the core refused it. */
const char *pair_reload(struct pair *p, int side, const char *lines, const char *resources, const char *keys);
void pair_timer(struct pair *p, int side);
void pair_run(struct pair *p, int64_t ms);
/* Run until it is seen after the mark; fails after limit_ms. */
void pair_until(struct pair *p, int64_t limit_ms, int side, const char *text);
void pair_lose_flight(struct pair *p); /* datagrams in transit are lost */
void pair_shutdown(struct pair *p, int side);
void pair_move(struct pair *p, int side, bool takeover, enum half half, unsigned id);
void pair_fence_done(struct pair *p, int side, bool ok);
/* The result of a numbered attempt; nobody loses power. */
void pair_fence_result(struct pair *p, int side, unsigned attempt, enum fence_result result);
void pair_group_done(
	struct pair *p, int side, size_t group, enum group_operation op, bool ok, bool still_active, const char *why);

/* --- speaking for beta --- */

/* "status|st=up|dt=fa0": the type, then fields.  src srcuuid seq hg ts ld ttl are added unless the text has them;
 * "-NAME" leaves one out.  "@hears": generation and number of alpha's last status; "@digest": of its haresources;
 * "@KEY": id of a group.
 * Returns the datagram, to be freed. */
uint8_t *pair_frame(struct pair *p, const char *text, size_t *len);
void pair_say(struct pair *p, const char *text);
void pair_say_on(struct pair *p, size_t medium, const char *text);
void pair_datagram(struct pair *p, int side, size_t medium, const void *data, size_t len);
/* From now on, every keepalive, and at once: a native status, active, with these holdings: "@web:h:1 @db:n:0".  It
 * names alpha's last status as heard. */
void pair_hold(struct pair *p, const char *holdings);
/* Alpha is a core.  The test sends for a native beta with those holdings.  Both are active. */
struct pair *pair_with_voice(const char *lines, const char *resources, const char *holdings);
/* A new life of beta: a larger generation, numbers from 1, hears nothing yet. */
void pair_voice_restart(struct pair *p);

/* --- looking --- */

/* Append; takes the text. */
struct pair_record *pair_note(struct pair *p, int side, char *text);
/* From here on only what is new counts. */
void pair_mark(struct pair *p);
size_t pair_count(const struct pair *p, int side, const char *text); /* records that contain the text */
const struct pair_record *pair_find(const struct pair *p, int side, const char *text); /* the first */
const struct pair_record *pair_last(const struct pair *p, int side, const char *text);
int64_t pair_ms(const struct pair *p); /* since the pair was made */
int64_t pair_when(const struct pair *p, int side, const char *text); /* ms as above, -1 never */
void pair_print(const struct pair *p);
size_t pair_group(const struct pair *p, const char *key);
enum group_state pair_state(const struct pair *p, int side, const char *key);
bool pair_runs(const struct pair *p, int side, const char *key);
/* Everything that was sent but statuses and NS_ messages, since the mark: "starting, resource rsc_hold=none ...,
 * ..." */
const char *pair_sent(const struct pair *p, int side);

/* Prints the end of the record and fails. */
__attribute__((format(printf, 2, 3))) void pair_fails(const struct pair *p, const char *format, ...);

#define assert_seen(p, who, text) pair_assert_times(p, who, text, 1, SIZE_MAX, __FILE__, __LINE__)
#define assert_unseen(p, who, text) pair_assert_times(p, who, text, 0, 0, __FILE__, __LINE__)
#define assert_times(p, who, text, n) pair_assert_times(p, who, text, n, n, __FILE__, __LINE__)
/* The first a, and after it the first b. */
#define assert_before(p, a_who, a, b_who, b) pair_assert_before(p, a_who, a, b_who, b, __FILE__, __LINE__)
#define assert_state(p, who, key, wanted) pair_assert_state(p, who, key, wanted, __FILE__, __LINE__)
#define assert_sent(p, who, wanted) pair_assert_sent(p, who, wanted, __FILE__, __LINE__)
void pair_assert_times(
	const struct pair *p, int side, const char *text, size_t low, size_t high, const char *file, int line);
void pair_assert_before(
	const struct pair *p, int a_side, const char *a, int b_side, const char *b, const char *file, int line);
void pair_assert_state(
	const struct pair *p, int side, const char *key, enum group_state wanted, const char *file, int line);
void pair_assert_sent(const struct pair *p, int side, const char *wanted, const char *file, int line);

#endif
