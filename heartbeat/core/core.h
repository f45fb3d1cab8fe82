// SPDX-License-Identifier: MIT
/* The engine's face: (state, now, event) in, actions as data out.  Reads no clock, opens nothing, starts nothing,
 * writes nothing; the daemon, the simulator and the fuzzers link the same archive.  HACKING.md, "The core's contract".
 *
 *   core_step(core, now, &event);
 *   while (core_action(core, &action))   carry it out
 *   wake up again at core_deadline(core) with EVENT_TIMER
 */
#ifndef HEARTBEAT_CORE_CORE_H
#define HEARTBEAT_CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/message.h"
#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/mono.h"

struct core;

/* Time of a step: the monotonic clock decides, the wall clock only fills "ts". */
struct instant {
	struct mono mono;
	uint64_t wall_s;
};

/* A group that still runs from an earlier life of the engine. */
struct adopted {
	uint32_t group_id; /* group_conf.id */
	uint64_t epoch;
	bool clean_up; /* too late to be sure: stop it before joining */
	bool failback_due; /* as group_view had it */
};

struct core_config {
	const struct ha_cf *conf;            /* all three borrowed for the life of the core */
	const struct haresources *resources;
	const struct authkeys *keys;
	const char *node; /* own name, lower case; must be among conf->nodes */
	uint8_t uuid[16];
	uint64_t generation; /* larger than in any earlier life */
	uint64_t seed;       /* for random delays */
	const struct adopted *adopted;
	size_t adopted_count;
};

/* Copies nothing but the node name.  NULL with *why (static text) when the configuration cannot be served,
 * e.g. more than two nodes together with groups.  Allocates all it will ever need. */
struct core *core_new(const struct core_config *config, const char **why);
void core_free(struct core *c);

/* --- events -------------------------------------------------------------- */

/* Which of the groups, as operators say it.  local: groups whose home is this node. */
enum half { HALF_NONE, HALF_LOCAL, HALF_FOREIGN, HALF_ALL }; /* names and more: halves.h */

enum group_operation { GROUP_START, GROUP_STOP };

enum event_kind {
	EVENT_START,      /* first event, once: media are open */
	/* core_deadline was reached (or any time); what had arrived was handed over before: only now silence is
	 * judged */
	EVENT_TIMER,
	EVENT_DATAGRAM,   /* from a medium; not verified */
	EVENT_GROUP_DONE, /* the end of ACTION_GROUP_START or _STOP */
	EVENT_GROUP_FAILED, /* a resource of a group that runs here has failed; nothing is stopped yet */
	EVENT_FENCE_DONE, /* the end of ACTION_FENCE */
	EVENT_MOVE,       /* operator: standby or takeover */
	EVENT_MESSAGE,    /* from the FIFO or a client: to be sent to the cluster */
	EVENT_SHUTDOWN,   /* operator or signal: release everything, say good-bye, ACTION_STOPPED */
	EVENT_STALLED,    /* the loop was late by stalled.gap: monotonic, or asleep (boottime) */
	EVENT_KINDS,
};

struct event {
	enum event_kind kind;
	union {
		struct {
			size_t medium; /* index into conf->media */
			struct bytes data;
			struct bytes from; /* source address, for the log: 4 bytes IPv4, 16 bytes IPv6, none: unknown */
		} datagram;
		struct {
			size_t group; /* index into resources->groups */
			enum group_operation operation;
			/* start: all run (on false: all were released again unless still_active); stop: all stopped */
			bool ok;
			/* start failed and the release failed too, or stop failed: something may still run */
			bool still_active;
			const char *why; /* "httpd: exit status 1"; may be NULL */
		} group_done;
		struct {
			size_t group;
			const char *why; /* "httpd: not running"; may be NULL */
		} group_failed;
		struct {
			size_t node; /* as in the action */
			bool ok;
		} fence_done;
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
	};
};

/* One step.  Actions of the step are appended behind those not yet taken. */
void core_step(struct core *c, struct instant now, const struct event *event);
/* When EVENT_TIMER is wanted next; MONO_FAR never happens. */
struct mono core_deadline(const struct core *c);
/* First line of /proc/loadavg, for "ld"; copied.  Call now and then. */
void core_set_load(struct core *c, const char *load);

/* --- actions ------------------------------------------------------------- */

enum { CORE_HOOK_ENVIRONMENT = 8 };

enum action_kind {
	ACTION_SEND,           /* a datagram to every medium that is no ping */
	ACTION_PING,           /* an echo request with this payload on ping medium .medium */
	ACTION_GROUP_START,    /* start group; ends in EVENT_GROUP_DONE */
	/* stop group (also while it starts: that start is cancelled and reported only as this stop) */
	ACTION_GROUP_STOP,
	ACTION_GROUP_ANNOUNCE, /* gratuitous ARP again for its addresses */
	ACTION_FENCE,          /* node index; ends in EVENT_FENCE_DONE */
	ACTION_LOG,
	ACTION_HOOK,           /* run /etc/ha.d/rc.d/NAME if it is there, with environment */
	ACTION_NOTIFY,         /* to API clients: text framing without auth */
	ACTION_MOVE_DONE,      /* an operator's move has ended */
	/* states changed: write the state file (core_group_view) before what follows is started; at most once a step */
	ACTION_HOLDINGS,
	ACTION_STOPPED,        /* shutdown is complete: exit */
};

/* Pointers live until the next core_step. */
struct action {
	enum action_kind kind;
	union {
		struct {
			struct bytes data;
			size_t medium; /* ACTION_PING only */
		} send;
		struct {
			size_t group;
		} group;
		struct {
			size_t node;
			const char *name;
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
		} notify;
		struct {
			unsigned id;
			bool ok;
			const char *text; /* for the operator */
		} move_done;
	};
};

/* Take the next action; false when there is none. */
bool core_action(struct core *c, struct action *out);

/* --- views, for the API and the state file -------------------------------- */

struct node_view {
	const char *name;
	bool ping;
	const char *status; /* "init" "up" "active" "dead" "ping" */
	bool is_self;
};
size_t core_node_count(const struct core *c); /* nodes in order of definition, then ping nodes */
void core_node_view(const struct core *c, size_t index, struct node_view *out);

struct link_view {
	const char *name; /* medium name */
	bool up;
};
/* Links of a node: false past the end. */
bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out);

/* Own side of a group.  The state table is in core/ownership.h. */
enum group_state {
	OWN_UNKNOWN,  /* left over from an earlier life, being cleaned up */
	OWN_NONE,     /* not here */
	OWN_CLAIM,    /* we mean to start it; waiting for the peer's acknowledgement */
	OWN_STARTING,
	OWN_HELD,
	OWN_GIVING,   /* held, offered to the peer */
	OWN_STOPPING,
	OWN_FAILED,   /* start failed here and everything was released */
	OWN_STUCK,    /* stop failed: may still run, never treated as released */
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
	enum group_state peer_state; /* as last reported */
	const char *why;             /* last failure, "" none */
	bool failback_due;           /* it is here because its home was away: with auto_failback it goes back */
};
void core_group_view(const struct core *c, size_t index, struct group_view *out);
/* What cl_status rscstatus prints: "none" "local" "foreign" "all" "transition".  doc/protocol.md 7.9. */
const char *core_holdings(const struct core *c);
/* Anything moving: starting, stopping, giving, claims. */
bool core_in_transition(const struct core *c);

struct core_counters {
	uint64_t sent, received, unauthentic, malformed, duplicate, replayed, foreign, resent, requested;
};
void core_counters(const struct core *c, struct core_counters *out);

#endif
