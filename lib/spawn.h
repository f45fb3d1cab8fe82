// SPDX-License-Identifier: MIT
/* Runs a program in its own process group, which is recorded before the program runs.  The program has a given
 * environment, reads a given text or /dev/null, inherits no descriptor, and its output is captured.  At its deadline
 * the whole group gets SIGTERM and then SIGKILL.
 * Works on the GLib main context of the thread: watches a pidfd and the output pipes. */
#ifndef LIB_SPAWN_H
#define LIB_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/mono.h"
#include "lib/process_groups.h"

enum spawn_end {
	SPAWN_EXITED,   /* code: exit status 0..255 */
	SPAWN_SIGNALED, /* code: signal number */
	SPAWN_TIMED_OUT, /* the deadline has passed, and the group was killed.  code: 0 */
	SPAWN_FAILED,   /* it could not be started, or its exit status is lost.  code: errno */
};

enum { SPAWN_CAPTURE_MAX = 4096, SPAWN_KILL_GRACE_MS = 5000 };

struct spawn_result {
	enum spawn_end end;
	int code;
	struct span took;
	char output[SPAWN_CAPTURE_MAX]; /* stdout, cut at the limit, NUL-terminated; the line callback gets all of it */
};

/* The user account under which a program runs. */
struct spawn_account {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* all of them */
	size_t group_count;
};

struct spawn_request {
	const char *path;        /* absolute */
	char *const *argv;
	char *const *envp;       /* whole environment of the child */
	const char *directory;   /* working directory, NULL: "/" */
	const char *input;       /* the text that it reads from stdin; NULL: /dev/null */
	struct span deadline;    /* from start; 0: none */
	struct span grace;       /* from SIGTERM to SIGKILL; 0: SPAWN_KILL_GRACE_MS */
	/* A taken slot in which the program is recorded before it runs.  It is released when the program has ended.
	 * Must stay valid until done.  NULL: not recorded. */
	struct process_group *group;
	/* NULL: the user of this process.  Otherwise this process must run as root */
	const struct spawn_account *account;
	/* The program gets SIGKILL when the thread that started it ends.  When the program ends, the remaining
	 * processes of its group get SIGKILL. */
	bool bound;
	bool leaves_rest;        /* with bound: only its leader is bound; the remaining processes may continue */
	bool by_shell;           /* run a file with /bin/sh when it is neither a binary nor starts with "#!" */
	/* Called for each line of stdout (is_stderr false) and stderr, without newline, cut at 1024 bytes.  May be
	 * NULL. */
	void (*line)(void *context, bool is_stderr, const char *line);
	/* Not NULL: line gets only the output within the limits of lib/bounded_output.h; dropped gets a sentence about
	 * the remaining output, at most once a minute and once more before done.  A program that prints in an endless
	 * loop is slowed down. */
	void (*dropped)(void *context, const char *text);
	/* Not NULL: when the program ends, a process that it started may still hold its output pipe.  What that process
	 * prints is then logged under this name (lib/lasting_output.h).  NULL: the process gets SIGPIPE when it prints.
	 * The name is copied, at most LASTING_OUTPUT_NAME_MAX - 1 bytes. */
	const char *lasting_name;
	/* Called exactly once, never from inside spawn_start.  The handle is freed when done returns. */
	void (*done)(void *context, const struct spawn_result *result);
	void *context;
};

struct spawn;

/* Start the program.  The request and its texts are copied.  Never returns NULL: a failure to start is reported by
 * done.
 * A descendant that keeps the pipe open (for example a daemon that the program started) does not delay done: when the
 * program exits, the content of the pipe is read, then the pipe is closed, or handed over (lasting_name). */
struct spawn *spawn_start(const struct spawn_request *request);
/* Send SIGTERM to the group now, and SIGKILL after the grace time.  done is still called, with SPAWN_TIMED_OUT. */
void spawn_cancel(struct spawn *s);
/* The same with another grace time, also when the program has SIGTERM already: whoever waits for its end is in a
 * hurry.  grace: above 0. */
void spawn_cancel_within(struct spawn *s, struct span grace);

/* --- without a main loop --- */

/* The child's descriptors 0, 1 and 2.  All are above 2; in may be -1: /dev/null. */
struct spawn_standard {
	int in, out, err;
};

/* Start the program of the request in its own process group; input, deadline, grace and the callbacks are not used.
 * Returns 0 when the program runs, or errno; after an error no child is left.  The caller keeps and closes the
 * descriptors, and reaps the child. */
int spawn_child(pid_t *pid, const struct spawn_request *request, struct spawn_standard fds);

#endif
