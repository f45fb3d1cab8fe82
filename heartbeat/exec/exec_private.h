// SPDX-License-Identifier: MIT
/* Private to heartbeat/exec: groups, the resources that they share, reports to the daemon. */
#ifndef HEARTBEAT_EXEC_EXEC_PRIVATE_H
#define HEARTBEAT_EXEC_EXEC_PRIVATE_H

#include <glib.h>

#include "heartbeat/core/watch.h"
#include "heartbeat/exec/agent.h"
#include "heartbeat/exec/exec.h"
#include "heartbeat/exec/ipaddr.h"
#include "heartbeat/exec/resource_class.h"

enum {
	WHY_MAX = 1024,
	STOP_ATTEMPTS_DEFAULT = 10,
	STOP_RETRY_MS = 1000,
	HOOK_DEADLINE_MS = 60000,
	HOOKS_QUEUED_MAX = 256
};

/* What a group is doing.  Idle: the group should not run here.  Held: it runs here, or could not be stopped. */
enum run_state {
	RUN_IDLE,
	RUN_PROBING,    /* the status of resources[at] is called, before its start */
	RUN_STARTING,
	RUN_HELD,
	RUN_STOPPING,
	RUN_PAUSING,    /* the pause of a second between two attempts of a stop */
	RUN_CHECKING,   /* the status is called after the last attempt of a stop */
	RUN_CANCELLING, /* a call of the start is being killed; the stop follows */
	RUN_LOOKING,    /* the survey asks what of it runs here */
	RUN_HALTED,     /* the daemon has not ordered a stop, but all of it was stopped (run_group_halt) */
	RUN_STATES,
};

/* Why a group that should run here is stopped and started, without an order of the daemon. */
enum repair {
	REPAIR_NONE,
	REPAIR_RESTART, /* resources from `floor` on are stopped, and started again */
	REPAIR_HALT,    /* all resources are stopped, and stay so */
};

struct run_group;

/* A script with its arguments; groups that name the same script and arguments share it. */
struct resource {
	const struct resource_conf *conf;
	const struct run_group *user; /* the group that is calling the script; only one group calls it at a time */
	bool active;              /* it runs here, as far as this process knows */
};

struct run_group {
	struct exec *exec;
	const struct group_conf *conf;
	struct resource **resources;
	size_t index;
	enum run_state state;
	int next;               /* the event that the present handler has produced; -1: none */
	enum exec_operation operation;
	size_t at;              /* the index of the current resource */
	struct mono stop_began; /* when the stop of the current resource began */
	unsigned attempts;      /* the number of failed stops of the current resource */
	bool waiting;           /* another group is calling the same resource */
	bool start_later;       /* a start was requested while the group was stopping */
	bool kept;              /* the stops of a repair have left something here, because its stop was refused */
	bool refused;           /* the stop of the current resource will fail again until a person has acted */
	bool wanted;            /* it runs here or is starting, and no stop of it has begun since */
	enum repair repair;
	size_t floor;           /* of a repair: the leftmost resource that it stops; otherwise 0 */
	bool given_up;          /* held, but reported as failed: the stop is about to be ordered */
	guint timer;
	const struct resource_class *class; /* the class of the call in progress */
	struct class_call *call;            /* NULL: none */
	bool calling;                       /* class->call is running: its outcome is stored in next */
	char why[WHY_MAX];
};

struct hook_queue;
struct survey;
struct address_keeper;
struct monitors;
struct foreign;

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
	struct survey *survey;
	struct address_keeper *keeper;
	struct monitors *monitors;
	/* monitors_begin and monitors_rest; by pointer, because the monitors themselves call the groups */
	void (*group_runs)(struct run_group *g);
	void (*group_moves)(struct run_group *g);
	/* address_keeper_start_failed; by pointer, because the keeper itself calls the class of addresses */
	void (*address_failed)(struct address_keeper *k, const struct resource_conf *conf, int code, const char *error);
	struct foreign *foreign;
};

/* --- run_group.c --- */
void run_group_start(struct run_group *g);
void run_group_stop(struct run_group *g);
void run_group_adopt(struct run_group *g);
void run_group_ran(struct run_group *g);
/* Let an idle group wait for the survey: RUN_LOOKING. */
void run_group_look(struct run_group *g);
/* Called when the survey has ended.  runs: something of the group runs here, so the group is stopped. */
void run_group_looked(struct run_group *g, bool runs);
/* A resource of a group that is held has died.  Stop it and what is right of it, and start these again; at: its place.
 * The end is reported only when it fails: exec_report_failed.  A stop that is ordered meanwhile takes it over. */
void run_group_repair(struct run_group *g, size_t at);
/* Stop a group that is held without an order: for the daemon it stays held.  A stop, or run_group_resume, ends that. */
void run_group_halt(struct run_group *g);
/* Start a halted group again; other groups are not touched. */
void run_group_resume(struct run_group *g);
/* An idle group was held by an earlier process, which may have died while it was repairing: start what does not run. */
void run_group_adopt_interrupted(struct run_group *g);
/* The stop of an idle group has failed under an earlier configuration: it counts as held, and is not watched. */
void run_group_adopt_stuck(struct run_group *g);
/* An idle group was halted by an earlier process or configuration.  interrupted: that process may have died before all
 * of it was stopped, so it is stopped once more. */
void run_group_adopt_halted(struct run_group *g, bool interrupted);
/* Is any group being repaired? */
bool run_groups_repairing(const struct exec *e);
/* A group that is held has failed: report it, so that its stop is ordered. */
void run_group_give_up(struct run_group *g, const char *why);
/* Held, wanted, and neither being repaired nor given up. */
bool run_group_is_steady(const struct run_group *g);
/* Is the resource one of the group? */
bool run_group_names(const struct run_group *g, const struct resource *r);
/* Called when no group calls the resource any more: a group that waits for it continues. */
void run_group_wake(struct exec *e, const struct resource *r);
/* Remove timers and kill children; nothing is reported any more. */
void run_group_abandon(struct run_group *g);

/* --- survey.c --- */
struct survey *survey_new(struct exec *e);
/* Kill the scripts whose status is being called. */
void survey_free(struct survey *s);
/* Add an idle group to the survey: exec_group_look. */
void survey_add(struct survey *s, struct run_group *g);

/* --- reports.c --- */
void exec_reports_init(struct exec *e);
/* Drop the reports that wait. */
void exec_reports_free(struct exec *e);
/* Queue the report that the operation of the group has ended.  The main loop passes it to the daemon before all other
 * work. */
void exec_report(struct exec *e, const struct run_group *g, bool ok, bool still_active);
/* Report that a group that is held has failed, and nothing of it is stopped yet because of that. */
void exec_report_failed(struct exec *e, const struct run_group *g, const char *why);
/* Report whether what the group needs on this machine is there; in the order of all reports. */
void exec_report_ready(struct exec *e, const struct run_group *g, bool ready, const char *why);

/* --- slot.c --- */
/* The deadline of a call. */
struct span exec_deadline(const struct exec *e, const struct resource_conf *resource, enum agent_action action);
/* Take a free slot for the record of the next program; NULL: the program is not recorded. */
struct process_group *exec_take_slot(struct exec *e);

/* --- address_class.c --- */
/* Returns true if this process itself takes the address of this script, false if a script of the administrator does
 * that.  path: what is called. */
bool address_class_serves(const char *const *directories, const char *own, const char *script,
	char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);
/* Announce the address that the resource names, now and repeatedly.  Does nothing for a resource without an address. */
void address_class_announce(struct exec *e, const struct resource_conf *resource);
/* Open the sockets that the announcements will need. */
void address_class_prepare(struct exec *e);

/* --- address_keeper.c --- */
struct address_keeper *address_keeper_new(struct exec *e);
void address_keeper_free(struct address_keeper *k);
/* Returns what was reported of the groups that are not ready, by their id.  address_keeper_inherit passes this to the
 * keeper of the next configuration, so that it reports only changes.  The caller destroys the table. */
GHashTable *address_keeper_reports(const struct address_keeper *k);
void address_keeper_inherit(struct address_keeper *k, GHashTable *reported);
/* Compare the addresses with what the kernel has, and act on the difference. */
void address_keeper_look(struct address_keeper *k);
/* Called when the start of an address has failed (code: -errno, error: for people).  If its interface is the reason,
 * its groups are reported as not ready, before the end of the start is reported. */
void address_keeper_start_failed(
	struct address_keeper *k, const struct resource_conf *conf, int code, const char *error);

/* --- monitors.c --- */
/* Resources that ha.cf does not watch have no part in it. */
struct monitors *monitors_new(struct exec *e);
/* Kill what is being asked, and ask no more: the groups are about to go. */
void monitors_end(struct monitors *m);
/* After monitors_end. */
void monitors_free(struct monitors *m);
/* The group is held: watch its resources.  And: it is being stopped, started or moved: ask nothing, and end what is
 * being asked. */
void monitors_begin(struct run_group *g);
void monitors_rest(struct run_group *g);
/* Forget the failures of the resources of a group. */
void monitors_forget(struct monitors *m, const struct run_group *g);
/* The counts of the monitors of an earlier configuration, by resource. */
void monitors_inherit(struct monitors *m, const struct monitors *from);
/* Is a resource of the group watched? */
bool monitors_has(const struct monitors *m, const struct run_group *g);
/* What is known of the watched resource at this place; false: there are not so many. */
bool monitors_view(const struct monitors *m, size_t position, struct watch_view *out);

/* --- foreign.c --- */
/* Read the file at path, which is borrowed only for the call; NULL: there is no file. */
struct foreign *foreign_new(const char *path);
void foreign_free(struct foreign *f);
bool foreign_has(const struct foreign *f, const struct ip_address *ip);
void foreign_add(struct foreign *f, const struct ip_address *ip);
/* Called when this process has added the address itself, or when the address is gone. */
void foreign_drop(struct foreign *f, const struct ip_address *ip);

/* --- announcements.c --- */
GPtrArray *announcements_new(void);
/* Announce the address on the interface where it is now, and repeat that.  Does nothing when the address is not
 * here. */
void announcements_begin(struct exec *e, const struct ipaddr *ip);
/* Only schedule the repetitions, because the caller has announced the address. */
void announcements_repeat(struct exec *e, const struct ipaddr *ip);
void announcements_cancel(struct exec *e, const struct ip_address *ip);

/* --- check_arguments.c, check_host.c --- */
/* The input of all checks of one run. */
struct check_request {
	const char *const *directories;
	const char *native;
	const struct haresources *resources;
	struct diags *diags;
	struct address_table *addresses; /* check_host.c only */
	bool runs;                       /* check_host.c only: heartbeat runs on this machine */
};
typedef void check_resource(const struct check_request *request, const struct resource_conf *r);
void check_each_resource(const struct check_request *request, check_resource *check);
/* Returns true for an address that this process itself takes. */
bool check_is_native(const struct check_request *request, const struct resource_conf *r);

/* --- hook.c --- */
struct hook_queue *hook_queue_new(struct exec *e);
/* Drop the waiting hooks and kill the running one. */
void hook_queue_free(struct hook_queue *q);

#endif
