// SPDX-License-Identifier: MIT
/* Classes of resources.  A class defines how a resource of haresources is found and called, and how a call is ended.
 * Each class has one row in the table, with the same functions.  A group gets the class from resource_resolve and need
 * not know which class it is. */
#ifndef HEARTBEAT_EXEC_RESOURCE_CLASS_H
#define HEARTBEAT_EXEC_RESOURCE_CLASS_H

#include <stdbool.h>

#include "heartbeat/exec/agent.h"

struct exec;
struct class_call; /* a call in progress; each class has its own type for it */

struct class_request {
	struct exec *exec;
	const struct resource_conf *resource; /* borrowed until done */
	const char *path;                     /* the path that resolve has written; copied */
	enum agent_action action;
	struct span deadline;                 /* the deadline of the call; 0: the deadline of exec_config */
	/* Called exactly once, from inside call or later from the main loop.
	 * why: "" or what went wrong, for people; it is already logged. */
	void (*done)(void *context, enum agent_verdict verdict, const char *why);
	void *context;
};

struct resource_class {
	const char *name;
	/* A start does nothing when the resource already runs, so no status call is needed before it. */
	bool start_checks_status;
	/* Find out whether the resource belongs to this class, and what is called for it.
	 * Returns 0 and fills path with the program, or with a name for the log; -ENOENT when the resource does not
	 * belong to this class (then the next row is tried); -EPERM or -ENOEXEC when it belongs to this class, but must
	 * not or cannot be called.  error has the reason, also for -ENOENT. */
	int (*resolve)(const struct exec *e, const struct resource_conf *r, char path[AGENT_PATH_MAX],
	               char error[AGENT_ERROR_MAX]);
	/* Carry out the action.  Returns NULL when done has been called already. */
	struct class_call *(*call)(const struct class_request *request);
	/* End the call; done is still called. */
	void (*cancel)(struct class_call *call);
	/* End the call; done is not called. */
	void (*forget)(struct class_call *call);
};

/* The class of a resource: the first row that accepts it, otherwise the last row.  Never NULL.
 * *code, path and error: as that row's resolve left them. */
const struct resource_class *resource_resolve(const struct exec *e, const struct resource_conf *r, int *code,
                                              char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

extern const struct resource_class address_class; /* IPaddr and IPv6addr: netlink in this process */
extern const struct resource_class script_class;  /* programs of resource.d and init.d: heartbeat and LSB scripts */

#endif
