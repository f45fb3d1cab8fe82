// SPDX-License-Identifier: MIT
/* Groups of resources on this machine: start left to right, stop right to left, a deadline for every call.
 * Carries out what the core decided; never decides which node owns a group.  Runs on the GLib main context.
 * doc/resources.md 1 to 3, 5; ours: doc/faults.md 2, 9 to 11. */
#ifndef HEARTBEAT_EXEC_EXEC_H
#define HEARTBEAT_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "lib/mono.h"

struct exec_config {
	const struct haresources *resources;
	const struct ha_cf *conf;   /* HA_<parameter> environment */
	const char *node;
	const char *const *script_directories; /* lookup order, NULL-terminated: /etc/ha.d/resource.d, /etc/init.d */
	/* path of our own resource.d/IPaddr; when the lookup finds another file, that file is run as a script */
	const char *native_ipaddr;
	struct span deadline;       /* of each call; default 60 s */
	/* number of tries of a failing stop, one second apart, but not longer than two deadlines; default 10 */
	unsigned stop_attempts;
};

enum exec_operation { EXEC_START, EXEC_STOP };

struct exec_handlers {
	/* The operation on the group has ended; never called from inside exec_group_*.
	 * still_active: something may still run (stop failed, or start failed and releasing failed too). */
	void (*done)(void *context, size_t group, enum exec_operation operation, bool ok, bool still_active,
		const char *why);
	void *context;
};

struct exec;

/* config and handlers are copied; the objects that config points to are borrowed as long as the result exists.  NULL
 * with errno (logged) when there is no netlink.  deadline and stop_attempts: 0 is the default. */
struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers);
/* Running children are killed and not reported; resources stay as they are.  Must not be called from inside done. */
void exec_free(struct exec *e);

/* Start group.  Each resource is first asked for its status, and skipped when it runs.  After the first failure the
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
/* Announce the addresses of the group to the network again. */
void exec_group_announce(struct exec *e, size_t group);
/* Mark an idle group as running, and call nothing: an earlier engine process has started it. */
void exec_group_adopt(struct exec *e, size_t group);
/* Is anything under way: a call, a pause before the next try, a hook, a report? */
bool exec_busy(const struct exec *e);
/* Run /etc/ha.d/rc.d/NAME NAME if present and executable; environment: extra "HA_x=y" strings, NULL-terminated.  Hooks
 * run one after another. */
void exec_hook(struct exec *e, const char *directory, const char *name, const char *const *environment);
/* Call it at start: logs one line for each script that is in no directory. */
void exec_check_scripts(struct exec *e);

#endif
