// SPDX-License-Identifier: MIT
/* Private to lib/spawn and its tests. */
#ifndef LIB_SPAWN_PRIVATE_H
#define LIB_SPAWN_PRIVATE_H

#include <glib.h>
#include <sys/types.h>

#include "lib/bounded_output.h"
#include "lib/lasting_output.h"
#include "lib/spawn.h"

/* Milliseconds from SIGTERM to SIGKILL, and again from SIGKILL until the wait for the child is given up.
 * Used when the request has no grace.  Usually SPAWN_KILL_GRACE_MS; a test that needs all stages sets a shorter
 * time. */
extern unsigned spawn_grace_ms;

/* One of the two pipes. */
struct spawn_stream {
	struct spawn *owner;
	int fd;       /* read end, -1: closed */
	guint source; /* waits for data, or, while nothing passes, for the next part of it */
	bool is_stderr;
	struct bounded_output output;
};

enum spawn_stage {
	STAGE_RUNNING,
	STAGE_TERMINATING, /* SIGTERM sent */
	STAGE_KILLED,      /* SIGKILL sent */
	STAGE_GIVEN_UP,    /* it did not end after SIGKILL: reported already, must still be reaped */
};

struct spawn {
	void (*line)(void *context, bool is_stderr, const char *line);
	void (*dropped)(void *context, const char *text);
	char lasting_name[LASTING_OUTPUT_NAME_MAX]; /* "": none */
	void (*done)(void *context, const struct spawn_result *result);
	void *context;
	enum spawn_stage stage;
	pid_t pid;
	int pidfd;
	guint exit_source;
	guint timer;
	guint grace_ms;
	struct spawn_stream out, err;
	struct output_budget budget;
	bool bound;
	struct process_group *group; // NULL: not recorded
	struct mono started;
	size_t captured;
	struct spawn_result result;
};

// --- spawn_stream.c ---

/* Read it from the main loop, until its end. */
void spawn_stream_watch(struct spawn_stream *t);
/* After the exit of the child: read only what is in the pipe now, then close it or hand it over.  A daemon that the
 * child started may still hold the other end, and may write without end. */
void spawn_stream_drain(struct spawn_stream *t);
/* Report what did not pass of both streams, when it is time. */
void spawn_report_dropped(struct spawn *s, bool at_end);

// --- spawn_child.c ---

/* The child's descriptors 0, 1 and 2; in -1: /dev/null. */
struct spawn_standard {
	int in, out, err;
};

/* Start the program of the request in its own process group.  Returns 0 when the program runs, or errno; then no child
 * is left.  The descriptors are the caller's. */
int spawn_child(pid_t *pid, const struct spawn_request *request, struct spawn_standard fds);

#endif
