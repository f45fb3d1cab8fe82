// SPDX-License-Identifier: MIT
/* Manages the clients of the API socket: their descriptors and their sources in the main loop.  api_session.c and
 * api_requests.c decide what a client may send and receives. */
#include "heartbeat/ipc/api_server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <grp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/ipc/api_requests.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/unix_listener.h"

enum {
	CLIENTS_MAX = 64,
	/* so many of CLIENTS_MAX are only for root, so that other users cannot lock out the operator */
	CLIENTS_ROOT_RESERVE = 8,
	SIGNON_TIMEOUT_MS = 5000,
	/* the size of one read in each iteration of the loop; a busy client must not delay heartbeats */
	READ_MAX = 16384,
};

struct client {
	struct api_session session; /* must be the first member, because the hub's list has its address */
	struct api_server *server;
	int fd;
	guint in_source, out_source, timer; /* 0: none */
};

struct api_server {
	struct api_config config;
	struct api_hub hub;
	struct unix_listener *listener;
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

/* Write as much as the socket accepts.  Returns false when the client has closed the connection. */
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

/* Arrange that the main loop writes the remaining answers or closes the client.  Not at once, because the caller may
 * still handle a request of this client. */
static void client_arm(struct client *c)
{
	bool wanted = c->session.closing || frame_buffer_waiting(&c->session.out).len > 0;
	if (wanted && c->out_source == 0)
		c->out_source = g_unix_fd_add(c->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, c);
}

/* Send the answers.  A client that is closing is freed after the socket has accepted what it can at once.
 * Returns false when the client was freed. */
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
	c->out_source = 0; /* GLib removes this source; client_settle adds a new one when it is needed */
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

/* Returns true when there are bytes to read. */
static bool has_sent(int fd)
{
	int waiting = 0;
	return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

/* When the limit of clients is near, close the client that has sent nothing for the longest time, so that such clients
 * cannot lock out others. */
static void drop_silent(struct api_server *s, const struct client *except)
{
	struct client *oldest = NULL;
	for (struct api_session *at = s->hub.sessions; at; at = at->next) /* newest first */
		if (!at->signed_on && at != &except->session && !has_sent(((struct client *)at)->fd))
			oldest = (struct client *)at;
	if (!oldest)
		return;
	api_session_fault(&oldest->session, API_FAULT_FULL, "has not signed on, and others wait");
	client_free(oldest);
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
	if (s->clients > CLIENTS_MAX - CLIENTS_ROOT_RESERVE)
		drop_silent(s, c);
	if (s->clients > CLIENTS_MAX - (peer.uid == 0 ? 0 : CLIENTS_ROOT_RESERVE)) {
		api_session_fault(&c->session, API_FAULT_FULL, "too many clients");
		client_free(c);
		return;
	}
	c->in_source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, c);
	c->timer = g_timeout_add(SIGNON_TIMEOUT_MS, on_signon_timeout, c);
}

static void on_connected(void *context, int fd)
{
	client_new(context, fd);
}

static void on_accept_failed(void *context, int error)
{
	(void)context;
	log_at(LOG_LEVEL_WARN, "API: cannot accept a client: %s; trying again in 1 s", strerror(error));
}

/* --- the socket --------------------------------------------------------------------------------------------------- */

/* Create the directory of the socket.  Its mode, root:haclient 0750, is the first access check.  Without that group
 * every user can reach the socket, and only the credentials of the client decide.  Refuses a link as the last part of
 * path.
 * Returns 0 or -errno. */
static int make_directory(const char *path)
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
	bool owned = geteuid() != 0 || fchown(fd, 0, group ? group->gr_gid : 0) == 0;
	error = owned && fchmod(fd, mode) == 0 ? 0 : -errno;
	close(fd);
	return error;
}

struct api_server *api_server_open(const struct api_config *config)
{
	struct api_server *s = g_new0(struct api_server, 1);
	char *directory = g_path_get_dirname(config->path);
	int error = make_directory(directory);
	g_free(directory);
	if (error == 0) {
		s->listener = unix_listener_open(&(struct unix_listener_config){
			.path = config->path,
			.mode = 0777, /* the mode of the directory restricts the access */
			.queue = CLIENTS_MAX,
			.connected = on_connected,
			.failed = on_accept_failed,
			.context = s});
		error = s->listener ? 0 : -errno;
	}
	if (error < 0) {
		g_free(s);
		errno = -error;
		return NULL;
	}
	s->config = *config;
	api_hub_init(&s->hub, &s->config);
	return s;
}

void api_server_close(struct api_server *s)
{
	if (!s)
		return;
	s->config.message = NULL; /* the engine ends, so no message is sent any more */
	while (s->hub.sessions)
		client_free((struct client *)s->hub.sessions);
	unix_listener_close(s->listener);
	api_hub_free(&s->hub);
	g_free(s);
}

void api_server_reconfigure(
	struct api_server *s, const struct ha_cf *conf, const struct haresources *resources, const char *node)
{
	s->config.conf = conf;
	s->config.resources = resources;
	s->config.node = node;
	api_hub_reconfigure(&s->hub);
}

void api_request_done(struct api_server *s, unsigned id, bool ok, const char *text)
{
	for (struct api_session *at = s->hub.sessions; at; at = at->next) {
		api_session_request_done(at, id, ok, text);
		client_arm((struct client *)at);
	}
}

/* Send the signal that the client has requested.  Its pid may already belong to another process.  The signal then
 * reaches only a process of the same user, and the client could send it there itself. */
static void send_signal(const struct api_session *session)
{
	char path[32];
	struct stat st;
	int process = pidfd_open(session->peer.pid, 0);
	if (process < 0)
		return;
	(void)g_snprintf(path, sizeof path, "/proc/%ld", (long)session->peer.pid);
	if (stat(path, &st) == 0 && st.st_uid == session->peer.uid)
		(void)pidfd_send_signal(process, session->signal, NULL, 0); /* the process may have ended */
	close(process);
}

static void on_handed(struct api_session *session)
{
	client_arm((struct client *)session);
	if (session->signal != 0 && !session->closing)
		send_signal(session);
}

void api_notify(struct api_server *s, struct bytes message, bool beat)
{
	/* doc/commands.md 7.10: "clients never see a digest".  The core leaves the digest out.  If the core has a bug
	 * there, report it, and do not send the message. */
	static const char digest[] = "\nauth=";
	if (message.len == 0 || memmem(message.at, message.len, digest, sizeof digest - 1)) {
		log_at(LOG_LEVEL_ERROR, "API: a message with a digest, or an empty one, was not handed to the clients");
		return;
	}
	request_deliver(&s->hub, beat ? API_FILTER_BEATS : API_FILTER_CHANGES, message, on_handed);
}
