// SPDX-License-Identifier: MIT
/* What the rooms of the core share: the state of the engine.  Private to heartbeat/core; everybody else uses core.h. */
#ifndef HEARTBEAT_CORE_STATE_H
#define HEARTBEAT_CORE_STATE_H

#include "heartbeat/core/auth.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/history.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/sequence.h"

enum {
	CORE_ACTIONS_MAX = 4096, /* all groups through several states in one step, and every request due; more is a bug, and is told */
	CORE_ARENA = 512 * 1024, /* bytes of the actions of one step */
	CORE_MOVES_MAX = 8,
	CORE_NODES_SERVED = 2,   /* doc/protocol.md 10.13: "haresources knows only 'the other node'" */
};

enum node_status { NODE_INIT, NODE_UP, NODE_ACTIVE, NODE_DEAD, NODE_PING, NODE_STATUSES };

struct link {
	bool up;
	struct mono deadline; /* goes dead then; doc/protocol.md 6.2: "the limit of its own node" */
};

struct node {
	const char *name;
	bool ping;
	size_t ping_medium;
	uint8_t uuid[16];
	bool has_uuid;
	enum node_status status;
	bool heard;                /* since our start, or since it was declared dead */
	bool ever_heard;
	struct mono last_status;   /* receipt of the last status, MONO_NEVER none */
	struct span pace;          /* longest time between two of its statuses with nothing lost in between */
	struct mono late_at;       /* no status by then: it is asked for a sign of life; MONO_FAR: not while it is dead */
	struct mono deadline;      /* declared dead then */
	struct mono not_before;    /* but not before: we stood still, and what it sent may wait to be read */
	struct span dead_after;    /* its dt, clamped: doc/protocol.md 10.10 */
	struct sequence sequence;
	uint64_t status_seq;       /* number of the last status processed, in its generation */
	uint64_t floor;            /* numbers up to this one were seen before it was declared dead */
	uint64_t dead_since_seq;   /* our own number at that time; a proof names a later one */
	bool loss_told;            /* a gap stands in the log: so does its end */
	struct link *links;        /* one for each medium */
};

/* What the peer has said about a group, in either dialect. */
struct peer_group {
	enum peer_column said; /* PEER_UNSURE until it spoke in this generation */
	uint64_t epoch;
	bool acked;            /* it said so knowing our present state of the group */
};

enum group_failure { FAILURE_NONE, FAILURE_START, FAILURE_RUN };

struct group {
	enum group_state state;
	uint64_t epoch;
	bool mine;             /* its home is this node */
	bool asked;            /* CLAIM at an operator's word: the peer is to release it */
	bool failback_due;     /* taken because its home was away: needs_failback of doc/protocol.md 7.4 */
	bool was_due;          /* the same, before it was offered: kept when the offer is cancelled */
	bool conflict_logged;
	bool was_there_too;    /* the peer had it beside us: clients may still look for its addresses there */
	uint64_t published;    /* number of the first status that carried the present state; 0: not yet sent */
	struct mono deadline;  /* of CLAIM with asked, GIVING; retry of FAILED, STUCK; HELD: not offered before; MONO_FAR none */
	unsigned attempts;     /* starts that failed in a row */
	enum group_failure failure; /* what goes wrong here while it is not yet released: it has failed here once it is */
	char why[128];
	struct peer_group peer;
};

enum move_part { MOVE_OUT, MOVE_FOLLOW, MOVE_OFFER_WHEN_HELD, MOVE_ASK_WHEN_STOPPED };

struct move {
	bool active;
	bool takeover;
	bool moves; /* any group at all */
	enum half half;
	unsigned id;
	const char *reason; /* of a takeover, a constant: who asks */
	struct mono deadline;
	enum move_part groups[HARESOURCES_GROUPS_MAX];
};

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
	struct mono ask_at;           /* ask the peer anew what it holds; again until it answers; MONO_FAR: not wanted */
	struct mono believe_after;    /* no report before this: it may have lain in the socket since before we lost sight of it */
	uint64_t report_generation;   /* the two numbers are of this life of the peer */
	uint64_t exchange_seq;        /* number of the last ask_resources */
	uint64_t report_seq;          /* number of the peer's last report: an older one is news no more */
	enum half reported;           /* last rsc_hold sent */
	bool reported_stable, must_report;
	bool leaving_said, released_said;
	bool takeover_asked;          /* hb_takeover was sent for the present asks */
	struct mono takeover_again;   /* and is sent again then, when it had no effect; MONO_FAR: no ask */
	struct mono home_at;          /* then what has its home here is asked for, if the peer has not offered it; MONO_FAR: not wanted */
	bool fencing_said;            /* "stonith" was sent for the peer's present death */
	struct mono offer_after[HARESOURCES_GROUPS_MAX]; /* a group that failed here is offered, and again later */
	struct mono request_at[HARESOURCES_GROUPS_MAX]; /* legacy: when ip-request is to be sent (again) */
	bool granted[HARESOURCES_GROUPS_MAX];   /* legacy: ip-request-resp ok received */
	bool owed[HARESOURCES_GROUPS_MAX];      /* legacy: answer to give once released */
};

/* Native dialect: doc/protocol.md 13; what the peer's last status said. */
struct native {
	uint64_t hears_generation, hears_seq; /* of ours, as the peer tells */
	uint64_t digest;                      /* of its haresources, 0 unknown */
	bool digest_differs_logged;
	struct mono last_answer;              /* when we last answered the peer out of turn */
};

struct dialect;

enum phase { PHASE_INIT, PHASE_UP, PHASE_ACTIVE, PHASE_LEAVING, PHASE_GONE };

/* One line a minute for what anybody on the wire can provoke. */
struct complaint {
	struct mono next;
	uint64_t silent; /* since the last line */
};
enum complaint_kind { COMPLAINT_UNAUTHENTIC, COMPLAINT_MALFORMED, COMPLAINT_FOREIGN, COMPLAINT_REPLAY, COMPLAINT_OWN_NAME, COMPLAINT_FIELDS,
                      COMPLAINT_LOST, COMPLAINT_NAK, COMPLAINT_UUID, COMPLAINTS };

struct core {
	const struct ha_cf *conf;
	const struct haresources *resources;
	struct auth *auth;
	struct instant now; /* of the step under way */

	char node_name[HA_CF_NAME_MAX];
	uint8_t uuid[16];
	uint64_t generation;
	uint64_t random;
	char load[64];

	struct node *nodes;
	size_t node_count;
	size_t self, peer; /* peer == self: there is none */
	enum phase phase;
	struct mono next_beat;
	struct mono recent_at;     /* then "recent" moves on, by a deadtime */
	uint64_t recent, recent_before; /* our number at the last move, and at the one before */
	struct mono lossy_until;   /* datagrams were lost on either way a moment ago: beats are twice as many */
	unsigned beats; /* sent at once since the last regular one */
	struct mono comm_deadline; /* initdead */
	struct mono believe_after; /* no takeover from a silent peer before this: we stalled, or hear one that does not prove itself */
	bool peer_left;            /* said good-bye in its present generation */
	bool peer_fenced, fencing, fence_running;
	bool fence_outlived;       /* a newer life of the peer was heard while the shot was under way */
	struct mono fence_retry, fenced_at;
	struct mono leave_deadline; /* PHASE_LEAVING after everything was released */
	bool said_goodbye;
	bool beat_due;             /* our state changed: a status goes out at the end of the step */

	enum half empty_held;  /* halves without groups that are ours all the same: what rscstatus and 3.0.6 expect */
	struct group *groups;
	size_t group_count;
	struct move moves[CORE_MOVES_MAX];

	const struct dialect *dialect; /* chosen by what the peer's status shows */
	struct classic classic;
	struct native native;

	uint64_t seq;
	struct history *history;
	struct mono serve_until;   /* within this span of time ... */
	unsigned served;           /* ... so many requests for old numbers were answered */
	struct complaint complaints[COMPLAINTS];
	struct core_counters counters;

	struct action *actions;
	size_t action_head, action_tail; /* head: next to take */
	bool holdings_queued;            /* ACTION_HOLDINGS, in this step */
	struct writer arena;
	uint64_t dropped_actions;
	struct message in, out;
	void *in_arena, *out_arena, *arena_memory, *datagram;
};

/* --- actions.c: the queue, the log, randomness --- */
struct action *action_add(struct core *c, enum action_kind kind); /* never NULL; a dropped one goes to a scratch slot */
/* Have the holdings written before whatever is added next: once a step, and what is written is the state at its end. */
void action_holdings(struct core *c);
const char *action_text(struct core *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct bytes action_bytes(struct core *c, struct bytes b);
void core_log(struct core *c, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Like core_log at WARN, but at most one line a minute of each kind; says how many were silent.
 * True when it was told.  What anybody who has the key can provoke without end goes here, too. */
bool core_complain(struct core *c, enum complaint_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
uint64_t core_random(struct core *c, uint64_t bound); /* 0..bound-1 */

/* --- outbox.c: everything that is sent --- */
struct message *outbox_begin(struct core *c, const char *type);
/* Add the common fields, number, sign, keep for retransmission, send.  to: NULL everybody. */
void outbox_send(struct core *c, struct message *m, const struct node *to);
void outbox_status(struct core *c);
void outbox_ack(struct core *c, const struct node *to, uint64_t seq);
void outbox_request(struct core *c, const struct node *to, uint64_t seq);
void outbox_serve(struct core *c, const struct node *to, uint64_t first, uint64_t last);

/* --- receive.c: the street of a packet --- */
/* False: it was refused, or came before; nothing has changed but counters and links. */
bool receive_datagram(struct core *c, const struct event *e);

/* --- membership.c: who is up, on which link.  doc/protocol.md 6 --- */
bool membership_init(struct core *c, const char **why);
void membership_start(struct core *c);
struct node *membership_find(struct core *c, struct bytes name);
struct node *membership_peer(struct core *c); /* NULL when there is none */
/* An authentic status, before its number is judged: notices a new generation.  False: it is older than one already processed. */
bool membership_status(struct core *c, struct node *n, const struct message *m, uint64_t seq);
/* The same status, after its number was found to be new. */
void membership_status_accepted(struct core *c, struct node *n, const struct message *m, uint64_t seq);
void membership_heard(struct core *c, struct node *n, size_t medium);
/* It has answered what it was asked when its statuses were late: as good as one of them. */
void membership_alive(struct core *c, struct node *n);
/* A datagram was lost, ours or the peer's. */
void membership_lossy(struct core *c);
void membership_ping(struct core *c, size_t medium);
/* all_heard: nothing waits in the sockets, so that a silence is one.  Otherwise nobody is judged: the datagram behind the one that
 * made this step may be the status that is missed (plan judged-while-draining). */
void membership_tick(struct core *c, bool all_heard);
void membership_stalled(struct core *c, struct span gap);
struct mono membership_deadline(const struct core *c);
const char *node_status_name(enum node_status s);
void phase_set(struct core *c, enum phase phase);

/* --- notify.c: changes told to clients and hooks --- */
void notify_node(struct core *c, const struct node *n, const char *before);
void notify_link(struct core *c, const struct node *n, size_t medium);

/* --- fencing.c --- */
void fencing_peer_died(struct core *c, const struct node *n); /* and did not take its leave */
void fencing_peer_heard(struct core *c);
/* A newer generation of a peer that is taken for dead was heard, and has not proven itself. */
void fencing_new_life(struct core *c, const struct node *n);
/* It goes on, and does not: nobody is shot who can be heard. */
void fencing_heard_unproven(struct core *c, const struct node *n);
void fencing_tick(struct core *c);
void fencing_done(struct core *c, bool ok);
struct mono fencing_deadline(const struct core *c);

/* --- dialects --- */
struct dialect {
	const char *name;
	/* First contact: does the peer answer us, or could what we hear be a recording? */
	bool (*proven)(const struct core *c, const struct node *n);
	/* We are up and not yet active: do what the peer needs for that; is it done? */
	void (*join)(struct core *c);
	bool (*joins)(const struct core *c);
	/* The cluster is up and the peer is there; or we lost sight of it, or of time, and have to ask anew. */
	void (*joined)(struct core *c);
	/* The peer is dead, or has a new generation: forget what it said. */
	void (*forget)(struct core *c);
	/* A status of the peer, before it is believed: whom does it hear? */
	void (*hears)(struct core *c, const struct message *m);
	/* The same status, believed: what does it hold? */
	void (*status)(struct core *c, const struct message *m);
	/* Another message of the peer, of a type that dialects own; the other dialect's are ignored. */
	void (*message)(struct core *c, const struct message *m);
	/* A message came, own states changed, or time passed: report what the peer has, as far as it did not come with a status. */
	void (*report)(struct core *c);
	/* Then say what is to be said. */
	void (*publish)(struct core *c);
	struct mono (*deadline)(const struct core *c);
	/* May our start in the column PEER_NONE, _LEAVING, _FAILED go ahead? */
	bool (*acknowledged)(const struct core *c, size_t group);
	/* All is released in a shutdown: has the peer what it needs, may we go before the grace is over? */
	bool (*may_leave)(const struct core *c);
	/* Nobody runs it, and its home is the peer's: does the peer take it to be ours all the same? */
	bool (*relied_on)(const struct core *c, size_t group);
	/* May an operator have back what is being stopped?  Not where its end is told in words that the peer acts upon at once. */
	bool takes_back;
	/* Can a move begin? */
	bool (*at_rest)(const struct core *c);
	/* An operator ordered standby (false) or takeover of a half, in which there may be no group at all. */
	void (*moved)(struct core *c, bool takeover, enum half half);
};
extern const struct dialect dialect_native, dialect_classic;
/* Choose by the peer's status of a new generation. */
void dialect_choose(struct core *c, const struct message *status);
/* Append the native fields to our own status. */
void native_fields(struct core *c, struct message *m);
/* Our own two halves as bits, with halves that have no groups.  doc/protocol.md 7.1 */
enum half ownership_halves(const struct core *c);
/* Legacy failback between classic nodes: legacy.c.  doc/protocol.md 7.7 */
bool legacy_mode(const struct core *c);
enum peer_column legacy_column(const struct core *c, size_t group);
void legacy_publish(struct core *c);
struct mono legacy_deadline(const struct core *c);
void legacy_message(struct core *c, const struct message *m);

#endif
