// SPDX-License-Identifier: MIT
/* The interface of the core, the part of the engine that decides: (state, now, event) in, actions as data out.  The
 * core reads no clock, opens no file or socket, and starts no process.  The daemon, the simulator and the fuzzers link
 * the same archive.  HACKING.md, "The core's contract".
 *
 *   core_step(core, now, &event);
 *   while (core_action(core, &action))   carry the action out
 *   call core_step again at core_deadline(core), with EVENT_TIMER */
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

/* The time of a step.  Decisions use only the monotonic clock.  The wall clock fills the field "ts" and the times that
 * people read. */
struct instant {
	struct mono mono;
	uint64_t wall_s;
};

/* A group that an earlier engine has started, and that may still run. */
struct adopted {
	uint32_t group_id; /* group_conf.id */
	uint64_t epoch;
	bool clean_up; /* the peer may have taken the group over meanwhile: stop it before this node joins */
	bool failback_due; /* as in group_view */
	/* Nothing is known about the group: its first ACTION_GROUP_STOP means to look whether it runs here, and to stop
	 * what runs.  Set only together with clean_up. */
	bool unverified;
};

struct core_config {
	const struct ha_cf *conf;            /* conf, resources and keys are borrowed until core_free or core_commit */
	const struct haresources *resources;
	const struct authkeys *keys;
	const char *node; /* our own name, in lower case; must be among conf->nodes */
	uint8_t uuid[CORE_UUID_BYTES];
	uint64_t generation; /* larger than the generation of any earlier life */
	uint64_t seed;       /* for random delays */
	const struct adopted *adopted;
	size_t adopted_count;
	const struct peer_memory *remembered; /* from the engine before; NULL: nothing.  Copied */
};

/* Make a core.  Allocates all memory that the core will ever need.  Of config, only what is marked as borrowed must
 * stay valid.  Returns NULL, with the reason in *why (static text), when the configuration cannot be served, for
 * example more than two nodes together with groups. */
struct core *core_new(const struct core_config *config, const char **why);
void core_free(struct core *c);

/* --- reload in place ------------------------------------------------------- */

enum { CORE_WHY_MAX = 512 };
struct core_change;

/* Check that the running core can change to config->conf, ->resources and ->keys, and allocate everything for that.  Of
 * config, only these and the name of this node are read.  Returns NULL when the change is refused; then why holds a
 * sentence for people, which names the group or the node and what to do.  These changes are refused: another name of
 * this node; a node that is added or removed (ping nodes may change); a changed or removed line of a group that may run
 * here or that moves; auto_failback to or from legacy beside a classic peer; any change while this node shuts down.
 * The core itself does not change here.  Do not call core_step between core_prepare and core_commit; if a step is
 * necessary, abandon the change and prepare it again. */
struct core_change *core_prepare(const struct core *c, const struct core_config *config, char why[CORE_WHY_MAX]);
/* Use the new configuration from now on.  Cannot fail; frees the change.  Take all actions before this call.
 * The core keeps its generation, numbers, history, phase, beats, proof, moves and counters, and what it knows of the
 * peer: for the peer this is the same life of this node.  Groups are mapped by id, nodes by name, links by kind and
 * name of their medium.  A new group begins in state none.  From now on, each index of a group, a medium or a node
 * refers to the new configuration.  A reload is not a return of a node: it triggers no failback and cancels no order.
 * Afterwards take the actions, as after core_step; one of them sends a status.  The caller frees the old
 * configuration. */
void core_commit(struct core *c, struct core_change *change, struct instant now);
/* Free a change that is not committed.  NULL is allowed. */
void core_change_abandon(struct core_change *change);

/* --- events -------------------------------------------------------------- */

/* A half of the groups, as in the commands of an operator.  Local: the groups that have this node as their home;
 * foreign: the other groups. */
enum half { HALF_NONE, HALF_LOCAL, HALF_FOREIGN, HALF_ALL }; /* names and helpers: halves.h */

enum group_operation { GROUP_START, GROUP_STOP };

/* The result of an attempt with one device.  Only FENCE_RESULT_OK proves that the node is off. */
enum fence_result {
	FENCE_RESULT_OK,         /* the device verified that the power was off after the request */
	FENCE_RESULT_FAILED,
	FENCE_RESULT_NOT_ITS_HOST, /* the device does not control this node, and did nothing */
	/* the attempt was ended before the device could report: the power may be off, or go off soon */
	FENCE_RESULT_UNKNOWN,
	FENCE_RESULTS,
};
enum fence_operation { FENCE_RESET, FENCE_OFF, FENCE_ON };

enum event_kind {
	EVENT_START,      /* the first event, and only once: the media are open */
	/* Time has passed: core_deadline was reached, or an earlier time.  The shell passes all datagrams that have
	 * arrived before it sends this event, because the core now decides which nodes are silent.  The shell need not
	 * do this when core_decides returns false. */
	EVENT_TIMER,
	EVENT_DATAGRAM,   /* received on a medium, not yet verified */
	EVENT_GROUP_DONE, /* ACTION_GROUP_START or _STOP has ended */
	EVENT_GROUP_FAILED, /* a resource of a group that runs here has failed; nothing is stopped yet */
	/* Something that a group needs on this machine beside its resources is missing, such as the carrier of the
	 * interface of its address; or it is there again.  A group is ready until this event reports that it is not. */
	EVENT_GROUP_READY,
	/* An operator has repaired what failed (hb_cleanup): a failure is forgotten, a failed stop is tried again. */
	EVENT_GROUP_CLEAN,
	EVENT_FENCE_DONE, /* the end of ACTION_FENCE, also of a cancelled one */
	EVENT_CONFIRM,    /* an operator confirms that a node is off (hb_confirm); answered by ACTION_MOVE_DONE */
	EVENT_MOVE,       /* an operator orders standby or takeover */
	EVENT_MESSAGE,    /* a message from the FIFO or from a client, for the cluster */
	/* an operator or a signal orders the end: the core releases everything, sends the shutdown notice, and adds
	 * ACTION_STOPPED */
	EVENT_SHUTDOWN,
	/* the main loop was late by stalled.gap: the process got no CPU, or the machine was suspended */
	EVENT_STALLED,
	/* A medium leads to this machine itself (its ucast line has one of our own addresses), or does so no longer.
	 * Nothing is sent on such a medium.  This event sets the link of this node as if packets came back on it. */
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
			/* After a start: everything runs.  If false, everything was released again, unless
			 * still_active.  After a stop: everything is stopped. */
			bool ok;
			/* something may still run: a stop failed, or a start failed and the release after it failed
			 * too */
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
			const char *text; /* what the device reported: "ipmilan: timeout"; may be NULL */
		} fence_done;
		struct {
			size_t node;
			unsigned id; /* for ACTION_MOVE_DONE; 0: no client waits */
		} confirm;
		struct {
			bool takeover; /* false: standby */
			enum half half; /* as seen from this node */
			unsigned id;   /* for ACTION_MOVE_DONE; 0: no client waits */
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

/* Take one step.  Its actions are appended behind the actions that were not taken yet. */
void core_step(struct core *c, struct instant now, const struct event *event);
/* When the next EVENT_TIMER is needed; MONO_FAR: not before something else happens. */
struct mono core_deadline(const struct core *c);
/* Returns true if EVENT_TIMER at this time does more than send a heartbeat.  Then all datagrams that have arrived must
 * be passed before it. */
bool core_decides(const struct core *c, struct mono now);
/* Set the field "ld" of our status: the first line of /proc/loadavg; copied.  Call this regularly. */
void core_set_load(struct core *c, const char *load);
/* wanted: a client wants heartbeats that report no change.  Without such a client, there is no ACTION_NOTIFY for
 * them. */
void core_set_beats_wanted(struct core *c, bool wanted);

/* --- actions ------------------------------------------------------------- */

enum { CORE_HOOK_ENVIRONMENT = 32 };

enum action_kind {
	ACTION_SEND,           /* send a datagram on each medium that is not a ping medium */
	ACTION_PING,           /* send an echo request with this payload on the ping medium send.medium */
	ACTION_GROUP_START,    /* start a group; answered by EVENT_GROUP_DONE */
	/* Stop a group; answered by EVENT_GROUP_DONE.  If the group is still starting, its start is cancelled, and only
	 * the stop is reported. */
	ACTION_GROUP_STOP,
	ACTION_GROUP_ANNOUNCE, /* announce the addresses of the group again (gratuitous ARP) */
	/* Make one fencing attempt with one device; answered by EVENT_FENCE_DONE.  At the time limit of the device the
	 * answer is FENCE_RESULT_UNKNOWN. */
	ACTION_FENCE,
	ACTION_FENCE_CANCEL,   /* end the attempt as soon as possible, because it is not needed any more */
	ACTION_LOG,
	ACTION_HOOK,           /* run /etc/ha.d/rc.d/NAME, if it exists, with this environment */
	ACTION_NOTIFY,         /* pass a message to the API clients: text framing without "auth" */
	ACTION_MOVE_DONE,      /* an operator's move has ended, or EVENT_CONFIRM was answered */
	/* States of groups have changed: write the state file (core_group_view) before the actions that follow are
	 * carried out.  There is at most one in a step. */
	ACTION_HOLDINGS,
	/* What this node knows of the peer has changed.  Keep it for the next engine, and write it to the disk: at once
	 * if remember.soon, otherwise within a minute (only the message number of the peer has grown).  The actions
	 * that follow need not wait for the disk.  peer_memory.h */
	ACTION_REMEMBER,
	ACTION_STOPPED,        /* the shutdown is complete: exit */
};

/* All pointers are valid until the next core_step. */
struct action {
	enum action_kind kind;
	union {
		struct {
			struct bytes data;
			/* ACTION_SEND: the same message in text framing, for serial lines.  Empty when ha.cf has no
			 * serial line, or when the message cannot be written as text */
			struct bytes text;
			bool is_status; /* ACTION_SEND: this is a status; the next status replaces it */
			size_t medium; /* ACTION_PING only */
		} send;
		struct {
			size_t group;
		} group;
		struct {
			size_t node;
			const char *name;
			unsigned attempt;
			/* index into conf->stonith.  device and operation are not set in ACTION_FENCE_CANCEL */
			size_t device;
			enum fence_operation operation;
		} fence;
		struct {
			enum log_level level;
			const char *text;
		} log;
		struct {
			const char *name; /* the type of the message: a file name without a slash */
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
	struct mono heard_at; /* the time of its last status or answer; MONO_NEVER: none */
	struct mono deadline; /* when the node is declared dead; MONO_FAR: it is not watched now */
};
/* The nodes in the order of ha.cf, then the ping nodes. */
size_t core_node_count(const struct core *c);
void core_node_view(const struct core *c, size_t index, struct node_view *out);

struct link_view {
	const char *name; /* medium name */
	const char *kind; /* the directive of the medium */
	bool up;
	struct mono heard_at; /* MONO_NEVER: never */
	unsigned lost, of;    /* of the last "of" messages, "lost" were not received here; of 0: nothing is known */
};
/* Write the link with this index of a node to *out.  Returns false when index is past the end. */
bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out);

/* The state of a group on this node.  The state table is in core/ownership.h. */
enum group_state {
	/* an earlier engine left it behind: it is being stopped, or exec still has to look whether it runs */
	OWN_UNKNOWN,
	OWN_NONE,     /* it does not run here */
	OWN_CLAIM,    /* this node wants to start it, and waits for the answer of the peer */
	OWN_STARTING,
	OWN_HELD,
	OWN_GIVING,   /* it runs here, and this node offers it to the peer */
	OWN_STOPPING,
	OWN_FAILED,   /* its start, or a resource of it, failed here, and everything is released */
	OWN_STUCK,    /* its stop failed: it may still run here, and does not count as released */
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
	enum group_state peer_state; /* what the peer reported last */
	const char *why;             /* what hinders the group here, or else its last failure; "": none */
	/* by EVENT_GROUP_READY: the group cannot start here, or it runs here and cannot be used */
	bool hindered;
	/* the group runs here because its home was away; with auto_failback it goes back */
	bool failback_due;
	struct mono since;      /* the start of this state; MONO_NEVER: the start of the engine */
	const char *reason;     /* why the group came into this state; "": none */
	/* the present column of the peer in the table of ownership.h: "away", "unsure", "held" ... */
	const char *peer;
	struct mono peer_since; /* the peer has reported the same since then; MONO_NEVER: it has reported nothing */
	unsigned attempts;      /* how many starts have failed in a row */
	struct mono deadline;   /* the next attempt, or the end of a wait; MONO_FAR: none */
};
void core_group_view(const struct core *c, size_t index, struct group_view *out);
/* What the last EVENT_TO_SELF reported of a medium.  Also returns false when the core needs that event again. */
bool core_to_self(const struct core *c, size_t medium);
/* The text that cl_status rscstatus prints: "none" "local" "foreign" "all" "transition".  doc/protocol.md 7.9 */
const char *core_holdings(const struct core *c);

/* A move of an operator that has not ended.  core_move_view returns false when index is past the end. */
struct move_view {
	bool takeover;
	const char *half, *reason;
	struct mono deadline;      /* when the move is given up */
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
	/* the kind of that deadline: "heartbeat" "node" "group" "dialect" "move" "ping" "shutdown"; "": none */
	const char *next_of;
};
void core_status_view(const struct core *c, struct status_view *out);

/* The last decisions about groups, the oldest first.  core_decision_view returns false past the newest.  decisions.h */
struct decision_view {
	const char *key; /* the name of the group; "": the group is not in haresources any more */
	uint64_t wall_s;
	struct mono at;
	enum group_state from, to;
	const char *reason;
	/* What was known at the time of the decision: the column of the table, the phase of this node, the status of
	 * the peer and how long the peer was silent (negative: never heard), the proof that the peer is absent, ... */
	const char *peer, *phase, *peer_status;
	struct span peer_silent;
	const char *proof;
	bool proof_required, acked, asked;
	uint64_t epoch, peer_epoch;
	const char *hindrance;
};
bool core_decision_view(const struct core *c, size_t index, struct decision_view *out);

/* The name with this index of a kind of state, for the schema of the status.  NULL past the end. */
const char *core_state_name(const char *kind, size_t index);
/* Returns true if any group moves: it is starting, stopping, giving or claiming. */
bool core_in_transition(const struct core *c);

struct core_counters {
	uint64_t sent, received, unauthentic, malformed, duplicate, replayed, foreign, resent, requested;
};
void core_counters(const struct core *c, struct core_counters *out);

#endif
