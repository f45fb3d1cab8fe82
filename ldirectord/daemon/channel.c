// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/channel.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURN_MESSAGES = 64 };

struct channel {
	struct channel_ends ends;
	int fd;
	guint readable, writable;
	GQueue *waiting; /* GBytes; the messages that the socket did not accept yet */
};

// --- in ---

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct channel *c = data;
	uint8_t bytes[CHANNEL_MESSAGE_MAX];
	(void)condition;
	for (int i = 0; i < TURN_MESSAGES; i++) {
		ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return G_SOURCE_CONTINUE;
		if (n <= 0) {
			c->readable = 0; // GLib removes the source after this return
			c->ends.closed(c->ends.context);
			return G_SOURCE_REMOVE;
		}
		c->ends.message(c->ends.context, (struct bytes){bytes, (size_t)n});
	}
	return G_SOURCE_CONTINUE;
}

// --- out ---

/* Send a message now.  Returns false when the socket accepts no more at present. */
static bool send_now(struct channel *c, struct bytes message)
{
	ssize_t n = send(c->fd, message.at, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	// after another error the other end is closed, which on_readable reports
	return n >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data)
{
	struct channel *c = data;
	(void)fd, (void)condition;
	for (GBytes *first; (first = g_queue_peek_head(c->waiting)) != NULL;) {
		gsize len;
		const void *at = g_bytes_get_data(first, &len);
		if (!send_now(c, (struct bytes){at, len}))
			return G_SOURCE_CONTINUE;
		g_bytes_unref(g_queue_pop_head(c->waiting));
	}
	c->writable = 0; // GLib removes the source after this return
	return G_SOURCE_REMOVE;
}

void channel_send(struct channel *c, struct bytes message)
{
	if (g_queue_is_empty(c->waiting) && send_now(c, message))
		return;
	g_queue_push_tail(c->waiting, g_bytes_new(message.at, message.len));
	if (!c->writable)
		c->writable = g_unix_fd_add(c->fd, G_IO_OUT, on_writable, c);
}

// --- life ---

struct channel *channel_new(int fd, const struct channel_ends *ends)
{
	struct channel *c = g_new0(struct channel, 1);
	c->ends = *ends;
	c->fd = fd;
	c->waiting = g_queue_new();
	c->readable = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_readable, c);
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	if (c->readable)
		g_source_remove(c->readable);
	if (c->writable)
		g_source_remove(c->writable);
	g_queue_free_full(c->waiting, (GDestroyNotify)g_bytes_unref);
	(void)close(c->fd); // this has no effect on messages that were sent
	g_free(c);
}
