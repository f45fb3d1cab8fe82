// SPDX-License-Identifier: MIT
/* Runs one call of one resource script: finds the script, checks whether root may run it, calls it, and decides what
 * its answer means.
 * Knows nothing of groups.  doc/resources.md 1; doc/security.md 5. */
#ifndef HEARTBEAT_EXEC_AGENT_H
#define HEARTBEAT_EXEC_AGENT_H

#include <stdbool.h>

#include "heartbeat/conf/haresources.h"
#include "lib/mono.h"
#include "lib/spawn.h"

enum { AGENT_PATH_MAX = 512, AGENT_ERROR_MAX = 512 };

/* Monitor: a status of what is known to run here, decided by agent_monitor_decide. */
enum agent_action { AGENT_STATUS, AGENT_START, AGENT_STOP, AGENT_MONITOR, AGENT_ACTIONS };

enum agent_verdict {
	AGENT_OK, AGENT_FAILED,                        /* of start and stop */
	AGENT_NOT_EXECUTED,                            /* of start, stop and monitor: no script has run */
	/* of status and monitor; unknown: no answer (killed, timed out, for status also: could not be run) */
	AGENT_RUNNING, AGENT_STOPPED, AGENT_UNKNOWN,
	AGENT_REFUSED, /* of stop: it has failed, and it will fail again until a person has acted */
};

/* Check whether root may run this file.  The file must be regular and executable, and only root may be able to replace
 * it: the file and its directory belong to root, and group and others cannot write to them.  No directory of the path,
 * also behind a symbolic link, belongs to another user or is writable by all.
 * Returns 0; -ENOENT when there is no file or it is not a program (not regular, no execute bit); -EPERM when it is not
 * safe; or -ENOEXEC when the kernel cannot execute it (lib/executable.h).  The text says what is wrong and what would
 * be right. */
int agent_check_file(const char *path, char error[AGENT_ERROR_MAX]);

/* Returns true if the file is a text without "#!".  Then /bin/sh runs it, because Heartbeat 3.0.6 calls scripts from a
 * shell, which does the same. */
bool agent_needs_shell(const char *path);

/* Look for a script in directories (NULL-terminated), in their order.  A file that is not a program is skipped; a file
 * that is not safe or cannot be executed ends the search.  Returns 0 and fills path, or returns an error of
 * agent_check_file with a text. */
int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

struct agent_status {
	enum agent_verdict verdict;
	const char *rule; /* the row of the table that decided, a constant; for the log */
	bool contradicts; /* the text and the exit code contradict each other */
};

/* Decide what the result of a status call means.  output: the standard output of the script.  The first row that
 * matches decides.  "runs": the output has the word running (in any case) or OK, in a line without a denial (not, no,
 * never, stopped, dead, false, usage ...).  "reference": Heartbeat 3.0.6 decides the same.
 *
 *   ended by            exit code   standard output                                   verdict
 *   signal, time-out..  -           -                                                 unknown
 *   exit                3 or 7      anything                                          stopped  (LSB, OCF)
 *   exit                any other   runs                                              running  (reference)
 *   exit                any other   "not" (any case), a blank, later running/Running  stopped  (reference)
 *   exit                any other   running or OK, only in lines with a denial        unknown
 *   exit                not 0       anything else                                     stopped  (LSB, reference)
 *   exit                0           nothing                                           stopped  (reference)
 *   exit                0           a denial                                          stopped  (reference)
 *   exit                0           any other text: other languages, active, up       unknown
 *
 * If the verdict is unknown, the resource is started, because a start of a running resource must do nothing (LSB).  But
 * after a failed stop, the resource does not count as stopped.  doc/resources.md 1 (status words) and 10. */
struct agent_status agent_status_decide(enum spawn_end end, int code, const char *output);
/* The same for a monitor.  It has been started, so what does not say that it is stopped must not stop a good service:
 *
 *   could not be run                                                                  not executed
 *   exit                0           nothing, or a text without a denial               running  (LSB)
 *   exit                0           running or OK, only in lines with a denial        running  (LSB)
 *   exit                not 0       running or OK, only in lines with a denial        stopped  (LSB)
 *   as in the table above otherwise */
struct agent_status agent_monitor_decide(enum spawn_end end, int code, const char *output);

/* "start" ...; for a monitor "status" */
const char *agent_action_name(enum agent_action action);

struct agent_request {
	const char *path;
	const struct resource_conf *resource; /* borrowed until done */
	enum agent_action action;
	char *const *environment;
	struct process_group *group; /* where lib/spawn records the process group; NULL: nowhere */
	struct span deadline;
	/* Exactly once, from the main loop.  why: "" or what went wrong, for people ("exit code 5"); it is logged
	 * already, but not that of a monitor. */
	void (*done)(void *context, enum agent_verdict verdict, const char *why);
	void *context;
};

struct agent;

/* Call "PATH ARGS ACTION".  Logs each start and stop, and each failure of them.  The output of the script goes to the
 * log, with the name of the script. */
struct agent *agent_call(const struct agent_request *request);
/* Kill the script and its process group; done is still called. */
void agent_cancel(struct agent *a);
/* Kill the script and its process group; done is not called. */
void agent_forget(struct agent *a);

/* Log "Running PATH ARGS ACTION" as agent_call does, for an action that needs no script. */
void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource);

#endif
