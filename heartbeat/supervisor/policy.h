// SPDX-License-Identifier: MIT
/* The decisions of the guardian: when an engine is started, killed or replaced, and when this machine is cleaned up
 * without an engine.  Pure: (state, now, event) in, actions out.  daemon/guardian.c carries the actions out; the
 * simulator links this file too.
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
 * the stop scripts (RELEASING).  If no group runs here, only the process groups are ended.  "end" ends the process
 * groups too.  doc/fencing.md 3. */
#ifndef HEARTBEAT_SUPERVISOR_POLICY_H
#define HEARTBEAT_SUPERVISOR_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/mono.h"

enum supervisor_state {
	SUPERVISOR_FIRST, /* the first engine starts; its result is the result of the command heartbeat */
	SUPERVISOR_RUNNING,
	SUPERVISOR_REPLACING, /* a later engine starts */
	SUPERVISOR_RELEASING, /* no engine; the release process stops what runs here */
	SUPERVISOR_WAITING, /* no engine could be started; the guardian waits before the next attempt */
	SUPERVISOR_STOPPING, /* the engine got the order to stop */
	SUPERVISOR_ENDED,
	SUPERVISOR_STATES,
};

enum supervisor_event_kind {
	SUPERVISOR_READY, /* the engine runs: its first packet was sent */
	SUPERVISOR_FAILED, /* the engine could not start; .code */
	SUPERVISOR_GONE, /* the engine ended; .clean: it had the order to stop, and everything is stopped */
	SUPERVISOR_RELEASED, /* the release process ended; .clean: everything is stopped */
	SUPERVISOR_STOP, /* an operator or the system orders heartbeat to stop */
	SUPERVISOR_REEXEC, /* this guardian runs a new binary, but its engine still runs the old one */
	SUPERVISOR_TIMER, /* supervisor_deadline was reached; the event is allowed at any other time too */
	SUPERVISOR_EVENTS,
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	int code; /* of FAILED: the exit code of the start; of GONE: the exit code of the engine */
	bool clean; /* of GONE and RELEASED */
};

/* What the guardian reads from the shared memory before each step. */
struct supervisor_view {
	struct mono now;
	struct mono beat; /* when the main loop of the engine last ran; MONO_NEVER: not yet */
	struct mono sent; /* when the engine last sent a packet; MONO_NEVER: not yet */
	struct span keepalive, deadtime;
	unsigned groups; /* the number of groups that run here or may run partly */
	unsigned scripts; /* the number of process groups of scripts that were started and have not ended */
};

enum supervisor_action_kind {
	/* .keep: the engine keeps the groups; otherwise it stops them before it joins the cluster */
	SUPERVISOR_START_ENGINE,
	SUPERVISOR_TERMINATE_ENGINE, /* pass the order to stop to the engine */
	SUPERVISOR_KILL_ENGINE,
	SUPERVISOR_END_SCRIPTS, /* kill the process groups of scripts, and wait a short time until they have ended */
	SUPERVISOR_REMOVE_ADDRESSES,
	/* start the process that runs the stop scripts of all groups; it needs no medium and no disk */
	SUPERVISOR_START_RELEASE,
	SUPERVISOR_KILL_RELEASE,
	SUPERVISOR_REPORT_START, /* report .code to the process that started the guardian */
	SUPERVISOR_EXIT, /* .code */
	SUPERVISOR_ACTIONS,
};

struct supervisor_action {
	enum supervisor_action_kind kind;
	const char *why; /* the text for the log, at level CRIT; NULL: nothing is logged */
	bool keep;
	int code;
};

enum {
	SUPERVISOR_ACTIONS_MAX = 8, /* the largest number of actions of one step */
	SUPERVISOR_DEATHS = 5, /* if this many engines die within SUPERVISOR_DEATHS_MS, the groups are not kept */
	SUPERVISOR_DEATHS_MS = 60000,
	SUPERVISOR_SILENT_MIN_MS = 200, /* on a busy machine, one late wake-up must not cause the kill of the engine */
	SUPERVISOR_START_MS = 60000, /* an engine that is not ready after this time is killed */
	/* after an order to stop, an engine that is still starting has this time to become ready */
	SUPERVISOR_STOP_GRACE_MS = 2000,
	SUPERVISOR_RELEASE_MS = 600000, /* the stop scripts have their own deadlines; heartbeat -k waits as long */
	SUPERVISOR_RETRY_MS = 1000,
	SUPERVISOR_RETRY_MAX_MS = 30000,
	SUPERVISOR_EXIT_FAILED = 1, /* the exit code when heartbeat ends, but something may still run */
};

struct supervisor {
	enum supervisor_state state;
	bool stop; /* an order to stop was given */
	int code; /* the exit code of the guardian */
	bool ending; /* the guardian ends after the clean-up */
	bool keep; /* in REPLACING: the engine keeps the groups */
	bool released; /* the stop scripts ran since the last engine was ready */
	struct mono since; /* the start of the state; in STOPPING that of RUNNING: the engine is watched since then */
	/* In REPLACING and FIRST: when the engine must be ready.  In RELEASING: when the release must be done.  In
	 * WAITING: the time of the next attempt. */
	struct mono limit;
	struct span retry; /* the length of the next pause */
	struct mono deaths[SUPERVISOR_DEATHS];
	unsigned next_death;
	struct supervisor_action actions[SUPERVISOR_ACTIONS_MAX];
	size_t action_count;
};

/* Initialize a guardian that starts heartbeat.  The first step (SUPERVISOR_TIMER) starts the first engine. */
void supervisor_init(struct supervisor *s);
/* Initialize a guardian that replaces a dead guardian while the engine still runs.  stop: the dead guardian had the
 * order to stop; it may not have passed the order to the engine.  The caller then carries out s->actions. */
void supervisor_resume(struct supervisor *s, bool stop, struct mono now);
/* Take one step.  The caller then carries out s->actions, in their order. */
void supervisor_step(struct supervisor *s, const struct supervisor_view *v, const struct supervisor_event *e);
/* When the next SUPERVISOR_TIMER is needed; MONO_FAR: not before another event. */
struct mono supervisor_deadline(const struct supervisor *s, const struct supervisor_view *v);
/* How long an engine may be silent before the guardian kills it: half of deadtime, but at least
 * SUPERVISOR_SILENT_MIN_MS.  The time is shorter when keepalive is so long that the peer may already have heard nothing
 * for most of deadtime.  The main loop of the engine must run at least twice in this time. */
struct span supervisor_silence(struct span keepalive, struct span deadtime);
const char *supervisor_state_name(enum supervisor_state state);

#endif
