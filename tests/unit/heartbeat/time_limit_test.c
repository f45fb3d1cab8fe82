// SPDX-License-Identifier: MIT
/* A command that must end, whatever it waits for. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "heartbeat/daemon/time_limit.h"

enum { LATE = 42, LONG_MS = 60000 };

static int code_of(void *context)
{
	return *(const int *)context;
}

static int hang(void *context)
{
	(void)context;
	(void)signal(SIGTERM, SIG_IGN);
	return pause();
}

static int die(void *context)
{
	(void)context;
	return raise(SIGKILL);
}

static int print_to_full_disk(void *context)
{
	(void)context;
	if (!freopen("/dev/full", "w", stdout))
		return 1;
	(void)puts("text");
	return 0;
}

static void the_code_of_the_command_is_returned(void **state)
{
	(void)state;
	for (int code = 0; code < 4; code++)
		assert_int_equal(time_limit_run(span_ms(LONG_MS), LATE, "the test", code_of, &code), code);
}

static void a_command_that_hangs_ends_at_its_limit(void **state)
{
	(void)state;
	struct mono begin = mono_now();
	assert_int_equal(time_limit_run(span_ms(100), LATE, "the test", hang, NULL), LATE);
	assert_true(mono_since(mono_now(), begin).ns >= span_ms(100).ns);
}

static void a_command_that_is_killed_is_no_success(void **state)
{
	(void)state;
	assert_int_equal(time_limit_run(span_ms(LONG_MS), LATE, "the test", die, NULL), LATE);
}

static void output_that_is_lost_is_no_success(void **state)
{
	(void)state;
	assert_int_equal(time_limit_run(span_ms(LONG_MS), LATE, "the test", print_to_full_disk, NULL), LATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_of_the_command_is_returned),
		cmocka_unit_test(a_command_that_hangs_ends_at_its_limit),
		cmocka_unit_test(a_command_that_is_killed_is_no_success),
		cmocka_unit_test(output_that_is_lost_is_no_success),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
