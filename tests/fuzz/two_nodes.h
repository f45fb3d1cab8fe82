// SPDX-License-Identifier: MIT
/* Two real cores on a wire in memory, their scripts and the invariants of pair_fuzz.c, for that target only.  One
 * world: it is reset for each input, only the cores are created again. */
#ifndef TESTS_FUZZ_TWO_NODES_H
#define TESTS_FUZZ_TWO_NODES_H

#include "heartbeat/core/core.h"

enum {
	SIDES = 2,
	GROUPS = 3,
	FLIGHTS = 96,
	OLD = 16,
	DATAGRAM = 1400,
	STEPS_MAX = 3000,
	INPUT_MAX = 600,
	DEADTIME_MS = 4000,
	INITDEAD_MS = 6000,
	DELAY_MS = 1,
	SCRIPT_MS = 20,
	CALM_MS = 25000,
	SETTLED_MS = DEADTIME_MS + 2300,
	ORIGIN_MS = 1000000,
	NEVER = -1000000,
};

struct flight {
	int to;
	unsigned life;         /* of the sender */
	int64_t sent, at;      /* ms */
	uint64_t seq;          /* of a status, else 0 */
	unsigned holds;        /* bits of groups that a status claims */
	size_t len;
	uint8_t data[DATAGRAM];
};

enum manner { WELL, FAILS, FAILS_DIRTY, HANGS };

struct place {
	enum { QUIET, STARTS, STOPS } script;
	enum manner manner;
	bool runs, stuck;
	int64_t since, done;   /* it runs since; the script ends */
	int64_t claim_sent, claim_heard; /* of the other node's latest claim that was heard here */
};

struct side {
	struct core *core;
	unsigned life;
	bool leaving, heard_any, frozen, gone, written; /* written: ACTION_HOLDINGS in this step */
	int64_t booted, frozen_at, thaw;
	uint64_t heard_seq;    /* of the other's present life */
	unsigned heard_life, at_once, lose, late;
	struct place places[GROUPS];
};

struct world {
	int64_t now, disturbed; /* the last time when the wire or a node was not as it should be */
	unsigned steps, cut; /* cut: bit 0 from the first to the second */
	bool failback, trouble;
	struct side sides[SIDES];
	struct flight flights[FLIGHTS], old[OLD];
	size_t flight_count, old_count;
};
extern struct world world;

/* Nothing has happened yet; both nodes boot. */
void world_begin(bool failback);
void world_end(void);
/* Let time pass; what is due happens. */
void world_run(int64_t ms);
/* An event for a core that is there; its actions are carried out and judged. */
void world_step(int side, const struct event *event);
/* A new life.  adopting: the machine went on, only its engine is new. */
void world_boot(int side, bool adopting, bool clean_up);
void world_crash(int side);
/* One of the last datagrams that arrived comes again, so many ms later. */
void world_play_again(size_t which, int64_t late);
/* Does it run there, or a script for it? */
bool place_occupied(const struct place *p);

#endif
