// SPDX-License-Identifier: MIT
/* The guardian's limits: how long it waits in each state, and with which code it ends. */
#include "tests/unit/heartbeat/supervisor_lab.h"

static int64_t until_deadline(void) { return span_to_ms(mono_since(supervisor_deadline(&s, &v), v.now)); }

/* The next step that only time brings: not before the deadline, and at it. */
static void at_the_deadline(int64_t expected_ms)
{
	assert_int_equal(until_deadline(), expected_ms);
	wait_ms(expected_ms - 1);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "");
	wait_ms(1);
	step(SUPERVISOR_TIMER);
}

static void starts(unsigned groups)
{
	engine_runs(0);
	supervisor_init(&s);
	assert_int_equal(until_deadline(), 0);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "start");
	v.groups = groups;
}

/* --- the first start --- */

static void a_first_start_that_hangs_ends_after_its_time_with_a_failure(void **state)
{
	(void)state;
	starts(0);
	at_the_deadline(SUPERVISOR_START_MS);
	assert_string_equal(done, "kill report-1 exit-1");
}

static void a_first_start_that_is_stopped_has_two_seconds_and_ends_well(void **state)
{
	(void)state;
	starts(0);
	wait_ms(100);
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "");
	at_the_deadline(SUPERVISOR_STOP_GRACE_MS);
	assert_string_equal(done, "kill report-1 exit-0");
}

static void an_order_to_stop_makes_no_start_longer(void **state)
{
	(void)state;
	starts(0);
	wait_ms(SUPERVISOR_START_MS - 500);
	step(SUPERVISOR_STOP);
	assert_int_equal(until_deadline(), 500);
}

static void a_first_start_that_ends_without_a_code_is_a_failure(void **state)
{
	(void)state;
	starts(0);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "report-1 exit-1");
}

static void a_start_that_was_ordered_to_stop_meanwhile_is_reported_then_stopped(void **state)
{
	(void)state;
	starts(0);
	step(SUPERVISOR_STOP);
	step(SUPERVISOR_READY);
	assert_string_equal(done, "report-0 terminate");
	assert_int_equal(s.state, SUPERVISOR_STOPPING);
}

static void what_an_earlier_daemon_left_and_cannot_be_stopped_is_a_failure(void **state)
{
	(void)state;
	starts(1);
	v.scripts = 1;
	step_with((struct supervisor_event){.kind = SUPERVISOR_FAILED, .code = 6});
	assert_string_equal(done, "report-6 end-scripts remove release");
	step(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-1");
}

/* --- running --- */

static void an_engine_may_be_silent_for_as_long_after_its_start_as_later(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(500);
	step(SUPERVISOR_GONE); /* its beat stays in the shared memory */
	wait_ms(700);
	step(SUPERVISOR_READY);
	v.sent = v.now;
	at_the_deadline(1000);
	assert_string_equal(done, "kill start-keep");
}

static void a_beat_moves_the_deadline(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(900);
	beat();
	at_the_deadline(1000);
	assert_string_equal(done, "kill start-keep");
}

static void groups_are_kept_until_five_eighths_of_deadtime(void **state)
{
	(void)state;
	for (int64_t ms = 1249; ms <= 1250; ms++) {
		engine_runs(1);
		wait_ms(ms);
		step(SUPERVISOR_GONE);
		assert_string_equal(done, ms < 1250 ? "start-keep" : "remove start");
	}
	engine_runs(1);
	v.sent = MONO_NEVER; /* no packet was sent: the other node may have taken over long ago */
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "remove start");
}

static void an_engine_without_groups_is_replaced_at_any_time(void **state)
{
	(void)state;
	engine_runs(0);
	wait_ms(5000);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "start");
	assert_int_equal(until_deadline(), SUPERVISOR_START_MS);
}

static void deaths_that_are_long_ago_do_not_count(void **state)
{
	(void)state;
	engine_runs(1);
	for (unsigned death = 0; death < 4 * SUPERVISOR_DEATHS; death++) {
		beat();
		step(SUPERVISOR_GONE);
		assert_string_equal(done, "start-keep");
		step(SUPERVISOR_READY);
		wait_ms(SUPERVISOR_DEATHS_MS / SUPERVISOR_DEATHS);
	}
	beat();
	wait_ms(-1); /* the oldest of them is one millisecond less than the window away */
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "remove start");
}

static void an_engine_that_ends_without_an_order_and_leaves_nothing_ends_the_guardian(void **state)
{
	(void)state;
	engine_runs(0);
	clean(SUPERVISOR_GONE);
	assert_string_equal(done, "exit-0");
	engine_runs(1);
	clean(SUPERVISOR_GONE);
	assert_string_equal(done, "exit-1");
}

static void a_new_binary_ends_scripts_and_starts_fresh_without_groups(void **state)
{
	(void)state;
	engine_runs(0);
	v.scripts = 2;
	step(SUPERVISOR_REEXEC);
	assert_string_equal(done, "kill end-scripts start");
}

/* --- replacing --- */

static void a_new_engine_that_is_late_and_keeps_nothing_has_the_time_of_a_start(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(200);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "start-keep");
	at_the_deadline(1300); /* three quarters of deadtime after the last packet */
	assert_string_equal(done, "kill remove start");
	v.groups = 0;
	at_the_deadline(SUPERVISOR_START_MS);
	assert_string_equal(done, "kill");
	assert_int_equal(s.state, SUPERVISOR_WAITING);
}

static void an_order_during_a_start_that_hangs_releases_and_ends(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_STOP);
	at_the_deadline(1500); /* sooner than the grace of a stop */
	assert_string_equal(done, "kill remove release");
	v.groups = 0;
	clean(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-0");
}

static void an_order_while_the_addresses_are_released_ends_it(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	assert_string_equal(done, "remove release");
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "");
	step(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-1");
}

/* --- releasing, waiting --- */

static void stop_scripts_have_ten_minutes_and_then_the_scripts_are_ended(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_GONE);
	step(SUPERVISOR_FAILED);
	v.scripts = 1;
	at_the_deadline(SUPERVISOR_RELEASE_MS);
	assert_string_equal(done, "kill-release end-scripts start");
}

static void the_pause_doubles_up_to_its_limit_and_begins_again_after_an_engine_that_ran(void **state)
{
	(void)state;
	engine_runs(0);
	for (unsigned round = 0; round < 2; round++) {
		step(SUPERVISOR_GONE);
		for (int64_t pause = SUPERVISOR_RETRY_MS, i = 0; i < 8; i++) {
			step(SUPERVISOR_FAILED);
			assert_int_equal(s.state, SUPERVISOR_WAITING);
			at_the_deadline(pause);
			assert_string_equal(done, "start");
			assert_int_equal(until_deadline(), SUPERVISOR_START_MS);
			pause = pause * 2 < SUPERVISOR_RETRY_MAX_MS ? pause * 2 : SUPERVISOR_RETRY_MAX_MS;
		}
		step(SUPERVISOR_READY);
		assert_string_equal(done, "");
	}
}

static void stop_scripts_run_again_after_an_engine_that_ran_and_at_an_order_to_stop(void **state)
{
	(void)state;
	engine_runs(1);
	for (unsigned round = 0; round < 2; round++) {
		beat();
		step(SUPERVISOR_GONE);
		step(SUPERVISOR_FAILED);
		assert_string_equal(done, "remove release");
		step(SUPERVISOR_RELEASED); /* they failed */
		step(SUPERVISOR_FAILED);
		assert_string_equal(done, "remove");
		if (round == 0) {
			v.now = supervisor_deadline(&s, &v);
			step(SUPERVISOR_TIMER);
			step(SUPERVISOR_READY);
		}
	}
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "remove release");
	clean(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-0");
}

/* --- stopping --- */

static void a_stopping_engine_may_take_any_time_while_it_beats(void **state)
{
	(void)state;
	engine_runs(1);
	step(SUPERVISOR_STOP);
	for (unsigned i = 0; i < 100; i++) {
		wait_ms(999);
		step(SUPERVISOR_TIMER);
		assert_string_equal(done, "");
		beat();
	}
	at_the_deadline(1000);
	assert_string_equal(done, "kill remove release");
	step(SUPERVISOR_RELEASED);
	assert_string_equal(done, "exit-1");
}

static void an_order_to_stop_gives_a_silent_engine_no_more_time(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(900);
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "terminate");
	at_the_deadline(100);
	assert_string_equal(done, "kill remove release");
}

static void a_new_guardian_of_an_engine_that_stops_lets_it_stop(void **state)
{
	(void)state;
	engine_runs(1);
	wait_ms(5000);
	supervisor_resume(&s, true, v.now);
	read_actions();
	assert_string_equal(done, "terminate"); /* the dead one may not have passed it on */
	assert_int_equal(s.state, SUPERVISOR_STOPPING);
	at_the_deadline(1000); /* counted from its own start, although the last beat is long ago */
	assert_string_equal(done, "kill remove release");
}

static void a_new_guardian_that_finds_no_engine_starts_one_and_ends_at_an_order(void **state)
{
	(void)state;
	engine_runs(1);
	supervisor_resume(&s, false, v.now);
	assert_int_equal(s.action_count, 0);
	assert_int_equal(s.state, SUPERVISOR_RUNNING);
	step(SUPERVISOR_GONE);
	assert_string_equal(done, "start-keep");
	step(SUPERVISOR_READY);
	assert_string_equal(done, "");
	step(SUPERVISOR_STOP);
	assert_string_equal(done, "terminate");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_start_that_hangs_ends_after_its_time_with_a_failure),
		cmocka_unit_test(a_first_start_that_is_stopped_has_two_seconds_and_ends_well),
		cmocka_unit_test(an_order_to_stop_makes_no_start_longer),
		cmocka_unit_test(a_first_start_that_ends_without_a_code_is_a_failure),
		cmocka_unit_test(a_start_that_was_ordered_to_stop_meanwhile_is_reported_then_stopped),
		cmocka_unit_test(what_an_earlier_daemon_left_and_cannot_be_stopped_is_a_failure),
		cmocka_unit_test(an_engine_may_be_silent_for_as_long_after_its_start_as_later),
		cmocka_unit_test(a_beat_moves_the_deadline),
		cmocka_unit_test(groups_are_kept_until_five_eighths_of_deadtime),
		cmocka_unit_test(an_engine_without_groups_is_replaced_at_any_time),
		cmocka_unit_test(deaths_that_are_long_ago_do_not_count),
		cmocka_unit_test(an_engine_that_ends_without_an_order_and_leaves_nothing_ends_the_guardian),
		cmocka_unit_test(a_new_binary_ends_scripts_and_starts_fresh_without_groups),
		cmocka_unit_test(a_new_engine_that_is_late_and_keeps_nothing_has_the_time_of_a_start),
		cmocka_unit_test(an_order_during_a_start_that_hangs_releases_and_ends),
		cmocka_unit_test(an_order_while_the_addresses_are_released_ends_it),
		cmocka_unit_test(stop_scripts_have_ten_minutes_and_then_the_scripts_are_ended),
		cmocka_unit_test(the_pause_doubles_up_to_its_limit_and_begins_again_after_an_engine_that_ran),
		cmocka_unit_test(stop_scripts_run_again_after_an_engine_that_ran_and_at_an_order_to_stop),
		cmocka_unit_test(a_stopping_engine_may_take_any_time_while_it_beats),
		cmocka_unit_test(an_order_to_stop_gives_a_silent_engine_no_more_time),
		cmocka_unit_test(a_new_guardian_of_an_engine_that_stops_lets_it_stop),
		cmocka_unit_test(a_new_guardian_that_finds_no_engine_starts_one_and_ends_at_an_order),
	};
	return cmocka_run_group_tests_name("supervisor_limits", tests, NULL, NULL);
}
