// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/doubts.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/fence_check.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/peer_file.h"

static bool doubt_of_media(const struct engine *e, size_t position, char *out, size_t cap)
{
	return media_doubt(e->media, position, out, cap);
}

static bool doubt_of_api(const struct engine *e, size_t position, char *out, size_t cap)
{
	return engine_api_doubt(e, position, out, cap);
}

static bool doubt_of_identity(const struct engine *e, size_t position, char *out, size_t cap)
{
	return identity_doubt(e->identity, position, out, cap);
}

static bool doubt_of_peer_file(const struct engine *e, size_t position, char *out, size_t cap)
{
	return peer_file_doubt(e->peer_file, position, out, cap);
}

static bool doubt_of_fifo(const struct engine *e, size_t position, char *out, size_t cap)
{
	int error = fifo_trouble(e->fifo);
	if (error == 0 || position > 0)
		return false;
	/* the text fits */
	(void)snprintf(out, cap, PATH_FIFO " cannot be opened: %s; tried again at the next start", strerror(error));
	return true;
}

static bool doubt_of_devices(const struct engine *e, size_t position, char *out, size_t cap)
{
	return fence_check_doubt(e->fence_check, position, out, cap);
}

/* Each row reports what one module could not do. */
static bool (*const sources[])(const struct engine *e, size_t position, char *out, size_t cap) = {
	doubt_of_media,
	doubt_of_api,
	doubt_of_identity,
	doubt_of_peer_file,
	doubt_of_fifo,
	doubt_of_devices,
};

bool engine_doubt(void *context, size_t position, char *out, size_t cap)
{
	const struct engine *e = context;
	for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
		for (size_t i = 0; sources[s](e, i, out, cap); i++)
			if (position-- == 0)
				return true;
	return false;
}
