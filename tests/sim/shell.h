// SPDX-License-Identifier: MIT
/* The shell of a node: the processes of the daemon around the core.  The simulated guardian uses the real policy
 * (heartbeat/supervisor).  The engine process, the release process, their shared memory, and the state files are
 * modelled here.  Without "set shell 1", a node has only an engine, and each fault includes what a guardian would do.
 * doc/proof.md 1. */
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

/* The member "a" of a SIM_SHELL event.  Its member "b" is the number of the process that the event belongs to. */
enum shell_event {
	SHELL_WAKES,      /* the deadline of the policy is reached */
	SHELL_ENGINE_UP,  /* the new engine process has opened what it can */
	SHELL_NEW_GUARDIAN, /* a guardian that the engine has started begins */
	SHELL_WATCHED,    /* the engine looks whether its guardian hangs */
	SHELL_LIMIT,      /* the peer may declare this node dead, because deadtime has passed since the last packet */
	SHELL_ORDER_LIMIT,
	SHELL_ORPHANS,    /* the trap of FAULT_ORPHAN */
	SHELL_KEEPER,     /* the engine adds a removed address again */
};

/* What happened in the engine and the release process, and what the guardian has not read yet: signals, data in pipes,
 * ends of processes. */
struct shell_news {
	bool stop, ready, failed, gone, released;
	int code;           /* the exit code, if failed */
	bool released_clean;
};

enum process { PROCESS_NONE, PROCESS_STARTS, PROCESS_RUNS };

struct shell {
	struct supervisor policy;
	bool guardian, guardian_hangs; /* guardian: it runs; guardian_hangs: it hangs */
	uint32_t guardian_life;
	int64_t gap_at; /* when the guardian was last absent or did not run */
	enum process engine;
	bool engine_keeps, engine_clean;
	uint32_t engine_number;
	bool release; /* the release process runs */
	unsigned release_left; /* the number of its scripts that have not ended */
	struct shell_news news;
	int64_t wakes_at;
	bool asleep; /* the whole machine does not run */
	/* shared memory */
	struct mono beat, sent;
	int64_t sent_at; /* the same as time of the world, or NEVER */
	uint32_t sends;
	bool stop, looked;
	bool run_lost; /* the file of the shared memory was removed: the next daemon does not find it */
	uint64_t next, reserved; /* struct identity_memory */
	struct peer_memory memory; /* struct peer_file_memory */
	bool remembers;
	bool reloads; /* an operator waits for the result of heartbeat -r, and the engine hangs */
	int64_t reloads_at;
	/* an operator waits for the end of heartbeat -k */
	bool ordered;
	int64_t ordered_at;
	uint32_t order; /* the number of the latest order */
	/* faults */
	int starts_fail, starts_hang;
	int64_t start_delay; /* of the next engine */
	int64_t able_at;     /* since when nothing hinders the start of an engine */
	int64_t trap_until;  /* FAULT_ORPHAN */
	bool dies_acting;    /* FAULT_ACTING */
	int part[MEDIA_MAX], names[MEDIA_MAX]; /* how many faults of this kind are active at the same time */
	bool closed[MEDIA_MAX]; /* the engine has not opened the medium yet */
	/* shell_rules.c */
	/* when an order to stop reached the policy; when the state of the policy last changed */
	int64_t told_at, state_at;
	int64_t alone_at; /* since when this node runs, and the other node has no engine */
};

/* --- shell.c: the guardian ---------------------------------------------------------------------- */

bool shell_models(const struct world *w, const struct node *n);
/* The machine boots, or an operator starts heartbeat again. */
void shell_start(struct world *w, struct node *n);
void shell_event(struct world *w, const struct sim_event *e);
/* heartbeat --reexec */
void shell_reexec(struct world *w, struct node *n);
void shell_power_off(struct node *n);
/* Let the guardian read and handle what has happened, unless it hangs. */
void shell_turn(struct world *w, struct node *n);
/* Whether a group is in the holdings, and how many groups are. */
bool shell_holds(const struct world *w, const struct node *n, int group);
unsigned shell_groups(const struct world *w, const struct node *n);
struct supervisor_view shell_view(const struct world *w, const struct node *n);

/* --- processes.c: what the guardian starts, and what ends --------------------------------------- */

/* The engine gets SIGKILL, by the guardian or by another process. */
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
/* Returns true if FAULT_ACTING ends the guardian before action number at of its step. */
bool shell_dies_acting(struct world *w, struct node *n, size_t at);
/* Add the addresses of the group again, if an engine runs that holds the group. */
void shell_keeps_address(struct world *w, struct node *n, int group);
/* Called when a script of the node was started: FAULT_ORPHAN may wait for it. */
void shell_script_runs(struct world *w, struct node *n, int64_t lasts);
/* heartbeat -k */
void shell_order_stop(struct world *w, struct node *n, int64_t boot_at);
/* The order reaches the guardian, or the guardian after it. */
void shell_pass_order(struct world *w, struct node *n);
void shell_orphans(struct world *w, struct node *n, int64_t restart_ms);
void shell_fault(struct world *w, struct node *n, const struct fault *f);
void shell_fault_ends(struct world *w, struct node *n, const struct fault *f);
void shell_calm(struct world *w, struct node *n);

/* --- shell_files.c: state files, host names, media ----------------------------------------------- */

void shell_remember(const struct world *w, struct node *n, const struct peer_memory *memory, bool soon);
/* What is remembered by the running daemon, otherwise by the file; NULL: nothing. */
const struct peer_memory *shell_remembered(const struct world *w, const struct node *n);
/* The generation of a new engine, by the rules of daemon/identity. */
uint64_t shell_generation(struct world *w, struct node *n);
/* A new engine opens the media that it can open.  Returns false when it can open none. */
bool shell_open_media(struct world *w, struct node *n);
bool shell_any_medium(const struct world *w, const struct node *n);
void shell_file_fault(struct world *w, struct node *n, const struct fault *f);
void shell_file_fault_ends(struct world *w, struct node *n, const struct fault *f);
void shell_files_calm(struct world *w, struct node *n);

/* --- shell_rules.c ------------------------------------------------------------------------------ */

/* Called when the engine stops sending: schedule SHELL_LIMIT. */
void shell_silent(struct world *w, struct node *n);
void shell_limit(struct world *w, struct node *n, uint32_t number);
/* Called when a script of a dead engine has ended by itself. */
void shell_orphan_acts(struct world *w, const struct node *n, int group);
void shell_order_limit(struct world *w, const struct node *n, uint32_t order);
/* The guardian ends with this code. */
void shell_exits(struct world *w, const struct node *n, int code);
void shell_check(struct world *w, struct node *n);
/* Returns true if the processes of any node are not in their usual state. */
bool shell_unsettled(const struct world *w);

#endif
