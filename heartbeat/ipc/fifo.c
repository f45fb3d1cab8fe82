// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/fifo_text.h"
#include "lib/log.h"

enum { READ_MAX = 4096 };

struct fifo {
	int fd; /* negative: not open */
	int trouble; /* the errno of fifo_open */
	char *path;
	guint source;
	void (*received)(void *context, const struct message *m);
	void *context;
	struct fifo_text text;
	uint8_t arena[CODEC_DATAGRAM_MAX];
};

/* Handle one whole message, from ">>>" to "<<<". */
static void on_text(void *context, struct bytes whole)
{
	struct fifo *f = context;
	struct message m;
	struct decoded decoded;
	message_init(&m, f->arena, sizeof f->arena);
	enum codec_verdict verdict = codec_decode(whole, NULL, false, &m, &decoded);
	if (verdict != CODEC_OK)
		log_at(LOG_LEVEL_WARN, "%s: message skipped: %s", f->path,
			decoded.why[0] ? decoded.why : codec_verdict_text(verdict));
	else if (message_string(&m, "t").len == 0)
		log_at(LOG_LEVEL_WARN, "%s: message skipped: it has no type (t=...)", f->path);
	else
		f->received(f->context, &m);
}

static void on_garbage(void *context, const char *why)
{
	const struct fifo *f = context;
	log_at(LOG_LEVEL_WARN, "%s: %s", f->path, why);
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer context)
{
	struct fifo *f = context;
	uint8_t buffer[READ_MAX];
	(void)condition;
	ssize_t got = read(fd, buffer, sizeof buffer);
	if (got > 0)
		fifo_text_take(&f->text, (struct bytes){buffer, (size_t)got});
	else if (got < 0 && errno != EAGAIN && errno != EINTR) {
		log_at(LOG_LEVEL_ERROR, "%s: %s: no further commands are read from this FIFO; restart heartbeat", f->path,
			strerror(errno));
		f->source = 0;
		return G_SOURCE_REMOVE;
	}
	return G_SOURCE_CONTINUE;
}

/* doc/commands.md 7.11: "a file in that place that is no FIFO is replaced".  Returns 0 or -errno. */
static int make_fifo(const char *path)
{
	struct stat st;
	bool exists = lstat(path, &st) == 0;
	if (exists && S_ISFIFO(st.st_mode))
		/* even a call of mkfifo would hang on a disk that does not respond, and a new engine must not hang */
		return 0;
	if (exists) {
		if (unlink(path) < 0)
			return -errno;
		log_at(LOG_LEVEL_WARN, "%s: was no FIFO: replaced", path);
	}
	return mkfifo(path, 0600) < 0 && errno != EEXIST ? -errno : 0;
}

/* Open the FIFO for reading and writing, so that there is no end of file when a writer closes it.  Returns a descriptor
 * or -errno. */
static int open_fifo(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int error = 0;
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (!S_ISFIFO(st.st_mode))
		error = -EEXIST;
	/* an old FIFO may belong to another user */
	else if (st.st_uid != geteuid() && fchown(fd, geteuid(), getegid()) < 0)
		error = -errno;
	else if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) < 0) /* change the mode only when it is wrong */
		error = -errno;
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

struct fifo *fifo_open(const char *path, void (*received)(void *context, const struct message *m), void *context)
{
	struct fifo *f = g_new0(struct fifo, 1);
	int error = make_fifo(path);
	f->fd = error < 0 ? error : open_fifo(path);
	f->trouble = f->fd < 0 ? -f->fd : 0;
	f->path = g_strdup(path);
	f->received = received;
	f->context = context;
	fifo_text_init(&f->text, on_text, on_garbage, f);
	if (f->fd >= 0)
		f->source = g_unix_fd_add(f->fd, G_IO_IN, on_readable, f);
	else
		log_at(LOG_LEVEL_WARN,
			"cannot open the command FIFO %s: %s; commands of existing scripts are not received until "
			"heartbeat is started again", path, strerror(f->trouble));
	return f;
}

int fifo_trouble(const struct fifo *f)
{
	return f->trouble;
}

void fifo_close(struct fifo *f)
{
	if (!f)
		return;
	if (f->source)
		g_source_remove(f->source);
	if (f->fd >= 0) {
		close(f->fd);
		(void)unlink(f->path); /* the file may be removed already */
	}
	g_free(f->path);
	g_free(f);
}
