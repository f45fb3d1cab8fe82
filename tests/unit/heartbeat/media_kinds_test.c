// SPDX-License-Identifier: MIT
/* A kind of medium is one file and one row.  This test has its own kind in the place of "serial", which uses a
 * pseudo-terminal.  It has no socket, no address and no datagrams: its messages end with a NUL byte. The table of kinds
 * below takes the place of heartbeat/media/kinds.c in this program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"

enum { LINE_MAX_BYTES = 512 };

/* --- the kind ----------------------------------------------------------------------------------------------------- */

struct line {
	struct medium *medium;
	size_t len;
	char text[LINE_MAX_BYTES];
};

static unsigned closed;

static enum medium_state line_open(struct medium *m)
{
	struct termios raw;

	int fd = open(m->conf->name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		medium_because(m, "cannot open the device: %s", strerror(errno));
		return MEDIUM_CLOSED;
	}
	assert_int_equal(tcgetattr(fd, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(fd, TCSANOW, &raw), 0);
	struct line *line = g_new0(struct line, 1);
	line->medium = m;
	m->receiver = receiver_new(m);
	m->receiver->own = line;
	(void)snprintf(m->receiver->where, sizeof m->receiver->where, "line %s", m->conf->name);
	receiver_watch(m->receiver, fd);
	m->own = g_strdup("of the kind");
	return MEDIUM_WORKS;
}

static void line_close(struct medium *m)
{
	g_free(m->own);
	m->own = NULL;
	closed++;
}

static int line_send(struct medium *m, struct bytes data)
{
	char text[LINE_MAX_BYTES];

	if (!bytes_to_text(data, text, sizeof text))
		return -EMSGSIZE;
	ssize_t done = write(m->receiver->fd, text, data.len + 1); /* with its NUL */
	return done == (ssize_t)(data.len + 1) ? 0 : done < 0 ? -errno : -EAGAIN;
}

static bool line_read(struct receiver *r, unsigned batches)
{
	struct line *line = r->own;

	for (unsigned i = 0; i < batches * LINE_MAX_BYTES; i++) {
		ssize_t got = read(r->fd, &line->text[line->len], 1);
		if (got <= 0) {
			receiver_failed(r, got < 0 ? errno : EAGAIN);
			return false;
		}
		bool full = line->len == LINE_MAX_BYTES - 1;
		if (line->text[line->len] != '\0' && !full) {
			line->len++;
			continue;
		}
		const struct arrival a = {.data = {(const uint8_t *)line->text, line->len}, .direct = true};
		line->len = 0;
		receiver_deliver(r, line->medium, &a, full);
	}
	return true;
}

static void line_started(const struct medium *m)
{
	(void)m;
}

static const struct medium_ops line_ops = {
	.open = line_open, .close = line_close, .send = line_send, .read = line_read, .started = line_started,
	.to_one_peer = true,
};

const struct medium_ops *const medium_kinds[MEDIUM_KINDS] = {[MEDIUM_SERIAL] = &line_ops};

/* --- the test ----------------------------------------------------------------------------------------------------- */

struct heard {
	size_t count, last_medium;
	char text[LINE_MAX_BYTES];
	struct media_source source;
};

static void received(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	struct heard *h = context;

	h->count++;
	h->last_medium = medium;
	h->source = *source;
	assert_true(bytes_to_text(data, h->text, sizeof h->text));
}

/* The far end of a line: what a null-modem cable leads to. */
static int far_end(char name[64])
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	assert_int_equal(ptsname_r(fd, name, 64), 0);
	return fd;
}

static struct media *open_lines(const char *first, const char *second, struct heard *h, struct diags *diags)
{
	static struct medium_conf conf[2]; /* borrowed until media_close */
	const struct media_config config = {.ping_id = 1, .handlers = {received, h}};

	conf[0] = (struct medium_conf){.kind = MEDIUM_SERIAL, .name = first, .line = 3};
	conf[1] = (struct medium_conf){.kind = MEDIUM_SERIAL, .name = second, .line = 4};
	diags_init(diags, "ha.cf");
	closed = 0;
	return media_open(conf, 2, &config, diags);
}

static void read_exactly(int fd, const char *expected, size_t len)
{
	char got[LINE_MAX_BYTES];
	size_t count = 0;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (count < len && poll(&p, 1, 5000) == 1) {
		ssize_t n = read(fd, got + count, len - count);
		assert_true(n > 0);
		count += (size_t)n;
	}
	assert_int_equal(count, len);
	assert_memory_equal(got, expected, len);
}

/* Another program writes; the main loop notices. */
static void write_and_hear(int fd, const char *text, size_t len, const size_t *count, size_t wanted)
{
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	for (gint64 end = g_get_monotonic_time() + 5000000; *count < wanted && g_get_monotonic_time() < end;)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_int_equal(*count, wanted);
}

static void a_kind_without_sockets_sends_receives_and_is_counted(void **state)
{
	struct heard h = {0};
	struct diags diags;
	struct media_counters c;
	char names[2][64];

	(void)state;
	int ends[2] = {far_end(names[0]), far_end(names[1])};
	struct media *set = open_lines(names[0], names[1], &h, &diags);
	assert_non_null(set);
	media_send(set, &(struct media_message){.datagram = bytes_of("###\nout")});
	read_exactly(ends[0], "###\nout", 8);
	read_exactly(ends[1], "###\nout", 8);
	write_and_hear(ends[1], "###\nin", 7, &h.count, 1);
	assert_int_equal(h.last_medium, 1);
	assert_string_equal(h.text, "###\nin");
	assert_int_equal(h.source.from.len, 0);
	/* Half a message, a message of garbage, and the end of a good one: a piece is not a message. */
	write_and_hear(ends[0], "###\nto", 6, &h.count, 1);
	write_and_hear(ends[0], "gether\0garbage\0###\nend", 23, &h.count, 3);
	assert_string_equal(h.text, "###\nend");
	media_counters(set, 0, &c);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.received, 2);
	assert_int_equal(c.rejected, 1);
	assert_int_equal(write(ends[1], "###\ndrained", 12), 12);
	for (gint64 end = g_get_monotonic_time() + 5000000; h.count < 4 && g_get_monotonic_time() < end; g_usleep(500))
		media_drain(set); /* without the main loop */
	assert_string_equal(h.text, "###\ndrained");
	media_close(set);
	assert_int_equal(closed, 2);
	diags_free(&diags);
	close(ends[0]);
	close(ends[1]);
}

static void a_failed_open_closes_what_was_opened(void **state)
{
	struct heard h = {0};
	struct diags diags;
	char text[256];

	(void)state;
	assert_null(open_lines("/dev/no-such-line", "/dev/neither", &h, &diags));
	assert_true(closed >= 2);
	assert_int_equal(diags.errors, 2);
	diag_format(&diags, 1, text, sizeof text);
	assert_string_equal(text, "ha.cf:4: error: serial /dev/neither: cannot open the device: "
	                          "No such file or directory");
	diags_free(&diags);
}

/* The kind has no interfaces that could change. */
static void a_line_that_comes_later_is_opened_by_the_timer(void **state)
{
	struct heard h = {0};
	struct diags diags;
	char names[2][64], later[] = "/tmp/heartbeat-line-XXXXXX", text[256];

	(void)state;
	int ends[2] = {far_end(names[0]), far_end(names[1])};
	assert_true(mkstemp(later) >= 0);
	assert_int_equal(unlink(later), 0); /* a name that nobody uses */
	struct media *set = open_lines(names[0], later, &h, &diags);
	assert_non_null(set);
	assert_int_equal(diags.errors, 0);
	diag_format(&diags, 0, text, sizeof text);
	assert_non_null(strstr(text, "ha.cf:4: warning: serial /tmp/heartbeat-line-"));
	assert_true(media_doubt(set, 0, text, sizeof text));
	assert_false(media_doubt(set, 1, text, sizeof text));
	assert_int_equal(symlink(names[1], later), 0);
	for (gint64 end = g_get_monotonic_time() + 60000000;
		media_doubt(set, 0, text, sizeof text) && g_get_monotonic_time() < end;)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_false(media_doubt(set, 0, text, sizeof text));
	media_send(set, &(struct media_message){.datagram = bytes_of("###\nout")});
	read_exactly(ends[1], "###\nout", 8);
	media_close(set);
	diags_free(&diags);
	(void)unlink(later);
	close(ends[0]);
	close(ends[1]);
}

static void a_kind_that_is_not_in_the_table_is_refused(void **state)
{
	static const struct medium_conf conf = {.kind = MEDIUM_BCAST, .name = "eth0", .interface = "eth0", .line = 2};
	const struct media_config config = {.ping_id = 1, .handlers = {received, NULL}};
	struct diags diags;
	char text[256];

	(void)state;
	diags_init(&diags, "ha.cf");
	assert_null(media_open(&conf, 1, &config, &diags));
	diag_format(&diags, 0, text, sizeof text);
	assert_string_equal(text, "ha.cf:2: error: bcast: not built into this version; there are: serial");
	diags_free(&diags);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_without_sockets_sends_receives_and_is_counted),
		cmocka_unit_test(a_failed_open_closes_what_was_opened),
		cmocka_unit_test(a_line_that_comes_later_is_opened_by_the_timer),
		cmocka_unit_test(a_kind_that_is_not_in_the_table_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
