// SPDX-License-Identifier: MIT
/* Decides which node runs which group.  Each group has one state machine.  Its input is the short report about the
 * group that a dialect reads from the messages of the peer.  Knows no wire format and sends nothing.
 * doc/protocol.md 7, doc/fencing.md.
 *
 * State table.  Rows: our state.  Columns: what the peer reports about the group, or why there is no report.
 *
 *            AWAY    UNSURE NONE    LEAVING FAILED  CLAIM    ASK      HELD      GIVING   STOPPING STUCK
 * UNKNOWN    stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 * NONE       start   stay   home?   start   claim   stay     stay     stay      able?    stay     stay
 * CLAIM      start   stay   acked?  start   acked?  tie      tie      asked?    stay     stay     withdraw
 * STARTING   stay    stay   stay    stay    stay    stay     stay     conflict  conflict stay     stay
 * HELD       stay    stay   leave?  stay    stay    stay     release  conflict  conflict stay     stay
 * GIVING     cancel  cancel stay    cancel  cancel  release  release  conflict  conflict stay     cancel
 * STOPPING   stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 * FAILED     retry   stay   stay    retry   retry   stay     stay     stay      able?    stay     stay
 * STUCK      stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay
 *
 * LEAVING   the peer shuts down and has released the group; it starts nothing more in this life.  We do not wait for
 *           its answer, because it may end before it can answer.
 * start     not in the column AWAY while this node is cut off from the network (ipfail.h), or may have older data than
 *           the peer (doc/fencing.md R13)
 * able?     claim, unless the peer should go first: the group is hindered here (below), or fewer ping nodes answer here
 *           (ipfail.h).  The classic dialect cannot report this to the peer; there we always claim.
 * home?     as able?, but only if this node is the home of the group, or if the peer believes that the group runs here
 *           (because the classic dialect reports only halves)
 * acked?    start when the peer has answered *after it read our claim*: an answer counts only for the request it names
 * tie       the claim of an operator wins, then the claim of the home, then the lower node name.  The loser withdraws
 *           its claim.  The winner starts when it has read that.
 * HELD      this column also stands for the column STARTING
 * asked?    if an operator ordered our claim, wait at most ASK_MS until the peer releases the group; otherwise withdraw
 * conflict  both nodes run the group, because a partition has healed (a peer in GIVING runs the group as well).  The
 *           node with the higher epoch keeps the group and announces its addresses again; the other node releases it at
 *           once.  With equal epochs, or a peer without epochs, the rule of the tie decides.  Nothing is restarted.
 *           When the other node has released the group, its addresses are announced once more.
 * leave?    First case: the group is hindered here (below), the peer was heard since the hindrance began, and the peer
 *           has reported NONE for ABLE_MS.  Then the group counts as failed here, so that it is released and the peer
 *           runs it.  A peer that is not heard may have lost the same network: then stay.
 *           Second case: auto_failback is on or legacy, the peer is the home, and we took the group because the peer
 *           was away.  Then offer it to the peer.  An offer without an answer is repeated: after 1 s by the node with
 *           the lower name, after 5 s by the other node.
 * retry     start again: START_ATTEMPTS times with pauses of RETRY_MS, then with pauses that double, up to LATER_MS (a
 *           switch that needs minutes to come back must not leave the survivor idle permanently).  With the column
 *           FAILED the nodes take turns, by claims.  A group that started and failed within STEADY_MS goes on counting.
 *
 * Second table.  Rows: our state.  Columns: what exec reports: the end of a start or a stop, or that a resource of a
 * running group has failed ("failed").  "dirty": something may still run.
 *
 *            started  start failed  start dirty  stopped   stop failed  failed    hindered   ready again  cleaned
 * UNKNOWN    error    error         error        NONE      STUCK        -         -          -            -
 * CLAIM      error    error         error        error     error        -         withdraw?  -            -
 * STARTING   HELD     FAILED        STUCK        error     error        -         -          -            -
 * HELD       error    error         error        error     error        STOPPING  -          -            -
 * GIVING     error    error         error        error     error        STOPPING  -          -            -
 * STOPPING   error    error         error        NONE      STUCK        -         -          -            -
 * FAILED     error    error         error        error     error        -         -          NONE?        NONE
 * STUCK      error    error         error        error     error        -         -          -            STOPPING
 * others     error    error         error        error     error        -         -          -            -
 *
 * When a start or a resource of a group has failed, the group goes to FAILED instead of NONE once it is stopped.  The
 * peer claims it at once (column FAILED) and keeps it, also with auto_failback; here "retry" starts it again later.
 * A group is hindered while something that it needs on this machine is missing: EVENT_GROUP_READY.  A group that we do
 * not have is then reported to the peer as failed, so that the peer starts it, or does not offer it.
 * withdraw?: the peer would stop the group for a start that fails here.  So an operator's claim goes back to NONE, and
 * so does every claim when the peer reads that the group is hindered here.
 * NONE?: when the group went to FAILED while it was hindered, that failure is forgotten, and the first table starts it
 * again at once.
 * cleaned: an operator has repaired it (hb_cleanup).  What was counted is forgotten, in every state.
 * STUCK: the stop is tried again every RETRY_MS, and the group never counts as released.
 * error: logged and ignored.  -: the report and a stop have crossed each other.
 * Why an acknowledged claim is safe: the peer answered "not here" after it had read our claim.  A node that has read a
 * claim starts only after an answer to its own claim, and our claim is a denial of that one.
 * tests/model/ownership.pml searches this rule, in the native dialect, for two nodes and one group, within the limits
 * of the table at its head: up to four lives in all (restarts beside a living peer), two orders, two failed starts.
 * The model has no partitions (epochs), stalls, fencing, failed stops, hindrances, auto_failback, files that differ, no
 * more than one group, and no classic dialect. */
#ifndef HEARTBEAT_CORE_OWNERSHIP_H
#define HEARTBEAT_CORE_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/core/core.h"

enum {
	ASK_MS = 10000,       /* doc/protocol.md 7.5: "10 s for the first answer" */
	RETRY_MS = 30000,     /* doc/resources.md 3: "tried again 30 s later" */
	START_ATTEMPTS = 3,
	/* ours: the longest time between two attempts to start a group that no other node can run */
	LATER_MS = 300000,
	MOVE_MS = 3600000,    /* doc/protocol.md 7.5: "3600 s for the rest" */
	/* ours: a group that fails within this time after its start goes on counting, so that two nodes on which it
	 * starts and then fails do not hand it to each other without a pause */
	STEADY_MS = 3600000,
	ABLE_MS = 5000,       /* ours: a switch that comes back gives both nodes their carrier, one after the other */
};

enum peer_column {
	/* it is dead (and fenced, where fencing is configured), or it has left after it released everything */
	PEER_AWAY,
	/* it is alive, but has not reported this group in its generation; or it is silent, and not proven absent yet */
	PEER_UNSURE,
	PEER_NONE,
	PEER_LEAVING,  /* the group does not run there, and the peer is shutting down */
	PEER_FAILED,   /* its start, or a resource of it, failed there */
	PEER_CLAIM,
	PEER_ASK,      /* an operator ordered the group to the peer */
	PEER_STARTING,
	PEER_HELD,
	PEER_GIVING,
	PEER_STOPPING,
	PEER_STUCK,
	PEER_COLUMNS,
};
const char *peer_column_name(enum peer_column p);

/* Initialize the groups from the configuration and from the adopted groups. */
void ownership_init(struct core *c, const struct adopted *adopted, size_t count);
/* The present column of a group in the first table. */
enum peer_column ownership_column(const struct core *c, size_t group);
/* Apply the first table to each group until no group moves.  Returns true if any group has moved.  core_step calls this
 * after everything that can move a group. */
bool ownership_settle(struct core *c);
/* Called by a dialect: what the peer reports about a group. */
void ownership_peer_says(struct core *c, size_t group, enum peer_column said, uint64_t epoch, bool acked);
void ownership_forget_peer(struct core *c); /* all columns UNSURE */
/* A newer life of the peer was heard: PEER_LEAVING becomes UNSURE, because it was a promise of the life before. */
void ownership_doubt_goodbye(struct core *c);
/* exec reports: the second table.  why: of a failure; may be NULL. */
void ownership_group_done(
	struct core *c, size_t group, enum group_operation op, bool ok, bool still_active, const char *why);
void ownership_group_failed(struct core *c, size_t group, const char *why);
/* An operator has repaired it. */
void ownership_group_clean(struct core *c, size_t group);
/* The machine reports: something that the group needs is missing (why), or there again.  Saying it again changes only
 * the text. */
void ownership_group_ready(struct core *c, size_t group, bool ready, const char *why);
/* Act on the deadlines of the groups: try again, or stop waiting for an answer. */
void ownership_tick(struct core *c);
struct mono ownership_deadline(const struct core *c);
/* Release all groups: this node was stalled for longer than the peer waits, or is cut off.  doc/fencing.md R5 */
void ownership_release_all(struct core *c, const char *reason);
/* Called when the peer can no longer run the group: if the group has FAILED here, its start is tried again at once, and
 * the attempts are counted from 0. */
void ownership_retry_at_once(struct core *c, size_t group);
/* Called when the peer was silent and is back in the same life: it may have run the groups that we hold. */
void ownership_peer_returned(struct core *c);
/* Called when the peer has started again: the groups that we hold and that have the peer as their home go back to it,
 * if auto_failback allows that. */
void ownership_home_returned(struct core *c);
/* Offer a group to the peer (standby), or ask the peer for it (takeover).  Does nothing in a state that does not allow
 * this. */
void ownership_give(struct core *c, size_t group, const char *reason);
void ownership_ask(struct core *c, size_t group, const char *reason);
/* Returns true if the group is in the half, as seen from this node. */
bool ownership_in_half(const struct core *c, size_t group, enum half half);
bool ownership_is_active(enum group_state s); /* it may run here: starting held giving stopping stuck unknown */
bool ownership_all_released(const struct core *c); /* no group may run here */
size_t ownership_has(const struct core *c);        /* the number of groups that may run here */
/* the number of groups that may run there by the reports of the peer */
size_t ownership_peer_has(const struct core *c);
bool ownership_moving(const struct core *c);       /* some group is between two stable states */


#endif
