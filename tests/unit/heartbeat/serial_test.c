// SPDX-License-Identifier: MIT
/* Serial lines over pseudo-terminals: settings, framing, order and pace, hang-ups, locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "heartbeat/media/media.h"
#include "lib/log.h"

enum { WAIT_US = 60000000 };

static char directory[] = "/tmp/heartbeat-serial-XXXXXX";
static char device[64], log_path[64], heard[8192];
static size_t heard_count;
static int far = -1; /* where the cable leads to */
static struct media *set;
static struct diags diags;
static struct medium_conf conf[2];

static void received(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	(void)context, (void)medium;
	assert_int_equal(source->from.len, 0);
	assert_true(bytes_to_text(data, heard, sizeof heard));
	heard_count++;
}

/* A new pseudo-terminal behind the name of the device. */
static void plug(void)
{
	char name[64];

	far = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(far >= 0);
	assert_int_equal(grantpt(far), 0);
	assert_int_equal(unlockpt(far), 0);
	assert_int_equal(ptsname_r(far, name, sizeof name), 0);
	(void)unlink(device);
	assert_int_equal(symlink(name, device), 0);
}

static void unplug(void)
{
	if (far >= 0)
		(void)close(far);
	far = -1;
}

static bool open_line(const char *name, unsigned baud)
{
	const struct media_config config = {.locks = directory, .handlers = {received, NULL}};

	conf[0] = (struct medium_conf){.kind = MEDIUM_SERIAL, .name = name, .baud = baud, .line = 4};
	diags_init(&diags, "ha.cf");
	heard_count = 0;
	set = media_open(conf, 1, &config, &diags);
	return set != NULL;
}

static int close_line(void **state)
{
	(void)state;
	media_close(set);
	set = NULL;
	diags_free(&diags);
	unplug();
	(void)unlink(device);
	return 0;
}

static bool send_text(const char *text, bool is_status)
{
	return media_send(set, &(struct media_message){
		.datagram = bytes_of("###\nnot for lines"), .text = bytes_of(text), .is_status = is_status});
}

static void turn(void)
{
	if (!g_main_context_iteration(NULL, FALSE))
		g_usleep(500);
}

/* Let the main loop run until the far end has got so many bytes; they are in text then. */
static void get(char *text, size_t wanted)
{
	size_t len = 0;

	for (gint64 end = g_get_monotonic_time() + WAIT_US; len < wanted && g_get_monotonic_time() < end; turn()) {
		ssize_t n = read(far, &text[len], wanted - len);
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = '\0';
	assert_int_equal(len, wanted);
}

static void expect(const char *text)
{
	char got[8192];

	get(got, strlen(text));
	assert_string_equal(got, text);
}

static void throw(const char *text)
{
	assert_int_equal(write(far, text, strlen(text)), (ssize_t)strlen(text));
}

static void wait_for_heard(size_t count)
{
	for (gint64 end = g_get_monotonic_time() + WAIT_US; heard_count < count && g_get_monotonic_time() < end;)
		turn();
	assert_int_equal(heard_count, count);
}

static bool doubts(const char *text)
{
	char got[512];

	return media_doubt(set, 0, got, sizeof got) && strstr(got, text) != NULL;
}

static void wait_until_doubts(const char *text)
{
	for (gint64 end = g_get_monotonic_time() + WAIT_US; !doubts(text) && g_get_monotonic_time() < end;)
		turn();
	if (!doubts(text))
		fail_msg("no doubt has \"%s\"", text);
}

static unsigned count_in_log(const char *text)
{
	char *content = NULL;
	unsigned n = 0;

	log_flush();
	assert_true(g_file_get_contents(log_path, &content, NULL, NULL));
	for (char *at = strstr(content, text); at; at = strstr(at + 1, text))
		n++;
	g_free(content);
	return n;
}

/* --- tests ---------------------------------------------------------------------------------------------------- */

static void the_line_is_set_as_the_reference_sets_it(void **state)
{
	static const struct {
		unsigned baud;
		speed_t speed;
	} rows[] = {{9600, B9600}, {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200},
		{230400, B230400}, {460800, B460800}};
	struct termios t;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		plug();
		assert_true(open_line(device, rows[i].baud));
		assert_int_equal(tcgetattr(far, &t), 0);
		assert_int_equal(cfgetospeed(&t), rows[i].speed);
		assert_int_equal(cfgetispeed(&t), rows[i].speed);
		assert_int_equal(t.c_cflag & (CSIZE | PARENB | CSTOPB | CREAD | CLOCAL | CRTSCTS),
			CS8 | CREAD | CLOCAL | CRTSCTS);
		const tcflag_t on = INPCK | ISTRIP | IGNCR | BRKINT,
			       off = IGNBRK | IXANY | IXOFF | IXON | ICRNL | PARMRK;
		assert_int_equal(t.c_iflag & (on | off), on);
		assert_int_equal(t.c_oflag & OPOST, 0);
		assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG), 0);
		close_line(NULL);
	}
}

static void text_goes_out_and_messages_come_in(void **state)
{
	struct media_counters c;

	(void)state;
	plug();
	assert_true(open_line(device, 460800));
	assert_true(send_text(">>>\nt=a\n<<<\n", true));
	assert_true(send_text(">>>\nt=b\n<<<\n", false));
	expect(">>>\nt=a\n<<<\n>>>\nt=b\n<<<\n");
	assert_false(send_text("", true)); /* a message without text form is not sent */
	throw("\r\nlogin: \r\n>>>\nt=");
	throw("c\n<<<\nnoise");
	wait_for_heard(1);
	assert_string_equal(heard, ">>>\nt=c\n<<<\n");
	throw("\n>>>\nt=d\n<<<\n");
	for (gint64 end = g_get_monotonic_time() + WAIT_US; heard_count < 2 && g_get_monotonic_time() < end;)
		media_drain(set); /* without the main loop */
	assert_string_equal(heard, ">>>\nt=d\n<<<\n");
	media_counters(set, 0, &c);
	assert_int_equal(c.sent, 2);
	assert_int_equal(c.received, 2);
}

/* At 9600 baud the first message takes 0.3 s. */
static void on_a_slow_line_the_newest_status_goes_first_and_old_ones_are_left_out(void **state)
{
	char long_one[301];

	(void)state;
	memset(long_one, '1', 300);
	long_one[300] = '\0';
	plug();
	assert_true(open_line(device, 9600));
	(void)send_text(long_one, false);
	(void)send_text("in order ", true); /* little waits */
	(void)send_text("rest a ", false);
	(void)send_text(long_one, false);
	(void)send_text(long_one, false);
	(void)send_text("rest b ", false);
	(void)send_text(long_one, false);
	for (char n = '1'; n <= '9'; n++) {
		const char text[] = {'s', n, ' ', '\0'};
		assert_true(send_text(text, true));
	}
	expect(long_one);
	expect("s9 in order rest a ");
	expect(long_one);
	expect(long_one);
	expect("rest b ");
}

static void a_line_that_is_too_slow_refuses_what_would_wait_too_long(void **state)
{
	char text[513];
	unsigned taken = 0;

	(void)state;
	memset(text, 'x', 512);
	text[512] = '\0';
	plug();
	assert_true(open_line(device, 9600));
	while (taken < 100 && send_text(text, false))
		taken++;
	assert_in_range(taken, 4, 5); /* one is being written, 2048 bytes wait */
	assert_true(doubts("packets cannot be sent: Resource temporarily unavailable"));
	assert_true(send_text(">>>\nt=s\n<<<\n", true)); /* a status finds its place */
	char huge[5000];
	memset(huge, 'x', sizeof huge - 1);
	huge[sizeof huge - 1] = '\0';
	assert_false(send_text(huge, false));
	assert_false(send_text(huge, true));
}

static void a_line_that_takes_nothing_is_reported_once_and_gets_nothing_old_later(void **state)
{
	char text[1001], got[65536];
	size_t len = 0;

	(void)state;
	memset(text, 'x', 1000);
	text[1000] = '\0';
	plug();
	assert_true(open_line(device, 460800));
	unsigned before = count_in_log("the line takes nothing");
	for (gint64 end = g_get_monotonic_time() + WAIT_US;
		!doubts("Connection timed out") && g_get_monotonic_time() < end; turn())
		(void)send_text(text, true);
	assert_true(doubts("packets cannot be sent: Connection timed out"));
	for (unsigned i = 0; i < 10; i++)
		(void)send_text(text, true);
	assert_int_equal(count_in_log("the line takes nothing"), before + 1);
	(void)send_text("newest", true);
	for (gint64 end = g_get_monotonic_time() + WAIT_US;
		(len < 6 || memcmp(&got[len - 6], "newest", 6) != 0) && g_get_monotonic_time() < end; turn()) {
		ssize_t n = read(far, &got[len], sizeof got - len);
		len += n > 0 ? (size_t)n : 0;
	}
	assert_memory_equal(&got[len - 6], "newest", 6);
	for (unsigned i = 0; i < 1000 && doubts(""); i++) {
		(void)send_text("s", true);
		turn();
		(void)!read(far, got, sizeof got);
	}
	assert_false(doubts(""));
}

static void a_line_that_hangs_up_is_opened_again_when_it_is_back(void **state)
{
	(void)state;
	plug();
	assert_true(open_line(device, 115200));
	unsigned before = count_in_log("serial_write: Unable to send HBcomm packet");
	unplug();
	wait_until_doubts("; tried again until it works");
	assert_false(send_text("lost", true));
	assert_int_equal(count_in_log("serial_write: Unable to send HBcomm packet"), before + 1);
	plug();
	for (gint64 end = g_get_monotonic_time() + WAIT_US; doubts("tried again") && g_get_monotonic_time() < end;)
		turn();
	assert_true(send_text("back", true));
	expect("back");
	throw(">>>\nt=x\n<<<\n");
	wait_for_heard(1);
}

/* The peer writes as the line hangs up: its handler sends, and finds that the line is gone. */
static void sending_may_find_that_the_line_is_gone(void **state)
{
	(void)state;
	plug();
	assert_true(open_line(device, 115200));
	unplug();
	(void)send_text("lost", true);
	wait_until_doubts("; tried again until it works");
}

static void what_is_no_line_or_locked_is_not_opened(void **state)
{
	char text[256], lock[128], target[64];

	(void)state;
	assert_false(open_line("/dev/null", 19200));
	diag_format(&diags, 0, text, sizeof text);
	assert_string_equal(text,
		"ha.cf:4: error: serial /dev/null: not a serial line; expected a device such as /dev/ttyS0");
	diags_free(&diags);
	assert_false(open_line("/dev/no-such-line", 19200));
	diag_format(&diags, 0, text, sizeof text);
	assert_string_equal(
		text, "ha.cf:4: error: serial /dev/no-such-line: cannot open the device: No such file or directory");
	diags_free(&diags);
	plug();
	ssize_t len = readlink(device, target, sizeof target - 1);
	assert_true(len > 0);
	target[len] = '\0';
	(void)snprintf(lock, sizeof lock, "%s/LCK..%s", directory, strrchr(target, '/') + 1);
	assert_true(open_line(device, 19200));
	assert_int_equal(access(lock, F_OK), 0);
	media_close(set);
	set = NULL;
	assert_int_equal(access(lock, F_OK), -1);
	(void)snprintf(text, sizeof text, "%10d\n", (int)getppid());
	assert_true(g_file_set_contents(lock, text, -1, NULL));
	diags_free(&diags);
	assert_false(open_line(device, 19200));
	diag_format(&diags, 0, text, sizeof text);
	assert_non_null(strstr(text, ": in use by process "));
	assert_int_equal(unlink(lock), 0);
}

/* A reload that changes the speed cannot open the device twice. */
static void a_reload_with_another_speed_uses_it_when_the_old_line_is_closed(void **state)
{
	struct termios t;
	char text[256];

	(void)state;
	plug();
	assert_true(open_line(device, 19200));
	conf[1] = conf[0];
	conf[1].baud = 9600;
	struct diags d;
	diags_init(&d, "ha.cf");
	assert_null(media_prepare(set, &conf[1], 1, &d)); /* the only medium */
	diag_format(&d, 0, text, sizeof text);
	assert_non_null(strstr(text, "its speed changes when the line of before is closed"));
	diags_free(&d);
	assert_true(send_text("still", true));
	expect("still");
	assert_int_equal(tcgetattr(far, &t), 0);
	assert_int_equal(cfgetospeed(&t), B19200);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_line)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_line_is_set_as_the_reference_sets_it),
		TEST(text_goes_out_and_messages_come_in),
		TEST(on_a_slow_line_the_newest_status_goes_first_and_old_ones_are_left_out),
		TEST(a_line_that_is_too_slow_refuses_what_would_wait_too_long),
		TEST(a_line_that_takes_nothing_is_reported_once_and_gets_nothing_old_later),
		TEST(a_line_that_hangs_up_is_opened_again_when_it_is_back),
		TEST(sending_may_find_that_the_line_is_gone),
		TEST(what_is_no_line_or_locked_is_not_opened),
		TEST(a_reload_with_another_speed_uses_it_when_the_old_line_is_closed),
	};

	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(device, sizeof device, "%s/line", directory);
	(void)snprintf(log_path, sizeof log_path, "%s/log", directory);
	const struct log_config log = {
		.entity = "heartbeat", .host = "a", .logfile = log_path, .facility = -1, .syslog_layout = true};
	if (log_open(&log) != 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	log_close();
	(void)unlink(log_path);
	(void)rmdir(directory);
	return failed;
}
