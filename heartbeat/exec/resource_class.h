// SPDX-License-Identifier: MIT
/* Classes of resources: how a resource of haresources is found, called and abandoned.  All classes have one interface,
 * and one row each in the table.  A group gets a class from resource_resolve and need not know which class it is. */
#ifndef HEARTBEAT_EXEC_RESOURCE_CLASS_H
#define HEARTBEAT_EXEC_RESOURCE_CLASS_H

#include <stdbool.h>

#include "heartbeat/exec/agent.h"

struct exec;
struct class_call; /* a call under way; each class has its own type for it */

struct class_request {
	struct exec *exec;
	const struct resource_conf *resource; /* borrowed until done */
	const char *path;                     /* as resolve filled it; copied */
	enum agent_action action;
	struct span deadline;                 /* of the call; 0: that of exec_config */
	/* Exactly once, from inside call or later from the main loop.
	 * why: "" or what went wrong, for people; it is logged already. */
	void (*done)(void *context, enum agent_verdict verdict, const char *why);
	void *context;
};

struct resource_class {
	const char *name;
	/* start does nothing when the resource runs already, so that no status call is needed before it. */
	bool start_checks_status;
	/* Is the resource of this class, and what would be called?
	 * Returns 0 and fills path with the program, or the name for the log; -ENOENT: not of this class, ask the next
	 * row; -EPERM or -ENOEXEC: of this class, but it must not or cannot be called.  error has the reason, also for
	 * -ENOENT. */
	int (*resolve)(const struct exec *e, const struct resource_conf *r, char path[AGENT_PATH_MAX],
	               char error[AGENT_ERROR_MAX]);
	/* Carry out the action.  Returns NULL when done has been called already. */
	struct class_call *(*call)(const struct class_request *request);
	/* End the call; done still comes. */
	void (*cancel)(struct class_call *call);
	/* End the call; done never comes. */
	void (*forget)(struct class_call *call);
};

/* The class of a resource: the first row that accepts it, else the last row that was asked.  Never NULL.
 * *code, path and error: as that row's resolve left them. */
const struct resource_class *resource_resolve(const struct exec *e, const struct resource_conf *r, int *code,
                                              char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

extern const struct resource_class address_class; /* IPaddr and IPv6addr, by netlink in this process */
extern const struct resource_class script_class;  /* programs of resource.d and init.d: heartbeat and LSB scripts */

#endif
