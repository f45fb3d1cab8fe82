// SPDX-License-Identifier: MIT
/* A plan: settings and faults as text that can be read and edited, drawn from a seed or written by hand.
 * doc/proof.md 1. */
#ifndef TESTS_SIM_PLAN_H
#define TESTS_SIM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "heartbeat/core/core.h"

enum {
	NODES = 2,
	THIRD = NODES, /* a machine with the same key that only its own ha.cf names */
	GROUPS_MAX = 4,
	MEDIA_MAX = 2,
	FAULTS_MAX = 512,
};

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
	SET_CLASSIC, /* every datagram loses its native fields: both nodes act as 3.0.6 does */
	SET_STORM,
	SET_QUIET,
	SET_BOOT0,
	SET_BOOT1,
	SET_PPM0,
	SET_PPM1,
	SET_START_MAX,
	SET_STOP_MAX,
	SET_BURY,  /* node that stays dead from the start of the calm, -1: none */
	SET_THIRD, /* a third machine sends on the network */
	SET_AGAIN, /* what happens to a node when all is quiet: enum again */
	SET_SHELL, /* the processes of a node and its supervisor are modelled: shell.h */
	SET_IPFAIL, /* enum ipfail_setting */
	SET_DELAY, /* priority_delay */
	SET_WAIT,  /* wait_for_peer */
	SET_STALE, /* stale_start */
	SETTINGS,
};

enum fault_kind {
	FAULT_CRASH,     /* power off, boots after .span */
	FAULT_ENGINE,    /* the engine dies, the guardian starts another after .span */
	FAULT_FREEZE,    /* the process does not run for .span */
	FAULT_SUSPEND,   /* the machine does not run, nor does its monotonic clock */
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
	FAULT_CLOG,           /* nothing gets through for .span, then everything at once */
	FAULT_SLOW,           /* the process pauses again and again, for .value ms each time */
	FAULT_POWER_WRITING,  /* the power goes while a state file is being written, boots after .span */
	FAULT_ENGINE_WRITING, /* the engine dies then, another is started after .span */
	FAULT_RELOAD,         /* heartbeat -r; .value: enum file_change */
	FAULT_PING_LOST,      /* the node gets no answer from the pinged host */
	FAULT_START_LIE,      /* start reports success, and nothing runs */
	FAULT_DIE,            /* what runs there dies by itself */
	FAULT_FENCE_SLOW,     /* fencing takes up to .value ms longer */
	FAULT_FENCE_LIE,      /* the device reports success, and the machine still runs */
	FAULT_FAIL,           /* what runs there fails, and the engine learns it */
	FAULT_HINDER,         /* what the group needs there is missing (a carrier), and the engine learns it */
	/* These need SET_SHELL. */
	FAULT_HANG,          /* the engine hangs for .span, and its guardian runs */
	FAULT_GUARDIAN,      /* the guardian is killed */
	FAULT_GUARDIAN_HANG, /* it hangs */
	FAULT_BOTH,          /* engine and guardian are killed together; heartbeat is started again after .span */
	FAULT_NO_ENGINE,     /* an engine cannot start */
	FAULT_ENGINE_STUCK,  /* an engine that starts is never ready */
	FAULT_REEXEC,        /* heartbeat --reexec */
	FAULT_ORPHAN,        /* the engine dies in the next script that begins within .span */
	FAULT_ACTING,        /* the guardian dies in the middle of its next step that does something */
	FAULT_PART,          /* an engine cannot open the medium */
	FAULT_NAMES,         /* the host name of the medium does not resolve */
	FAULT_ADDRESS,       /* the addresses of the group are removed behind our back; .span > 1 s: again and again */
	FAULT_FILE_LOST,     /* .value: enum state_file */
	FAULT_FILE_OLD,      /* a restored copy, of the life before */
	FAULT_FILE_FULL,     /* no file can be written */
	/* Only in plans that a person writes. */
	FAULT_CLEAN,         /* hb_cleanup of the group */
	FAULT_KINDS,
};

/* The change in the files for which a reload is given. */
enum ipfail_setting { IPFAIL_OFF, IPFAIL_KEEPS, IPFAIL_DEMOTES }; /* isolated_demote off, on */

enum file_change {
	CHANGE_FAILBACK, /* auto_failback, the other way round */
	CHANGE_NOTHING,
	CHANGE_TIMES,
	CHANGE_KEYS,
	CHANGE_MEDIUM,
	CHANGE_GROUP,
	CHANGES
};

enum state_file { FILE_GENERATION, FILE_PEER, FILE_NAMES, FILE_RUN, STATE_FILES };

struct fault {
	enum fault_kind kind;
	int64_t at_ms, span_ms, value;
	int node, medium, group; /* -1: all */
	enum half half;
};

struct observer;

struct plan {
	char profile[16];
	struct observer *observer; /* NULL: none */
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

#endif
