// SPDX-License-Identifier: MIT
/* Run a program: posix_spawn, own process group, built environment, stdin from a given text or /dev/null, no inherited
 * descriptor, captured output, a deadline with SIGTERM and then SIGKILL to the whole group.
 * Works on the GLib main context of the thread: watches a pidfd and the output pipe. */
#ifndef LIB_SPAWN_H
#define LIB_SPAWN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/mono.h"

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

struct spawn_request {
	const char *path;        /* absolute */
	char *const *argv;
	char *const *envp;       /* whole environment of the child */
	const char *directory;   /* working directory, NULL: "/" */
	const char *input;       /* what it reads from stdin; NULL: nothing, /dev/null */
	struct span deadline;    /* from start; 0: none */
	/* Each line of stdout (is_stderr false) and stderr, without newline, long lines cut at 1024 bytes.  May be
	 * NULL. */
	void (*line)(void *context, bool is_stderr, const char *line);
	/* Called exactly once, never from inside spawn_start.  The handle is freed afterwards. */
	void (*done)(void *context, const struct spawn_result *result);
	void *context;
};

struct spawn;

/* Start.  All of the request is copied.  Never returns NULL: a failure to start is reported through done.
 * A descendant that keeps the pipe open (a daemon that the program started) does not delay done: at the program's exit
 * the content of the pipe is read, then the pipe is closed. */
struct spawn *spawn_start(const struct spawn_request *request);
/* Send SIGTERM to the group now, SIGKILL after SPAWN_KILL_GRACE_MS; done still comes (as SPAWN_TIMED_OUT). */
void spawn_cancel(struct spawn *s);

#endif
