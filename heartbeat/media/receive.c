// SPDX-License-Identifier: MIT
/* Receivers: descriptors that the main loop reads.  Each iteration of the loop reads a limited number of datagrams, and
 * checks their first bytes at once, so that a flood of garbage delays neither heartbeats nor timers.
 * doc/faults.md 16; doc/security.md 2. */
#include <assert.h>
#include <errno.h>
#include <glib-unix.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	/* per descriptor and iteration of the loop: 128 datagrams, which take much less than a millisecond */
	TURN_BATCHES = 4,
	GARBAGE_LOG_S = 60,
};

/* --- messages ----------------------------------------------------------------------------------------------------- */

/* Returns true when data starts like a message of either framing.
 * doc/protocol.md 1.2: "A receiver must accept both framings on every medium". */
static bool begins_like_a_message(struct bytes data)
{
	struct reader r = reader_over(data);

	return reader_skip(&r, "###\n") || reader_skip(&r, ">>>\n");
}

void receiver_deliver(struct receiver *r, struct medium *m, const struct arrival *a, bool cut)
{
	if (cut || !begins_like_a_message(a->data)) {
		m->counters.rejected++;
		r->garbage++;
		r->garbage_sample = a->source;
		return;
	}
	m->counters.received++;
	m->counters.bytes_in += a->data.len;
	r->set->receiving = true;
	r->set->config.handlers.received(r->set->config.handlers.context, m->index, a->data, &a->source);
	r->set->receiving = false;
}

static void report_garbage(struct receiver *r)
{
	const struct media_address *last = &r->garbage_sample.from;
	char from[MEDIA_ADDRESS_TEXT];

	if (last->len == 0) {
		log_at(LOG_LEVEL_WARN,
			"%" PRIu64 " piece(s) of noise were dropped on %s; do both nodes have the same baud, and does no "
			"login program (getty) use the line? logged at most once in %d s",
			r->garbage, r->where, GARBAGE_LOG_S);
	} else {
		log_at(LOG_LEVEL_WARN,
			"%" PRIu64 " datagram(s) that are no heartbeat messages were dropped on %s, the last from %s "
			"port %u; harmless, but find out which program sends them; logged at most once in %d s",
			r->garbage, r->where, media_address_text(last, from), media_address_port(last), GARBAGE_LOG_S);
	}
	r->garbage = 0;
}

static void report_garbage_now_and_then(struct receiver *r)
{
	if (r->garbage > 0 &&
		rate_limit_pass(&r->garbage_reports, 1, span_ms(GARBAGE_LOG_S * 1000), mono_now(), NULL))
		report_garbage(r);
}

void receiver_failed(struct receiver *r, int error)
{
	if (error == EAGAIN || error == r->last_error)
		return;
	r->last_error = error;
	log_at(LOG_LEVEL_ERROR, "cannot receive on %s: %s", r->where, strerror(error));
}

/* --- the main loop ------------------------------------------------------------------------------------------------ */

bool receiver_read(struct receiver *r, unsigned batches)
{
	bool more = r->fd >= 0 && r->read(r, batches);

	report_garbage_now_and_then(r);
	return more;
}

/* GLib dispatches only the highest priority that is ready, and messages have the highest.  A descriptor that has
 * reached its limit therefore gets the default priority, at which all sources are served in turn; otherwise a flood
 * would delay every timer. */
static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct receiver *r = data;
	(void)fd;
	(void)condition; /* errors are returned by reading */

	int priority = receiver_read(r, TURN_BATCHES) ? G_PRIORITY_DEFAULT : G_PRIORITY_HIGH;
	if (!r->source) /* the handler has stopped the receiver */
		return G_SOURCE_REMOVE;
	if (g_source_get_priority(r->source) != priority)
		g_source_set_priority(r->source, priority);
	return G_SOURCE_CONTINUE;
}

struct receiver *receiver_new(struct medium *m)
{
	struct receiver *r = g_new0(struct receiver, 1);

	r->set = m->set;
	r->fd = -1;
	r->read = m->ops->read;
	r->next = m->set->receivers;
	m->set->receivers = r;
	return r;
}

void receiver_stop(struct receiver *r)
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
	receiver_stop(r);
	r->fd = fd;
	r->last_error = 0;
	r->source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_ERR);
	g_source_set_priority(r->source, G_PRIORITY_HIGH);
	g_source_set_callback(r->source, G_SOURCE_FUNC(on_readable), r, NULL);
	/* Without this, GLib removes the descriptor from its set before each dispatch and adds it again afterwards,
	 * which wakes the main loop twice.
	 * It is safe because no callback runs the main loop. */
	g_source_set_can_recurse(r->source, TRUE);
	g_source_attach(r->source, g_main_context_get_thread_default());
}

static void receiver_free(struct receiver *r)
{
	if (r->garbage > 0)
		report_garbage(r);
	receiver_stop(r);
	g_free(r->own);
	g_free(r);
}

static bool in_use(const struct receiver *r)
{
	bool found = false;

	for (const struct medium *m = r->set->all; m; m = m->next)
		found |= m->receiver == r || m->receiver6 == r;
	return found;
}

void receivers_tidy(struct media *set)
{
	assert(!set->receiving);
	for (struct receiver **link = &set->receivers; *link;) {
		struct receiver *r = *link;
		if (in_use(r)) {
			link = &r->next;
		} else {
			*link = r->next;
			receiver_free(r);
		}
	}
}
