// SPDX-License-Identifier: MIT
#include "lib/unix_listener.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/bytes.h"

enum { ACCEPTS_A_TURN = 8, PAUSE_MS = 1000 };

struct unix_listener {
	struct unix_listener_config config;
	char *path;
	int fd;
	struct stat made; /* identity of the socket that we created */
	guint source;     /* waits for connections, or for the end of a pause */
};

static gboolean on_connection(gint fd, GIOCondition condition, gpointer context);

static gboolean on_pause_over(gpointer context)
{
	struct unix_listener *l = context;
	l->source = g_unix_fd_add(l->fd, G_IO_IN, on_connection, l);
	return G_SOURCE_REMOVE;
}

static gboolean on_connection(gint fd, GIOCondition condition, gpointer context)
{
	struct unix_listener *l = context;
	(void)condition;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (connection >= 0) {
			l->config.connected(l->config.context, connection);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			break;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			/* The connection stays in the queue, so without a pause the loop would run continuously. */
			int error = errno;
			l->source = g_timeout_add(PAUSE_MS, on_pause_over, l);
			if (l->config.failed)
				l->config.failed(l->config.context, error);
			return G_SOURCE_REMOVE;
		}
	}
	return G_SOURCE_CONTINUE;
}

/* Remove a socket that an earlier daemon left behind.  Returns 0 or -errno. */
static int remove_stale(const char *path)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlink(path) < 0 ? -errno : 0;
}

/* Create the socket.  Returns a listening descriptor or -errno. */
static int listen_at(const struct unix_listener_config *config)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!bytes_to_text(bytes_of(config->path), address.sun_path, sizeof address.sun_path))
		return -ENAMETOOLONG;
	int error = remove_stale(config->path);
	if (error < 0)
		return error;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Set the mode by the umask, so that it is right from the start.  chmod would come too late and would follow a
	 * link. */
	mode_t old = umask(0777 & ~config->mode);
	error = bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
	(void)umask(old);
	if (error == 0 && listen(fd, config->queue) < 0)
		error = -errno;
	if (error == 0)
		return fd;
	(void)close(fd);
	return error;
}

struct unix_listener *unix_listener_open(const struct unix_listener_config *config)
{
	int fd = listen_at(config);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	struct unix_listener *l = g_new0(struct unix_listener, 1);
	l->config = *config;
	l->path = g_strdup(config->path);
	l->fd = fd;
	if (lstat(l->path, &l->made) < 0)
		l->made = (struct stat){0}; /* the socket was removed already, so close has nothing to remove */
	l->source = g_unix_fd_add(fd, G_IO_IN, on_connection, l);
	return l;
}

void unix_listener_close(struct unix_listener *l)
{
	struct stat now;
	if (!l)
		return;
	g_source_remove(l->source);
	if (lstat(l->path, &now) == 0 && now.st_ino == l->made.st_ino && now.st_dev == l->made.st_dev)
		(void)unlink(l->path); /* a socket that cannot be removed does no harm */
	(void)close(l->fd);
	g_free(l->path);
	g_free(l);
}
