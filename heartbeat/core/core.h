// SPDX-License-Identifier: MIT
/* The interface of the engine: (state, now, event) in, actions as data out.  It reads no clock, opens, starts and
 * writes nothing.  The daemon, the simulator and the fuzzers link the same archive.  HACKING.md, "The core's contract".
 *
 *   core_step(core, now, &event);
 *   while (core_action(core, &action))   carry the action out
 *   wake up again at core_deadline(core), with EVENT_TIMER */
#ifndef HEARTBEAT_CORE_CORE_H
#define HEARTBEAT_CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/message.h"
#include "heartbeat/core/peer_memory.h"
#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/mono.h"

struct core;

enum { CORE_UUID_BYTES = 16 };

/* The time of a step.  Decisions use the monotonic clock only; the wall clock only fills the field "ts". */
struct instant {
	struct mono mono;
	uint64_t wall_s;
};

/* A group that still runs since an earlier life of the engine. */
struct adopted {
	uint32_t group_id; /* group_conf.id */
	uint64_t epoch;
	bool clean_up; /* it may have been taken over meanwhile: stop it before this node joins */
	bool failback_due; /* as in group_view */
	/* Nothing is known about it: its first ACTION_GROUP_STOP means to look whether it runs here, and to stop what
	 * runs.  Implies clean_up. */
	bool unverified;
};

struct core_config {
	const struct ha_cf *conf;            /* all three are borrowed until core_free or core_commit */
	const struct haresources *resources;
	const struct authkeys *keys;
	const char *node; /* our own name, in lower case; must be among conf->nodes */
	uint8_t uuid[CORE_UUID_BYTES];
	uint64_t generation; /* larger than in any earlier life */
	uint64_t seed;       /* for random delays */
	const struct adopted *adopted;
	size_t adopted_count;
	const struct peer_memory *remembered; /* of an earlier life of ours; NULL: nothing.  Copied */
};

/* Make an engine.  Copies nothing but the name of the node, and allocates all memory that it will ever need.  NULL,
 * with *why (static text), when the configuration cannot be served, for example more than two nodes together with
 * groups. */
struct core *core_new(const struct core_config *config, const char **why);
void core_free(struct core *c);

/* --- reload in place ------------------------------------------------------- */

enum { CORE_WHY_MAX = 512 };
struct core_change;

/* Check that the running core can take over config->conf, ->resources and ->keys, and allocate everything for that.
 * The rest of config but the name of this node is not looked at.  NULL when it cannot: why holds a sentence for people,
 * which names the group or the node and what to do.  Refused are: another name of this node; a node line more or less
 * (ping nodes may change); a group that may run here, or that moves, whose line is changed or gone; auto_failback to or
 * from legacy beside a classic peer; any change while this node shuts down.
 * The core goes on as before.  It must not be stepped before core_commit: otherwise abandon the change and prepare it
 * again. */
struct core_change *core_prepare(const struct core *c, const struct core_config *config, char why[CORE_WHY_MAX]);
/* Use the new configuration from now on.  Cannot fail; frees the change.  Call it when all actions were taken.
 * The core keeps its generation, numbers, history, phase, beats, proof, moves and counters, and what it knows of the
 * peer: for the peer this is the same life.  Groups are mapped by id, nodes by name, links by kind and name of their
 * medium.  A new group begins in state none.  Every index of a group, a medium or a node is one of the new
 * configuration from here on.  A reload is no return of a node: it triggers no failback and undoes no order.
 * Then take the actions, as after core_step: a status is among them.  The caller frees the old configuration. */
void core_commit(struct core *c, struct core_change *change, struct instant now);
/* Free a change that is not committed.  NULL is fine. */
void core_change_abandon(struct core_change *change);

/* --- events -------------------------------------------------------------- */

/* Which of the groups, as operators say it.  Local: the groups with this node as their home. */
enum half { HALF_NONE, HALF_LOCAL, HALF_FOREIGN, HALF_ALL }; /* names and helpers: halves.h */

enum group_operation { GROUP_START, GROUP_STOP };

/* What a device did.  Only FENCE_RESULT_OK proves anything. */
enum fence_result {
	FENCE_RESULT_OK,         /* verified: the power was off after the request */
	FENCE_RESULT_FAILED,
	FENCE_RESULT_NOT_ITS_HOST, /* the device does not control this node: it did nothing */
	FENCE_RESULT_UNKNOWN,    /* it was ended before it could report: the power may be off, or go off soon */
	FENCE_RESULTS,
};
enum fence_operation { FENCE_RESET, FENCE_OFF, FENCE_ON };

enum event_kind {
	EVENT_START,      /* the first event, once: the media are open */
	/* Time has passed: core_deadline was reached, or earlier.  What had arrived was handed over before it, unless
	 * core_decides said that nothing depends on it: only now can silence be judged. */
	EVENT_TIMER,
	EVENT_DATAGRAM,   /* received on a medium, not yet verified */
	EVENT_GROUP_DONE, /* the end of ACTION_GROUP_START or _STOP */
	EVENT_GROUP_FAILED, /* a resource of a group that runs here has failed; nothing is stopped yet */
	/* What a group needs on this machine beside its resources is missing, such as the carrier of the interface of
	 * its address; or it is there again.  A group is ready until this says otherwise. */
	EVENT_GROUP_READY,
	/* An operator has repaired what failed (hb_cleanup): a failure is forgotten, a failed stop is tried again. */
	EVENT_GROUP_CLEAN,
	EVENT_FENCE_DONE, /* the end of ACTION_FENCE, also of a cancelled one */
	EVENT_CONFIRM,    /* an operator confirms that a node is off (hb_confirm); answered by ACTION_MOVE_DONE */
	EVENT_MOVE,       /* an operator orders standby or takeover */
	EVENT_MESSAGE,    /* from the FIFO or from a client, for the cluster */
	/* an operator or a signal: release everything, send the shutdown notice, then ACTION_STOPPED */
	EVENT_SHUTDOWN,
	EVENT_STALLED,    /* the main loop was late by stalled.gap: it got no CPU, or the machine was suspended */
	/* A medium leads to this machine itself (its ucast line has one of our own addresses), or does so no longer.
	 * Nothing is sent to us there; this keeps the link of this node as it would be if packets came back. */
	EVENT_TO_SELF,
	EVENT_RELOADED,   /* made by core_commit only */
	EVENT_KINDS,
};

struct event {
	enum event_kind kind;
	union {
		struct {
			size_t medium; /* index into conf->media */
			struct bytes data;
			/* source address, for the log: 4 bytes IPv4, 16 bytes IPv6, empty: unknown */
			struct bytes from;
		} datagram;
		struct {
			size_t group; /* index into resources->groups */
			enum group_operation operation;
			/* Start: everything runs.  (If not, everything was released again, unless still_active.)  Stop:
			 * everything is stopped. */
			bool ok;
			/* something may still run: a start and the release after it failed, or a stop failed */
			bool still_active;
			const char *why; /* "httpd: exit status 1"; may be NULL */
		} group_done;
		struct {
			size_t group;
			const char *why; /* "httpd: not running"; may be NULL */
		} group_failed;
		struct {
			size_t group;
			bool ready;
			const char *why; /* not ready: "eth0 has no carrier" */
		} group_ready;
		struct {
			size_t group;
		} group_clean;
		struct {
			size_t node; /* as in the action */
			unsigned attempt;
			enum fence_result result;
			const char *text; /* of the device: "ipmilan: timeout"; may be NULL */
		} fence_done;
		struct {
			size_t node;
			unsigned id; /* for ACTION_MOVE_DONE; 0: nobody waits */
		} confirm;
		struct {
			bool takeover; /* false: standby */
			enum half half; /* as seen from this node */
			unsigned id;   /* for ACTION_MOVE_DONE; 0: nobody waits */
		} move;
		struct {
			const struct message *message;
		} message;
		struct {
			struct span gap;
		} stalled;
		struct {
			size_t medium;
			bool on;
		} to_self;
		struct {
			struct core_change *change;
		} reloaded;
	};
};

/* One step.  Its actions are appended behind those that were not taken yet. */
void core_step(struct core *c, struct instant now, const struct event *event);
/* When the next EVENT_TIMER is needed; MONO_FAR: not before something else happens. */
struct mono core_deadline(const struct core *c);
/* Does EVENT_TIMER at this time do more than send a heartbeat?  Then what has arrived must be handed over before it. */
bool core_decides(const struct core *c, struct mono now);
/* The first line of /proc/loadavg, for the field "ld"; copied.  Call it now and then. */
void core_set_load(struct core *c, const char *load);
/* Does any client want heartbeats that report no change?  Only then there is an ACTION_NOTIFY for each. */
void core_set_beats_wanted(struct core *c, bool wanted);

/* --- actions ------------------------------------------------------------- */

enum { CORE_HOOK_ENVIRONMENT = 32 };

enum action_kind {
	ACTION_SEND,           /* a datagram for every medium that is not a ping */
	ACTION_PING,           /* an echo request with this payload, for the ping medium send.medium */
	ACTION_GROUP_START,    /* start a group; answered by EVENT_GROUP_DONE */
	/* Stop a group.  If it is still starting, that start is cancelled, and only the stop is reported. */
	ACTION_GROUP_STOP,
	ACTION_GROUP_ANNOUNCE, /* announce its addresses again (gratuitous ARP) */
	/* One attempt with one device; answered by EVENT_FENCE_DONE, with FENCE_RESULT_UNKNOWN at its time limit. */
	ACTION_FENCE,
	ACTION_FENCE_CANCEL,   /* end the attempt as soon as possible: it is not needed any more */
	ACTION_LOG,
	ACTION_HOOK,           /* run /etc/ha.d/rc.d/NAME, if it exists, with this environment */
	ACTION_NOTIFY,         /* for API clients: text framing without auth */
	ACTION_MOVE_DONE,      /* an operator's move has ended, or EVENT_CONFIRM was answered */
	/* Group states have changed: write the state file (core_group_view) before the actions that follow are carried
	 * out.  At most one a step. */
	ACTION_HOLDINGS,
	/* What is known of the peer has changed.  Keep it for the next engine, and write it to the disk: soon, or
	 * within a minute when only its number has grown (remember.soon).  The actions that follow need not wait for
	 * it.  peer_memory.h */
	ACTION_REMEMBER,
	ACTION_STOPPED,        /* the shutdown is complete: exit */
};

/* All pointers are valid until the next core_step. */
struct action {
	enum action_kind kind;
	union {
		struct {
			struct bytes data;
			/* ACTION_SEND: the same message in text framing, for serial lines; empty: ha.cf has none, or
			 * the message cannot be written as text */
			struct bytes text;
			bool is_status; /* ACTION_SEND: the next status makes it useless */
			size_t medium; /* ACTION_PING only */
		} send;
		struct {
			size_t group;
		} group;
		struct {
			size_t node;
			const char *name;
			unsigned attempt;
			size_t device; /* index into conf->stonith; both are not set in ACTION_FENCE_CANCEL */
			enum fence_operation operation;
		} fence;
		struct {
			enum log_level level;
			const char *text;
		} log;
		struct {
			const char *name; /* message type, a file name without slash */
			const char *environment[CORE_HOOK_ENVIRONMENT]; /* "HA_src=node1", NULL-terminated */
		} hook;
		struct {
			struct bytes data;
			bool beat; /* a heartbeat that reports no change */
		} notify;
		struct {
			unsigned id;
			bool ok;
			const char *text; /* for the operator */
		} move_done;
		struct {
			const struct peer_memory *memory;
			bool soon; /* write it at once */
		} remember;
	};
};

/* Take the next action.  Returns false when there is none. */
bool core_action(struct core *c, struct action *out);

/* --- views, for the API and the state file -------------------------------- */

struct node_view {
	const char *name;
	bool ping;
	const char *status; /* "init" "up" "active" "dead" "ping" */
	bool is_self;
	const uint8_t *uuid; /* CORE_UUID_BYTES; NULL: not known */
	struct mono heard_at; /* its last status or answer; MONO_NEVER: none */
	struct mono deadline; /* when it is declared dead; MONO_FAR: it is not watched now */
};
/* The nodes in the order of ha.cf, then the ping nodes. */
size_t core_node_count(const struct core *c);
void core_node_view(const struct core *c, size_t index, struct node_view *out);

struct link_view {
	const char *name; /* medium name */
	const char *kind; /* its directive */
	bool up;
	struct mono heard_at; /* MONO_NEVER: never */
	unsigned lost, of;    /* lost of the last so many messages; of 0: none is known */
};
/* A link of a node.  Returns false when index is past the end. */
bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out);

/* The state of a group on this node.  The state table is in core/ownership.h. */
enum group_state {
	OWN_UNKNOWN,  /* left behind by an earlier life, being stopped; or not looked at yet */
	OWN_NONE,     /* it does not run here */
	OWN_CLAIM,    /* we want to start it, and wait for the answer of the peer */
	OWN_STARTING,
	OWN_HELD,
	OWN_GIVING,   /* it runs here, and is offered to the peer */
	OWN_STOPPING,
	OWN_FAILED,   /* its start failed here, and everything is released */
	OWN_STUCK,    /* a stop failed: it may still run, and never counts as released */
	OWN_STATES,
};
/* "unknown" "none" "claim" "starting" "held" "giving" "stopping" "failed" "stuck" */
const char *group_state_name(enum group_state s);

struct group_view {
	const char *key, *home;
	uint32_t id;
	enum group_state state;
	uint64_t epoch;
	bool peer_known;
	enum group_state peer_state; /* as the peer reported it last */
	const char *why;             /* what hinders it here; else the last failure; "": none */
	bool hindered;               /* EVENT_GROUP_READY: it cannot start here, or runs here and cannot be used */
	/* it runs here because its home was away; with auto_failback it goes back */
	bool failback_due;
	struct mono since;      /* it is in this state; MONO_NEVER: since the start */
	const char *reason;     /* why it came into this state; "": none */
	const char *peer;       /* how the table of ownership.h counts the peer now: "away", "unsure", "held" ... */
	struct mono peer_since; /* the peer has reported the same; MONO_NEVER: it has not */
	unsigned attempts;      /* starts that failed in a row */
	struct mono deadline;   /* the next try, or the end of a wait; MONO_FAR: none */
};
void core_group_view(const struct core *c, size_t index, struct group_view *out);
/* What the last EVENT_TO_SELF reported of a medium; false also when the core needs that event again. */
bool core_to_self(const struct core *c, size_t medium);
/* The text that cl_status rscstatus prints: "none" "local" "foreign" "all" "transition".  doc/protocol.md 7.9 */
const char *core_holdings(const struct core *c);

/* A move of an operator that has not ended.  False past the last one. */
struct move_view {
	bool takeover;
	const char *half, *reason;
	struct mono deadline;      /* when it is given up */
};
bool core_move_view(const struct core *c, size_t index, struct move_view *out);

/* alarm: every attempt since the peer became silent has failed, or none is made; why: the last reason, "" when there is
 * none. */
struct fencing_view {
	bool required;    /* before a takeover: ha.cf has a device for this node */
	bool in_progress; /* an attempt is */
	bool proven;      /* the peer is dead, and known to be off or to have left */
	bool alarm;
	unsigned failures;
	const char *why;
};

struct status_view {
	const char *phase;   /* of this node: "init" "up" "active" "leaving" "gone" */
	const char *dialect; /* with the peer: "native" "classic" "legacy" */
	const char *proof;   /* that the peer is absent: "none" "left" "fenced" */
	struct fencing_view fencing;
	bool isolated;       /* this node is cut off: ipfail.h */
	struct mono next;    /* the next deadline; MONO_FAR: none */
	const char *next_of; /* what it is: "heartbeat" "node" "group" "dialect" "move" "ping" "shutdown"; "": none */
};
void core_status_view(const struct core *c, struct status_view *out);

/* The last decisions about groups, the oldest first; false past the newest.  decisions.h */
struct decision_view {
	const char *key; /* of the group; "": it is not in haresources any more */
	uint64_t wall_s;
	struct mono at;
	enum group_state from, to;
	const char *reason;
	/* what was known: the column of the table, the phase of this node, status and silence (negative: never heard)
	 * of the peer, the proof that it is absent, ... */
	const char *peer, *phase, *peer_status;
	struct span peer_silent;
	const char *proof;
	bool proof_required, acked, asked;
	uint64_t epoch, peer_epoch;
	const char *hindrance;
};
bool core_decision_view(const struct core *c, size_t index, struct decision_view *out);

/* The names of each kind of state, for the schema of the status.  NULL past the end. */
const char *core_state_name(const char *kind, size_t index);
/* Does any group move: starting, stopping, giving, claiming? */
bool core_in_transition(const struct core *c);

struct core_counters {
	uint64_t sent, received, unauthentic, malformed, duplicate, replayed, foreign, resent, requested;
};
void core_counters(const struct core *c, struct core_counters *out);

#endif
