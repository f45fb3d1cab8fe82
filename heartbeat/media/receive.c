// SPDX-License-Identifier: MIT
/* Reading: many datagrams per system call, a budget per turn of the main loop, and a cheap look at the first bytes,
 * so that a flood of garbage costs neither heartbeats nor timers.  doc/faults.md 16; doc/security.md 2. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <inttypes.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	BATCH = 32,
	TURN_BATCHES = 4,    /* per socket and turn of the loop: 128 datagrams, well under a millisecond */
	SLOT = 65536,        /* more than any IPv4 datagram, header included */
	GARBAGE_LOG_S = 60,
};

/* One for the whole set: batches are handed out one at a time. */
struct batch {
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_in from[BATCH];
	alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
	uint8_t data[BATCH][SLOT];
};

struct batch *batch_new(void)
{
	return g_new0(struct batch, 1);
}

void batch_free(struct batch *b)
{
	g_free(b);
}

/* The kernel writes lengths into the headers, so that they are set before each call. */
static void batch_reset(struct batch *b)
{
	for (size_t i = 0; i < BATCH; i++) {
		b->vectors[i] = (struct iovec){.iov_base = b->data[i], .iov_len = SLOT};
		b->from[i] = (struct sockaddr_in){0};
		b->headers[i] = (struct mmsghdr){.msg_hdr = {
			.msg_name = &b->from[i],
			.msg_namelen = sizeof b->from[i],
			.msg_iov = &b->vectors[i],
			.msg_iovlen = 1,
			.msg_control = b->control[i],
			.msg_controllen = sizeof b->control[i],
		}};
	}
}

static void read_packet_info(struct msghdr *h, struct arrival *a)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		struct in_pktinfo info;

		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO || c->cmsg_len < CMSG_LEN(sizeof info))
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof info);
		a->source.ifindex = (unsigned)info.ipi_ifindex;
		/* The address it was sent to, and the local address that took it: different for broadcast and multicast. */
		a->direct = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
	}
}

/* doc/protocol.md 1.2: "A receiver must accept both framings on every medium". */
static bool begins_like_a_message(struct bytes data)
{
	struct reader r = reader_over(data);

	return reader_skip(&r, "###\n") || reader_skip(&r, ">>>\n");
}

static void deliver(struct receiver *r, struct arrival *a, bool cut)
{
	struct medium *m = r->claim(r, a);

	if (!m)
		return;
	if (cut || !begins_like_a_message(a->data)) {
		m->counters.rejected++;
		r->garbage++;
		r->garbage_sample = a->source;
		return;
	}
	m->counters.received++;
	m->counters.bytes_in += a->data.len;
	r->set->handlers.received(r->set->handlers.context, m->index, a->data, &a->source);
}

static void report_garbage(struct receiver *r, struct mono now)
{
	char from[INET_ADDRSTRLEN] = "?";

	(void)inet_ntop(AF_INET, &r->garbage_sample.from.sin_addr, from, sizeof from); /* cannot fail: it is AF_INET and fits */
	log_at(LOG_LEVEL_WARN, "%" PRIu64 " datagram(s) that are no heartbeat messages were dropped on interface %s port %u, the last from %s port %u; "
	       "harmless, but find out who sends them; said at most once in %d s", r->garbage, r->interface ? r->interface : "any", r->port, from,
	       ntohs(r->garbage_sample.from.sin_port), GARBAGE_LOG_S);
	r->garbage = 0;
	r->garbage_reported = now;
}

static void report_garbage_now_and_then(struct receiver *r)
{
	if (r->garbage == 0)
		return;
	struct mono now = mono_now();
	if (mono_is_never(r->garbage_reported) || mono_reached(now, mono_add(r->garbage_reported, span_ms(GARBAGE_LOG_S * 1000))))
		report_garbage(r, now);
}

static void note_error(struct receiver *r, int error)
{
	if (error == EAGAIN || error == r->last_error)
		return;
	r->last_error = error;
	log_at(LOG_LEVEL_ERROR, "cannot receive on interface %s port %u: %s", r->interface ? r->interface : "any", r->port, strerror(error));
}

/* Returns how many datagrams were there, at most BATCH. */
static unsigned read_batch(struct receiver *r)
{
	struct batch *b = r->set->batch;
	int n;

	batch_reset(b);
	do
		n = recvmmsg(r->fd, b->headers, BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		if (n < 0)
			note_error(r, errno);
		return 0;
	}
	r->set->receiving = true;
	for (int i = 0; i < n; i++) {
		struct arrival a = {.data = {b->data[i], b->headers[i].msg_len}, .source.from = b->from[i]};

		read_packet_info(&b->headers[i].msg_hdr, &a);
		deliver(r, &a, (b->headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0);
	}
	r->set->receiving = false;
	return (unsigned)n;
}

bool receiver_read(struct receiver *r, unsigned batches)
{
	unsigned n = BATCH;

	while (n == BATCH && batches-- > 0)
		n = read_batch(r);
	report_garbage_now_and_then(r);
	return n == BATCH;
}

/* GLib serves only the highest priority that is ready.  Datagrams go before everything else, but a socket that used up
 * its budget goes down to the common priority, where all take turns; else a flood would hold up every timer for ever. */
static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct receiver *r = data;
	(void)fd;
	(void)condition; /* errors are fetched by reading as well */

	int priority = receiver_read(r, TURN_BATCHES) ? G_PRIORITY_DEFAULT : G_PRIORITY_HIGH;
	if (g_source_get_priority(r->source) != priority)
		g_source_set_priority(r->source, priority);
	return G_SOURCE_CONTINUE;
}

struct receiver *receiver_new(struct media *set)
{
	struct receiver *r = g_new0(struct receiver, 1);

	r->set = set;
	r->fd = -1;
	r->next = set->receivers;
	set->receivers = r;
	return r;
}

static void stop_watching(struct receiver *r)
{
	if (r->source) {
		g_source_destroy(r->source);
		g_source_unref(r->source);
		r->source = NULL;
	}
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

void receiver_watch(struct receiver *r, int fd)
{
	stop_watching(r);
	r->fd = fd;
	r->last_error = 0;
	r->source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_ERR);
	g_source_set_priority(r->source, G_PRIORITY_HIGH);
	/* Otherwise GLib takes the socket out of its set for each dispatch and puts it back: two wake-ups of the main loop.
	 * Nothing runs the main loop from a callback. */
	g_source_set_can_recurse(r->source, TRUE);
	g_source_set_callback(r->source, G_SOURCE_FUNC(on_readable), r, NULL);
	g_source_attach(r->source, g_main_context_get_thread_default());
}

void receiver_free(struct receiver *r)
{
	if (r->garbage > 0)
		report_garbage(r, mono_now());
	stop_watching(r);
	g_free(r);
}
