// SPDX-License-Identifier: MIT
/* A watched resource: when it is asked, which failure is followed by a restart, and when it is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/core/watch.h"

static struct mono at(int64_t seconds)
{
	return (struct mono){(1000 + seconds) * INT64_C(1000000000)};
}

static struct monitor_conf line(enum monitor_on_fail on_fail, unsigned restarts)
{
	return (struct monitor_conf){.what = "db", .interval = span_ms(10000), .restarts = restarts,
		.within = span_ms(600000), .on_fail = on_fail};
}

static struct watch begun(const struct monitor_conf *conf)
{
	struct watch w;
	watch_init(&w, conf);
	watch_begin(&w, at(0));
	return w;
}

static void it_is_asked_once_an_interval_while_it_runs_here(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 3);
	struct watch w;
	watch_init(&w, &conf);
	assert_int_equal(w.next.ns, MONO_FAR.ns);
	watch_begin(&w, at(0));
	assert_int_equal(w.next.ns, at(10).ns);
	assert_int_equal(watch_judge(&w, at(12), WATCH_RUNS), WATCH_FINE); /* the answer took 2 s */
	assert_int_equal(w.next.ns, at(22).ns);
	watch_later(&w, at(22));
	assert_int_equal(w.next.ns, at(32).ns);
	watch_rest(&w);
	assert_int_equal(w.next.ns, MONO_FAR.ns);
	assert_int_equal(w.failures, 0);
}

static void it_is_restarted_as_often_as_the_line_allows_and_then_given_up(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 3);
	struct watch w = begun(&conf);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(watch_judge(&w, at(20 * i), WATCH_STOPPED), WATCH_RESTART);
		assert_int_equal(w.next.ns, MONO_FAR.ns); /* it is being stopped and started */
		watch_begin(&w, at(20 * i + 5));
		assert_int_equal(watch_recent(&w, at(20 * i + 5)), i);
	}
	assert_int_equal(watch_judge(&w, at(80), WATCH_STOPPED), WATCH_GIVE_UP);
	assert_int_equal(w.failures, 4);
	assert_int_equal(w.restarts, 3);
}

static void restarts_of_long_ago_do_not_count(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 2);
	struct watch w = begun(&conf);
	assert_int_equal(watch_judge(&w, at(100), WATCH_STOPPED), WATCH_RESTART);
	assert_int_equal(watch_judge(&w, at(400), WATCH_STOPPED), WATCH_RESTART);
	assert_int_equal(watch_judge(&w, at(699), WATCH_STOPPED), WATCH_GIVE_UP);
	assert_int_equal(watch_judge(&w, at(700), WATCH_STOPPED), WATCH_RESTART); /* 600 s behind the first one */
	assert_int_equal(watch_judge(&w, at(701), WATCH_STOPPED), WATCH_GIVE_UP);
}

static void as_many_restarts_are_counted_as_a_line_can_allow(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, MONITOR_RESTARTS_MAX);
	struct watch w = begun(&conf);
	for (int i = 0; i < MONITOR_RESTARTS_MAX; i++)
		assert_int_equal(watch_judge(&w, at(i), WATCH_STOPPED), WATCH_RESTART);
	assert_int_equal(watch_judge(&w, at(599), WATCH_STOPPED), WATCH_GIVE_UP);
	assert_int_equal(watch_judge(&w, at(600), WATCH_STOPPED), WATCH_RESTART);
	assert_int_equal(watch_judge(&w, at(600), WATCH_STOPPED), WATCH_GIVE_UP);
}

static void a_status_that_does_not_answer_counts_as_a_failure(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 1);
	struct watch w = begun(&conf);
	assert_int_equal(watch_judge(&w, at(40), WATCH_SILENT), WATCH_RESTART);
	assert_int_equal(watch_judge(&w, at(80), WATCH_SILENT), WATCH_GIVE_UP);
}

static void a_script_that_cannot_be_executed_is_noted_once_and_changes_nothing(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_MOVE, 0);
	struct watch w = begun(&conf);
	assert_int_equal(watch_judge(&w, at(10), WATCH_NOT_ASKED), WATCH_NOTE);
	assert_int_equal(watch_judge(&w, at(20), WATCH_NOT_ASKED), WATCH_FINE);
	assert_int_equal(w.next.ns, at(30).ns);
	assert_int_equal(w.since.ns, at(10).ns);
	assert_int_equal(w.failures, 0);
	assert_int_equal(watch_judge(&w, at(30), WATCH_RUNS), WATCH_FINE);
}

static void each_action_has_its_verdict(void **state)
{
	(void)state;
	static const struct {
		enum monitor_on_fail on_fail;
		unsigned restarts;
		enum watch_verdict first, second;
	} cases[] = {
		{MONITOR_ON_FAIL_RESTART, 1, WATCH_RESTART, WATCH_GIVE_UP},
		{MONITOR_ON_FAIL_RESTART, 0, WATCH_GIVE_UP, WATCH_GIVE_UP},
		{MONITOR_ON_FAIL_MOVE, 3, WATCH_GIVE_UP, WATCH_GIVE_UP},
		{MONITOR_ON_FAIL_STOP, 3, WATCH_HALT, WATCH_HALT},
		{MONITOR_ON_FAIL_IGNORE, 3, WATCH_NOTE, WATCH_FINE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct monitor_conf conf = line(cases[i].on_fail, cases[i].restarts);
		struct watch w = begun(&conf);
		assert_int_equal(watch_judge(&w, at(10), WATCH_STOPPED), cases[i].first);
		assert_int_equal(watch_judge(&w, at(20), WATCH_STOPPED), cases[i].second);
		bool goes_on = cases[i].second == WATCH_FINE;
		assert_int_equal(w.next.ns, goes_on ? at(30).ns : MONO_FAR.ns);
		assert_int_equal(w.failures, 2);
	}
}

static void an_operator_clears_what_was_counted(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 1);
	struct watch w = begun(&conf);
	assert_int_equal(watch_judge(&w, at(10), WATCH_STOPPED), WATCH_RESTART);
	watch_forget(&w);
	assert_int_equal(w.failures + w.restarts, 0);
	assert_int_equal(watch_judge(&w, at(20), WATCH_STOPPED), WATCH_RESTART);
}

static void counts_outlive_a_new_configuration(void **state)
{
	(void)state;
	struct monitor_conf conf = line(MONITOR_ON_FAIL_RESTART, 1), changed = line(MONITOR_ON_FAIL_RESTART, 2);
	struct watch w = begun(&conf), after;
	assert_int_equal(watch_judge(&w, at(10), WATCH_STOPPED), WATCH_RESTART);
	watch_init(&after, &changed);
	watch_begin(&after, at(20));
	watch_inherit(&after, &w);
	assert_int_equal(after.next.ns, at(30).ns);
	assert_int_equal(watch_judge(&after, at(30), WATCH_STOPPED), WATCH_RESTART);
	assert_int_equal(watch_judge(&after, at(40), WATCH_STOPPED), WATCH_GIVE_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_asked_once_an_interval_while_it_runs_here),
		cmocka_unit_test(it_is_restarted_as_often_as_the_line_allows_and_then_given_up),
		cmocka_unit_test(restarts_of_long_ago_do_not_count),
		cmocka_unit_test(as_many_restarts_are_counted_as_a_line_can_allow),
		cmocka_unit_test(a_status_that_does_not_answer_counts_as_a_failure),
		cmocka_unit_test(a_script_that_cannot_be_executed_is_noted_once_and_changes_nothing),
		cmocka_unit_test(each_action_has_its_verdict),
		cmocka_unit_test(an_operator_clears_what_was_counted),
		cmocka_unit_test(counts_outlive_a_new_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
