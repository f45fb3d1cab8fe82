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

/* Monitor: a status of what is known to run here, decided by agent_monitor_decide. */
enum agent_action { AGENT_STATUS, AGENT_START, AGENT_STOP, AGENT_MONITOR, AGENT_ACTIONS };

enum agent_verdict {
	AGENT_OK, AGENT_FAILED,                        /* of start and stop */
	AGENT_NOT_EXECUTED,                            /* of start, stop and monitor: no script has run */
	/* of status and monitor; unknown: no answer (killed, timed out, for status also: could not be run) */
	AGENT_RUNNING, AGENT_STOPPED, AGENT_UNKNOWN,
	AGENT_REFUSED, /* of stop: failed, and will fail again until a person has acted */
};

/* May root run this file?  It must be regular and executable, and only root may be able to replace it: it and its
 * directory belong to root, and group and others cannot write to them.  No directory on the way to it, also behind a
 * link, belongs to another user or is writable by all.
 * Returns 0, -ENOENT when there is none or it is no program (not regular, no execute bit), -EPERM when it is not
 * safe, or -ENOEXEC when the kernel cannot execute it (lib/executable.h); the text says what is wrong and what would
 * be right. */
int agent_check_file(const char *path, char error[AGENT_ERROR_MAX]);

/* Is it a text without "#!"?  /bin/sh runs it: the reference calls scripts from a shell, which does that. */
bool agent_needs_shell(const char *path);

/* Look for a script in directories (NULL-terminated), in order.  A file that is no program is skipped; a file that is
 * not safe or cannot be executed ends the search.  Returns 0 and fills path, or an error of agent_check_file with a
 * text. */
int agent_find(
	const char *const *directories, const char *script, char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX]);

struct agent_status {
	enum agent_verdict verdict;
	const char *rule; /* which row decided, a constant; for the log */
	bool contradicts; /* text and exit code do not say the same */
};

/* Decide from the result of a status call; output is its standard output.  The first row that matches decides.  "Runs"
 * is the word running (any case) or OK, in a line without a denial: not, no, never, stopped, dead, false, usage ...
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
 * Unknown: it is started, because a start of what runs must do nothing (LSB); but after a stop that failed it is not
 * taken for stopped.  doc/resources.md 1 (status words) and 10. */
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
	struct process_group *group; /* of lib/spawn; NULL: not recorded */
	struct span deadline;
	/* Exactly once, from the main loop.  why: "" or what went wrong, for people ("exit code 5"); it is logged
	 * already, but not that of a monitor. */
	void (*done)(void *context, enum agent_verdict verdict, const char *why);
	void *context;
};

struct agent;

/* Call "PATH ARGS ACTION".  Start and stop are logged, and also their failure.  Output goes to the log with the
 * script's name. */
struct agent *agent_call(const struct agent_request *request);
/* Kill it and its process group; done still comes. */
void agent_cancel(struct agent *a);
/* Kill it and never call back. */
void agent_forget(struct agent *a);

/* Log "Running PATH ARGS ACTION" as agent_call does, for an action that needs no script. */
void agent_log_running(enum agent_action action, const char *path, const struct resource_conf *resource);

#endif
