// SPDX-License-Identifier: MIT
/* power.c with a device that answers from a list: what it orders, and what it believes. */
#include "stonith/power.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Its life: each letter is one call.  Readings: 1 on, 0 off, ? not readable.  Orders: y accepted, n refused. */
static struct {
	const char *readings, *orders; /* the last letter repeats */
	char asked[64];                /* r read, 0 order off, 1 order on */
} script;

static char next(const char **letters)
{
	char c = **letters;
	if ((*letters)[1])
		(*letters)++;
	return c;
}

static void note(char c)
{
	size_t len = strlen(script.asked);
	if (len < sizeof(script.asked) - 1)
		script.asked[len] = c;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	(void)d;
	(void)h;
	note('r');
	char c = next(&script.readings);
	return c == '1' ? POWER_ON : c == '0' ? POWER_OFF : POWER_UNKNOWN;
}

static bool order(struct device *d, const struct host *h, bool on)
{
	(void)h;
	note(on ? '1' : '0');
	return next(&script.orders) == 'y' || device_note(d, "HTTP status 409");
}

static const struct power_ops ops = {read_power, order};
static const struct device_type type = {.name = "scripted", .power = &ops};

static enum stonith_code run(enum stonith_action action, const char *readings, const char *orders, unsigned limit_s)
{
	struct device *d = device_new(&type, "scripted");
	const struct host h = {"node1", NULL};
	memset(&script, 0, sizeof(script));
	script.readings = readings;
	script.orders = orders;
	device_begin(d, limit_s);
	enum stonith_code code = power_act(d, action, &h);
	device_free(d);
	return code;
}

static void off_is_read_ordered_and_read_back_twice(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "100", "y", 60), STONITH_OK);
	assert_string_equal(script.asked, "r0rr");
}

static void a_machine_that_is_off_twice_gets_no_order(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "0", "n", 60), STONITH_OK);
	assert_string_equal(script.asked, "rr");
	assert_int_equal(run(STONITH_RESET, "0", "n", 60), STONITH_OK);
	assert_string_equal(script.asked, "rr");
}

static void off_that_is_read_once_only_is_not_believed(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "0100", "y", 60), STONITH_OK);
	assert_string_equal(script.asked, "rr0rr");
}

static void reset_is_off_read_back_and_on(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_RESET, "1001", "y", 60), STONITH_OK);
	assert_string_equal(script.asked, "r0rr1r");
}

static void after_a_refused_order_the_power_decides(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "100", "n", 60), STONITH_OK);
	assert_string_equal(script.asked, "r0rr");
}

static void a_device_that_always_refuses_is_asked_three_times(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "1", "n", 60), STONITH_RESETFAIL);
	assert_string_equal(script.asked, "r0r0r0r");
}

static void a_device_that_is_never_readable_is_not_accessible(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "?", "n", 60), STONITH_ACCESS);
	assert_string_equal(script.asked, "r0r0r0r");
}

static void an_accepted_order_without_effect_ends_at_the_limit(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "1", "y", 1), STONITH_TIMEOUT);
}

static void an_accepted_order_proves_nothing_when_the_power_is_not_readable(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_OFF, "1?", "y", 1), STONITH_TIMEOUT);
}

static void a_machine_that_does_not_come_on_again_is_fenced_all_the_same(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_RESET, "10", "yn", 60), STONITH_OK);
	assert_string_equal(script.asked, "r0rr1r1r1r");
}

static void on_needs_no_second_reading(void **state)
{
	(void)state;
	assert_int_equal(run(STONITH_ON, "01", "y", 60), STONITH_OK);
	assert_string_equal(script.asked, "r1r");
	assert_int_equal(run(STONITH_ON, "1", "y", 60), STONITH_OK);
	assert_string_equal(script.asked, "r");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_is_read_ordered_and_read_back_twice),
		cmocka_unit_test(a_machine_that_is_off_twice_gets_no_order),
		cmocka_unit_test(off_that_is_read_once_only_is_not_believed),
		cmocka_unit_test(reset_is_off_read_back_and_on),
		cmocka_unit_test(after_a_refused_order_the_power_decides),
		cmocka_unit_test(a_device_that_always_refuses_is_asked_three_times),
		cmocka_unit_test(a_device_that_is_never_readable_is_not_accessible),
		cmocka_unit_test(an_accepted_order_without_effect_ends_at_the_limit),
		cmocka_unit_test(an_accepted_order_proves_nothing_when_the_power_is_not_readable),
		cmocka_unit_test(a_machine_that_does_not_come_on_again_is_fenced_all_the_same),
		cmocka_unit_test(on_needs_no_second_reading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
