// SPDX-License-Identifier: MIT
/* The classic dialect, which Heartbeat 3.0.6 speaks.  classic.c: the start, the reports, and what they mean for each
 * group.  standby.c: the standby exchange, in which one node (the giver) gives a half of the groups to the other node
 * (the taker).  ping_counts.c: the messages of the ipfail program of Heartbeat 3.0.6.  legacy.c: auto_failback legacy,
 * with a row of functions of its own.  common.c: what both rows share. */
#ifndef HEARTBEAT_CORE_CLASSIC_H
#define HEARTBEAT_CORE_CLASSIC_H

#include "heartbeat/core/ownership.h"

/* doc/protocol.md 7.1.  The tables of the moves are in classic.c and standby.c. */
enum classic_state { CLASSIC_INIT, CLASSIC_STARTING, CLASSIC_BOTHSTARTING, CLASSIC_RSCRCVD, CLASSIC_STABLE };
enum classic_standby {
	STANDBY_NOT,
	STANDBY_ASKED,      /* the giver has sent "me" */
	STANDBY_ACCEPTED,   /* the giver has received "other", and releases the half */
	STANDBY_DONE,       /* the giver has sent "done", and the taker starts the half */
	STANDBY_OTHER,      /* the taker has sent "other", and the giver releases the half */
	STANDBY_TAKING,     /* the taker has received "done", and starts the half */
};

/* The state of ping_counts.c for the present life of the peer. */
struct classic_pings {
	bool joined;       /* the ipfail program of the peer was informed that there is one here */
	bool sent;         /* our count sent_alive was sent to it */
	size_t sent_alive;
	bool verdict_due;  /* its count was received, and it waits for the result of our comparison */
};

struct classic {
	struct classic_pings pings;
	bool nodes_asked, nodes_answered; /* "reqnodes" was sent, "repnodes" was received: doc/protocol.md 6.3 */
	struct mono next_reqnodes;
	enum classic_state state;
	enum half other_holds;        /* what the peer holds, from its point of view */
	bool other_known, other_stable;
	bool peer_starting;           /* its "starting" was received: the peer starts at the same time as this node */
	enum classic_standby standby;
	/* the half that is given (R in doc/protocol.md 7.5), named from the point of view of the giver */
	enum half standby_half;
	enum half give_half;          /* a standby of this half was ordered; "me" is not sent yet */
	bool taker_gone;              /* the taker has given the exchange up while we release */
	/* the peer waits for our "done" for this half, because it answered an offer that we had given up */
	enum half awaited_half;
	/* since the last step of the exchange, the peer has asked what we hold ("starting") */
	bool peer_asked;
	/* when this node gives the exchange up: 10 s for the first answer, 3600 s for the rest */
	struct mono standby_deadline;
	/* after this time, a report of the peer may end the present step */
	struct mono patience;
	struct mono nudge_at;         /* when this node asks the peer for a report */
	struct mono acquire_at;       /* in RSCRCVD: when this node becomes STABLE, after 10 s; doc/protocol.md 7.2 */
	/* When this node asks the peer (again) what it holds; MONO_FAR: no question is needed. */
	struct mono ask_at;
	/* Reports before this time do not count: they may have waited in the socket since a time before the peer was
	 * silent. */
	struct mono reports_not_before;
	uint64_t report_generation;   /* the life of the peer to which the next two numbers belong */
	uint64_t exchange_seq;        /* the number of its last ask_resources */
	uint64_t report_seq;          /* the number of its last report; a report with a lower number is out of date */
	enum half reported;           /* the rsc_hold that we sent last */
	bool reported_stable, must_report;
	bool leaving_said, released_said;
	bool takeover_asked;          /* hb_takeover was sent for the groups that this node asks for now */
	/* when hb_takeover is sent again, if it had no effect; MONO_FAR: this node asks for nothing */
	struct mono takeover_again;
	/* When this node asks the peer for the groups that have this node as their home, because the peer has not
	 * offered them; MONO_FAR: not needed. */
	struct mono home_at;
	bool fencing_said;            /* "stonith" was sent for the present death of the peer */
	/* when a group that failed here is offered (again) */
	struct mono offer_after[HARESOURCES_GROUPS_MAX];
	struct {
		struct mono request_at[HARESOURCES_GROUPS_MAX]; /* when ip-request is sent (again) */
		bool granted[HARESOURCES_GROUPS_MAX];           /* ip-request-resp with ok was received */
		/* the peer gets an answer after the group is released */
		bool owed[HARESOURCES_GROUPS_MAX];
	} legacy; /* used by legacy.c only */
};

enum { FIRST_ANSWER_MS = 10000, TRANSITION_MS = 3600000 }; /* doc/protocol.md 7.5 */

/* --- common.c: what dialect_classic and dialect_legacy share --- */

/* Returns the peer if it is not dead and this node is active; otherwise NULL. */
const struct node *classic_partner(const struct core *c);
/* Send our report: "resource" with the halves that we hold.  info: the value of the field "info", or NULL. */
void classic_report(struct core *c, const char *info);
/* Called when a "resource" message was received, also our own: STARTING and BOTHSTARTING move to RSCRCVD. */
void classic_move_starter_on(struct core *c);
/* Returns true while a group that an earlier engine left behind is being stopped. */
bool classic_is_cleaning_up(const struct core *c);
/* Called for "shutdone" of the peer: it has left.  Returns false when this was already known, or does not count. */
bool classic_hear_shutdone(struct core *c);
/* When the peer is dead: send "stonith" with the result of its fencing, once. */
void classic_publish_fencing(struct core *c);
/* Returns true if no group is being stopped here. */
bool classic_stops_nothing(const struct core *c);
/* Functions of struct dialect; dialect.h documents them. */
bool classic_proven(const struct core *c, const struct node *n);
void classic_prepare(struct core *c);
bool classic_is_prepared(const struct core *c);
/* Called when "repnodes" was received. */
void classic_hear_nodes(struct core *c);
void classic_forget(struct core *c);
void classic_status(struct core *c, const struct message *m);
bool classic_acknowledged(const struct core *c, size_t group);
bool classic_notice_counts(const struct core *c);
bool classic_may_leave(const struct core *c);

/* --- ping_counts.c: with "ipfail on" --- */

/* Send our count of ping nodes to the ipfail program of the peer, and the result of the comparison with its count. */
void ping_counts_publish(struct core *c);
/* Process a message of that program, or the message that it has started.  Returns false for any other message. */
bool ping_counts_hear(struct core *c, const struct message *m);

/* --- standby.c --- */

/* Change the state of the exchange; no other code does that.  limit_ms: the exchange is given up after this time; 0: no
 * limit. */
void standby_set(struct core *c, enum classic_standby to, int64_t limit_ms);
/* Called when "ask_resources" was received. */
void standby_hear(struct core *c, const struct message *m);
/* Called when the peer reported that it is stable (isstable=1). */
void standby_hear_report(struct core *c);
/* Send what must be sent in the exchange: offers, "done". */
void standby_publish_giver(struct core *c);
void standby_publish_taker(struct core *c);

#endif
