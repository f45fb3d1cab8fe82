// SPDX-License-Identifier: MIT
/* Opens the client socket and the command FIFO.  Without them, the node takes no requests and orders, but it does its
 * work.  A failed open of the socket is tried again; for the FIFO it is not (ipc/fifo.h). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/paths.h"
#include "lib/log.h"

enum { RETRY_S = 10 };

static gboolean on_retry(gpointer data);

static void open_api(struct engine *e)
{
	struct api_config config = {.path = PATH_API,
		.core = e->core,
		.resources = e->files->resources,
		.conf = e->files->conf,
		.node = e->files->node,
		.version = VERSION,
		.move = e->calls->move,
		.confirm = e->calls->confirm,
		.cleanup = e->calls->cleanup,
		.reload = e->calls->reload,
		.message = e->calls->message,
		.doubt = e->calls->doubt,
		.device = e->calls->device,
		.watch = e->calls->watch,
		.datagram = e->calls->datagram,
		.program = e->calls->program,
		.beats_wanted = e->calls->beats_wanted,
		.context = e};
	e->api = api_server_open(&config);
	int before = e->api_error;
	e->api_error = e->api ? 0 : errno;
	if (e->api && before != 0)
		log_at(LOG_LEVEL_INFO, "the client socket %s is open now", PATH_API);
	if (e->api)
		return;
	if (e->api_error != before)
		log_at(LOG_LEVEL_ERROR, "cannot open the client socket %s: %s; heartbeat tries again every %d s", PATH_API,
			strerror(e->api_error), RETRY_S);
	e->api_retry = g_timeout_add_seconds(RETRY_S, on_retry, e);
}

static gboolean on_retry(gpointer data)
{
	struct engine *e = data;
	e->api_retry = 0;
	open_api(e);
	return G_SOURCE_REMOVE;
}

void engine_open_ipc(struct engine *e)
{
	open_api(e);
	e->fifo = fifo_open(PATH_FIFO, e->calls->message, e);
}

void engine_close_ipc(struct engine *e)
{
	if (e->api_retry != 0)
		(void)g_source_remove(e->api_retry);
	fifo_close(e->fifo);
	if (e->api)
		api_server_close(e->api);
}

bool engine_api_doubt(const struct engine *e, size_t position, char *out, size_t cap)
{
	if (e->api_error == 0 || position > 0)
		return false;
	(void)snprintf(out, cap, "client socket %s: %s", PATH_API, strerror(e->api_error));
	return true;
}
