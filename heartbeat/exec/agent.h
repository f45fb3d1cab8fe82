// SPDX-License-Identifier: MIT
/* One call of one resource script: where it lies, whether it may be run as root, how it is called, what its answer
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

/* May this file be run as root: regular, executable, owned by root, not writable by group or others, nor its directory?
 * Returns 0, -ENOENT when there is none or it is no program (not regular, not executable), -EPERM when it must not be
 * trusted; the text names what is wrong and what would be right. */
int agent_check_file(const char *path, char error[AGENT_ERROR_MAX]);

/* Look for a script in directories (NULL-terminated), in order.  A file that is no program is passed over, one that
 * must not be trusted ends the search.  Returns 0 and fills path, -ENOENT, or -EPERM; with a text. */
int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

/* What a status call means; output is its standard output.  The first row that fits decides:
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

/* Call "PATH ARGS ACTION".  Start and stop are logged, so is their failure; output goes to the log under the script's
 * name. */
struct agent *agent_call(const struct agent_request *request);
/* Kill it and its process group; done still comes. */
void agent_cancel(struct agent *a);
/* Kill it and never call back. */
void agent_forget(struct agent *a);

/* Log "Running PATH ARGS ACTION" as agent_call does: for actions that are carried out without a script. */
void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource);

#endif
