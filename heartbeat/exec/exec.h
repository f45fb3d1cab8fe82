// SPDX-License-Identifier: MIT
/* Groups of resources on this machine: start left to right, stop right to left, a deadline for every call.
 * Resources that ha.cf wants watched (monitor) are asked for their status while their group is held, and started again
 * on this machine when they have died.
 * Carries out what the core decided; never decides which node owns a group.  Runs on the GLib main context.
 * doc/resources.md 1 to 3, 5, 11; ours: doc/faults.md 2, 9 to 11. */
#ifndef HEARTBEAT_EXEC_EXEC_H
#define HEARTBEAT_EXEC_EXEC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/watch.h"
#include "heartbeat/exec/halted_groups.h"
#include "lib/mono.h"
#include "lib/process_groups.h"

struct exec_config {
	const struct haresources *resources;
	const struct ha_cf *conf;   /* for the environment HA_<parameter> */
	const char *node;
	/* where scripts are looked up, in this order, NULL-terminated: /etc/ha.d/resource.d, /etc/init.d */
	const char *const *script_directories;
	/* the path of our own resource.d/IPaddr.  When the lookup finds another file, that file is run as a script */
	const char *native_ipaddr;
	struct span deadline;       /* the deadline of each call, for tests; 0: ha_cf_deadline */
	/* How often a failing stop is tried, with pauses of a second, but not for longer than two deadlines; 0: 10
	 * times. */
	unsigned stop_attempts;
	/* The slots in which each program is recorded before it runs; NULL: programs are not recorded.  Borrowed. */
	struct process_group *scripts;
	size_t script_slots;
	/* Reports changes of interfaces and addresses; NULL: addresses are not watched.  The owner of this object must
	 * call exec_interfaces_changed. */
	struct interfaces *interfaces;
	/* True while a resource that has died is restarted: if this process dies then, some of the group is stopped,
	 * although it is held.  NULL: nobody needs it.  Borrowed. */
	_Atomic bool *repairing;
	/* The groups that on-fail stop has stopped here, or is stopping.  NULL: nobody needs it.  Borrowed. */
	struct halted_groups *halted;
	/* List of the addresses that were here before their group started; NULL: only in memory. */
	const char *foreign_file;
};

enum exec_operation { EXEC_START, EXEC_STOP };

struct exec_handlers {
	/* Called when the operation on the group has ended, but not from inside exec_group_*.
	 * still_active: something may still run (stop failed, or start failed and releasing failed too). */
	void (*done)(void *context, size_t group, enum exec_operation operation, bool ok, bool still_active,
		const char *why);
	/* Called when something that the group needs on this machine beside its resources, such as the carrier of an
	 * interface, is missing (why) or is there again; also for a group that does not run here.  May be NULL. */
	void (*ready)(void *context, size_t group, bool ready, const char *why);
	/* A resource of a group that is held has failed, and the group is to be stopped here.  Comes once, unless the
	 * group is started again.  May be NULL. */
	void (*failed)(void *context, size_t group, const char *why);
	void *context;
};

struct exec;

/* Copies config and handlers; the objects that config points to are borrowed as long as the result exists.  Returns
 * NULL with errno, after a log message, when netlink does not work. */
struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers);
/* Kill running children without a report; the resources stay as they are.  Do not call this from inside done. */
void exec_free(struct exec *e);

/* Call the handlers now for all queued reports, because these refer to groups by their index in the present
 * configuration. */
void exec_deliver(struct exec *e);
/* Use another configuration; config: as for exec_new.  Call exec_deliver before this.  Held groups are found again by
 * their id and stay held, and no script is called.  No operation on a group may be in progress. */
void exec_reconfigure(struct exec *e, const struct exec_config *config);

/* Does a watched resource keep something under way that the daemon has not ordered?  Then no exec_reconfigure. */
bool exec_is_repairing(const struct exec *e);
/* What is known of the watched resource at this place; false: there are not so many. */
bool exec_watch(const struct exec *e, size_t position, struct watch_view *out);
/* An operator has repaired what failed: forget the failures of the watched resources of the group, and start it when
 * its monitor line has stopped it (on-fail stop). */
void exec_group_clean(struct exec *e, size_t group);
/* Start group.  An address that is here already, although this exec has not added it, is used as it is, with a warning.
 * A stop does not remove it; the stop fails instead, because the other node must not have it as well.
 * Each resource is first asked for its status, and skipped when it runs.  After the first failure the
 * resources that were started are released, right to left, and the operation ends with ok false.  On a group that is
 * held already, the same happens: a resource that has died is started again.  While the group is stopping, the start
 * follows the stop, and both are reported.
 * An address is in place when this returns, unless a resource to its left takes time. */
void exec_group_start(struct exec *e, size_t group);
/* Stop group, right to left, with its addresses; also when the group is not held.  Cancels a start in progress; then
 * only the stop is reported.  If a resource still runs after stop_attempts failed stops, the operation ends: the
 * resources to the left of it are not stopped, and the group counts as held.
 * Another group that is held here may name the same resource (same script and arguments).  Such a resource keeps
 * running, which is logged, until the last of these groups stops. */
void exec_group_stop(struct exec *e, size_t group);
/* Look whether anything of an idle group runs here that this exec has not started: its addresses, and its scripts, by
 * their status.  Everything that runs is logged at CRIT, with what to do, and the group is stopped.  The end is
 * reported like the end of exec_group_stop.  A stop that is requested meanwhile gets the same report.
 * Call this for all such groups before the main loop runs: the status of their scripts is then called at the same time,
 * for at most 10 s in all.  A script that does not answer counts as stopped, which is logged. */
void exec_group_look(struct exec *e, size_t group);
/* Announce the addresses of the group to the network again. */
void exec_group_announce(struct exec *e, size_t group);
/* Mark an idle group as held without any call, because an earlier engine process has started it. */
void exec_group_adopt(struct exec *e, size_t group);
/* The same for a group with watched resources, when the earlier process may have died in the middle of a restart: what
 * does not run is started. */
void exec_group_adopt_interrupted(struct exec *e, size_t group);
/* An earlier process has stopped the idle group because of on-fail stop, and it stays so; but if no monitor line names
 * any of it now, it is started.  interrupted: that process may have died before all of it was stopped. */
void exec_group_adopt_halted(struct exec *e, size_t group, bool interrupted);
/* An earlier process has started the idle group, and it is to be stopped: a script that cannot be executed is then no
 * proof that its resource is stopped. */
void exec_group_ran(struct exec *e, size_t group);
/* Called when an interface or an address of this machine has changed.  An address that a group here should have is
 * added again before this returns. */
void exec_interfaces_changed(struct exec *e);
/* Run "/etc/ha.d/rc.d/NAME NAME" if the file exists and is executable.  environment: further "HA_x=y" strings,
 * NULL-terminated.  Hooks run one after another. */
void exec_hook(struct exec *e, const char *directory, const char *name, const char *const *environment);
/* Check before the start what would fail at the first takeover: an error for wrong arguments of an address that this
 * process itself takes, a warning for an interface that this machine does not have now.  directories, native: as in
 * exec_config.
 * */
void exec_check_arguments(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags);
/* The same check for scripts: an error for each script that is in no directory or must not be run. */
void exec_check_scripts(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags);
/* Check what other software of this machine does.  Critical: it starts a resource or adds an address at every boot.
 * Warning: an address fits no interface here, or other software may remove the address.  runs: heartbeat runs here, so
 * its addresses may be here.  Reads files of /etc and /run, so do not call this in the engine. */
void exec_check_host(const char *const *directories, const char *native, const struct haresources *resources, bool runs,
	struct diags *diags);

#endif
