// SPDX-License-Identifier: MIT
/* The output of scripts: all of it is read, however long it is and whatever process keeps the pipe open. */
#include "tests/unit/heartbeat/spawn_lab.h"

#include "lib/bounded_output.h"

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
	assert_int_equal(kill(daemon, 0), 0); // and the script still runs
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

// --- bounded ---

static unsigned reports;
static char report[OUTPUT_TEXT_MAX];

static void on_dropped(void *context, const char *text)
{
	(void)context;
	reports++;
	(void)snprintf(report, sizeof(report), "%s", text);
}

static void bounded(struct run *r, const char *script, int64_t deadline_ms)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
	memset(r, 0, sizeof(*r));
	reports = 0;
	(void)spawn_start(&(struct spawn_request){.path = "/bin/sh",
		.argv = argv,
		.envp = environment,
		.deadline = span_ms(deadline_ms),
		.line = on_line,
		.dropped = on_dropped,
		.done = on_done,
		.context = r});
	finish(r);
}

static void usual_output_within_the_limits_is_all_there(void **state)
{
	(void)state;
	struct run r;
	bounded(&r, "seq 1 150; echo oops >&2; exit 4", 60000);
	assert_int_equal(r.result.code, 4);
	assert_int_equal(r.lines, 150);
	assert_string_equal(r.first_error, "oops");
	assert_int_equal(reports, 0);
}

static void ten_megabytes_beyond_the_limits_are_read_and_reported_once(void **state)
{
	(void)state;
	struct run r;
	bounded(&r, "yes 0123456789012345678901234567890123456789012345678 | head -n 200000; exit 3", 60000);
	assert_int_equal(r.result.end, SPAWN_EXITED); // not killed by SIGPIPE
	assert_int_equal(r.result.code, 3);
	size_t seconds = (size_t)(span_to_ms(r.result.took) / 1000) + 1;
	assert_in_range(r.lines, OUTPUT_SECOND_LINES, OUTPUT_SECOND_LINES * (seconds + 1));
	char expected[64];
	(void)snprintf(expected, sizeof(expected), "%zu lines (%zu bytes) of its output", 200000 - r.lines,
		50 * (200000 - r.lines));
	assert_int_equal(reports, 1);
	if (strncmp(report, expected, strlen(expected)) != 0)
		fail_msg("%s instead of %s", report, expected);
}

/* How much it could print: nothing but the pace, the pipe and the limits of each second. */
static void a_program_that_prints_without_end_is_slowed_down(void **state)
{
	(void)state;
	struct run r;
	char counter[] = "/tmp/spawn_output_test.XXXXXX", script[128], text[32] = "";
	int fd = mkstemp(counter);
	assert_true(fd >= 0);
	(void)snprintf(script, sizeof(script), "i=0; while head -c 65536 /dev/zero; do i=$((i+1)); echo $i >%s; done",
		counter);
	bounded(&r, script, 700);
	assert_int_equal(r.result.end, SPAWN_TIMED_OUT);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0 && close(fd) == 0);
	(void)unlink(counter);
	int64_t blocks = span_to_ms(r.result.took) / OUTPUT_PACE_MS + 2 * (span_to_ms(r.result.took) / 1000 + 1) + 2;
	assert_in_range(strtol(text, NULL, 10), 1, blocks);
	assert_int_equal(reports, 1);
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
		CASE(usual_output_within_the_limits_is_all_there),
		CASE(ten_megabytes_beyond_the_limits_are_read_and_reported_once),
		CASE(a_program_that_prints_without_end_is_slowed_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
