// SPDX-License-Identifier: MIT
/* Shared by engine.c and apply.c. */
#ifndef HEARTBEAT_DAEMON_ENGINE_PRIVATE_H
#define HEARTBEAT_DAEMON_ENGINE_PRIVATE_H

#include <glib.h>

#include "heartbeat/core/core.h"
#include "heartbeat/daemon/engine.h"
#include "heartbeat/exec/exec.h"
#include "heartbeat/ipc/api_server.h"
#include "heartbeat/ipc/fifo.h"
#include "heartbeat/media/media.h"
#include "lib/interfaces.h"
#include "lib/precise_timer.h"

struct engine {
	const struct engine_config *config;
	const struct configuration *files;
	GMainLoop *loop;
	struct core *core;
	struct interfaces *interfaces;
	struct media *media;
	struct exec *exec;
	struct api_server *api;
	struct fifo *fifo;
	struct precise_timer *timer; /* the core's deadline */
	struct mono last_step;
	struct span asleep;     /* boottime minus monotonic at the last step: grows in a suspend */
	struct mono small_things;
	int exit_code;
};

/* Pass one event to the core, carry out its actions, and set the timer.  Do not call it from inside an action: media,
 * exec and ipc report from the main loop. */
void engine_step(struct engine *e, const struct event *event);
/* Carry out everything the core has queued. */
void apply_actions(struct engine *e);

#endif
