// SPDX-License-Identifier: MIT
/* Private to lib/spawn and its tests. */
#ifndef LIB_SPAWN_PRIVATE_H
#define LIB_SPAWN_PRIVATE_H

#include <glib.h>
#include <sys/types.h>

#include "lib/bounded_output.h"
#include "lib/lasting_output.h"
#include "lib/spawn.h"

/* The time in milliseconds from SIGTERM to SIGKILL, and then from SIGKILL until this module stops waiting for the
 * child.
 * Used when the request has no grace time.  Usually SPAWN_KILL_GRACE_MS; a test that needs all stages sets a shorter
 * time. */
extern unsigned spawn_grace_ms;

/* One of the two output pipes. */
struct spawn_stream {
	struct spawn *owner;
	int fd;       /* read end, -1: closed */
	guint source; /* waits for data or, while nothing passes the limit, for the time of the next read */
	bool is_stderr;
	struct bounded_output output;
};

enum spawn_stage {
	STAGE_RUNNING,
	STAGE_TERMINATING, /* SIGTERM sent */
	STAGE_KILLED,      /* SIGKILL sent */
	/* the child did not end after SIGKILL: the result is reported, but the child must still be reaped */
	STAGE_GIVEN_UP,
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
	bool kills_rest; // when the program ends by itself
	struct process_group *group; // NULL: not recorded
	struct mono started;
	size_t captured;
	struct spawn_result result;
};

// --- spawn_stream.c ---

/* Read the pipe from the main loop, until its end. */
void spawn_stream_watch(struct spawn_stream *t);
/* Call this after the exit of the child: read only the data that are in the pipe now, then close or hand over the pipe.
 * A daemon that the child started may still hold the other end, and may write in an endless loop. */
void spawn_stream_drain(struct spawn_stream *t);
/* Report the dropped output of both streams, when a report is due. */
void spawn_report_dropped(struct spawn *s, bool at_end);

#endif
