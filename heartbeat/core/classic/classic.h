// SPDX-License-Identifier: MIT
/* The classic dialect, which Heartbeat 3.0.6 speaks.  classic.c: start-up, reports, and what they mean for each group.
 * standby.c: the exchange in which a half changes hands.  ping_counts.c: what its ipfail program sends.  legacy.c:
 * auto_failback legacy, with a row of functions of its own.  common.c: what both rows share. */
#ifndef HEARTBEAT_CORE_CLASSIC_H
#define HEARTBEAT_CORE_CLASSIC_H

#include "heartbeat/core/ownership.h"

/* doc/protocol.md 7.1.  The tables of the moves are in classic.c and standby.c. */
enum classic_state { CLASSIC_INIT, CLASSIC_STARTING, CLASSIC_BOTHSTARTING, CLASSIC_RSCRCVD, CLASSIC_STABLE };
enum classic_standby {
	STANDBY_NOT,
	STANDBY_ASKED,      /* giver: "me" is sent */
	STANDBY_ACCEPTED,   /* giver: "other" was received, we release */
	STANDBY_DONE,       /* giver: our "done" is sent, the taker starts */
	STANDBY_OTHER,      /* taker: "other" is sent, the giver releases */
	STANDBY_TAKING,     /* taker: "done" was received, we start */
};

/* ping_counts.c: with this life of the peer */
struct classic_pings {
	bool joined;       /* its ipfail program knows that there is one here */
	bool sent;         /* it has our count: sent_alive */
	size_t sent_alive;
	bool verdict_due;  /* its count came, and it waits for what we make of it */
};

struct classic {
	struct classic_pings pings;
	bool nodes_asked, nodes_answered; /* "reqnodes" was sent, "repnodes" was received: doc/protocol.md 6.3 */
	struct mono next_reqnodes;
	enum classic_state state;
	enum half other_holds;        /* what the peer holds, from its point of view */
	bool other_known, other_stable;
	bool peer_starting;           /* its "starting" was received: it comes up at the same time as we do */
	enum classic_standby standby;
	enum half standby_half;       /* R of the exchange, from the point of view of the giver */
	enum half give_half;          /* the giver was ordered to give this half; "me" is not sent yet */
	bool taker_gone;              /* while we release: the taker has given the exchange up */
	enum half awaited_half;       /* the peer waits for our "done": it answered an offer that we had given up */
	bool peer_asked;              /* the peer has asked what we hold ("starting") since the last step of the exchange */
	/* when the exchange is given up: 10 s for the first answer, 3600 s for the rest */
	struct mono standby_deadline;
	/* when the present step has lasted long enough: after that a report may end it */
	struct mono patience;
	struct mono nudge_at;         /* when the peer is asked for a report */
	struct mono acquire_at;       /* in RSCRCVD: when we become STABLE, after 10 s; doc/protocol.md 7.2 */
	/* When the peer is asked (again) what it holds, until it answers; MONO_FAR: not needed. */
	struct mono ask_at;
	/* Reports before this time do not count: they may have waited in the socket since before we lost sight of the
	 * peer. */
	struct mono reports_not_before;
	uint64_t report_generation;   /* the life of the peer that the next two numbers belong to */
	uint64_t exchange_seq;        /* number of the last ask_resources */
	uint64_t report_seq;          /* number of its last report: an older one is out of date */
	enum half reported;           /* the rsc_hold that we sent last */
	bool reported_stable, must_report;
	bool leaving_said, released_said;
	bool takeover_asked;          /* hb_takeover was sent for the groups that are asked for now */
	struct mono takeover_again;   /* when it is sent again, if it had no effect; MONO_FAR: nothing is asked for */
	/* When the peer is asked for the groups with this node as their home, if it has not offered them; MONO_FAR: not
	 * needed. */
	struct mono home_at;
	bool fencing_said;            /* "stonith" was sent for the present death of the peer */
	/* when a group that failed here is offered (again) */
	struct mono offer_after[HARESOURCES_GROUPS_MAX];
	struct {
		struct mono request_at[HARESOURCES_GROUPS_MAX]; /* when ip-request is sent (again) */
		bool granted[HARESOURCES_GROUPS_MAX];           /* ip-request-resp with ok was received */
		bool owed[HARESOURCES_GROUPS_MAX];              /* the peer gets an answer once the group is released */
	} legacy; /* used by legacy.c only */
};

enum { FIRST_ANSWER_MS = 10000, TRANSITION_MS = 3600000 }; /* doc/protocol.md 7.5 */

/* --- common.c: what both rows of functions share --- */

/* The peer, if it is not dead and this node is active; otherwise NULL. */
const struct node *classic_partner(const struct core *c);
/* Send "resource" with the halves that we hold.  info: the field of this name, or NULL. */
void classic_report(struct core *c, const char *info);
/* A "resource" was received, perhaps our own: STARTING and BOTHSTARTING move to RSCRCVD. */
void classic_move_starter_on(struct core *c);
/* Is something being stopped that an earlier life left behind? */
bool classic_is_cleaning_up(const struct core *c);
/* "shutdone" of the peer: it has left.  Returns false when that was known. */
bool classic_hear_shutdone(struct core *c);
/* Once the peer is dead: send "stonith" with the result of its fencing. */
void classic_publish_fencing(struct core *c);
/* Is no group of ours being stopped? */
bool classic_stops_nothing(const struct core *c);
/* Functions of struct dialect, documented there. */
bool classic_proven(const struct core *c, const struct node *n);
void classic_prepare(struct core *c);
bool classic_is_prepared(const struct core *c);
/* "repnodes" was received. */
void classic_hear_nodes(struct core *c);
void classic_forget(struct core *c);
void classic_status(struct core *c, const struct message *m);
bool classic_acknowledged(const struct core *c, size_t group);
bool classic_notice_counts(const struct core *c);
bool classic_may_leave(const struct core *c);

/* --- ping_counts.c: with "ipfail on" --- */

/* Send our count of ping nodes to the ipfail program of the peer, and what we make of its count. */
void ping_counts_publish(struct core *c);
/* A message of that program, or that it has started.  False: it is another message. */
bool ping_counts_hear(struct core *c, const struct message *m);

/* --- standby.c --- */

/* The only place where the exchange changes its state.  limit_ms: when it is given up; 0: never. */
void standby_set(struct core *c, enum classic_standby to, int64_t limit_ms);
/* "ask_resources" was received. */
void standby_hear(struct core *c, const struct message *m);
/* The peer reported that it is stable (isstable=1). */
void standby_hear_report(struct core *c);
/* Send what must be sent: offers, "done". */
void standby_publish_giver(struct core *c);
void standby_publish_taker(struct core *c);

#endif
