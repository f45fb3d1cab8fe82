// SPDX-License-Identifier: MIT
/* Private to heartbeat/exec: groups, the resources that they share, reports to the daemon. */
#ifndef HEARTBEAT_EXEC_EXEC_PRIVATE_H
#define HEARTBEAT_EXEC_EXEC_PRIVATE_H

#include <glib.h>

#include "heartbeat/exec/agent.h"
#include "heartbeat/exec/exec.h"
#include "heartbeat/exec/ipaddr.h"
#include "heartbeat/exec/resource_class.h"

enum {
	WHY_MAX = 1024,
	STOP_ATTEMPTS_DEFAULT = 10,
	STOP_RETRY_MS = 1000,
	DEADLINE_DEFAULT_MS = 60000,
	HOOKS_QUEUED_MAX = 256
};

/* What a group is doing.  idle: it should not run here; held: it runs here, or could not be stopped. */
enum run_state {
	RUN_IDLE,
	RUN_PROBING,    /* status of the resource at `at`, before its start */
	RUN_STARTING,
	RUN_HELD,
	RUN_STOPPING,
	RUN_PAUSING,    /* a second between two tries of a stop */
	RUN_CHECKING,   /* status after the last try */
	RUN_CANCELLING, /* a call of the start is being killed; the stop follows */
	RUN_STATES,
};

struct run_group;

/* A script with its arguments; groups that name the same script and arguments share it. */
struct resource {
	const struct resource_conf *conf;
	const struct run_group *user; /* the group that is calling it: never two at once */
	bool active;              /* runs here as far as we know */
};

struct run_group {
	struct exec *exec;
	const struct group_conf *conf;
	struct resource **resources;
	size_t index;
	enum run_state state;
	int next;               /* event that the running handler has produced, -1: none */
	enum exec_operation operation;
	size_t at;              /* the current resource */
	struct mono stop_began; /* of the current resource */
	unsigned attempts;      /* failed stops of the current resource */
	bool waiting;           /* another group is calling the same resource */
	bool start_later;       /* asked to start while stopping */
	guint timer;
	const struct resource_class *class; /* of the call under way */
	struct class_call *call;            /* NULL: none */
	bool calling;                       /* inside of class->call: its outcome becomes `next` */
	char why[WHY_MAX];
};

struct hook_queue;

struct exec {
	struct exec_config config;
	struct exec_handlers handlers;
	struct run_group *groups;
	struct resource *resources;
	size_t group_count, resource_count;
	char **environment;
	struct address_table *addresses;
	GPtrArray *announcements;
	GQueue *reports;
	guint report_source;
	struct hook_queue *hooks;
};

/* --- run_group.c --- */
void run_group_start(struct run_group *g);
void run_group_stop(struct run_group *g);
void run_group_adopt(struct run_group *g);
/* Remove timers and kill children; nothing is reported any more. */
void run_group_abandon(struct run_group *g);

/* --- exec.c --- */
/* Report to the daemon, from the main loop and before anything else in it. */
void exec_report(struct exec *e, const struct run_group *g, bool ok, bool still_active);

/* --- address_class.c --- */
/* Announce the addresses that the resource names, now and repeatedly.  Other resources have none. */
void address_class_announce(struct exec *e, const struct resource_conf *resource);
GPtrArray *address_class_announcements_new(void);
/* Open what the announcements will need. */
void address_class_prepare(struct exec *e);

/* --- hook.c --- */
struct hook_queue *hook_queue_new(struct span deadline);
/* Drop the waiting hooks and kill the running one. */
void hook_queue_free(struct hook_queue *q);
bool hook_queue_busy(const struct hook_queue *q);

#endif
