// SPDX-License-Identifier: MIT
/* lib/background and lib/streams: a command gets the result of a daemon's start, and no file gets the number of a
 * standard stream. */
#include "lib/background.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/streams.h"

/* Start a process that calls life with its end of the pipe.  Returns the other end. */
static int start(void (*life)(int fd))
{
	bool is_daemon;
	int fd = background_fork(&is_daemon);
	if (is_daemon) {
		life(fd);
		_exit(0);
	}
	assert_true(fd >= 0);
	return fd;
}

static int result_of(void (*life)(int fd), char text[BACKGROUND_TEXT_MAX])
{
	int code = background_wait(start(life), MONO_FAR, text);
	assert_true(wait(NULL) > 0);
	return code;
}

/* Run life in a child.  Returns its exit code; a child without streams cannot use the assertions of cmocka. */
static int exit_code_of(int (*life)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(life());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void life_succeeds(int fd)
{
	(void)background_report(fd, 0, NULL);
}

static void the_command_gets_the_code_of_a_good_start(void **state)
{
	(void)state;
	char text[BACKGROUND_TEXT_MAX] = "old";
	assert_int_equal(result_of(life_succeeds, text), 0);
	assert_string_equal(text, "");
}

static void life_refuses(int fd)
{
	(void)background_report(fd, 6, "the file is wrong");
}

static void the_command_gets_the_code_and_the_reason_of_a_refused_start(void **state)
{
	(void)state;
	char text[BACKGROUND_TEXT_MAX];
	assert_int_equal(result_of(life_refuses, text), 6);
	assert_string_equal(text, "the file is wrong");
	assert_int_equal(result_of(life_refuses, NULL), 6);
}

static void life_talks(int fd)
{
	char text[2 * BACKGROUND_TEXT_MAX];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)background_report(fd, 255, text);
}

static void a_long_reason_is_cut(void **state)
{
	(void)state;
	char text[BACKGROUND_TEXT_MAX];
	assert_int_equal(result_of(life_talks, text), 255);
	assert_int_equal(strlen(text), BACKGROUND_TEXT_MAX - 1);
}

static void life_dies(int fd)
{
	(void)fd;
	(void)raise(SIGKILL);
}

static void a_daemon_that_dies_without_a_report_is_noticed(void **state)
{
	(void)state;
	char text[BACKGROUND_TEXT_MAX];
	assert_int_equal(result_of(life_dies, text), -ENODATA);
	assert_string_equal(text, "");
}

static void life_leads_a_session(int fd)
{
	(void)background_report(fd, getsid(0) == getpid() ? 0 : 1, NULL);
}

static void the_daemon_has_a_session_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(result_of(life_leads_a_session, NULL), 0);
}

static void a_wait_has_a_limit(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(background_wait(ends[0], mono_add(mono_now(), span_ms(20)), NULL), -ETIMEDOUT);
	assert_int_equal(fcntl(ends[0], F_GETFD), -1); /* closed in any case */
	assert_int_equal(close(ends[1]), 0);

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(background_report(ends[1], 3, NULL), 0);
	assert_int_equal(background_wait(ends[0], MONO_NEVER, NULL), 3); /* too late, but the report is there */
}

static void a_report_to_a_command_that_has_ended_is_an_error(void **state)
{
	(void)state;
	int ends[2];
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(background_report(ends[1], 0, NULL), -EPIPE);
	assert_int_equal(fcntl(ends[1], F_GETFD), -1);
}

/* --- streams --- */

static bool is_null(int fd)
{
	char link[64], path[PATH_MAX] = "";
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return readlink(link, path, sizeof path - 1) > 0 && strcmp(path, "/dev/null") == 0;
}

static int life_without_streams(void)
{
	(void)close(0);
	(void)close(1);
	(void)close(2);
	if (streams_fill() != 0)
		return 1;
	if (!is_null(0) || !is_null(1) || !is_null(2))
		return 2;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	return fd > 2 ? 0 : 3;
}

static void after_a_start_without_streams_no_file_gets_their_numbers(void **state)
{
	(void)state;
	assert_int_equal(exit_code_of(life_without_streams), 0);
}

static int life_without_output(void)
{
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	if (zero < 0 || dup2(zero, 0) < 0 || dup2(zero, 2) < 0)
		return 1;
	(void)close(1);
	if (streams_fill() != 0)
		return 2;
	return !is_null(0) && is_null(1) && !is_null(2) ? 0 : 3;
}

static void only_a_closed_stream_is_opened(void **state)
{
	(void)state;
	assert_int_equal(exit_code_of(life_without_output), 0);
}

static int life_that_lets_go(void)
{
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++)
		if (zero < 0 || dup2(zero, fd) < 0)
			return 1;
	int next = dup(zero);
	(void)close(next);
	if (streams_release(STDOUT_FILENO) != 0)
		return 2;
	if (!is_null(0) || is_null(1) || !is_null(2))
		return 3;
	if (streams_release(-1) != 0 || !is_null(1))
		return 4;
	return dup(zero) == next ? 0 : 5; /* no descriptor is left open */
}

static void a_daemon_lets_go_of_its_streams_and_may_keep_one(void **state)
{
	(void)state;
	assert_int_equal(exit_code_of(life_that_lets_go), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_gets_the_code_of_a_good_start),
		cmocka_unit_test(the_command_gets_the_code_and_the_reason_of_a_refused_start),
		cmocka_unit_test(a_long_reason_is_cut),
		cmocka_unit_test(a_daemon_that_dies_without_a_report_is_noticed),
		cmocka_unit_test(the_daemon_has_a_session_of_its_own),
		cmocka_unit_test(a_wait_has_a_limit),
		cmocka_unit_test(a_report_to_a_command_that_has_ended_is_an_error),
		cmocka_unit_test(after_a_start_without_streams_no_file_gets_their_numbers),
		cmocka_unit_test(only_a_closed_stream_is_opened),
		cmocka_unit_test(a_daemon_lets_go_of_its_streams_and_may_keep_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
