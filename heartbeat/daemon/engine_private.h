// SPDX-License-Identifier: MIT
/* Shared by engine.c, apply.c, reload.c and guardian_watch.c. */
#ifndef HEARTBEAT_DAEMON_ENGINE_PRIVATE_H
#define HEARTBEAT_DAEMON_ENGINE_PRIVATE_H

#include <glib.h>
#include <time.h>

#include "heartbeat/core/core.h"
#include "heartbeat/daemon/engine.h"
#include "heartbeat/daemon/kept_datagrams.h"
#include "heartbeat/exec/exec.h"
#include "heartbeat/ipc/api_server.h"
#include "heartbeat/ipc/fifo.h"
#include "heartbeat/media/media.h"
#include "lib/interfaces.h"
#include "lib/precise_timer.h"

struct engine;
struct fence_check;
struct guardian_watch;
struct reload;

/* The functions of engine.c that the other files call. */
struct engine_calls {
	/* Pass one event to the core, carry out its actions, and set the timer.  Do not call this while an action is
	 * carried out; therefore media, exec and ipc report from the main loop. */
	void (*step)(struct engine *e, const struct event *event);
	/* Carry out the actions that were queued outside a step, and set the timer. */
	void (*apply)(struct engine *e);
	/* The handlers for requests of clients and of the FIFO.  doubt: doubts.h.  context: the engine. */
	void (*move)(void *context, bool takeover, enum half half, unsigned id);
	void (*message)(void *context, const struct message *m);
	void (*confirm)(void *context, size_t node, unsigned id);
	bool (*cleanup)(void *context, const char *key, char *text, size_t cap);
	void (*reload)(void *context, unsigned id);
	bool (*doubt)(void *context, size_t position, char *out, size_t cap);
	bool (*device)(void *context, size_t position, struct api_device *out);
	bool (*watch)(void *context, size_t position, struct watch_view *out);
	bool (*datagram)(void *context, size_t position, struct api_datagram *out);
	bool (*program)(void *context, size_t position, struct api_program *out);
	void (*beats_wanted)(void *context, bool wanted);
};

struct engine {
	const struct engine_calls *calls;
	const struct engine_config *config;
	struct shared *shared;
	struct configuration *files;
	GMainLoop *loop;
	struct core *core;
	struct identity *identity;
	struct peer_file *peer_file;
	struct interfaces *interfaces;
	struct media *media;
	struct kept_datagrams *kept; /* NULL: there was no memory for them */
	struct exec *exec;
	struct api_server *api;
	struct fifo *fifo;
	/* errno of the last attempt to open the client socket; 0: the socket is open, or was not tried yet */
	int api_error;
	guint api_retry;
	struct precise_timer *timer; /* set to core_deadline */
	struct guardian_watch *guardian;
	struct reload *reload;
	struct fence_check *fence_check;
	struct mono last_step;
	/* CLOCK_BOOTTIME minus CLOCK_MONOTONIC at the last step; it grows while the machine is suspended */
	struct span asleep;
	struct mono each_second_at;
	int exit_code;
};

/* Carry out all actions that the core has queued. */
void apply_actions(struct engine *e);

static inline struct instant engine_now(void)
{
	struct timespec wall;
	(void)clock_gettime(CLOCK_REALTIME, &wall); /* this cannot fail with a valid clock */
	return (struct instant){.mono = mono_now(), .wall_s = (uint64_t)wall.tv_sec};
}

/* --- engine_ipc.c --- */
void engine_open_ipc(struct engine *e);
void engine_close_ipc(struct engine *e);
/* For doubts.h: what does not work at the client socket. */
bool engine_api_doubt(const struct engine *e, size_t position, char *out, size_t cap);

/* --- reload.c --- */
struct reload *reload_new(struct engine *e);
void reload_free(struct reload *r);
/* Read the files again.  id: the request of the client that waits for the result (api_request_done); 0: none. */
void reload_request(struct reload *r, unsigned id);

/* --- guardian_watch.c: an engine without a guardian starts another one --- */
struct guardian_watch *guardian_watch_new(const struct engine_config *config);
void guardian_watch_free(struct guardian_watch *w);
/* Called regularly: start a new guardian when the present one is dead or hangs. */
void guardian_watch_check(struct guardian_watch *w);

#endif
