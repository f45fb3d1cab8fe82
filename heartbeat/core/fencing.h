// SPDX-License-Identifier: MIT
/* Decides when the peer is fenced, with which device, and what a result means.  It requests each attempt with
 * ACTION_FENCE and runs no program.  What a success proves: proof.h.  doc/fencing.md R1, R7 to R10, R13, R14.
 *
 * State table.  Rows: our state.  "silent": the peer is dead, and has not left before.  "heard": the peer is back or
 * has left, or a packet came from it that proves nothing yet.
 *
 *              silent      due         succeeded     failed          heard       this node stops
 * IDLE         WAITING     -           -             -               -           -
 * WAITING      -           SHOOTING?   -             -               IDLE        IDLE
 * SHOOTING     -           -           POWERING_ON?  next? WAITING   CANCELLED   CANCELLED
 * CANCELLED    (due)       -           IDLE, WAITING IDLE, WAITING   (due)       -
 * POWERING_ON  (due)       -           next? IDLE    next? IDLE      -           -
 *
 * SHOOTING?     not while fencing is refused: this node has not heard the peer since its boot (wait_for_peer), or none
 *               of its ping nodes answers.  Then the state stays WAITING, until the peer or a ping node is heard, or an
 *               operator confirms that the peer is off.
 * next?         the next device of the level; after a failure the first device of the next level.  A level succeeds
 *               when at least one of its devices controls the peer, and each of these has succeeded.
 * POWERING_ON?  when the level has more than one device.  All of them are switched off before the first one is switched
 *               on again: if two power supplies were reset one after the other, the peer would always have power.  The
 *               proof does not wait until they are on.
 * WAITING       for fence_retry after all levels have failed, doubled each time, up to FENCE_RETRY_MOST_MS
 * (due)         the time of the next attempt is noted; that attempt starts after the present one has ended */
#ifndef HEARTBEAT_CORE_FENCING_H
#define HEARTBEAT_CORE_FENCING_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

enum { FENCE_RETRY_MOST_MS = 300000, FENCE_WHY_MAX = 160 };

enum fencing_state {
	FENCING_IDLE,
	FENCING_WAITING,
	FENCING_SHOOTING,
	FENCING_CANCELLED,   /* the attempt is cancelled, but its result has not come yet, and may still be a success */
	FENCING_POWERING_ON,
	FENCING_STATES,
};

struct fencing {
	enum fencing_state state; /* written by set_state only */
	struct mono at;       /* when the next attempt is due; MONO_FAR: none is due */
	struct mono done_at;  /* when the last successful attempt ended; MONO_NEVER: there was none */
	unsigned attempt;     /* number of the last ACTION_FENCE */
	size_t device;        /* the device of that attempt: an index into conf->stonith */
	bool one_controls_it; /* a device of this level has succeeded */
	bool outlived;        /* a newer life of the peer was heard after that attempt was requested */
	unsigned failures;    /* how often all levels have failed since the peer became silent */
	const char *refused;  /* why no attempt is made although one is due; NULL: it is not refused */
	bool was_fenced;      /* the peer was fenced after this machine booted and before this engine started */
	char why[FENCE_WHY_MAX]; /* what the last device that failed reported */
};

/* Begin with no attempt due, and with what this node remembers (peer_memory.h). */
void fencing_init(struct core *c);
/* The engine starts: warn when a takeover would need no proof, as in the reference. */
void fencing_start(struct core *c);
/* Does a stonith, stonith_host or stonith_also line of ha.cf apply to this node? */
bool fencing_is_configured(const struct core *c);
/* Called after ha.cf was read again; old: the configuration before.  From now on, the new devices are used, also for a
 * peer that is already dead.  If the list of devices has changed, a running attempt is cancelled. */
void fencing_reconfigured(struct core *c, const struct ha_cf *old);
/* Called when n, the peer, is dead and has not left before: fence it, unless an attempt succeeded after its last
 * status.
 * theirs: how many groups it had.  doc/fencing.md R8: the delay before the first attempt. */
void fencing_peer_died(struct core *c, const struct node *n, size_t theirs);
/* Called when the peer is back: no attempt is due any more, and a running attempt is cancelled. */
void fencing_peer_heard(struct core *c);
/* Called when a newer life of a peer that was dead or had left is heard, and has not yet proven that it hears us.  Call
 * this before the proof of the earlier life is removed. */
void fencing_new_life(struct core *c, const struct node *n);
/* Called when the dead peer was heard again, but has not yet proven that it hears us: make the next attempt later. */
void fencing_heard_unproven(struct core *c, const struct node *n);
/* Request an attempt if one is due; cancel a running attempt that is not needed any more. */
void fencing_tick(struct core *c);
/* Called when an attempt has ended.  text: what the device reported; may be NULL. */
void fencing_done(struct core *c, unsigned attempt, enum fence_result result, const char *text);
/* Called when an operator confirms that the node is off.  Returns false when the confirmation is refused.  *text: the
 * answer for the operator. */
bool fencing_confirm(struct core *c, size_t node, const char **text);
/* When fencing_tick has something to do; MONO_FAR: not before another event. */
struct mono fencing_deadline(const struct core *c);
/* For core_status_view. */
void fencing_view(const struct core *c, struct fencing_view *out);

#endif
