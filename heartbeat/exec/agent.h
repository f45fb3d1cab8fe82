// SPDX-License-Identifier: MIT
/* One call of one resource script: where the script is, whether root may run it, how it is called, what its answer
 * means.
 * Knows nothing of groups.  doc/resources.md 1; doc/security.md 5. */
#ifndef HEARTBEAT_EXEC_AGENT_H
#define HEARTBEAT_EXEC_AGENT_H

#include <stdbool.h>

#include "heartbeat/conf/haresources.h"
#include "lib/mono.h"
#include "lib/spawn.h"

enum { AGENT_PATH_MAX = 512, AGENT_ERROR_MAX = 512 };

enum agent_action { AGENT_STATUS, AGENT_START, AGENT_STOP, AGENT_ACTIONS };

enum agent_verdict {
	AGENT_OK, AGENT_FAILED,                        /* of start and stop */
	/* of status; unknown: no answer (killed, timed out, could not be run) */
	AGENT_RUNNING, AGENT_STOPPED, AGENT_UNKNOWN,
};

/* May root run this file?  It must be regular, executable, and owned by root; group and others must not be able to
 * write to it or its directory.
 * Returns 0, -ENOENT when there is none or it is no program (not regular, not executable), or -EPERM when it is not
 * safe; the text says what is wrong and what would be right. */
int agent_check_file(const char *path, char error[AGENT_ERROR_MAX]);

/* Look for a script in directories (NULL-terminated), in order.  A file that is no program is skipped; a file that is
 * not safe ends the search.  Returns 0 and fills path, or -ENOENT or -EPERM with a text. */
int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

/* Decide from the result of a status call; output is its standard output.  The first row that matches decides:
 *
 *   ended by            exit code   standard output                                   verdict
 *   signal, time-out..  -           -                                                 unknown
 *   exit                3 or 7      anything                                          stopped  (LSB, OCF)
 *   exit                any other   "not" (any case), a blank, later running/Running  stopped  (reference)
 *   exit                0           "stopped" (any case)                              stopped
 *   exit                0           running or Running                                running  (reference)
 *   exit                0           a word not, no, inactive, dead, down, unused,
 *                                   usage (any case)                                  stopped
 *   exit                0           any other text: OK, active, RUNNING, up           running
 *   exit                any other   running, Running or OK                            running  (reference)
 *   exit                any other   anything else, and nothing (also with exit 0)     stopped  (reference)
 *
 * doc/resources.md 1 (status words) and 10. */
enum agent_verdict agent_status_decide(enum spawn_end end, int code, const char *output);

/* "start" ... */
const char *agent_action_name(enum agent_action action);

struct agent_request {
	const char *path;
	const struct resource_conf *resource; /* borrowed until done */
	enum agent_action action;
	char *const *environment;
	struct span deadline;
	/* Exactly once, from the main loop.  why: "" or what went wrong, for people ("exit code 5"); it is logged
	 * already. */
	void (*done)(void *context, enum agent_verdict verdict, const char *why);
	void *context;
};

struct agent;

/* Call "PATH ARGS ACTION".  Start and stop are logged, and also their failure.  Output goes to the log with the script's
 * name. */
struct agent *agent_call(const struct agent_request *request);
/* Kill it and its process group; done still comes. */
void agent_cancel(struct agent *a);
/* Kill it and never call back. */
void agent_forget(struct agent *a);

/* Log "Running PATH ARGS ACTION" as agent_call does, for an action that needs no script. */
void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource);

#endif
