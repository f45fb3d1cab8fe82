// SPDX-License-Identifier: MIT
/* When the peer is fenced, with which device, and what a result means.  An attempt is requested with ACTION_FENCE; no
 * program is run here.  What a success proves: proof.h.  doc/fencing.md R1, R7 to R10, R13, R14.
 *
 * State table.  Rows: our state.  "silent": the peer has died without leaving.  "heard": it is back, has left, or a
 * packet of it came that does not prove anything yet.
 *
 *              silent      due         succeeded     failed          heard       this node stops
 * IDLE         WAITING     -           -             -               -           -
 * WAITING      -           SHOOTING?   -             -               IDLE        IDLE
 * SHOOTING     -           -           POWERING_ON?  next? WAITING   CANCELLED   CANCELLED
 * CANCELLED    (due)       -           IDLE, WAITING IDLE, WAITING   (due)       -
 * POWERING_ON  (due)       -           next? IDLE    next? IDLE      -           -
 *
 * SHOOTING?     not while refused: this node has booted and has not heard the peer since (wait_for_peer), or none of
 *               its ping nodes answers.  Then it stays WAITING, until something is heard or an operator confirms.
 * next?         the next device of the level; after a failure the first device of the next level.  A level succeeds
 *               when all its devices that control the peer have, and at least one does.
 * POWERING_ON?  when the level has more than one device.  Each is switched off first: two power supplies that are
 *               reset one after the other never cut the power.  Then each is switched on again.  The proof does not
 *               wait for that.
 * WAITING       for fence_retry after all levels have failed, doubled each time, up to FENCE_RETRY_MOST_MS
 * (due)         the time of the next attempt is noted; it starts when this one has ended: one at a time */
#ifndef HEARTBEAT_CORE_FENCING_H
#define HEARTBEAT_CORE_FENCING_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

enum { FENCE_RETRY_MOST_MS = 300000, FENCE_WHY_MAX = 160 };

enum fencing_state {
	FENCING_IDLE,
	FENCING_WAITING,
	FENCING_SHOOTING,
	FENCING_CANCELLED,   /* its result has not come yet, and may still be a success */
	FENCING_POWERING_ON,
	FENCING_STATES,
};

struct fencing {
	enum fencing_state state; /* written by set_state only */
	struct mono at;       /* the next attempt; MONO_FAR: none is due */
	struct mono done_at;  /* end of the last success; MONO_NEVER: there was none */
	unsigned attempt;     /* number of the last ACTION_FENCE */
	size_t device;        /* of that attempt: index into conf->stonith */
	bool one_controls_it; /* a device of this level has succeeded */
	bool outlived;        /* a newer life of the peer was heard since that attempt was asked for */
	unsigned failures;    /* how often all levels have failed, since the peer became silent */
	const char *refused;  /* why no attempt is made although one is due; NULL: nothing hinders it */
	bool was_fenced;      /* before this engine started, and since this machine booted */
	char why[FENCE_WHY_MAX]; /* what the last device that failed reported */
};

/* Begin with nothing due, and with what is remembered (peer_memory.h). */
void fencing_init(struct core *c);
/* The engine starts: warn when a takeover would need no proof, as in the reference. */
void fencing_start(struct core *c);
/* Does a stonith, stonith_host or stonith_also line of ha.cf apply to this node? */
bool fencing_is_configured(const struct core *c);
/* ha.cf was read again; old: the one before.  The new devices count from now on, also for a peer that is dead.  An
 * attempt with a device that is not the same any more is cancelled. */
void fencing_reconfigured(struct core *c, const struct ha_cf *old);
/* n, the peer, has died without leaving: fence it, unless an attempt succeeded after its last status.
 * theirs: how many groups it had.  doc/fencing.md R8: the delay before the first attempt. */
void fencing_peer_died(struct core *c, const struct node *n, size_t theirs);
/* The peer is back: nothing is due, and an attempt in progress is cancelled. */
void fencing_peer_heard(struct core *c);
/* A newer generation of a peer that is dead or has left was heard, which has not yet proven that it hears us.  Call
 * this while the proof of the life before is still set. */
void fencing_new_life(struct core *c, const struct node *n);
/* The dead peer was heard again and still has not proven that it hears us: put the next attempt off. */
void fencing_heard_unproven(struct core *c, const struct node *n);
/* Request an attempt when one is due; cancel one that is not needed any more. */
void fencing_tick(struct core *c);
/* An attempt has ended.  text: what the device reported; may be NULL. */
void fencing_done(struct core *c, unsigned attempt, enum fence_result result, const char *text);
/* An operator confirms that the node is off.  Returns false when that is refused; *text: the answer. */
bool fencing_confirm(struct core *c, size_t node, const char **text);
/* When fencing_tick has something to do; MONO_FAR: not before something happens. */
struct mono fencing_deadline(const struct core *c);
/* For core_status_view. */
void fencing_view(const struct core *c, struct fencing_view *out);

#endif
