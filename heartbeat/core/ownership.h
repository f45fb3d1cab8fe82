// SPDX-License-Identifier: MIT
/* Who runs which group: one state machine a group, fed with the few facts that a dialect extracts from what the
 * peer says.  Knows no wire format; sends nothing itself.  doc/protocol.md 7, doc/fencing.md.
 *
 * State table.  Rows: our side.  Columns: what the peer says about the group (or why it says nothing).
 *
 *            AWAY    UNSURE NONE    LEAVING FAILED  CLAIM    ASK      HELD      GIVING   STOPPING STUCK
 * UNKNOWN    stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 * NONE       start   stay   home?   start   claim   stay     stay     stay      claim    stay     stay
 * CLAIM      start   stay   acked?  start   acked?  tie      tie      asked?    stay     stay     withdraw
 * STARTING   stay    stay   stay    stay    stay    stay     stay     conflict  conflict stay     stay
 * HELD       stay    stay   fback?  stay    stay    stay     release  conflict  conflict stay     stay
 * GIVING     cancel  cancel stay    cancel  cancel  release  release  conflict  conflict stay     cancel
 * STOPPING   stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 * FAILED     retry   stay   stay    retry   retry   stay     stay     stay      claim    stay     stay
 * STUCK      stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 *
 * LEAVING   whoever leaves and has released starts nothing more in this life: no answer is needed, it may be gone
 * before home?     claim when its home is this node, or when the peer takes it to be here (classic reports halves)
 * acked?    start once the peer has said so *knowing our claim*: an answer counts only for the request it names
 * tie       an operator's claim wins, else the home, else the lower node name; the loser withdraws and the winner
 *           starts when it has seen that
 * HELD      stands for the column STARTING too
 * asked?    an operator asked: wait for the peer to release, at most ASK_MS; otherwise withdraw
 * conflict  two owners (a partition has healed; one that means to give it away runs it as well): the higher epoch keeps
 * and
 *           announces its addresses anew, the other releases at once; equal epochs, or a peer without: as in a tie.
 *           Nobody restarts.  When the other one has let go, the addresses are announced once more.
 * fback?    give when its home is the peer, auto_failback is on or legacy and we took it because its home was away; an
 * offer
 *           that got no answer is made again after 1 s by the node whose name is lower, after 5 s by the other
 * retry     start again: START_ATTEMPTS times RETRY_MS apart, then after twice as long each time, LATER_MS at most (a
 * switch that takes
 *           minutes to come back must not leave the survivor idle for ever); with the column FAILED each node in its
 *           turn, by a claim
 *
 * Second table.  Rows: our side.  Columns: what exec reports: the end of a start or a stop, and that a resource of a
 * running group failed. "dirty": and something may still run.
 *
 *            started  start failed  start dirty  stopped   stop failed  resource failed
 * UNKNOWN    error    error         error        NONE      STUCK        -
 * STARTING   HELD     FAILED        STUCK        error     error        -
 * HELD       error    error         error        error     error        STOPPING
 * GIVING     error    error         error        error     error        STOPPING
 * STOPPING   error    error         error        NONE      STUCK        -
 * others     error    error         error        error     error        -
 *
 * A group of which a start or a resource failed goes to FAILED instead of NONE once it is stopped: the peer claims it
 * at once (column FAILED) and keeps it, also with auto_failback; here it is tried again by "retry", as after a start
 * that failed.  STUCK is stopped again every RETRY_MS and never treated as released.  error: logged, ignored.  -: the
 * report crossed a stop.
 * Why an acknowledged claim is safe: the peer said "not here" after it had read our claim, and whoever has read a
 * claim starts only after an answer to its own claim, which our claim denies.
 * This rule, in the native dialect, is searched through by tests/model/ownership.pml for two nodes and one group,
 * within the bounds of the table at its head: up to four lives in all (restarts beside a living peer), two orders, two
 * failed starts.  Not modelled: partitions (epochs), stalls, fencing, failed stops, auto_failback, files that differ,
 * several groups, the classic dialect. */
#ifndef HEARTBEAT_CORE_OWNERSHIP_H
#define HEARTBEAT_CORE_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/core/core.h"

enum {
	ASK_MS = 10000,       /* doc/protocol.md 7.5: "10 s for the first answer" */
	RETRY_MS = 30000,     /* doc/resources.md 3: "tried again 30 s later" */
	START_ATTEMPTS = 3,
	LATER_MS = 300000,    /* ours: the longest time between two tries of a start when nobody else can run it */
	MOVE_MS = 3600000,    /* doc/protocol.md 7.5: "3600 s for the rest" */
};

enum peer_column {
	PEER_AWAY,     /* dead by deadline (fenced, where fencing is configured), or left after a clean release */
	PEER_UNSURE,   /* alive but has not spoken about it in this generation, or silent and not yet proven away */
	PEER_NONE,
	PEER_LEAVING,  /* not there, and it is shutting down */
	PEER_FAILED,   /* its start failed there */
	PEER_CLAIM,
	PEER_ASK,      /* an operator there wants it */
	PEER_STARTING,
	PEER_HELD,
	PEER_GIVING,
	PEER_STOPPING,
	PEER_STUCK,
	PEER_COLUMNS,
};
const char *peer_column_name(enum peer_column p);

/* Set the groups up from the configuration and what was adopted. */
void ownership_init(struct core *c, const struct adopted *adopted, size_t count);
/* The column of a group now. */
enum peer_column ownership_column(const struct core *c, size_t group);
/* Apply the table to every group until no group moves.  Returns whether any did.  Called by the step, after everything
 * that may move one. */
bool ownership_settle(struct core *c);
/* A dialect reports. */
void ownership_peer_says(struct core *c, size_t group, enum peer_column said, uint64_t epoch, bool acked);
void ownership_forget_peer(struct core *c); /* all columns UNSURE */
/* exec reports: the second table.  why: of a failure; may be NULL. */
void ownership_group_done(
	struct core *c, size_t group, enum group_operation op, bool ok, bool still_active, const char *why);
void ownership_group_failed(struct core *c, size_t group, const char *why);
/* Retries, answers that did not come. */
void ownership_tick(struct core *c);
struct mono ownership_deadline(const struct core *c);
/* We were stalled longer than a peer waits: release everything first.  doc/fencing.md R5 */
void ownership_release_all(struct core *c, const char *reason);
/* The other node can no longer run it: if a start failed here, it is tried again at once, attempts counted anew. */
void ownership_retry_at_once(struct core *c, size_t group);
/* It was silent, and is back in the same life: it may have had what we hold. */
void ownership_peer_returned(struct core *c);
/* Its home has come anew: what we hold of it is to go home, where auto_failback says so. */
void ownership_home_returned(struct core *c);
/* Offer (standby) or ask for (takeover) groups; false when this group is not in a state for it. */
bool ownership_give(struct core *c, size_t group, const char *reason);
bool ownership_ask(struct core *c, size_t group, const char *reason);
/* Group index in a half, as seen from this node. */
bool ownership_in_half(const struct core *c, size_t group, enum half half);
bool ownership_is_active(enum group_state s); /* may run here: starting held giving stopping stuck unknown */
bool ownership_all_released(const struct core *c); /* nothing may run here */
bool ownership_moving(const struct core *c);       /* anything under way */


#endif
