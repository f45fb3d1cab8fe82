// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/identity.h"

#include <errno.h>
#include <glib-unix.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/core/generation.h"
#include "heartbeat/daemon/identity_files.h"
#include "lib/log.h"
#include "lib/own_process.h"

enum {
	RENEW_BELOW = 4,   /* with fewer reserved numbers left than this, more are reserved */
	FIRST_WAIT_MS = 5000,
	AGAIN_S = 60,
};

struct identity {
	struct identity_config config;
	struct identity_memory *memory;
	uint64_t generation;
	struct identity_writing writing; /* in progress while fd >= 0 */
	int fd;
	pid_t pid;
	guint source, timer;
};

static bool is_reserved(const struct identity *id)
{
	return id->generation <= id->memory->reserved;
}

static bool is_low(const struct identity *id)
{
	return id->memory->reserved < id->generation + RENEW_BELOW;
}

static const char *why(int error)
{
	return error == ETIMEDOUT ? "the disk does not answer"
		: error == ECHILD ? "the process that writes it has ended"
				  : strerror(error);
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static void take_generation(struct identity *id, const struct identity_written *w)
{
	struct identity_memory *m = id->memory;
	int before = m->generation_error, now = w->generation_error;
	m->generation_error = now;
	if (now == 0 && w->generation > m->reserved)
		m->reserved = w->generation;
	if (now != 0 && before == 0)
		log_at(is_reserved(id) ? LOG_LEVEL_WARN : LOG_LEVEL_CRIT,
			"cannot write %s: %s; heartbeat continues%s, and tries to write it again each minute",
			id->config.generation_file, why(now),
			is_reserved(id) ? "" : " with a generation that is on no disk (if this machine is switched off "
				"now, the other node may refuse its packets afterwards)");
	else if (now == 0 && before != 0)
		log_at(LOG_LEVEL_INFO, "%s is written now", id->config.generation_file);
}

static void take_uuid(struct identity *id, const struct identity_written *w)
{
	struct identity_memory *m = id->memory;
	int before = m->uuid_error, now = w->uuid_error;
	/* a process that was delayed may have written a uuid that is not in use any more */
	m->uuid_saved = now == 0 && memcmp(id->writing.uuid, m->uuid, sizeof m->uuid) == 0;
	m->uuid_error = now;
	if (now != 0 && before == 0)
		log_at(LOG_LEVEL_WARN,
			"cannot write %s: %s; the uuid of this node is made from its name and %s, and it is tried again "
			"each minute", id->config.uuid_file, why(now), id->config.machine_id_file);
	else if (now == 0 && before != 0)
		log_at(LOG_LEVEL_INFO, "%s is written now", id->config.uuid_file);
}

static void take(struct identity *id, const struct identity_written *w)
{
	if (w->generation > 0)
		take_generation(id, w);
	if (w->with_uuid)
		take_uuid(id, w);
}

static void take_failure(struct identity *id, int error)
{
	take(id, &(struct identity_written){.generation = id->writing.generation, .with_uuid = id->writing.with_uuid,
			.generation_error = error, .uuid_error = error});
}

/* --- the process -------------------------------------------------------------------------------------------------- */

static void stop_waiting(struct identity *id)
{
	if (id->source)
		g_source_remove(id->source);
	id->source = 0;
	if (id->fd >= 0)
		(void)close(id->fd); /* the process continues to write */
	id->fd = -1;
}

static void start_writing(struct identity *id);

/* Take the result of the process, or its end. */
static void finish(struct identity *id)
{
	struct identity_written w;
	ssize_t got = recv(id->fd, &w, sizeof w, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	stop_waiting(id);
	(void)waitpid(id->pid, NULL, 0); /* it ends soon; ECHILD: the daemon reaps all its children */
	if (got != sizeof w) {
		take_failure(id, ECHILD);
		return;
	}
	take(id, &w);
	if (id->memory->generation_error == 0 && is_low(id)) /* the write was delayed, and its number is too low now */
		start_writing(id);
}

static gboolean on_result(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd, (void)condition;
	finish(data);
	return G_SOURCE_CONTINUE; /* after the result, the source is already removed */
}

/* Start a process that writes what is not in the files yet, unless a process already runs. */
static void start_writing(struct identity *id)
{
	const struct own_process_job job = {.name = "heartbeat: id", .run = identity_write, .context = &id->writing};
	const struct identity_memory *m = id->memory;
	if (id->fd >= 0 || (!is_low(id) && m->uuid_saved))
		return;
	id->writing = (struct identity_writing){.config = id->config,
		.generation = is_low(id) ? id->generation + GENERATIONS_RESERVED - 1 : 0,
		.with_uuid = !m->uuid_saved};
	memcpy(id->writing.uuid, m->uuid, sizeof m->uuid);
	int fd = own_process_start(&job, &id->pid);
	if (fd < 0) {
		take_failure(id, -fd);
		return;
	}
	id->fd = fd;
	id->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_result, id);
}

static gboolean on_timer(gpointer data)
{
	start_writing(data);
	return G_SOURCE_CONTINUE;
}

/* --- a new engine ------------------------------------------------------------------------------------------------- */

static void choose_uuid(struct identity *id, bool was_unwritable)
{
	struct identity_memory *m = id->memory;
	m->uuid_saved = identity_read_uuid(&id->config, m->uuid);
	if (m->uuid_saved)
		return;
	/* the start before this one used the derived uuid, and the other node knows that uuid */
	if (was_unwritable || getrandom(m->uuid, sizeof m->uuid, 0) != sizeof m->uuid) {
		identity_derive_uuid(&id->config, m->uuid);
		return;
	}
	m->uuid[6] = (uint8_t)((m->uuid[6] & 0x0f) | 0x40); /* RFC 4122: version 4, variant 1 */
	m->uuid[8] = (uint8_t)((m->uuid[8] & 0x3f) | 0x80);
}

/* Wait for the result as long as a normal disk may need. */
static void wait_for_result(struct identity *id)
{
	struct pollfd ready = {.fd = id->fd, .events = POLLIN};
	if (id->fd >= 0 && poll(&ready, 1, FIRST_WAIT_MS) > 0)
		finish(id);
	if (id->fd >= 0)
		take_failure(id, ETIMEDOUT);
}

static void first_engine(struct identity *id)
{
	struct identity_memory *m = id->memory;
	bool was_unwritable;
	uint64_t stored = identity_read_generation(&id->config, &was_unwritable), clock = (uint64_t)time(NULL);
	id->generation = generation_next(stored, clock, id->config.by_time);
	if (stored == 0)
		log_at(LOG_LEVEL_INFO, "No Previous generation - starting at %" PRIu64, id->generation);
	choose_uuid(id, was_unwritable);
	start_writing(id);
	wait_for_result(id);
	/* The number could not be written, so an earlier start may have used numbers that are not in the file either.
	 * Therefore take a number from the clock.  The copy gets it at once: when the disk works again, the next start
	 * must not use a lower number. */
	if (!is_reserved(id)) {
		id->generation = generation_next(stored, clock, true);
		start_writing(id);
	}
	if (!m->uuid_saved)
		identity_derive_uuid(&id->config, m->uuid);
}

static void later_engine(struct identity *id)
{
	const struct identity_memory *m = id->memory;
	id->generation = m->next;
	if (!is_reserved(id))
		id->generation = generation_next(m->next - 1, (uint64_t)time(NULL), true);
	start_writing(id);
}

struct identity *identity_new(const struct identity_config *config, struct identity_memory *memory)
{
	struct identity *id = g_new0(struct identity, 1);
	id->config = *config;
	id->memory = memory;
	id->fd = -1;
	if (memory->next == 0)
		first_engine(id);
	else
		later_engine(id);
	id->config.node = NULL;
	memory->next = id->generation + 1;
	id->timer = g_timeout_add_seconds(AGAIN_S, on_timer, id);
	return id;
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	stop_waiting(id);
	g_source_remove(id->timer);
	g_free(id);
}

uint64_t identity_generation(const struct identity *id)
{
	return id->generation;
}

void identity_uuid(const struct identity *id, uint8_t uuid[16])
{
	memcpy(uuid, id->memory->uuid, sizeof id->memory->uuid);
}

bool identity_doubt(const struct identity *id, size_t position, char *out, size_t cap)
{
	const struct {
		int error;
		const char *path;
	} files[] = {{id->memory->generation_error, id->config.generation_file},
		{id->memory->uuid_error, id->config.uuid_file}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (files[i].error == 0 || position-- > 0)
			continue;
		/* a long path is cut, because the text is for people */
		(void)snprintf(out, cap, "%s cannot be written: %s; tried again each minute", files[i].path,
			why(files[i].error));
		return true;
	}
	return false;
}
