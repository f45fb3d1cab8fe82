// SPDX-License-Identifier: MIT
/* The medium "serial DEVICE": a null-modem cable to the other node, which needs no network.  It uses text framing.
 * Nothing here blocks on the line.
 * doc/protocol.md 8.1 */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"
#include "heartbeat/media/text_frames.h"
#include "lib/log.h"
#include "lib/uucp_lock.h"

enum {
	/* The limits of one message and of the waiting messages: as time on the line, or in bytes on a slow line. */
	LONGEST_MS = 2000, LONGEST_MIN = 4096,
	WAITING_MS = 1000, WAITING_MIN = 2048,
	/* The order of messages is kept while no more than this waits. */
	ORDER_MS = 250, ORDER_MIN = 640,
	/* The next message is written to the kernel this long before the line is free. */
	AHEAD_MS = 10,
	/* When the line has accepted nothing for this time, the waiting messages are dropped.  Otherwise the peer would
	 * get old heartbeats when the cable is connected again.  doc/protocol.md 8.1 */
	STUCK_MS = 500,
	CHUNK = 4096, /* the size of one read */
	/* A line that is opened in the middle of a message receives the end of that message as noise, which is not
	 * worth a report. */
	NOISE_MIN = 10,
};

/* The sending side, and the state of the device. */
struct line {
	struct medium *medium;
	int fd; /* the descriptor of the receiver, which closes it; -1: not open */
	char lock[UUCP_LOCK_PATH];
	bool locked;
	unsigned baud;
	/* On a line that is too slow, only the newest status waits, and it alternates with the other messages.  So the
	 * peer gets a status as often as the line allows, and never an old one. */
	GBytes *status; /* NULL: none waits */
	GQueue rest;    /* the other waiting messages; elements: GBytes */
	size_t rest_len;
	bool status_was_last;
	GBytes *current; /* the message that is being written; NULL: none */
	size_t done;     /* so many of its bytes were written to the kernel */
	GSource *writable;           /* NULL: the kernel has accepted everything so far */
	struct precise_timer *timer; /* fires when the line is free for the next message */
	/* The time when all bytes in the kernel are on the wire.  This must be computed: the kernel accepts more than
	 * the line carries at once, and not every device reports how many bytes wait. */
	struct mono free_at;
	struct mono progress; /* when the line last accepted bytes, or had no bytes to accept */
	size_t backlog;       /* the number of waiting bytes at the last check */
};

/* The receiving side: r->own. */
struct ear {
	struct medium *medium;
	struct text_frames frames;
};

/* --- the device ----------------------------------------------------------------------------------------------- */

static const struct {
	unsigned baud;
	speed_t code;
} speeds[] = {
	{9600, B9600}, {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400},
	{460800, B460800},
};

/* doc/configuration.md 5: ha.cf accepts only these rates */
static speed_t speed_of(unsigned baud)
{
	for (size_t i = 0; i < G_N_ELEMENTS(speeds); i++)
		if (speeds[i].baud == baud)
			return speeds[i].code;
	return B19200;
}

/* Apply the settings of Heartbeat 3.0.6: doc/protocol.md 8.1.  3.0.6 also sends a break after opening.  We do not: this
 * would block for a quarter of a second, and the peer finds the first message without it. */
static int set_line(int fd, unsigned baud)
{
	const speed_t speed = speed_of(baud);
	struct termios t, got;

	if (tcgetattr(fd, &t) != 0)
		return -errno;
	t.c_iflag &= ~(tcflag_t)(IGNBRK | IUCLC | IXANY | IXOFF | IXON | ICRNL | INLCR | PARMRK);
	t.c_iflag |= INPCK | ISTRIP | IGNCR | BRKINT;
	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
	t.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB);
	t.c_cflag |= CS8 | CREAD | CLOCAL | CRTSCTS;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 1;
	if (cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0 || tcsetattr(fd, TCSANOW, &t) != 0 ||
		tcgetattr(fd, &got) != 0)
		return -errno;
	if (cfgetospeed(&got) != speed) /* tcsetattr succeeds even when it could set only a part */
		return -EDOM;
	return tcflush(fd, TCIOFLUSH) != 0 ? -errno : 0;
}

/* Returns true when another medium of this process, which a reload replaces, has the device. */
static bool is_ours(const struct medium *m)
{
	for (const struct medium *other = m->set->all; other; other = other->next)
		if (other != m && other->ops == m->ops && other->own && strcmp(other->conf->name, m->conf->name) == 0)
			return true;
	return false;
}

/* Take the lock of the device.  Without a directory for locks, no other program uses them either.  A lock that cannot
 * be written is no reason to give up the line. */
static bool take_lock(struct medium *m, struct line *line)
{
	pid_t holder = 0;

	if (!m->set->config.locks || uucp_lock_path(m->set->config.locks, m->conf->name, line->lock) < 0)
		return true;
	int rc = uucp_lock_take(line->lock, &holder);
	line->locked = rc == 0;
	if (rc != -EBUSY)
		return true;
	if (holder > 0)
		medium_because(m, "in use by process %d, which has the lock %s", (int)holder, line->lock);
	else
		medium_because(m, "locked by %s, which has no process number; delete it when no program uses the line",
			line->lock);
	return false;
}

static int open_device(struct medium *m)
{
	int fd = open(m->conf->name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		medium_because(m, "cannot open the device: %s", strerror(errno));
		return -1;
	}
	if (isatty(fd)) {
		int rc = set_line(fd, m->conf->baud);
		if (rc == 0)
			return fd;
		if (rc == -EDOM)
			medium_because(m, "the device cannot be set to %u baud; see: stty -F %s", m->conf->baud,
				m->conf->name);
		else
			medium_because(m, "cannot set the line: %s", strerror(-rc));
	} else {
		medium_because(m, "not a serial line; expected a device such as /dev/ttyS0");
	}
	close(fd);
	return -1;
}

static void on_free(void *context);

static enum medium_state serial_open(struct medium *m)
{
	if (is_ours(m)) {
		medium_because(m, "its speed changes when the line of before is closed; when it is the only medium, "
			"stop heartbeat first");
		return MEDIUM_CLOSED;
	}
	struct line *line = g_new0(struct line, 1);
	line->medium = m;
	line->baud = m->conf->baud;
	line->progress = line->free_at = mono_now();
	line->timer = precise_timer_new(G_PRIORITY_HIGH, on_free, line);
	m->own = line;
	line->fd = take_lock(m, line) ? open_device(m) : -1;
	if (line->fd < 0)
		return MEDIUM_CLOSED;
	struct ear *ear = g_new0(struct ear, 1);
	ear->medium = m;
	m->receiver = receiver_new(m);
	m->receiver->own = ear;
	(void)snprintf(m->receiver->where, sizeof m->receiver->where, "serial %s", m->conf->name); /* may be cut */
	receiver_watch(m->receiver, line->fd);
	return MEDIUM_WORKS;
}

static void stop_waiting(struct line *line)
{
	if (!line->writable)
		return;
	g_source_destroy(line->writable);
	g_source_unref(line->writable);
	line->writable = NULL;
}

/* Drop all waiting messages. */
static void forget(struct line *line)
{
	stop_waiting(line);
	g_clear_pointer(&line->status, g_bytes_unref);
	g_clear_pointer(&line->current, g_bytes_unref);
	g_queue_clear_full(&line->rest, (GDestroyNotify)g_bytes_unref);
	line->rest_len = line->done = 0;
}

static void serial_close(struct medium *m)
{
	struct line *line = m->own;

	if (!line)
		return;
	forget(line);
	precise_timer_free(line->timer);
	if (m->receiver) {
		/* close waits until everything is sent; with an unplugged cable this takes up to 30 s */
		if (m->receiver->fd >= 0)
			(void)tcflush(m->receiver->fd, TCOFLUSH);
		receiver_stop(m->receiver);
	}
	if (line->locked)
		uucp_lock_release(line->lock);
	g_free(line);
	m->own = NULL;
}

static void serial_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "Starting serial heartbeat on tty %s (%u baud)", m->conf->name, m->conf->baud);
}

/* --- sending -------------------------------------------------------------------------------------------------- */

static void gone(struct medium *m, int error)
{
	medium_because(m, "the line has hung up: %s", strerror(error));
	medium_broken(m, error);
}

/* time_for: the time that the line needs for a number of bytes.  bytes_in: the number of bytes in a time. */
static struct span time_for(const struct line *line, size_t bytes)
{
	return (struct span){(int64_t)bytes * SERIAL_BITS_PER_BYTE * 1000000000 / line->baud};
}

static size_t bytes_in(const struct line *line, int64_t ms, size_t least)
{
	size_t bytes = (size_t)(ms * line->baud / SERIAL_BITS_PER_BYTE / 1000);

	return bytes > least ? bytes : least;
}

/* Returns true when the line accepts nothing any more.  Looks at the bytes that wait in the kernel, and at the message
 * that the kernel has not accepted completely. */
static bool is_stuck(struct line *line, struct mono now)
{
	int in_kernel = 0;

	if (ioctl(line->fd, TIOCOUTQ, &in_kernel) != 0 || in_kernel < 0)
		in_kernel = 0; /* not every device reports it */
	size_t there = (size_t)in_kernel + (line->current ? g_bytes_get_size(line->current) - line->done : 0);
	if (there == 0 || there < line->backlog)
		line->progress = now;
	line->backlog = there;
	return there > 0 && mono_since(now, line->progress).ns > span_ms(STUCK_MS).ns;
}

/* Take the next message; NULL: none waits. */
static GBytes *take_next(struct line *line)
{
	bool status = line->status && (!line->status_was_last || g_queue_is_empty(&line->rest));
	GBytes *next = status ? g_steal_pointer(&line->status) : g_queue_pop_head(&line->rest);

	if (next && !status)
		line->rest_len -= g_bytes_get_size(next);
	line->status_was_last = status;
	return next;
}

/* Write the remaining part of the current message.  Returns 0, -EAGAIN when the kernel did not accept all of it, or
 * -errno when the device does not work any more. */
static int write_current(struct line *line)
{
	size_t len;
	const uint8_t *bytes = g_bytes_get_data(line->current, &len);

	while (line->done < len) {
		ssize_t n = write(line->fd, &bytes[line->done], len - line->done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EAGAIN;
		line->done += (size_t)n;
		line->backlog += (size_t)n;
	}
	g_clear_pointer(&line->current, g_bytes_unref);
	line->done = 0;
	return 0;
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data);

static void wait_until_writable(struct line *line)
{
	if (line->writable)
		return;
	line->writable = g_unix_fd_source_new(line->fd, G_IO_OUT);
	g_source_set_callback(line->writable, G_SOURCE_FUNC(on_writable), line, NULL);
	g_source_attach(line->writable, g_main_context_get_thread_default());
}

/* Write as much as the line carries now; the timer or the descriptor causes the next call.  Returns 0, or -errno when
 * the device does not work any more. */
static int push(struct line *line)
{
	struct mono now = mono_now(), ahead = mono_add(now, span_ms(AHEAD_MS));
	int rc = 0;

	while (rc == 0 && (line->current || mono_reached(ahead, line->free_at))) {
		if (!line->current) {
			line->current = take_next(line);
			if (!line->current)
				break;
			if (mono_reached(now, line->free_at))
				line->free_at = now;
			line->free_at = mono_add(line->free_at, time_for(line, g_bytes_get_size(line->current)));
		}
		rc = write_current(line);
	}
	if (rc == -EAGAIN)
		wait_until_writable(line);
	else
		stop_waiting(line);
	bool more = rc == 0 && (line->status || !g_queue_is_empty(&line->rest));
	precise_timer_set(line->timer, more ? mono_add(line->free_at, span_ms(-AHEAD_MS)) : MONO_FAR);
	return rc == -EAGAIN ? 0 : rc;
}

static void push_or_close(struct line *line)
{
	int rc = push(line);

	if (rc < 0)
		gone(line->medium, -rc); /* gone() frees the line */
}

static void on_free(void *context)
{
	push_or_close(context);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd, (void)condition;
	push_or_close(data); /* this destroys the source when nothing waits any more */
	return G_SOURCE_CONTINUE;
}

/* Append a message to those that wait.  Returns 0; -EAGAIN when the line is too slow and too much waits. */
static int append(struct line *line, struct bytes text, bool is_status)
{
	if (is_status && (line->status || line->rest_len > bytes_in(line, ORDER_MS, ORDER_MIN))) {
		g_clear_pointer(&line->status, g_bytes_unref);
		line->status = g_bytes_new(text.at, text.len);
		return 0;
	}
	if (line->rest_len + text.len > bytes_in(line, WAITING_MS, WAITING_MIN))
		return -EAGAIN;
	g_queue_push_tail(&line->rest, g_bytes_new(text.at, text.len));
	line->rest_len += text.len;
	return 0;
}

static int serial_send(struct medium *m, struct bytes text, bool is_status)
{
	struct line *line = m->own;
	bool stuck = is_stuck(line, mono_now());

	if (text.len > bytes_in(line, LONGEST_MS, LONGEST_MIN))
		return -EMSGSIZE;
	if (stuck) {
		forget(line);
		/* after a failure the kernel keeps old messages; the peer drops them by their sequence numbers */
		(void)tcflush(line->fd, TCOFLUSH);
		line->backlog = 0;
		line->free_at = mono_now();
	}
	int added = append(line, text, is_status), rc = push(line);
	if (rc < 0)
		gone(m, -rc);
	return rc < 0 ? rc : stuck ? -ETIMEDOUT : added;
}

/* --- receiving ------------------------------------------------------------------------------------------------ */

/* Process received data.  The handler of a message may send, and may close a line that does not work: then r->fd is
 * -1. */
static void hear(struct receiver *r, struct bytes data)
{
	struct ear *ear = r->own;
	struct reader in = reader_over(data);

	while (r->fd >= 0 && reader_left(&in) > 0) {
		if (!text_frames_take(&ear->frames, (uint8_t)reader_byte(&in)))
			continue;
		const struct arrival a = {.data = text_frames_message(&ear->frames), .direct = true};
		receiver_deliver(r, ear->medium, &a, false);
	}
	if (ear->frames.noise < NOISE_MIN)
		return;
	ear->medium->counters.rejected += ear->frames.noise;
	r->garbage += ear->frames.noise;
	ear->frames.noise = 0;
}

static bool serial_read(struct receiver *r, unsigned batches)
{
	struct ear *ear = r->own;
	uint8_t chunk[CHUNK];
	ssize_t got = CHUNK;

	while (r->fd >= 0 && got > 0 && batches-- > 0) {
		got = read(r->fd, chunk, sizeof chunk);
		if (got > 0)
			hear(r, (struct bytes){chunk, (size_t)got});
		else if (got == 0 || (errno != EAGAIN && errno != EINTR))
			gone(ear->medium, got == 0 ? EIO : errno);
	}
	return r->fd >= 0 && got > 0;
}

const struct medium_ops serial_ops = {
	.open = serial_open, .close = serial_close, .send_text = serial_send, .read = serial_read,
	.started = serial_started, .to_one_peer = true,
};
