// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/log/line_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/log_writer.h"
#include "lib/syslog_socket.h"

enum { END_MS = 500, RESTART_MS = 1000 /* a process that has died is started again at most once in this time */ };
enum destination { TO_FILE, TO_OUTPUT, TO_SYSLOG };

struct line_writer {
	const char *name;
	line_writer_failed *failed;
	void *context;
	struct log_writer *process; /* NULL: not started yet */
	struct mono started;
	guint reports;
};

/* A message to the process: this struct, then a name with its NUL (the file, or the ident of syslog), then the text. */
struct head {
	enum destination to;
	int priority; /* the priority of syslog */
	unsigned count;
};

// --- in the process ---

static int write_once(int fd, struct bytes text)
{
	ssize_t n = write(fd, text.at, text.len);
	return n < 0 ? errno : (size_t)n < text.len ? ENOSPC : 0;
}

static int append(const char *file, struct bytes text)
{
	/* O_NOFOLLOW: with a link, the owner of the directory could choose a file to which root then writes. */
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW, 0644);
	if (fd < 0)
		return errno;
	int error = write_once(fd, text);
	(void)close(fd); // the kernel has the text already
	return error;
}

static const char *name_of(const void *message)
{
	return (const char *)message + sizeof(struct head);
}

/* Write one message.  Messages come only from push: they are complete, and the text ends with a NUL. */
static int write_line(void *context, const void *message, size_t len)
{
	static struct syslog_socket syslog_socket = {_PATH_LOG, -1};
	struct head head;
	(void)context;
	memcpy(&head, message, sizeof head);
	const char *name = name_of(message), *text = name + strlen(name) + 1;
	struct bytes line = {(const uint8_t *)text, len - sizeof head - strlen(name) - 2};
	switch (head.to) {
	case TO_FILE: return append(name, line);
	case TO_OUTPUT: return write_once(STDOUT_FILENO, line);
	case TO_SYSLOG: return -syslog_socket_send(&syslog_socket, head.priority, name, text);
	}
	return EINVAL;
}

// --- in the daemon ---

static void take_reports(struct line_writer *w)
{
	char message[LOG_WRITER_MESSAGE_MAX];
	struct head head;
	int error;
	while (log_writer_failed(w->process, &error, message, sizeof message) > 0) {
		memcpy(&head, message, sizeof head);
		w->failed(w->context, head.to == TO_FILE ? name_of(message) : NULL, error, head.count);
	}
}

static gboolean on_report(gint fd, GIOCondition condition, gpointer data)
{
	struct line_writer *w = data;
	(void)fd;
	take_reports(w);
	if (!(condition & (G_IO_HUP | G_IO_ERR)))
		return G_SOURCE_CONTINUE;
	w->reports = 0; // the process has ended; the next line starts another one
	return G_SOURCE_REMOVE;
}

static void stop(struct line_writer *w, struct span patience)
{
	if (w->reports)
		g_source_remove(w->reports);
	w->reports = 0;
	log_writer_stop(w->process, patience);
	w->process = NULL;
}

static bool start(struct line_writer *w)
{
	w->started = mono_now();
	w->process =
		log_writer_start(&(struct log_writer_job){.name = w->name, .keep_output = true, .message = write_line});
	if (w->process)
		w->reports = g_unix_fd_add(log_writer_fd(w->process), G_IO_IN, on_report, w);
	return w->process != NULL;
}

struct line_writer *line_writer_new(const char *name, line_writer_failed *failed, void *context)
{
	struct line_writer *w = g_new0(struct line_writer, 1);
	w->name = name;
	w->failed = failed;
	w->context = context;
	return w;
}

static bool may_start(const struct line_writer *w)
{
	return mono_is_never(w->started) || mono_since(mono_now(), w->started).ns >= span_ms(RESTART_MS).ns;
}

static bool push(struct line_writer *w, struct head head, const char *name, const char *text)
{
	char message[LOG_WRITER_MESSAGE_MAX];
	size_t name_size = strlen(name) + 1, size = strlen(text) + 1, len = sizeof head + name_size + size;
	if (len > sizeof message)
		return false;
	memcpy(message, &head, sizeof head);
	memcpy(message + sizeof head, name, name_size);
	memcpy(message + sizeof head + name_size, text, size);
	int error = w->process ? log_writer_send(w->process, message, len) : -EPIPE;
	if ((error != -EPIPE && error != -ECONNRESET) || !may_start(w))
		return error == 0;
	stop(w, (struct span){0});
	return start(w) && log_writer_send(w->process, message, len) == 0;
}

bool line_writer_append(struct line_writer *w, const char *file, const char *line, unsigned count)
{
	return push(w, (struct head){.to = TO_FILE, .count = count}, file, line);
}

bool line_writer_print(struct line_writer *w, const char *line, unsigned count)
{
	return push(w, (struct head){.to = TO_OUTPUT, .count = count}, "", line);
}

bool line_writer_syslog(struct line_writer *w, int priority, const char *ident, const char *text, unsigned count)
{
	return push(w, (struct head){.to = TO_SYSLOG, .priority = priority, .count = count}, ident, text);
}

void line_writer_free(struct line_writer *w)
{
	stop(w, span_ms(END_MS));
	g_free(w);
}
