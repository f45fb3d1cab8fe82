// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/scribe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/syslog_socket.h"

enum { END_MS = 500 };
enum destination { TO_FILE, TO_DESCRIPTOR, TO_SYSLOG };

struct scribe {
	GThreadPool *thread;
	scribe_failed *failed;
	void *context;
	gint waiting; /* atomic: lines that are not written yet */
	struct syslog_socket syslog; /* the thread's; closed when that has ended */
};

struct line {
	struct scribe *of;
	enum destination to;
	char *name, *text; /* name: of the file; ident of syslog; NULL */
	int number;        /* the descriptor; the priority */
	unsigned count;
	int error;
};

static void line_free(void *data)
{
	struct line *l = data;
	g_free(l->name);
	g_free(l->text);
	g_free(l);
}

static gboolean on_failed(gpointer data)
{
	struct line *l = data;
	l->of->failed(l->of->context, l->to == TO_FILE ? l->name : NULL, l->error, l->count);
	return G_SOURCE_REMOVE;
}

// --- in the thread ---

static int write_once(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n = write(fd, text, len);
	return n < 0 ? errno : (size_t)n < len ? ENOSPC : 0;
}

static int append(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd < 0)
		return errno;
	int error = write_once(fd, text);
	(void)close(fd); // the kernel has it
	return error;
}

static void put(gpointer data, gpointer user)
{
	struct line *l = data;
	struct scribe *s = user;
	switch (l->to) {
	case TO_FILE: l->error = append(l->name, l->text); break;
	case TO_DESCRIPTOR: l->error = write_once(l->number, l->text); break;
	case TO_SYSLOG: l->error = -syslog_socket_send(&s->syslog, l->number, l->name, l->text); break;
	}
	if (l->error && s->failed)
		(void)g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_failed, l, line_free);
	else
		line_free(l);
	(void)g_atomic_int_add(&s->waiting, -1);
}

// --- in the main loop ---

struct scribe *scribe_new(scribe_failed *failed, void *context)
{
	struct scribe *s = g_new0(struct scribe, 1);
	s->failed = failed;
	s->context = context;
	s->syslog = (struct syslog_socket){_PATH_LOG, -1};
	s->thread = g_thread_pool_new(put, s, 1, FALSE, NULL); // starts none yet: cannot fail
	return s;
}

static bool push(struct scribe *s, enum destination to, const char *name, int number, const char *text, unsigned count)
{
	if (g_atomic_int_get(&s->waiting) >= SCRIBE_WAITING_MAX) // it hangs
		return false;
	struct line *l = g_new0(struct line, 1);
	*l = (struct line){.of = s, .to = to, .name = g_strdup(name), .text = g_strdup(text), .number = number, .count = count};
	(void)g_atomic_int_add(&s->waiting, 1);
	(void)g_thread_pool_push(s->thread, l, NULL); // no new thread: it waits for the next push
	return true;
}

bool scribe_append(struct scribe *s, const char *file, const char *line, unsigned count)
{
	return push(s, TO_FILE, file, 0, line, count);
}

bool scribe_write(struct scribe *s, int fd, const char *line, unsigned count)
{
	return push(s, TO_DESCRIPTOR, NULL, fd, line, count);
}

bool scribe_syslog(struct scribe *s, int priority, const char *ident, const char *text, unsigned count)
{
	return push(s, TO_SYSLOG, ident, priority, text, count);
}

unsigned scribe_free(struct scribe *s)
{
	for (int i = 0; i < END_MS / 5 && g_atomic_int_get(&s->waiting) > 0; i++)
		g_usleep(5000);
	unsigned left = (unsigned)g_atomic_int_get(&s->waiting);
	if (left > 0)
		return left;
	g_thread_pool_free(s->thread, FALSE, TRUE);
	syslog_socket_close(&s->syslog);
	g_free(s);
	return 0;
}
