// SPDX-License-Identifier: MIT
/* What the guardian decides: when an engine is started, killed or replaced, and when this machine is cleaned up without
 * one.  Pure: (state, now, event) in, actions out; daemon/guardian.c carries them out, and the simulator links this
 * file.
 *
 *   state      ready      failed         ended            released        stop               timer
 *   FIRST      RUNNING    clean up, end  clean up, end    -               kill soon          kill, clean up, end
 *   RUNNING    -          -              end / replace    -               STOPPING           silent: kill, replace
 *   REPLACING  RUNNING    clean up       clean up         -               kill soon          kill, clean up
 *   RELEASING  -          -              -                end / REPLACING remember           kill the release
 *   WAITING    -          -              -                -               RELEASING / end    REPLACING
 *   STOPPING   -          -              end / clean up   -               pass it on again   silent: kill, clean up
 *
 * "clean up": the process groups of scripts are ended, then the addresses are removed, then the release process runs
 * the stop scripts (RELEASING).  Without groups it is nothing.  doc/fencing.md 3. */
#ifndef HEARTBEAT_SUPERVISOR_POLICY_H
#define HEARTBEAT_SUPERVISOR_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/mono.h"

enum supervisor_state {
	SUPERVISOR_FIRST, /* the first engine starts; its result is the result of the start */
	SUPERVISOR_RUNNING,
	SUPERVISOR_REPLACING, /* another engine starts */
	SUPERVISOR_RELEASING, /* no engine; the release process stops what runs here */
	SUPERVISOR_WAITING, /* no engine could be started; a pause before the next attempt */
	SUPERVISOR_STOPPING, /* the engine got the order to stop */
	SUPERVISOR_ENDED,
	SUPERVISOR_STATES,
};

enum supervisor_event_kind {
	SUPERVISOR_READY, /* the engine runs: its first packet was sent */
	SUPERVISOR_FAILED, /* the engine could not start; .code */
	SUPERVISOR_GONE, /* the engine ended; .clean: after an order to stop, with everything stopped */
	SUPERVISOR_RELEASED, /* the release process ended; .clean: everything is stopped */
	SUPERVISOR_STOP, /* an operator or the system orders the end */
	SUPERVISOR_REEXEC, /* this supervisor is a new binary: its engine is still the old one */
	SUPERVISOR_TIMER, /* supervisor_deadline was reached, or any time */
	SUPERVISOR_EVENTS,
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	int code; /* FAILED: exit code of the start; GONE: exit code */
	bool clean; /* GONE, RELEASED */
};

/* What the guardian reads from the shared memory before each step. */
struct supervisor_view {
	struct mono now;
	struct mono beat; /* the engine's main loop last ran then; MONO_NEVER: not yet */
	struct mono sent; /* the engine last sent a packet then; MONO_NEVER: not yet */
	struct span keepalive, deadtime;
	unsigned groups; /* groups that run here, or of which something may run */
	unsigned scripts; /* process groups of scripts that were started and have not ended */
};

enum supervisor_action_kind {
	SUPERVISOR_START_ENGINE, /* .keep: it keeps the groups; else it stops them before it joins */
	SUPERVISOR_TERMINATE_ENGINE, /* pass the order to stop on */
	SUPERVISOR_KILL_ENGINE,
	SUPERVISOR_END_SCRIPTS, /* kill the process groups of scripts, and wait a moment for their end */
	SUPERVISOR_REMOVE_ADDRESSES,
	SUPERVISOR_START_RELEASE, /* a process that runs the stop scripts of all groups; needs no medium and no disk */
	SUPERVISOR_KILL_RELEASE,
	SUPERVISOR_REPORT_START, /* .code to the process that started us */
	SUPERVISOR_EXIT, /* .code */
	SUPERVISOR_ACTIONS,
};

struct supervisor_action {
	enum supervisor_action_kind kind;
	const char *why; /* for the log at CRIT; NULL: nothing to log */
	bool keep;
	int code;
};

enum {
	SUPERVISOR_ACTIONS_MAX = 8, /* of one step */
	SUPERVISOR_DEATHS = 5, /* engines that die in DEATHS_MS: too often to keep the groups */
	SUPERVISOR_DEATHS_MS = 60000,
	SUPERVISOR_SILENT_MIN_MS = 200, /* a busy machine must not lose its engine to one late wake-up */
	SUPERVISOR_START_MS = 60000, /* an engine that is not ready by then is killed */
	SUPERVISOR_STOP_GRACE_MS = 2000, /* after an order to stop, an engine that starts gets this time to be ready */
	SUPERVISOR_RELEASE_MS = 600000, /* the stop scripts have their own deadlines; heartbeat -k waits as long */
	SUPERVISOR_RETRY_MS = 1000,
	SUPERVISOR_RETRY_MAX_MS = 30000,
	SUPERVISOR_EXIT_FAILED = 1, /* stopped, but something may still run */
};

struct supervisor {
	enum supervisor_state state;
	bool stop; /* ordered */
	int code; /* of the exit, once we end */
	bool ending; /* end after the clean-up */
	bool keep; /* REPLACING: the engine keeps the groups */
	bool released; /* the stop scripts ran since the last engine was ready */
	struct mono since; /* of the state */
	struct mono limit; /* REPLACING, FIRST: ready by then; RELEASING: done by then; WAITING: next attempt */
	struct span retry; /* the next pause */
	struct mono deaths[SUPERVISOR_DEATHS];
	unsigned next_death;
	struct supervisor_action actions[SUPERVISOR_ACTIONS_MAX];
	size_t action_count;
};

/* A guardian that starts: the first engine is started by the first step (SUPERVISOR_TIMER). */
void supervisor_init(struct supervisor *s);
/* A guardian that replaces a dead one beside a running engine.  stop: the dead one had the order to stop; whether it
 * passed the order on is not known.  s->actions then has what is to be done. */
void supervisor_resume(struct supervisor *s, bool stop, struct mono now);
/* One step; s->actions then has what is to be done, in order. */
void supervisor_step(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e);
/* When SUPERVISOR_TIMER is wanted; MONO_FAR: never. */
struct mono supervisor_deadline(const struct supervisor *s, const struct supervisor_view *v);
/* How long an engine may be silent before it is killed: half of deadtime, less when keepalive is so long that the peer
 * has heard nothing for most of deadtime, and at least SUPERVISOR_SILENT_MIN_MS.  The engine's main loop must run at
 * least twice in this time. */
struct span supervisor_silence(struct span keepalive, struct span deadtime);
const char *supervisor_state_name(enum supervisor_state state);

#endif
