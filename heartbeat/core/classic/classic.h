// SPDX-License-Identifier: MIT
/* The classic dialect, of Heartbeat 3.0.6.  classic.c: start-up, reports, what they mean; standby.c: the exchange in
 * which a half changes hands; legacy.c: auto_failback legacy, a row of functions of its own; common.c: what both rows
 * share. */
#ifndef HEARTBEAT_CORE_CLASSIC_H
#define HEARTBEAT_CORE_CLASSIC_H

#include "heartbeat/core/ownership.h"

/* Classic dialect: doc/protocol.md 7.1.  The tables are in classic.c. */
enum classic_state { CLASSIC_INIT, CLASSIC_STARTING, CLASSIC_BOTHSTARTING, CLASSIC_RSCRCVD, CLASSIC_STABLE };
enum classic_standby {
	STANDBY_NOT,
	STANDBY_ASKED,      /* giver: "me" sent */
	STANDBY_ACCEPTED,   /* giver: "other" received, releasing */
	STANDBY_DONE,       /* giver: own "done" sent, the taker starts */
	STANDBY_OTHER,      /* taker: "other" sent, the giver releases */
	STANDBY_TAKING,     /* taker: "done" received, starting */
};

struct classic {
	bool nodes_asked, nodes_answered; /* "reqnodes" was sent, "repnodes" came: doc/protocol.md 6.3 */
	struct mono next_reqnodes;
	enum classic_state state;
	enum half other_holds;        /* from its viewpoint */
	bool other_known, other_stable;
	bool peer_starting;           /* its "starting" was heard: it came up as we did */
	enum classic_standby standby;
	enum half standby_half;       /* R, the giver's viewpoint */
	enum half give_half;          /* ordered, "me" not yet sent */
	struct mono standby_deadline; /* 10 s for the first answer, 3600 s for the rest */
	struct mono patience;         /* of the present step of the exchange; over: a report may end it */
	struct mono nudge_at;         /* then the peer is asked for a report */
	struct mono acquire_at;       /* RSCRCVD: 10 s, doc/protocol.md 7.2 */
	/* ask the peer anew what it holds; again until it answers; MONO_FAR: not wanted */
	struct mono ask_at;
	/* no report before this: it may have lain in the socket since before we lost sight of it */
	struct mono reports_not_before;
	uint64_t report_generation;   /* the two numbers are of this life of the peer */
	uint64_t exchange_seq;        /* number of the last ask_resources */
	uint64_t report_seq;          /* number of the peer's last report: an older one is news no more */
	enum half reported;           /* last rsc_hold sent */
	bool reported_stable, must_report;
	bool leaving_said, released_said;
	bool takeover_asked;          /* hb_takeover was sent for the present asks */
	struct mono takeover_again;   /* and is sent again then, when it had no effect; MONO_FAR: no ask */
	/* then what has its home here is asked for, if the peer has not offered it; MONO_FAR: not wanted */
	struct mono home_at;
	bool fencing_said;            /* "stonith" was sent for the peer's present death */
	struct mono offer_after[HARESOURCES_GROUPS_MAX]; /* a group that failed here is offered, and again later */
	struct {
		struct mono request_at[HARESOURCES_GROUPS_MAX]; /* when ip-request is to be sent (again) */
		bool granted[HARESOURCES_GROUPS_MAX];           /* ip-request-resp ok received */
		bool owed[HARESOURCES_GROUPS_MAX];              /* answer to give once released */
	} legacy; /* of legacy.c alone */
};

enum { FIRST_ANSWER_MS = 10000, TRANSITION_MS = 3600000 }; /* doc/protocol.md 7.5 */

/* --- common.c: what both rows of functions share --- */
/* The peer, while it is there to be spoken with and we are up; else NULL. */
const struct node *classic_partner(const struct core *c);
/* Send "resource" with what we hold; info may be NULL. */
void classic_report(struct core *c, const char *info);
/* A "resource" was heard, perhaps our own: STARTING, BOTHSTARTING -> RSCRCVD. */
void classic_move_starter_on(struct core *c);
/* What an earlier life left is being stopped. */
bool classic_is_cleaning_up(const struct core *c);
/* "shutdone" of the peer: it left.  False when we knew. */
bool classic_hear_shutdone(struct core *c);
/* Once the peer is dead: "stonith" with what became of its fencing. */
void classic_publish_fencing(struct core *c);
/* No group of ours is on its way out. */
bool classic_stops_nothing(const struct core *c);
/* Functions of struct dialect. */
bool classic_proven(const struct core *c, const struct node *n);
void classic_prepare(struct core *c);
bool classic_is_prepared(const struct core *c);
/* "repnodes" came. */
void classic_hear_nodes(struct core *c);
void classic_forget(struct core *c);
void classic_status(struct core *c, const struct message *m);
bool classic_acknowledged(const struct core *c, size_t group);
bool classic_may_leave(const struct core *c);

/* --- standby.c --- */
/* The one place where the exchange changes its state; limit_ms: when it is given up, 0 never. */
void standby_set(struct core *c, enum classic_standby to, int64_t limit_ms);
/* "ask_resources" was heard. */
void standby_hear(struct core *c, const struct message *m);
/* The peer reports that it is at rest (isstable=1). */
void standby_hear_report(struct core *c);
/* Say what is to be said: offers, "done". */
void standby_publish_giver(struct core *c);
void standby_publish_taker(struct core *c);

#endif
