// SPDX-License-Identifier: MIT
/* The listening socket, the descriptors of its clients and their sources in the main loop.  api_session.c and
 * api_requests.c decide what a client may send and receives. */
#include "heartbeat/ipc/api_server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "heartbeat/ipc/api_requests.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	CLIENTS_MAX = 64,
	CLIENTS_ROOT_RESERVE = 8, /* of CLIENTS_MAX, only for root: other users cannot lock the operator out */
	SIGNON_TIMEOUT_MS = 5000,
	READ_MAX = 16384,         /* one read in each turn of the loop: a busy client must not delay heartbeats */
	ACCEPTS_A_TURN = 8,
	ACCEPT_PAUSE_MS = 1000,
};

struct client {
	struct api_session session; /* first: the hub's list holds its address */
	struct api_server *server;
	int fd;
	guint in_source, out_source, timer; /* 0: none */
};

struct api_server {
	struct api_config config;
	struct api_hub hub;
	int fd, directory;
	char *name; /* of the socket within the directory */
	struct stat made; /* the socket as we made it */
	guint source; /* listening, or the pause in it */
	unsigned clients;
};

/* --- a client ----------------------------------------------------------------------------------------------------- */

static void drop_source(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

static void client_free(struct client *c)
{
	drop_source(&c->in_source);
	drop_source(&c->out_source);
	drop_source(&c->timer);
	api_session_end(&c->session);
	close(c->fd);
	c->server->clients--;
	g_free(c);
}

/* Write what the socket takes.  False: the client has gone. */
static bool client_write(struct client *c)
{
	for (;;) {
		struct bytes waiting = frame_buffer_waiting(&c->session.out);
		if (waiting.len == 0)
			return true;
		ssize_t sent = send(c->fd, waiting.at, waiting.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		frame_buffer_drop(&c->session.out, (size_t)sent);
	}
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer context);

/* Write the rest, or close the client, later from the main loop.  Never do it here, because the caller may still handle
 * a request of this client. */
static void client_arm(struct client *c)
{
	bool wanted = c->session.closing || frame_buffer_waiting(&c->session.out).len > 0;
	if (wanted && c->out_source == 0)
		c->out_source = g_unix_fd_add(c->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, c);
}

/* Send the answers; close and free a client that is closing, after sending what the socket accepts at once.
 * False: the client is freed. */
static bool client_settle(struct client *c)
{
	if (!client_write(c) || c->session.closing) {
		client_free(c);
		return false;
	}
	if (c->session.signed_on)
		drop_source(&c->timer);
	client_arm(c);
	return true;
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer context)
{
	struct client *c = context;
	(void)fd;
	(void)condition;
	c->out_source = 0; /* this source ends here; client_settle makes another if need be */
	(void)client_settle(c);
	return G_SOURCE_REMOVE;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer context)
{
	struct client *c = context;
	uint8_t buffer[READ_MAX];
	(void)condition;
	ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got <= 0) {
		c->in_source = 0;
		client_free(c);
		return G_SOURCE_REMOVE;
	}
	api_session_take(&c->session, (struct bytes){buffer, (size_t)got});
	return client_settle(c) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean on_signon_timeout(gpointer context)
{
	struct client *c = context;
	c->timer = 0;
	api_session_fault(&c->session, API_FAULT_FULL, "did not sign on within 5 s");
	client_free(c);
	return G_SOURCE_REMOVE;
}

static void client_new(struct api_server *s, int fd)
{
	struct api_peer peer;
	if (api_peer_of(fd, &peer) < 0) {
		close(fd);
		return;
	}
	struct client *c = g_new0(struct client, 1);
	c->server = s;
	c->fd = fd;
	s->clients++;
	api_session_begin(&c->session, &s->hub, &peer);
	if (s->clients > CLIENTS_MAX - (peer.uid == 0 ? 0 : CLIENTS_ROOT_RESERVE)) {
		api_session_fault(&c->session, API_FAULT_FULL, "too many clients");
		client_free(c);
		return;
	}
	c->in_source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, c);
	c->timer = g_timeout_add(SIGNON_TIMEOUT_MS, on_signon_timeout, c);
}

static gboolean on_connection(gint fd, GIOCondition condition, gpointer context);

static gboolean on_pause_over(gpointer context)
{
	struct api_server *s = context;
	s->source = g_unix_fd_add(s->fd, G_IO_IN, on_connection, s);
	return G_SOURCE_REMOVE;
}

static gboolean on_connection(gint fd, GIOCondition condition, gpointer context)
{
	struct api_server *s = context;
	(void)condition;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client >= 0)
			client_new(s, client);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			break;
		else if (errno != EINTR && errno != ECONNABORTED) {
			/* No descriptor left: the connection stays in the queue, and the loop would spin on it. */
			log_at(LOG_LEVEL_WARN, "API: cannot accept a client: %s; trying again in 1 s", strerror(errno));
			s->source = g_timeout_add(ACCEPT_PAUSE_MS, on_pause_over, s);
			return G_SOURCE_REMOVE;
		}
	}
	return G_SOURCE_CONTINUE;
}

/* --- the socket --------------------------------------------------------------------------------------------------- */

/* The mode of the directory is the first access check: root:haclient 0750.  Without that group every user can reach the
 * socket, and only the credentials of the peer decide.  Returns a descriptor or -errno; refuses a link as the last
 * part of path. */
static int open_directory(const char *path)
{
	const struct group *group = getgrnam("haclient");
	mode_t mode = group ? 0750 : 0755;
	int error = file_make_directory(path, mode);
	if (error < 0 && error != -EEXIST)
		return error;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Only root can change the owner; for another user (a test) the directory keeps its owner. */
	if (geteuid() == 0 && fchown(fd, 0, group ? group->gr_gid : 0) < 0)
		goto failed;
	if (fchmod(fd, mode) < 0)
		goto failed;
	return fd;
failed:
	error = -errno;
	close(fd);
	return error;
}

/* Remove a socket that an earlier daemon left behind.  Any other file stays and is an error.  Returns 0 or -errno. */
static int remove_stale(int directory, const char *name)
{
	struct stat st;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlinkat(directory, name, 0) < 0 ? -errno : 0;
}

/* Returns a listening descriptor or -errno. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!bytes_to_text(bytes_of(path), address.sun_path, sizeof address.sun_path))
		return -ENAMETOOLONG;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The mode must be right from the first moment and without a chmod, which would follow a link. */
	mode_t old = umask(0);
	int error = bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
	umask(old);
	if (error == 0 && listen(fd, CLIENTS_MAX) < 0)
		error = -errno;
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

struct api_server *api_server_open(const struct api_config *config)
{
	struct api_server *s = g_new0(struct api_server, 1);
	char *directory = g_path_get_dirname(config->path);
	s->config = *config;
	s->name = g_path_get_basename(config->path);
	s->fd = -1;
	s->directory = open_directory(directory);
	int error = s->directory < 0 ? s->directory : remove_stale(s->directory, s->name);
	if (error >= 0) {
		s->fd = listen_at(config->path);
		error = s->fd < 0 ? s->fd : 0;
	}
	g_free(directory);
	if (error < 0) {
		if (s->directory >= 0)
			close(s->directory);
		g_free(s->name);
		g_free(s);
		errno = -error;
		return NULL;
	}
	if (fstatat(s->directory, s->name, &s->made, AT_SYMLINK_NOFOLLOW) < 0)
		memset(&s->made, 0, sizeof s->made); /* already removed: nothing to remove at the end */
	api_hub_init(&s->hub, &s->config);
	s->source = g_unix_fd_add(s->fd, G_IO_IN, on_connection, s);
	return s;
}

void api_server_close(struct api_server *s)
{
	struct stat st;
	if (!s)
		return;
	while (s->hub.sessions)
		client_free((struct client *)s->hub.sessions);
	drop_source(&s->source);
	/* Do not remove the socket of a later daemon. */
	if (fstatat(s->directory, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode) &&
	    st.st_ino == s->made.st_ino && st.st_dev == s->made.st_dev)
		(void)unlinkat(s->directory, s->name, 0); /* a stale socket does no harm */
	close(s->fd);
	close(s->directory);
	api_hub_free(&s->hub);
	g_free(s->name);
	g_free(s);
}

void api_move_done(struct api_server *s, unsigned id, bool ok, const char *text)
{
	for (struct api_session *at = s->hub.sessions; at; at = at->next) {
		api_session_move_done(at, id, ok, text);
		client_arm((struct client *)at);
	}
}

void api_notify(struct api_server *s, struct bytes message)
{
	/* doc/commands.md 7.10: "clients never see a digest".  The core leaves it out; if that breaks, report it rather
	 * than leak. */
	static const char digest[] = "\nauth=";
	if (message.len == 0 || memmem(message.at, message.len, digest, sizeof digest - 1)) {
		log_at(LOG_LEVEL_ERROR, "API: a message with a digest, or an empty one, was not handed to the clients");
		return;
	}
	for (struct api_session *at = s->hub.sessions; at; at = at->next) {
		api_session_notify(at, message);
		client_arm((struct client *)at);
	}
	request_of_peer(&s->hub, message); /* last: the core's next message may overwrite this one */
}
