// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ldirectord/daemon/schedule.h"

static const struct mono noon = {43200000000123};

static int64_t spread_ns(size_t k, size_t n)
{
	return mono_since(schedule_spread(noon, span_ms(1000), k, n), noon).ns;
}

static void few_checks_start_one_by_one(void **state)
{
	(void)state;
	assert_int_equal(spread_ns(0, 4), 0);
	assert_int_equal(spread_ns(1, 4), 250000000);
	assert_int_equal(spread_ns(3, 4), 750000000);
	assert_int_equal(spread_ns(49, 50), 980000000);
	assert_int_equal(spread_ns(0, 0), 0);
}

static void many_checks_start_a_few_at_a_time(void **state)
{
	enum { MANY = 5000, STEP = 20000000 };
	(void)state;
	size_t in_step = 0, most = 0;
	int64_t before = INT64_MIN;
	for (size_t k = 0; k < MANY; k++) {
		struct mono when = schedule_spread(noon, span_ms(1000), k, MANY);
		assert_int_equal(when.ns % STEP, 0);
		assert_in_range(when.ns, noon.ns - STEP + 1, noon.ns + 999999999);
		assert_true(when.ns >= before);
		in_step = when.ns == before ? in_step + 1 : 1;
		most = in_step > most ? in_step : most;
		before = when.ns;
	}
	assert_in_range(most, 100, 101);
}

static void checks_of_a_later_reload_start_at_the_same_times_as_others(void **state)
{
	(void)state;
	struct mono later = mono_add(noon, span_ms(12345));
	assert_int_equal(schedule_spread(later, span_ms(1000), 7, 500).ns % 20000000,
		schedule_spread(noon, span_ms(1000), 499, 500).ns % 20000000);
}

static void a_very_short_period_is_harmless(void **state)
{
	(void)state;
	assert_int_equal(schedule_spread(noon, (struct span){50}, 150, 200).ns, noon.ns); // less than 1 ns for each
	assert_int_equal(schedule_next(noon, (struct span){0}, noon).ns, noon.ns);
}

static void a_late_check_keeps_its_times_and_leaves_out_missed_ones(void **state)
{
	(void)state;
	struct span second = span_ms(1000);
	assert_int_equal(schedule_next(noon, second, noon).ns, noon.ns + 1000000000);
	assert_int_equal(schedule_next(noon, second, mono_add(noon, span_ms(3500))).ns, noon.ns + 4000000000);
	assert_int_equal(schedule_next(noon, second, mono_add(noon, span_ms(4000))).ns, noon.ns + 5000000000);
	assert_int_equal(schedule_next(mono_add(noon, span_ms(300)), second, noon).ns, noon.ns + 1300000000);
}

/* Compares the schedule with an array that is searched from end to end. */
static void the_earliest_check_comes_first(void **state)
{
	enum { CHECKS = 37, STEPS = 20000 };
	(void)state;
	struct mono slow[CHECKS];
	struct schedule *s = schedule_new(CHECKS);
	assert_non_null(s);
	for (size_t i = 0; i < CHECKS; i++)
		slow[i] = MONO_FAR;
	srand(1);
	unsigned taken = 0;
	for (int64_t t = 1; t <= STEPS; t++) {
		size_t i = (size_t)rand() % (CHECKS + 2);
		struct mono when = {t + rand() % 50};
		schedule_at(s, i, when); // an index out of range is ignored
		if (i < CHECKS)
			slow[i] = when;
		size_t first = SIZE_MAX;
		for (size_t k = 0; k < CHECKS; k++)
			if (slow[k].ns != MONO_FAR.ns && (first == SIZE_MAX || slow[k].ns < slow[first].ns))
				first = k;
		assert_int_equal(schedule_deadline(s).ns, first == SIZE_MAX ? MONO_FAR.ns : slow[first].ns);
		struct mono due, now = {t + 20};
		size_t got = schedule_take(s, now, &due);
		if (first == SIZE_MAX || slow[first].ns > now.ns) {
			assert_true(got == SIZE_MAX);
			continue;
		}
		assert_int_equal(got, first);
		assert_int_equal(due.ns, slow[first].ns);
		slow[first] = MONO_FAR;
		taken++;
	}
	assert_in_range(taken, 1000, STEPS);
	schedule_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_checks_start_one_by_one),
		cmocka_unit_test(many_checks_start_a_few_at_a_time),
		cmocka_unit_test(checks_of_a_later_reload_start_at_the_same_times_as_others),
		cmocka_unit_test(a_very_short_period_is_harmless),
		cmocka_unit_test(a_late_check_keeps_its_times_and_leaves_out_missed_ones),
		cmocka_unit_test(the_earliest_check_comes_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
