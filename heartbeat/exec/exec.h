// SPDX-License-Identifier: MIT
/* Groups of resources on this machine: start left to right, stop right to left, a deadline for every call.
 * Carries out what the core decided; decides nothing about who should own.  Lives on the GLib main context.
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
	/* our own resource.d/IPaddr, by path: when the file found by the lookup is another one, that file is run */
	const char *native_ipaddr;
	struct span deadline;       /* of each call; default 60 s */
	/* a failing stop is tried so often, one second apart; default 10; but not longer than two deadlines */
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

/* config and handlers are copied, what config points to is borrowed for the life of the object.  NULL with errno
 * (logged) when there is no netlink.  deadline and stop_attempts: 0 is the default. */
struct exec *exec_new(const struct exec_config *config, const struct exec_handlers *handlers);
/* Children under way are killed and never reported; what they did stays.  Not from inside done. */
void exec_free(struct exec *e);

/* Start group: each resource is asked for its status first and skipped when it runs.  The first failure releases
 * what was started, right to left, and ends the operation with ok false.  On a group that is held: the same pass, so
 * what has died is started again.  While the group is stopping: it comes after the stop, and both are reported.
 * An address is in place when this returns, unless a resource to its left takes time. */
void exec_group_start(struct exec *e, size_t group);
/* Stop group, addresses at their place in the order, also of a group that is not held.  Cancels a start under way (only
 * the stop is reported then).  A resource whose stop fails stop_attempts times and that still runs ends the operation:
 * what lies to its left is left alone, and the group counts as held.
 * A resource that another group held here names too (same script and arguments) is left running and logged:
 * it stops with the last group that needs it. */
void exec_group_stop(struct exec *e, size_t group);
/* Tell the network again where the group's addresses are. */
void exec_group_announce(struct exec *e, size_t group);
/* Take an idle group as running without touching it (adopted from an earlier life of the engine). */
void exec_group_adopt(struct exec *e, size_t group);
/* Is anything under way: a call, a pause before the next try, a hook, a report? */
bool exec_busy(const struct exec *e);
/* Run /etc/ha.d/rc.d/NAME NAME if present and executable; environment: extra "HA_x=y" strings, NULL-terminated.  Queued
 * one after another. */
void exec_hook(struct exec *e, const char *directory, const char *name, const char *const *environment);
/* At start: one line in the log for each script that no directory holds. */
void exec_check_scripts(struct exec *e);

#endif
