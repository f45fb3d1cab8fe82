// SPDX-License-Identifier: MIT
/* lib/rate_limit: so many messages in a period, and the number of those that were suppressed. */
#include "lib/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { PERIOD_MS = 60000 };

static uint64_t suppressed;

static bool pass(struct rate_limit *r, unsigned most, int64_t at_ms)
{
	struct mono now = mono_add(MONO_NEVER, span_ms(at_ms));
	return rate_limit_pass(r, most, span_ms(PERIOD_MS), now, &suppressed);
}

static void the_first_message_passes_at_any_time(void **state)
{
	(void)state;
	struct rate_limit at_zero = {0}, later = {0};
	assert_true(pass(&at_zero, 1, 0));
	assert_int_equal(suppressed, 0);
	assert_false(pass(&at_zero, 1, PERIOD_MS - 1));
	assert_true(pass(&later, 1, 5));
}

static void one_message_passes_in_each_period_and_gets_the_number_of_the_others(void **state)
{
	(void)state;
	struct rate_limit r = {0};
	assert_true(pass(&r, 1, 1000));
	for (int64_t ms = 0; ms < PERIOD_MS; ms += 1000)
		assert_false(pass(&r, 1, 1000 + ms));
	assert_true(pass(&r, 1, 1000 + PERIOD_MS));
	assert_int_equal(suppressed, 60);
	assert_false(pass(&r, 1, 1000 + 2 * PERIOD_MS - 1)); /* the period started with the message that passed */
	assert_true(pass(&r, 1, 1000 + 2 * PERIOD_MS));
	assert_int_equal(suppressed, 1);
}

static void several_messages_may_pass_in_a_period(void **state)
{
	(void)state;
	struct rate_limit r = {0};
	for (int64_t i = 0; i < 10; i++) {
		assert_true(pass(&r, 10, 1000 + i));
		assert_int_equal(suppressed, 0);
	}
	assert_false(pass(&r, 10, 2000));
	assert_false(pass(&r, 10, 3000));
	assert_true(pass(&r, 10, 1000 + PERIOD_MS));
	assert_int_equal(suppressed, 2);
	assert_true(pass(&r, 10, 1001 + PERIOD_MS));
	assert_int_equal(suppressed, 0);
}

static void after_a_quiet_time_a_message_passes_and_nothing_was_suppressed(void **state)
{
	(void)state;
	struct rate_limit r = {0};
	assert_true(pass(&r, 1, 1000));
	assert_true(pass(&r, 1, 1000 + 5 * PERIOD_MS));
	assert_int_equal(suppressed, 0);
	assert_true(rate_limit_pass(&r, 2, span_ms(PERIOD_MS), mono_add(MONO_NEVER, span_ms(1001)), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_message_passes_at_any_time),
		cmocka_unit_test(one_message_passes_in_each_period_and_gets_the_number_of_the_others),
		cmocka_unit_test(several_messages_may_pass_in_a_period),
		cmocka_unit_test(after_a_quiet_time_a_message_passes_and_nothing_was_suppressed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
