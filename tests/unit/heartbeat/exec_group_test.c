// SPDX-License-Identifier: MIT
/* Groups with real scripts: start and stop, stop that fails, cancel, and what two groups share. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/exec.h"
#include "lib/mono.h"
#include "tests/unit/heartbeat/exec_group_lab.h"

static void flag(const char *name)
{
	put(name, "", 0644);
}

static void await_file(const char *name)
{
	for (int i = 0; i < 10000 && !is_flagged(name); i++)
		run_for(10);
	assert_true(is_flagged(name));
}

/* --- start and stop --------------------------------------------------------------------------- */

static void a_group_starts_left_to_right_and_stops_right_to_left(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 60000, 2);
	exec_group_start(e, 0);
	assert_int_equal(end_count, 0); /* never from inside */
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "a status a start b status b start b stop a stop");
	assert_logged("info: Acquiring resource group: cfa svc::a svc::b");
	assert_logged("info: Releasing resource group: cfa svc::a svc::b");
	char line[128];
	(void)snprintf(line, sizeof line, "info: Running %s/svc a start", directory);
	assert_logged(line);
	assert_logged("svc: started cfa");
}

static void a_group_stays_held_by_its_id_when_the_configuration_changes(void **state)
{
	static const char *const nodes[] = {"cfa", "cfb"};
	struct diags diags;
	(void)state;
	make_exec("cfa svc::a\ncfb svc::c\n", 60000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	struct haresources *old = resources;
	diags_init(&diags, "haresources");
	resources = haresources_parse(bytes_of("cfa svc::b\ncfa svc::a\n"), nodes, 2, &diags);
	diags_free(&diags);
	struct exec_config config = {.resources = resources, .conf = conf, .node = "cfa",
		.script_directories = directories, .native_ipaddr = native, .stop_attempts = 2};
	exec_reconfigure(e, &config);
	haresources_free(old);
	assert_string_equal(text_of("calls"), "a status a start"); /* nothing is called */
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_START, true, false);
	exec_group_stop(e, 1);
	await_ends(3);
	assert_end(2, 1, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "a status a start b status b start a stop");
}

static void what_runs_is_not_started_again(void **state)
{
	(void)state;
	flag("a.up");
	make_exec("cfa svc::a svc::b\n", 60000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a status b status b start");
	unflag("b.up"); /* it has died: the next start starts it again */
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a status b status b start a status b status b start");
}

static void a_group_that_is_not_held_is_stopped_all_the_same(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 60000, 2);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "b stop a stop");
}

static void an_adopted_group_is_not_touched_until_it_stops(void **state)
{
	(void)state;
	flag("a.up");
	make_exec("cfa svc::a\n", 60000, 2);
	exec_group_adopt(e, 0);
	run_for(50);
	assert_string_equal(text_of("calls"), "");
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_false(is_flagged("a.up"));
}

static void a_failing_start_releases_the_whole_group(void **state)
{
	(void)state;
	flag("b.fail_start");
	make_exec("cfa svc::a svc::b svc::c\n", 60000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_string_equal(ends[0].why, "start of svc::b: exit code 5");
	assert_string_equal(text_of("calls"), "a status a start b status b start c stop b stop a stop");
	assert_logged("ERROR: Return code 5 from ");
	assert_logged("CRIT: Giving up resources due to failure of svc::b");
	assert_false(is_flagged("a.up"));
}

static void when_start_and_release_fail_the_result_is_that_something_may_run(void **state)
{
	(void)state;
	flag("b.fail_start");
	flag("a.fail_stop");
	make_exec("cfa svc::a svc::b\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, true);
	assert_non_null(strstr(ends[0].why, "svc::b: exit code 5"));
	assert_non_null(strstr(ends[0].why, "svc::a still runs"));
}

static void a_hanging_start_is_killed_at_its_deadline(void **state)
{
	(void)state;
	flag("a.hang_start");
	/* Status and stop have to end within it, also on a busy machine. */
	make_exec("cfa svc::a\n", 6000, 2);
	exec_group_start(e, 0);
	await_ends(1); /* its child sleeps for ten minutes */
	assert_end(0, 0, EXEC_START, false, false);
	assert_non_null(strstr(ends[0].why, "not finished within 6000 ms"));
	assert_logged("a start: not finished within 6000 ms");
	assert_string_equal(text_of("calls"), "a status a start a stop");
}

static void a_hanging_status_does_not_keep_the_resource_down(void **state)
{
	(void)state;
	flag("a.hang_status");
	make_exec("cfa svc::a\n", 2000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_true(is_flagged("a.up"));
}

/* --- stop that fails -------------------------------------------------------------------------- */

static void a_failing_stop_is_tried_again_and_reported_as_still_active(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 60000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	flag("b.fail_stop");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	assert_non_null(strstr(ends[1].why, "svc::b still runs"));
	assert_non_null(strstr(text_of("calls"), "b stop b stop b status"));
	assert_logged("ERROR: Return code 7 from ");
	assert_logged("info: Retrying failed stop operation [svc::b]");
	assert_logged("CRIT: Resource STOP failure. Reboot required!");
	assert_true(is_flagged("a.up")); /* b needs it */
	unflag("b.fail_stop");
	exec_group_stop(e, 0);
	await_ends(3);
	assert_end(2, 0, EXEC_STOP, true, false);
	assert_false(is_flagged("a.up"));
}

static void a_stop_that_fails_on_a_stopped_resource_continues(void **state)
{
	(void)state;
	flag("b.fail_stop");
	make_exec("cfa svc::a svc::b\n", 60000, 1);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "b stop b status a stop");
	assert_logged("ERROR: Resource script for svc::b probably not LSB-compliant.");
	assert_logged("Machine reboot narrowly avoided!");
}

static void a_status_without_answer_after_a_failed_stop_counts_as_running(void **state)
{
	(void)state;
	flag("a.fail_stop");
	flag("a.hang_status");
	make_exec("cfa svc::a\n", 300, 1);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, false, true);
}

/* --- cancel ----------------------------------------------------------------------------------- */

static void a_stop_cancels_a_start_and_only_the_stop_is_reported(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a svc::b\n", 600000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a start") == NULL)
		run_for(10);
	exec_group_stop(e, 0);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "a status a start b stop a stop");
	run_for(50);
	assert_int_equal(end_count, 1);
}

static void a_stop_during_the_release_after_a_failed_start_is_what_is_reported(void **state)
{
	(void)state;
	flag("a.fail_start");
	flag("a.slow_stop");
	make_exec("cfa svc::a\n", 60000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a stop") == NULL)
		run_for(5);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	run_for(50);
	assert_int_equal(end_count, 1);
}

static void a_start_during_a_stop_comes_after_it(void **state)
{
	(void)state;
	flag("a.slow_stop");
	make_exec("cfa svc::a\n", 60000, 2);
	exec_group_stop(e, 0);
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_end(1, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a stop a status a start");
	end_count = 0;
	exec_group_stop(e, 0); /* a stop cancels the start */
	exec_group_start(e, 0);
	exec_group_stop(e, 0);
	await_ends(1);
	run_for(300); /* no other operation ends */
	assert_int_equal(end_count, 1);
	assert_false(is_flagged("a.up"));
}

static void freeing_with_children_under_way_reports_nothing(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a\n", 600000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a start") == NULL)
		run_for(10);
	exec_free(e);
	e = NULL;
	run_for(200);
	assert_int_equal(end_count, 0);
}

/* --- what two groups share -------------------------------------------------------------------- */

static void a_shared_resource_stays_with_the_last_group_that_needs_it(void **state)
{
	(void)state;
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 60000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	exec_group_start(e, 1);
	await_ends(2);
	assert_end(1, 1, EXEC_START, true, false);
	assert_string_equal(
		text_of("calls"), "one status one start httpd status httpd start two status two start httpd status");
	exec_group_stop(e, 0);
	await_ends(3);
	assert_end(2, 0, EXEC_STOP, true, false);
	assert_true(is_flagged("httpd.up"));
	assert_false(is_flagged("one.up"));
	assert_logged("svc::httpd is left running: resource group svc::two needs it too");
	exec_group_stop(e, 1);
	await_ends(4);
	assert_end(3, 1, EXEC_STOP, true, false);
	assert_false(is_flagged("httpd.up"));
}

static void two_groups_that_start_at_once_start_a_shared_resource_once(void **state)
{
	(void)state;
	flag("httpd.slow_start");
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 60000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	assert_true(ends[0].ok && ends[1].ok);
	const char *first = strstr(text_of("calls"), "httpd start");
	assert_non_null(first);
	assert_null(strstr(first + 1, "httpd start"));
}

static void two_groups_that_stop_at_once_stop_a_shared_resource(void **state)
{
	(void)state;
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 60000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	exec_group_stop(e, 0);
	exec_group_stop(e, 1);
	await_ends(4);
	assert_true(ends[2].ok && ends[3].ok);
	assert_false(is_flagged("httpd.up"));
}

static void a_group_that_waits_for_another_can_be_stopped(void **state)
{
	(void)state;
	flag("httpd.hang_start");
	make_exec("cfa svc::httpd svc::one\ncfb svc::two svc::httpd\n", 4000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_file("two.up");
	run_for(100); /* the second group waits for the first one's start by now */
	exec_group_stop(e, 1);
	await_ends(1); /* httpd is left to the first group, so nothing has to wait */
	assert_end(0, 1, EXEC_STOP, true, false);
	await_ends(2);
	assert_end(1, 0, EXEC_START, false, false);
}

static void groups_run_side_by_side(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a\ncfa svc::b\n", 4000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(1);
	assert_end(0, 1, EXEC_START, true, false);
	await_ends(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_group_starts_left_to_right_and_stops_right_to_left),
		CASE(a_group_stays_held_by_its_id_when_the_configuration_changes),
		CASE(what_runs_is_not_started_again),
		CASE(a_group_that_is_not_held_is_stopped_all_the_same),
		CASE(an_adopted_group_is_not_touched_until_it_stops),
		CASE(a_failing_start_releases_the_whole_group),
		CASE(when_start_and_release_fail_the_result_is_that_something_may_run),
		CASE(a_hanging_start_is_killed_at_its_deadline),
		CASE(a_hanging_status_does_not_keep_the_resource_down),
		CASE(a_failing_stop_is_tried_again_and_reported_as_still_active),
		CASE(a_stop_that_fails_on_a_stopped_resource_continues),
		CASE(a_status_without_answer_after_a_failed_stop_counts_as_running),
		CASE(a_stop_cancels_a_start_and_only_the_stop_is_reported),
		CASE(a_stop_during_the_release_after_a_failed_start_is_what_is_reported),
		CASE(a_start_during_a_stop_comes_after_it),
		CASE(freeing_with_children_under_way_reports_nothing),
		CASE(a_shared_resource_stays_with_the_last_group_that_needs_it),
		CASE(two_groups_that_start_at_once_start_a_shared_resource_once),
		CASE(two_groups_that_stop_at_once_stop_a_shared_resource),
		CASE(a_group_that_waits_for_another_can_be_stopped),
		CASE(groups_run_side_by_side),
	};
	if (!open_lab())
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return !close_lab() || failed != 0;
}
