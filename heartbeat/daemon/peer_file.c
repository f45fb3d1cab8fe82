// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/peer_file.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/peer_text.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/mono.h"
#include "lib/own_process.h"

enum {
	BOOT_ID_BYTES = sizeof(((struct peer_memory *)0)->boot),
	AGAIN_S = 60, /* the time between writes after a failure, and when only the number has grown */
	LAST_WAIT_MS = 1000, /* a normal disk needs less time; a stop must not wait for a disk that hangs */
};

/* The data of the writing process, which has a copy of the memory of the engine. */
struct writing {
	const char *path;
	char text[PEER_TEXT_MAX];
	size_t len;
};

struct peer_file {
	const char *path;
	struct peer_file_memory *memory;
	struct writing writing; /* in progress while fd >= 0 */
	int fd;
	pid_t pid;
	bool slow; /* this process has run for more than one period of the timer */
	bool soon; /* what is stored must be written at once, not after a minute */
	struct mono started; /* when the last process was started */
	guint source, timer;
};

static const char *why(int error)
{
	return error == ETIMEDOUT ? "the disk does not answer"
		: error == ECHILD ? "the process that writes it has ended"
				  : strerror(error);
}

/* --- the process -------------------------------------------------------------------------------------------------- */

/* When a disk hung, a process of an earlier engine may write last, with an older text.  The next write replaces it,
 * about a minute later. */
static void write_file(void *context, int socket)
{
	const struct writing *w = context;
	int error = -file_replace(w->path, w->text, w->len, 0600);
	(void)send(socket, &error, sizeof error, MSG_NOSIGNAL); /* the engine may have ended */
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static void take(struct peer_file *f, int now)
{
	int before = f->memory->error;
	f->memory->error = now;
	if (now != 0 && before == 0)
		log_at(LOG_LEVEL_WARN,
			"cannot write %s: %s; heartbeat continues, and tries to write it again each minute (after a restart, a "
			"recording of the other node could delay a start)",
			f->path, why(now));
	else if (now == 0 && before != 0)
		log_at(LOG_LEVEL_INFO, "%s is written now", f->path);
}

static void stop_waiting(struct peer_file *f)
{
	if (f->source)
		g_source_remove(f->source);
	f->source = 0;
	if (f->fd >= 0)
		(void)close(f->fd); /* the process continues to write */
	f->fd = -1;
}

static void start_writing(struct peer_file *f);

/* Take the result of the process, or its end.  If something was stored meanwhile and must be written soon, start the
 * next write. */
static void finish(struct peer_file *f)
{
	char text[PEER_TEXT_MAX];
	int error;
	ssize_t got = recv(f->fd, &error, sizeof error, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	stop_waiting(f);
	(void)waitpid(f->pid, NULL, 0); /* it ends soon; ECHILD: the daemon reaps all its children */
	take(f, got == sizeof error ? error : ECHILD);
	if (f->memory->error != 0)
		return;
	size_t len = peer_text_format(peer_file_remembered(f), text, sizeof text);
	f->memory->unsaved = len != f->writing.len || memcmp(text, f->writing.text, len) != 0;
	if (f->soon)
		start_writing(f);
}

static gboolean on_result(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd, (void)condition;
	finish(data);
	return G_SOURCE_CONTINUE; /* after the result, the source is already removed */
}

/* Start a process if the file is not up to date, unless a process already runs. */
static void start_writing(struct peer_file *f)
{
	const struct own_process_job job = {.name = "heartbeat: peer", .run = write_file, .context = &f->writing};
	if (f->fd >= 0 || !f->memory->unsaved)
		return;
	f->writing.path = f->path;
	f->writing.len = peer_text_format(peer_file_remembered(f), f->writing.text, sizeof f->writing.text);
	f->started = mono_now();
	int fd = own_process_start(&job, &f->pid);
	if (fd < 0) {
		take(f, -fd);
		return;
	}
	f->slow = f->soon = false;
	f->fd = fd;
	f->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_result, f);
}

static gboolean on_timer(gpointer data)
{
	struct peer_file *f = data;
	if (f->fd >= 0 && f->slow)
		take(f, ETIMEDOUT);
	f->slow = true;
	start_writing(f);
	return G_SOURCE_CONTINUE;
}

/* --- an engine ---------------------------------------------------------------------------------------------------- */

/* Read the boot_id of the kernel, which is the same until the next boot. */
static void read_boot_id(char out[BOOT_ID_BYTES])
{
	char *text;
	size_t len;
	out[0] = 0;
	if (file_read("/proc/sys/kernel/random/boot_id", PEER_TEXT_MAX, &text, &len, NULL) != 0)
		return; /* "" is not equal to any stored id, so what is true for one boot only is forgotten */
	(void)bytes_to_text((struct bytes){(const uint8_t *)text, strcspn(text, "\n")}, out, BOOT_ID_BYTES);
	free(text);
}

static void set_current(struct peer_file_memory *m, const struct peer_memory *memory)
{
	uint32_t next = m->current == 1 ? 2 : 1;
	m->copies[next - 1] = *memory;
	read_boot_id(m->copies[next - 1].boot);
	m->current = next;
}

static void take_from_file(struct peer_file_memory *m, struct peer_memory *memory)
{
	char boot[sizeof memory->boot];
	read_boot_id(boot);
	if (!*boot || strcmp(boot, memory->boot) != 0)
		memory_new_boot(memory);
	else
		memory_new_daemon(memory);
	set_current(m, memory);
}

static void read_file(struct peer_file *f)
{
	struct peer_memory memory;
	char *text;
	size_t len;
	int rc = file_read(f->path, PEER_TEXT_MAX, &text, &len, NULL);
	if (rc == -ENOENT)
		return;
	if (rc == 0 && peer_text_parse((struct bytes){(const uint8_t *)text, len}, &memory))
		take_from_file(f->memory, &memory);
	else
		log_at(LOG_LEVEL_WARN,
			"%s is not used: %s; until the other node has answered, a recording of it may delay this start",
			f->path, rc == 0 ? "it is damaged" : strerror(-rc));
	if (rc == 0)
		free(text);
}

struct peer_file *peer_file_new(const char *path, struct peer_file_memory *memory)
{
	struct peer_file *f = g_new0(struct peer_file, 1);
	f->path = path;
	f->memory = memory;
	f->fd = -1;
	if (!memory->was_read)
		read_file(f);
	memory->was_read = true;
	start_writing(f);
	f->timer = g_timeout_add_seconds(AGAIN_S, on_timer, f);
	return f;
}

void peer_file_free(struct peer_file *f)
{
	if (!f)
		return;
	struct mono end = mono_add(mono_now(), span_ms(LAST_WAIT_MS));
	f->soon = true; /* also write what is stored while a process still runs */
	start_writing(f);
	for (;;) {
		struct pollfd ready = {.fd = f->fd, .events = POLLIN};
		int64_t left = span_to_ms(mono_since(end, mono_now()));
		if (f->fd < 0 || left <= 0 || poll(&ready, 1, (int)left) <= 0)
			break;
		finish(f);
	}
	stop_waiting(f);
	g_source_remove(f->timer);
	g_free(f);
}

const struct peer_memory *peer_file_remembered(const struct peer_file *f)
{
	const struct peer_file_memory *m = f->memory;
	return m->current == 0 ? NULL : &m->copies[m->current - 1];
}

static bool minute_is_over(const struct peer_file *f)
{
	return mono_is_never(f->started) || mono_since(mono_now(), f->started).ns >= span_ms(AGAIN_S * 1000).ns;
}

void peer_file_store(struct peer_file *f, const struct peer_memory *memory, bool soon)
{
	/* set this first: if the engine is killed after this line, the next engine must write */
	f->memory->unsaved = true;
	set_current(f->memory, memory);
	f->soon |= soon;
	if (f->soon || minute_is_over(f))
		start_writing(f);
}

bool peer_file_doubt(const struct peer_file *f, size_t position, char *out, size_t cap)
{
	if (f->memory->error == 0 || position > 0)
		return false;
	/* a long path is cut, because the text is for people */
	(void)snprintf(out, cap, "%s cannot be written: %s; tried again each minute", f->path, why(f->memory->error));
	return true;
}
