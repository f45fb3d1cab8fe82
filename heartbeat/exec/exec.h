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
#include "lib/mono.h"
#include "lib/process_groups.h"

struct exec_config {
	const struct haresources *resources;
	const struct ha_cf *conf;   /* HA_<parameter> environment */
	const char *node;
	const char *const *script_directories; /* lookup order, NULL-terminated: /etc/ha.d/resource.d, /etc/init.d */
	/* path of our own resource.d/IPaddr; when the lookup finds another file, that file is run as a script */
	const char *native_ipaddr;
	struct span deadline;       /* of each call, for tests; 0: ha_cf_deadline */
	/* number of tries of a failing stop, one second apart, but not longer than two deadlines; default 10 */
	unsigned stop_attempts;
	/* where each program is recorded before it runs; NULL: nowhere.  Borrowed. */
	struct process_group *scripts;
	size_t script_slots;
	/* Addresses are watched here; NULL: they are not.  The owner calls exec_interfaces_changed. */
	struct interfaces *interfaces;
	/* True while a resource that has died is restarted: if this process dies then, some of the group is stopped,
	 * although it is held.  NULL: nobody needs it.  Borrowed. */
	_Atomic bool *repairing;
	/* List of the addresses that were here before their group started; NULL: only in memory. */
	const char *foreign_file;
};

enum exec_operation { EXEC_START, EXEC_STOP };

struct exec_handlers {
	/* The operation on the group has ended; never called from inside exec_group_*.
	 * still_active: something may still run (stop failed, or start failed and releasing failed too). */
	void (*done)(void *context, size_t group, enum exec_operation operation, bool ok, bool still_active,
		const char *why);
	/* What the group needs on this machine beside its resources is missing (why), or there again: the carrier of
	 * the interface of its address.  Also about groups that are not here.  May be NULL. */
	void (*ready)(void *context, size_t group, bool ready, const char *why);
	/* A resource of a group that is held has failed, and the group is to be stopped here.  Comes once, unless the
	 * group is started again.  May be NULL. */
	void (*failed)(void *context, size_t group, const char *why);
	void *context;
};

struct exec;

/* config and handlers are copied; the objects that config points to are borrowed as long as the result exists.  NULL
 * with errno (logged) when there is no netlink.  stop_attempts: 0 is the default. */
struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers);
/* Running children are killed and not reported; resources stay as they are.  Must not be called from inside done. */
void exec_free(struct exec *e);

/* Hand over now what is queued for the handlers; it names groups by their place in the present configuration. */
void exec_deliver(struct exec *e);
/* The configuration has changed, and exec_deliver was called before; config as for exec_new.  Groups that are held
 * stay held, by their id, and nothing is called.  No operation may be under way on a group. */
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
/* Stop group, right to left, addresses included; also when the group is not held.  Cancels a start under way; then only
 * the stop is reported.  The operation ends when a resource still runs after stop_attempts failed stops: the resources
 * to its left are not stopped, and the group counts as held.
 * Another group that is held here may name the same resource (same script and arguments).  Such a resource keeps
 * running, which is logged; it stops with the last group that needs it. */
void exec_group_stop(struct exec *e, size_t group);
/* Look whether anything of an idle group runs here, although this exec has not started it: addresses, and the status of
 * scripts.  What runs is logged at CRIT, with what to do about it, and the group is stopped.  The end is reported like
 * that of exec_group_stop; a stop that is requested meanwhile is the same one.
 * Call it for all such groups before the main loop runs: their scripts are asked at the same time, for at most 10 s
 * together.  A script that does not answer counts as stopped, which is logged. */
void exec_group_look(struct exec *e, size_t group);
/* Announce the addresses of the group to the network again. */
void exec_group_announce(struct exec *e, size_t group);
/* Mark an idle group as running, and call nothing: an earlier engine process has started it. */
void exec_group_adopt(struct exec *e, size_t group);
/* The same for a group with watched resources, when the earlier process may have died in the middle of a restart: what
 * does not run is started. */
void exec_group_adopt_interrupted(struct exec *e, size_t group);
/* An earlier process has started the idle group, and it is to be stopped: a script that cannot be executed is then no
 * proof that its resource is stopped. */
void exec_group_ran(struct exec *e, size_t group);
/* An interface or an address of this machine has changed: look at the addresses.  One that a group here should have is
 * put back before this returns. */
void exec_interfaces_changed(struct exec *e);
/* Run /etc/ha.d/rc.d/NAME NAME if present and executable; environment: extra "HA_x=y" strings, NULL-terminated.  Hooks
 * run one after another. */
void exec_hook(struct exec *e, const char *directory, const char *name, const char *const *environment);
/* Check before the start what would fail at the first takeover: the arguments of addresses that are taken in-process
 * are errors, an interface that this machine does not have now is a warning.  directories, native: as in exec_config.
 * */
void exec_check_arguments(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags);
/* The same for scripts: an error for one that is in no directory or must not be run, once for each script. */
void exec_check_scripts(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags);
/* What this machine does beside heartbeat: critical, when it starts a resource or adds an address at every boot; a
 * warning, when an address fits no interface here, or when something may remove it.  runs: heartbeat runs here, so that
 * the addresses may be here by right.  Reads files of /etc and /run: not for the engine. */
void exec_check_host(const char *const *directories, const char *native, const struct haresources *resources, bool runs,
	struct diags *diags);

#endif
