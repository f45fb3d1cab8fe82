// SPDX-License-Identifier: MIT
/* lib/log_writer: another process writes the messages in their order, and nobody waits for it. */
#include "lib/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 60000 };

static char directory[] = "/tmp/log_writer_test.XXXXXX";
static char path[64], gate[64]; /* the file; a FIFO that is opened before the first message, if it exists */
static int file;

static void begin(void *context)
{
	(void)context;
	int held = open(gate, O_RDONLY | O_CLOEXEC); /* hangs until somebody opens it for writing */
	if (held >= 0)
		(void)close(held);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int message(void *context, const void *data, size_t len)
{
	(void)context;
	if (memchr(data, '!', len))
		return ENOSPC;
	return write(file, data, len) == (ssize_t)len ? 0 : errno;
}

static struct log_writer *start(void)
{
	struct log_writer *w =
		log_writer_start(&(struct log_writer_job){.name = "writer", .begin = begin, .message = message});
	assert_non_null(w);
	return w;
}

static void open_gate(void)
{
	int fd = open(gate, O_WRONLY | O_CLOEXEC); /* hangs until the process opens it, too */
	assert_true(fd >= 0);
	(void)close(fd);
}

static const char *contents(void)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = '\0';
	if (f)
		(void)fclose(f);
	return text;
}

static void wait_for_contents(const char *expected)
{
	while (strcmp(contents(), expected) != 0)
		(void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static int clean(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(gate);
	return 0;
}

static void messages_are_written_in_their_order_and_stop_waits_for_them(void **state)
{
	(void)state;
	char expected[8192] = "";
	struct log_writer *w = start();
	for (int i = 0; i < 100; i++) {
		char line[16];
		int len = snprintf(line, sizeof line, "line %d\n", i);
		assert_int_equal(log_writer_send(w, line, (size_t)len), 0);
		strcat(expected, line);
	}
	log_writer_stop(w, span_ms(PATIENCE_MS));
	assert_string_equal(contents(), expected);
	log_writer_stop(NULL, span_ms(0));
}

static void a_process_that_hangs_holds_up_nobody_and_loses_nothing_that_it_took(void **state)
{
	(void)state;
	char line[1024];
	unsigned taken = 0;
	int failed;
	memset(line, 'x', sizeof line);
	assert_int_equal(mkfifo(gate, 0600), 0);
	struct log_writer *w = start();
	(void)alarm(60); /* ends a test that blocks */
	while ((failed = log_writer_send(w, line, sizeof line)) == 0)
		taken++;
	assert_int_equal(failed, -EAGAIN);
	assert_true(taken > 50 && taken <= LOG_WRITER_QUEUE / sizeof line * 2);
	log_writer_stop(w, span_ms(10));
	(void)alarm(0);
	open_gate();
	struct stat st = {0};
	while (stat(path, &st) != 0 || (size_t)st.st_size < taken * sizeof line)
		(void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	assert_int_equal(st.st_size, taken * sizeof line);
}

static void what_was_handed_over_before_a_crash_is_written(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(gate, 0600), 0);
	pid_t daemon = fork();
	if (daemon == 0) {
		struct log_writer *w = start();
		(void)log_writer_send(w, "last words\n", 11);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(daemon, NULL, 0), daemon);
	open_gate();
	wait_for_contents("last words\n");
}

static void a_child_of_the_daemon_sends_and_ends_without_ending_the_process(void **state)
{
	(void)state;
	struct log_writer *w = start();
	pid_t child = fork();
	if (child == 0) {
		int failed = log_writer_send(w, "child\n", 6);
		log_writer_stop(w, span_ms(PATIENCE_MS));
		_exit(failed ? 1 : 0);
	}
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(log_writer_send(w, "parent\n", 7), 0);
	log_writer_stop(w, span_ms(PATIENCE_MS));
	assert_string_equal(contents(), "child\nparent\n");
}

static void the_process_holds_no_descriptor_of_the_daemon(void **state)
{
	(void)state;
	int ends[2];
	char byte;
	assert_int_equal(mkfifo(gate, 0600), 0);
	assert_int_equal(pipe(ends), 0);
	struct log_writer *w = start();
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* end of file: the process does not have the other end */
	(void)close(ends[0]);
	open_gate();
	log_writer_stop(w, span_ms(PATIENCE_MS));
}

static void signals_for_the_whole_service_do_not_end_it(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(gate, 0600), 0);
	pid_t daemon = fork();
	if (daemon == 0) {
		(void)setpgid(0, 0);
		struct log_writer *w = start();
		(void)log_writer_send(w, "before\n", 7);
		open_gate(); /* it ignores signals by now */
		(void)signal(SIGTERM, SIG_IGN);
		(void)kill(0, SIGTERM);
		(void)log_writer_send(w, "after\n", 6);
		log_writer_stop(w, span_ms(PATIENCE_MS));
		_exit(0);
	}
	assert_int_equal(waitpid(daemon, NULL, 0), daemon);
	assert_string_equal(contents(), "before\nafter\n");
}

static void a_message_that_cannot_be_written_is_reported_with_its_reason(void **state)
{
	(void)state;
	char data[64];
	int error = 0;
	struct log_writer *w = start();
	assert_int_equal(log_writer_failed(w, &error, data, sizeof data), 0);
	assert_int_equal(log_writer_send(w, "good", 4), 0);
	assert_int_equal(log_writer_send(w, "bad!", 4), 0);
	size_t len;
	while ((len = log_writer_failed(w, &error, data, sizeof data)) == 0)
		(void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "bad!", 4);
	assert_int_equal(error, ENOSPC);
	log_writer_stop(w, span_ms(PATIENCE_MS));
}

static void die(void *context)
{
	(void)context;
	_exit(1);
}

static void a_process_that_has_died_is_noticed(void **state)
{
	(void)state;
	struct log_writer *w =
		log_writer_start(&(struct log_writer_job){.name = "writer", .begin = die, .message = message});
	assert_non_null(w);
	int failed;
	while ((failed = log_writer_send(w, "x", 1)) == 0 || failed == -EAGAIN)
		(void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	assert_true(failed == -EPIPE || failed == -ECONNRESET);
	log_writer_stop(w, span_ms(PATIENCE_MS));
}

#define CASE(name) cmocka_unit_test_teardown(name, clean)

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(path, sizeof path, "%s/log", directory);
	(void)snprintf(gate, sizeof gate, "%s/gate", directory);
	const struct CMUnitTest tests[] = {
		CASE(messages_are_written_in_their_order_and_stop_waits_for_them),
		CASE(a_process_that_hangs_holds_up_nobody_and_loses_nothing_that_it_took),
		CASE(what_was_handed_over_before_a_crash_is_written),
		CASE(a_child_of_the_daemon_sends_and_ends_without_ending_the_process),
		CASE(the_process_holds_no_descriptor_of_the_daemon),
		CASE(signals_for_the_whole_service_do_not_end_it),
		CASE(a_message_that_cannot_be_written_is_reported_with_its_reason),
		CASE(a_process_that_has_died_is_noticed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
