// SPDX-License-Identifier: MIT
/* What scripts say: all of it is read, however much, whoever keeps the pipe. */
#include "tests/unit/heartbeat/spawn_lab.h"

static void a_nul_in_the_output_hides_nothing(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "printf 'is\\0running'", 60000);
	finish(&r);
	assert_string_equal(r.result.output, "is?running");
	assert_string_equal(r.first, "is?running");
}

static void ten_megabytes_of_output_neither_block_nor_fill_the_memory(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "yes 0123456789012345678901234567890123456789012345678 | head -n 200000; echo 'the end' >&2",
		60000);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_int_equal(r.lines, 200000);
	assert_int_equal(r.bytes, 200000 * 49);
	assert_string_equal(r.first_error, "the end");
	assert_int_equal(strlen(r.result.output), SPAWN_CAPTURE_MAX - 1);
}

static void a_long_line_is_cut_and_the_next_one_is_whole(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next", 60000);
	finish(&r);
	assert_int_equal(r.lines, 2);
	assert_int_equal(r.longest, 1024);
	assert_string_equal(r.last, "next");
}

static void a_nul_byte_does_not_hide_the_rest_of_the_line(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "printf 'a\\000b\\n\\nc\\n'", 60000);
	finish(&r);
	assert_string_equal(r.first, "a?b");
	assert_int_equal(r.lines, 3);
	assert_string_equal(r.last, "c");
}

static void a_daemon_that_keeps_the_pipe_open_does_not_delay_done(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "sleep 300 & echo $!; exit 0", 60000);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_true(span_to_ms(r.result.took) < 60000);
	pid_t daemon = (pid_t)strtol(r.first, NULL, 10);
	assert_true(daemon > 1);
	assert_int_equal(kill(daemon, 0), 0); // and it lives on
	assert_int_equal(kill(daemon, SIGKILL), 0);
}

static void a_daemon_that_never_stops_writing_does_not_delay_done(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "yes & echo $! >&2; until grep -q '^wchar: [1-9]' /proc/$!/io; do :; done; exit 3", 60000);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_int_equal(r.result.code, 3);
	assert_true(r.lines > 0);
	pid_t daemon = (pid_t)strtol(r.first_error, NULL, 10);
	assert_true(daemon > 1);
	(void)kill(daemon, SIGKILL); // SIGPIPE may have been quicker
}

int main(void)
{
	(void)g_main_context_default(); // its own descriptors are not a leak of ours
	const struct CMUnitTest tests[] = {
		CASE(a_nul_in_the_output_hides_nothing),
		CASE(ten_megabytes_of_output_neither_block_nor_fill_the_memory),
		CASE(a_long_line_is_cut_and_the_next_one_is_whole),
		CASE(a_nul_byte_does_not_hide_the_rest_of_the_line),
		CASE(a_daemon_that_keeps_the_pipe_open_does_not_delay_done),
		CASE(a_daemon_that_never_stops_writing_does_not_delay_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
