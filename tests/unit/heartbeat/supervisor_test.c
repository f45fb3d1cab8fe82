// SPDX-License-Identifier: MIT
/* The guardian's decisions: when an engine is replaced, what is cleaned up without one, and that an order to stop
 * ends. */
#include "tests/unit/heartbeat/supervisor_lab.h"

static void a_start_that_fails_is_reported_and_ends(void **state)
{
	(void)state;
	engine_runs(0);
	supervisor_init(&s);
	step(SUPERVISOR_TIMER);
	step_with((struct supervisor_event){.kind = SUPERVISOR_FAILED, .code = 6});
	assert_string_equal(done, "report-6 exit-6");
}

static void a_failed_start_releases_what_an_earlier_daemon_left(void **state)
{
	(void)state;
	engine_runs(0);
	supervisor_init(&s);
	step(SUPERVISOR_TIMER);
	v.groups = 1;
	step_with((struct supervisor_event){.kind = SUPERVISOR_FAILED, .code = 6});
	assert_string_equal(done, "report-6 remove release");
	v.groups = 0;
	clean(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-6");
}

static void a_dead_engine_is_replaced_in_time_and_its_groups_keep_running(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(200);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "start-keep");
	wait_ms(20);
	step(SUPERVISOR_READY);
	assert_string_equal(done, "");
	assert_int_equal(s.state, SUPERVISOR_RUNNING);
}

static void scripts_of_a_dead_engine_end_before_the_next_one_starts(void **state)
{
	(void)state;
	engine_runs(1);
	v.scripts = 1;
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "end-scripts start-keep");
}

static void an_engine_that_died_late_keeps_nothing(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(1300);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "remove start");
}

static void a_silent_engine_is_killed_before_the_peer_has_counted_deadtime(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(999);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "");
	wait_ms(1);
	assert_true(mono_reached(v.now, supervisor_deadline(&s, &v)));
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "kill start-keep");
	/* The new engine is late: three quarters of deadtime after the last packet. */
	wait_ms(500);
	assert_true(mono_reached(v.now, supervisor_deadline(&s, &v)));
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "kill remove start");
}

static void an_engine_that_dies_again_and_again_keeps_nothing(void **state)
{
	(void)state;
	engine_runs(1);
	for (unsigned death = 0; death < SUPERVISOR_DEATHS; death++) {
		beat();
		step(SUPERVISOR_GONE);
		assert_string_equal(done, "start-keep");
		step(SUPERVISOR_READY);
	}
	beat();
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "remove start");
}

static void without_an_engine_the_stop_scripts_run_and_the_start_is_tried_again(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	assert_string_equal(done, "remove release");
	v.groups = 0;
	clean(SUPERVISOR_RELEASED);
	assert_string_equal(done, "start");
	for (unsigned i = 0; i < 20; i++) {
		step(SUPERVISOR_FAILED);
		assert_string_equal(done, "");
		struct mono next = supervisor_deadline(&s, &v);
		int64_t pause = span_to_ms(mono_since(next, v.now));
		assert_true(pause >= SUPERVISOR_RETRY_MS && pause <= SUPERVISOR_RETRY_MAX_MS);
		v.now = next;
		step(SUPERVISOR_TIMER);
		assert_string_equal(done, "start");
	}
	step(SUPERVISOR_READY);
	assert_int_equal(s.state, SUPERVISOR_RUNNING);
}

static void stop_scripts_that_fail_do_not_run_before_each_attempt(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	assert_string_equal(done, "remove release");
	step(SUPERVISOR_RELEASED);
	assert_string_equal(done, "start");
	step(SUPERVISOR_FAILED);
	assert_string_equal(done, "remove");
	assert_int_equal(s.state, SUPERVISOR_WAITING);
}

static void stop_scripts_that_hang_are_killed(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	v.now = supervisor_deadline(&s, &v);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "kill-release start");
}

static void an_order_to_stop_goes_to_the_engine(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "terminate");
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "terminate");
	v.groups = 0;
	clean(SUPERVISOR_GONE);
	assert_string_equal(done, "exit-0");
}

static void a_stop_that_leaves_something_running_is_reported(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_STOP);
	clean(SUPERVISOR_GONE);
	assert_string_equal(done, "exit-1");
}

static void a_clean_end_ends_the_programs_that_still_run(void **state)
{
	(void)state;
	for (unsigned ordered = 0; ordered < 2; ordered++) {
		engine_runs(0);
		if (ordered)
			step(SUPERVISOR_STOP);
		v.scripts = 1; /* a status of a monitor, or the check of a fencing device */
		clean(SUPERVISOR_GONE);
		assert_string_equal(done, "end-scripts exit-0");
		assert_null(s.actions[0].why); /* usual at a stop: no alarm */
	}
}

static void an_engine_that_dies_or_hangs_in_a_stop_does_not_end_the_stop(void **state)
{
	(void)state;
	for (unsigned hangs = 0; hangs < 2; hangs++) {
		engine_runs(1);
		step(SUPERVISOR_STOP);
		if (hangs) {
			wait_ms(1000);
			step(SUPERVISOR_TIMER);
		} else {
			step(SUPERVISOR_GONE);
		}
		assert_string_equal(done, hangs ? "kill remove release" : "remove release");
		v.groups = 0;
		clean(SUPERVISOR_RELEASED);
		assert_string_equal(done, "exit-0");
	}
}

static void an_order_to_stop_ends_in_every_state(void **state)
{
	(void)state;
	static const enum supervisor_event_kind before[][3] = {{SUPERVISOR_EVENTS},
		{SUPERVISOR_GONE, SUPERVISOR_EVENTS}, {SUPERVISOR_GONE, SUPERVISOR_FAILED, SUPERVISOR_EVENTS}};
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		for (unsigned groups = 0; groups < 2; groups++) {
			engine_runs(groups);
			for (size_t k = 0; before[i][k] != SUPERVISOR_EVENTS; k++)
				step(before[i][k]);
			step(SUPERVISOR_STOP);
			/* Nobody answers from now on: only time passes. */
			for (unsigned n = 0; n < 10 && s.state != SUPERVISOR_ENDED; n++) {
				v.now = mono_add(supervisor_deadline(&s, &v), span_ms(0));
				step(SUPERVISOR_TIMER);
			}
			assert_int_equal(s.state, SUPERVISOR_ENDED);
		}
	}
}

static void an_order_during_a_start_waits_for_it_a_little(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "");
	step(SUPERVISOR_READY);
	assert_string_equal(done, "terminate");
}

static void an_order_while_no_engine_can_be_started_ends_at_once(void **state)
{
	(void)state;
	engine_runs(0);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	assert_int_equal(s.state, SUPERVISOR_WAITING);
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "exit-0");
}

static void a_new_guardian_keeps_the_engine_that_runs(void **state)
{
	(void)state;
	engine_runs(1);
	supervisor_resume(&s, false, v.now);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "");
	wait_ms(1000);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "kill start-keep");
	supervisor_resume(&s, true, v.now);
	read_actions();
	assert_string_equal(done, "terminate"); /* the dead one may not have passed it on */
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "terminate");
	v.groups = 0;
	clean(SUPERVISOR_GONE);
	assert_string_equal(done, "exit-0");
}

static void a_new_binary_replaces_the_engine_and_its_groups_keep_running(void **state)
{
	(void)state;
	engine_runs(1);
	supervisor_resume(&s, false, v.now);
	step(SUPERVISOR_REEXEC);
	assert_string_equal(done, "kill start-keep");
}

static void the_silence_leaves_time_before_the_peer_takes_over(void **state)
{
	(void)state;
	assert_int_equal(span_to_ms(supervisor_silence(span_ms(2000), span_ms(30000))), 15000);
	assert_int_equal(span_to_ms(supervisor_silence(span_ms(1900), span_ms(3000))), 725); /* 2625 - 1900 */
	assert_int_equal(span_to_ms(supervisor_silence(span_ms(10), span_ms(100))), SUPERVISOR_SILENT_MIN_MS);
	assert_int_equal(span_to_ms(supervisor_silence(span_ms(2900), span_ms(3000))), SUPERVISOR_SILENT_MIN_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_that_fails_is_reported_and_ends),
		cmocka_unit_test(a_failed_start_releases_what_an_earlier_daemon_left),
		cmocka_unit_test(a_dead_engine_is_replaced_in_time_and_its_groups_keep_running),
		cmocka_unit_test(scripts_of_a_dead_engine_end_before_the_next_one_starts),
		cmocka_unit_test(an_engine_that_died_late_keeps_nothing),
		cmocka_unit_test(a_silent_engine_is_killed_before_the_peer_has_counted_deadtime),
		cmocka_unit_test(an_engine_that_dies_again_and_again_keeps_nothing),
		cmocka_unit_test(without_an_engine_the_stop_scripts_run_and_the_start_is_tried_again),
		cmocka_unit_test(stop_scripts_that_fail_do_not_run_before_each_attempt),
		cmocka_unit_test(stop_scripts_that_hang_are_killed),
		cmocka_unit_test(an_order_to_stop_goes_to_the_engine),
		cmocka_unit_test(a_stop_that_leaves_something_running_is_reported),
		cmocka_unit_test(a_clean_end_ends_the_programs_that_still_run),
		cmocka_unit_test(an_engine_that_dies_or_hangs_in_a_stop_does_not_end_the_stop),
		cmocka_unit_test(an_order_to_stop_ends_in_every_state),
		cmocka_unit_test(an_order_during_a_start_waits_for_it_a_little),
		cmocka_unit_test(an_order_while_no_engine_can_be_started_ends_at_once),
		cmocka_unit_test(a_new_guardian_keeps_the_engine_that_runs),
		cmocka_unit_test(a_new_binary_replaces_the_engine_and_its_groups_keep_running),
		cmocka_unit_test(the_silence_leaves_time_before_the_peer_takes_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
