// SPDX-License-Identifier: MIT
/* A plan: the settings and faults of one simulation.  It is drawn from a seed or written by hand, and is kept as text
 * that people can read and edit.
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
	THIRD = NODES, /* a third machine with the same key; no ha.cf except its own names it */
	GROUPS_MAX = 4,
	MEDIA_MAX = 2,
	FAULTS_MAX = 512,
};

/* Each setting is one number.  plan.c has the names for the text.  Times are in ms. */
enum setting {
	SET_SEED,
	SET_KEEPALIVE,
	SET_DEADTIME,
	SET_INITDEAD,
	SET_FAILBACK, /* enum failback */
	SET_GROUPS,
	SET_HOMES, /* bit g: the home of group g is node 1 */
	SET_MEDIA,
	SET_LOOP, /* a node receives its own broadcasts */
	SET_PING,
	SET_SHA1,
	SET_NETSTRING,
	SET_STONITH,
	SET_CLASSIC, /* each datagram loses its native fields, so both nodes act like Heartbeat 3.0.6 */
	SET_STORM,
	SET_QUIET,
	SET_BOOT0,
	SET_BOOT1,
	SET_PPM0,
	SET_PPM1,
	SET_START_MAX,
	SET_STOP_MAX,
	SET_BURY,  /* the node that stays dead from the start of the calm; -1: none */
	SET_THIRD, /* a third machine sends on the network */
	SET_AGAIN, /* what happens to a node when everything is quiet: enum again */
	SET_SHELL, /* the processes of a node, with its guardian, are modelled: shell.h */
	SET_IPFAIL, /* enum ipfail_setting */
	SET_DELAY, /* priority_delay */
	SET_WAIT,  /* wait_for_peer */
	SET_STALE, /* stale_start */
	SETTINGS,
};

enum fault_kind {
	FAULT_CRASH,     /* the power goes off; the machine boots after .span */
	FAULT_ENGINE,    /* the engine dies; the guardian starts another engine after .span */
	FAULT_FREEZE,    /* the process does not run for .span */
	FAULT_SUSPEND,   /* the machine and its monotonic clock do not run */
	FAULT_STOP,      /* heartbeat -k; heartbeat starts again .span after the order */
	FAULT_STANDBY,
	FAULT_TAKEOVER,
	FAULT_CUT,       /* a medium (or all media) carries nothing in both directions */
	FAULT_DEAF,      /* the node receives nothing on a medium (or on all media) */
	FAULT_LOSS,      /* .value per mille are lost, in both directions */
	FAULT_DUPLICATE,
	FAULT_DELAY,     /* packets are delayed by up to .value ms, so their order changes */
	FAULT_REPLAY,    /* .value per mille come again, up to minutes later */
	FAULT_CORRUPT,
	FAULT_START_FAIL,
	FAULT_START_HANG,
	FAULT_START_DIRTY, /* the start fails, and the release after it fails too */
	FAULT_STOP_FAIL,
	FAULT_STOP_HANG,
	FAULT_WALL,      /* the wall clock jumps by .value seconds */
	FAULT_FENCE_FAIL,
	FAULT_CLOG,           /* nothing arrives for .span, then everything at once */
	FAULT_SLOW,           /* the process pauses again and again, for .value ms each time */
	FAULT_POWER_WRITING,  /* the power goes off while a state file is written; the machine boots after .span */
	FAULT_ENGINE_WRITING, /* the engine dies while a state file is written; another engine is started after .span */
	FAULT_RELOAD,         /* heartbeat -r; .value: enum file_change */
	FAULT_PING_LOST,      /* the node gets no answer from the pinged host */
	FAULT_START_LIE,      /* a start reports success, but nothing runs */
	FAULT_DIE,            /* the resources of the group die by themselves */
	FAULT_FENCE_SLOW,     /* fencing takes up to .value ms longer */
	FAULT_FENCE_LIE,      /* the device reports success, but the machine still runs */
	FAULT_FAIL,           /* a resource of the group fails, and the engine is informed */
	/* something that the group needs there (a carrier) is missing, and the engine is informed */
	FAULT_HINDER,
	/* These need SET_SHELL. */
	FAULT_HANG,          /* the engine hangs for .span, but its guardian runs */
	FAULT_GUARDIAN,      /* the guardian is killed */
	FAULT_GUARDIAN_HANG, /* the guardian hangs */
	FAULT_BOTH,          /* engine and guardian are killed together; heartbeat is started again after .span */
	FAULT_NO_ENGINE,     /* no engine can start */
	FAULT_ENGINE_STUCK,  /* an engine that starts does not become ready */
	FAULT_REEXEC,        /* heartbeat --reexec */
	FAULT_ORPHAN,        /* the engine dies while the next script runs that begins within .span */
	FAULT_ACTING,        /* the guardian dies in the middle of its next step that has actions */
	FAULT_PART,          /* an engine cannot open the medium */
	FAULT_NAMES,         /* the host name of the medium cannot be resolved */
	FAULT_ADDRESS,       /* other software removes the addresses of the group; .span > 1 s: again and again */
	FAULT_FILE_LOST,     /* .value: enum state_file */
	FAULT_FILE_OLD,      /* a restored copy, of the life before */
	FAULT_FILE_FULL,     /* no file can be written */
	/* Only in plans that a person writes. */
	FAULT_CLEAN,         /* hb_cleanup of the group */
	FAULT_KINDS,
};

/* ipfail off; ipfail on with isolated_demote off, or on. */
enum ipfail_setting { IPFAIL_OFF, IPFAIL_KEEPS, IPFAIL_DEMOTES };

/* What changes in the files before a reload. */
enum file_change {
	CHANGE_FAILBACK, /* auto_failback gets the opposite value */
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

/* Fill *p from the seed.  Returns false when there is no such profile. */
bool plan_draw(struct plan *p, uint64_t seed, const char *profile);
void plan_print(const struct plan *p, FILE *out);
/* Returns 0 or -errno; -EINVAL after a message on stderr that names file and line. */
int plan_load(struct plan *p, const char *path);
int plan_save(const struct plan *p, const char *path);
const char *fault_name(enum fault_kind kind);
void fault_print(const struct fault *f, FILE *out);
/* Returns true if the plan has any fault of the kinds from first to last. */
bool plan_has(const struct plan *p, enum fault_kind first, enum fault_kind last);
const char *plan_profiles(void);

#endif
