// SPDX-License-Identifier: MIT
/* The shell of a node: the processes of the daemon around the core.  The guardian runs the real policy of the
 * supervisor (heartbeat/supervisor); the engine process, the release process, the memory that they share, and the
 * state files are modelled here.  Without "set shell 1" a node is an engine alone, and what a guardian does is a part
 * of the fault.  doc/proof.md 1. */
#ifndef TESTS_SIM_SHELL_H
#define TESTS_SIM_SHELL_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/core/peer_memory.h"
#include "heartbeat/supervisor/policy.h"
#include "tests/sim/plan.h"

struct world;
struct node;
struct sim_event;

/* The a of a SIM_SHELL event.  Its b is the number of the process that it belongs to. */
enum shell_event {
	SHELL_WAKES,      /* the policy's deadline is reached */
	SHELL_ENGINE_UP,  /* the new engine process has opened what it can */
	SHELL_NEW_GUARDIAN, /* started by the engine */
	SHELL_WATCHED,    /* the engine looks whether its guardian hangs */
	SHELL_LIMIT,      /* the peer may have counted deadtime since the last packet */
	SHELL_ORDER_LIMIT,
	SHELL_ORPHANS,    /* the trap of FAULT_ORPHAN */
	SHELL_KEEPER,     /* the engine puts an address back */
};

/* What the engine and the release process report, and the guardian has not read yet: signals, pipes, ends of
 * processes. */
struct shell_news {
	bool stop, ready, failed, gone, released;
	int code;           /* of failed */
	bool released_clean;
};

enum process { PROCESS_NONE, PROCESS_STARTS, PROCESS_RUNS };

struct shell {
	struct supervisor policy;
	bool guardian, guardian_hangs; /* it runs; it hangs */
	uint32_t guardian_life;
	int64_t gap_at; /* the guardian was last absent or stood still then */
	enum process engine;
	bool engine_keeps, engine_clean;
	uint32_t engine_number;
	bool release; /* the release process runs */
	unsigned release_left; /* its scripts */
	struct shell_news news;
	int64_t wakes_at;
	bool asleep; /* the whole machine does not run */
	/* shared memory */
	struct mono beat, sent;
	int64_t sent_at; /* the same in the world; NEVER */
	uint32_t sends;
	bool stop, looked;
	bool run_lost; /* its file was removed: the next daemon does not find it */
	uint64_t next, reserved; /* struct identity_memory */
	struct peer_memory memory; /* struct peer_file_memory */
	bool remembers;
	bool reloads; /* an operator waits for the result of heartbeat -r, and the engine hangs */
	int64_t reloads_at;
	/* an operator waits for the end of heartbeat -k */
	bool ordered;
	int64_t ordered_at;
	uint32_t order; /* number of the latest */
	/* faults */
	int starts_fail, starts_hang;
	int64_t start_delay; /* of the next engine */
	int64_t able_at;     /* since then nothing hinders the start of an engine */
	int64_t trap_until;  /* FAULT_ORPHAN */
	bool dies_acting;    /* FAULT_ACTING */
	int part[MEDIA_MAX], names[MEDIA_MAX]; /* depth of faults */
	bool closed[MEDIA_MAX]; /* the engine has not opened the medium yet */
	/* shell_rules.c */
	int64_t told_at, state_at; /* an order to stop reached the policy; its state changed */
	int64_t alone_at; /* since then the node runs, and no engine of the other node does */
};

/* --- shell.c: the guardian ---------------------------------------------------------------------- */

bool shell_models(const struct world *w, const struct node *n);
/* The machine boots, or an operator starts heartbeat again. */
void shell_start(struct world *w, struct node *n);
void shell_event(struct world *w, const struct sim_event *e);
/* heartbeat --reexec */
void shell_reexec(struct world *w, struct node *n);
void shell_power_off(struct node *n);
/* The guardian handles what it has not read yet, unless it hangs. */
void shell_turn(struct world *w, struct node *n);
/* Is the group in the holdings, and how many groups are? */
bool shell_holds(const struct world *w, const struct node *n, int group);
unsigned shell_groups(const struct world *w, const struct node *n);
struct supervisor_view shell_view(const struct world *w, const struct node *n);

/* --- processes.c: what the guardian starts, and what ends --------------------------------------- */

/* SIGKILL, by the guardian or by another. */
void shell_engine_dies(struct world *w, struct node *n, bool by_guardian);
void shell_guardian_dies(struct world *w, struct node *n);
void shell_engine_stopped(struct world *w, struct node *n);
void shell_start_engine(struct world *w, struct node *n, bool keep);
void shell_engine_up(struct world *w, struct node *n);
void shell_new_guardian(struct world *w, struct node *n);
void shell_start_release(struct world *w, struct node *n);
/* A stop script of the release process has ended. */
void shell_release_did(struct world *w, struct node *n, int group, bool still_active);
void shell_frozen(struct world *w, struct node *n, bool machine);
void shell_thawed(struct world *w, struct node *n);
/* May the guardian be stopped by FAULT_ACTING before action number at of its step? */
bool shell_dies_acting(struct world *w, struct node *n, size_t at);
/* The addresses of the group are put back, when an engine runs that holds it. */
void shell_keeps_address(struct world *w, struct node *n, int group);
/* A script of the node was started: it may be the one that a trap waits for. */
void shell_script_runs(struct world *w, struct node *n, int64_t lasts);
/* heartbeat -k */
void shell_order_stop(struct world *w, struct node *n, int64_t boot_at);
/* The order reaches the guardian, or the next one. */
void shell_pass_order(struct world *w, struct node *n);
void shell_orphans(struct world *w, struct node *n, int64_t restart_ms);
void shell_fault(struct world *w, struct node *n, const struct fault *f);
void shell_fault_ends(struct world *w, struct node *n, const struct fault *f);
void shell_calm(struct world *w, struct node *n);

/* --- shell_files.c: state files, host names, media ----------------------------------------------- */

void shell_remember(const struct world *w, struct node *n, const struct peer_memory *memory, bool soon);
/* Of the daemon that runs, or of the file; NULL: nothing. */
const struct peer_memory *shell_remembered(const struct world *w, const struct node *n);
/* The generation of a new engine, as daemon/identity does it. */
uint64_t shell_generation(struct world *w, struct node *n);
/* A new engine opens what it can.  False: none of its media. */
bool shell_open_media(struct world *w, struct node *n);
bool shell_any_medium(const struct world *w, const struct node *n);
void shell_file_fault(struct world *w, struct node *n, const struct fault *f);
void shell_file_fault_ends(struct world *w, struct node *n, const struct fault *f);
void shell_files_calm(struct world *w, struct node *n);

/* --- shell_rules.c ------------------------------------------------------------------------------ */

/* The engine does not send any more: schedule the limit. */
void shell_silent(struct world *w, struct node *n);
void shell_limit(struct world *w, struct node *n, uint32_t number);
/* A script of an engine that is dead has ended by itself. */
void shell_orphan_acts(struct world *w, const struct node *n, int group);
void shell_order_limit(struct world *w, const struct node *n, uint32_t order);
/* The guardian ends with this code. */
void shell_exits(struct world *w, const struct node *n, int code);
void shell_check(struct world *w, struct node *n);
/* The processes of a node are not in their usual state. */
bool shell_unsettled(const struct world *w);

#endif
