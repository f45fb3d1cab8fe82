// SPDX-License-Identifier: MIT
/* Run a program: own process group, recorded before it runs, built environment, stdin from a given text or /dev/null,
 * no inherited descriptor, captured output, a deadline with SIGTERM and then SIGKILL to the whole group.
 * Works on the GLib main context of the thread: watches a pidfd and the output pipe. */
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
	SPAWN_TIMED_OUT, /* deadline passed; the group was killed.  code: 0 */
	SPAWN_FAILED,   /* could not be started, or its exit status is lost.  code: errno */
};

enum { SPAWN_CAPTURE_MAX = 4096, SPAWN_KILL_GRACE_MS = 5000 };

struct spawn_result {
	enum spawn_end end;
	int code;
	struct span took;
	char output[SPAWN_CAPTURE_MAX]; /* stdout, cut at the limit, NUL-terminated; the line callback got all of it */
};

/* The user of a program. */
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
	const char *input;       /* what it reads from stdin; NULL: nothing, /dev/null */
	struct span deadline;    /* from start; 0: none */
	struct span grace;       /* from SIGTERM to SIGKILL; 0: SPAWN_KILL_GRACE_MS */
	/* A taken slot in which the program is recorded before it runs; it is released when the program has ended.
	 * NULL: not recorded.  Borrowed until done. */
	struct process_group *group;
	const struct spawn_account *account; /* NULL: the user of this process; otherwise that is root */
	/* The program gets SIGKILL when the thread that starts it ends, and when it ends itself, what is left of its
	 * group gets SIGKILL. */
	bool bound;
	bool by_shell;           /* a file that is no binary and has no "#!" line is run by /bin/sh */
	/* Each line of stdout (is_stderr false) and stderr, without newline, long lines cut at 1024 bytes.  May be
	 * NULL. */
	void (*line)(void *context, bool is_stderr, const char *line);
	/* Not NULL: line gets only what is within the limits of lib/bounded_output.h, and this gets a sentence about
	 * the rest, at most once a minute and once more before done.  A program that prints without end is slowed
	 * down. */
	void (*dropped)(void *context, const char *text);
	/* Not NULL: a process that the program leaves behind may go on printing, which goes to the log under this name
	 * (lib/lasting_output.h).  Otherwise it gets SIGPIPE.  Copied, at most LASTING_OUTPUT_NAME_MAX - 1 bytes. */
	const char *lasting_name;
	/* Called exactly once, never from inside spawn_start.  The handle is freed afterwards. */
	void (*done)(void *context, const struct spawn_result *result);
	void *context;
};

struct spawn;

/* Start.  All of the request is copied.  Never returns NULL: a failure to start is reported through done.
 * A descendant that keeps the pipe open (a daemon that the program started) does not delay done: at the program's exit
 * the content of the pipe is read, then the pipe is closed, or handed over (lasting_name). */
struct spawn *spawn_start(const struct spawn_request *request);
/* Send SIGTERM to the group now, SIGKILL after its grace; done still comes (as SPAWN_TIMED_OUT). */
void spawn_cancel(struct spawn *s);

#endif
