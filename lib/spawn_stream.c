// SPDX-License-Identifier: MIT
/* The output of a program of lib/spawn: it is read in small parts, limited, and handed over when a service keeps the
 * pipe. */
#include <errno.h>
#include <glib-unix.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/spawn_private.h"

enum {
	/* Output is read in small parts and with a lower priority than everything else in the main loop, so that a
	 * script that prints in an endless loop does not delay the engine. */
	TURN_BYTES = 4096,
	STREAM_PRIORITY = G_PRIORITY_DEFAULT + 10,
};

static void stream_line(void *context, const char *line)
{
	const struct spawn_stream *t = context;
	if (t->owner->line)
		t->owner->line(t->owner->context, t->is_stderr, line);
}

void spawn_report_dropped(struct spawn *s, bool at_end)
{
	char text[OUTPUT_TEXT_MAX];
	if (s->dropped && output_budget_report(&s->budget, mono_now(), at_end, text))
		s->dropped(s->context, text);
}

/* Returns true when no output passes at present. */
static bool is_full(struct spawn_stream *t)
{
	return t->output.budget && output_budget_is_full(t->output.budget, mono_now());
}

/* Read once, at most max bytes.  Returns the number of bytes, 0 at the end of the stream, -1 when no data are there
 * now. */
static ssize_t stream_read(struct spawn_stream *t, size_t max)
{
	char data[OUTPUT_PACE_BYTES];
	ssize_t n = read(t->fd, data, max < sizeof(data) ? max : sizeof(data));
	if (n <= 0)
		return n == 0 || (errno != EAGAIN && errno != EINTR) ? 0 : -1;
	struct bytes got = {(const uint8_t *)data, (size_t)n};
	if (!t->is_stderr)
		spawn_capture(t->owner->result.output, sizeof(t->owner->result.output), &t->owner->captured, got);
	bounded_output_take(&t->output, got, mono_now(), stream_line, t);
	spawn_report_dropped(t->owner, false);
	return n;
}

static void stream_close(struct spawn_stream *t)
{
	bounded_output_end(&t->output, mono_now(), stream_line, t);
	if (t->source)
		(void)g_source_remove(t->source);
	t->source = 0;
	if (t->fd >= 0 && t->owner->lasting_name[0] != '\0' && lasting_output_is_held(t->fd))
		lasting_output_take(t->fd, t->owner->lasting_name, LOG_LEVEL_INFO);
	else if (t->fd >= 0)
		(void)close(t->fd); // only read
	t->fd = -1;
}

static gboolean stream_paced(gpointer data)
{
	struct spawn_stream *t = data;
	ssize_t n = stream_read(t, OUTPUT_PACE_BYTES);
	if (n != 0 && is_full(t))
		return G_SOURCE_CONTINUE;
	t->source = 0; // GLib removes the source after this return
	if (n != 0)
		spawn_stream_watch(t);
	else
		stream_close(t);
	return G_SOURCE_REMOVE;
}

static gboolean stream_ready(gint fd, GIOCondition condition, gpointer data)
{
	struct spawn_stream *t = data;
	(void)fd;
	(void)condition;
	ssize_t n = stream_read(t, TURN_BYTES);
	if (n != 0 && !is_full(t))
		return G_SOURCE_CONTINUE;
	t->source = 0; // GLib removes the source after this return
	if (n != 0)
		t->source = g_timeout_add_full(STREAM_PRIORITY, OUTPUT_PACE_MS, stream_paced, t, NULL);
	else
		stream_close(t);
	return G_SOURCE_REMOVE;
}

void spawn_stream_watch(struct spawn_stream *t)
{
	t->source = g_unix_fd_add_full(STREAM_PRIORITY, t->fd, G_IO_IN, stream_ready, t, NULL);
}

void spawn_stream_drain(struct spawn_stream *t)
{
	int left = 0;
	if (t->fd >= 0 && ioctl(t->fd, FIONREAD, &left) == 0) {
		while (left > 0) {
			ssize_t n = stream_read(t, (size_t)left);
			if (n <= 0)
				break;
			left -= (int)n;
		}
	}
	stream_close(t);
}
