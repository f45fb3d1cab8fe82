// SPDX-License-Identifier: MIT
/* Watched resources with real scripts: what a death is followed by, and what a stop meanwhile does. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/exec.h"
#include "lib/interfaces.h"
#include "lib/mono.h"
#include "tests/unit/heartbeat/exec_group_lab.h"

static void flag(const char *name)
{
	put(name, "", 0644);
}

static bool seems(const char *what, const char *name)
{
	if (strcmp(what, "file") == 0)
		return is_flagged(name);
	if (strcmp(what, "no file") == 0)
		return !is_flagged(name);
	if (strcmp(what, "logged") == 0)
		return count_logged(name) > 0;
	if (strcmp(what, "called") == 0)
		return strstr(text_of("calls"), name) != NULL;
	return strstr(failures, name) != NULL; /* "failed" */
}

static void await(const char *what, const char *name)
{
	for (int i = 0; i < 6000 && !seems(what, name); i++)
		run_for(10);
	if (!seems(what, name))
		fail_msg("not %s: %s; calls: %s; failed: %s", what, name, text_of("calls"), failures);
}

static void start(const char *file, const char *lines, int64_t deadline_ms)
{
	more_lines = lines;
	make_exec(file, deadline_ms, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	unflag("calls");
}

/* The resource dies; its death is noticed by a status. */
static void die(const char *name)
{
	unflag("calls");
	unflag(name);
}

static void stop_all(unsigned ends_before)
{
	exec_group_stop(e, 0);
	await_ends(ends_before + 1);
	assert_end(ends_before, 0, EXEC_STOP, true, false);
}

/* --- a death ---------------------------------------------------------------------------------- */

static void without_a_line_nothing_is_asked(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::b 1\n", 60000);
	await("called", "b status");
	await("called", "b status b status");
	assert_null(strstr(text_of("calls"), " a "));
	stop_all(1);
	unflag("calls");
	run_for(1500); /* stopped: not asked any more */
	assert_string_equal(text_of("calls"), "");
}

static void what_has_died_is_restarted_with_what_is_right_of_it(void **state)
{
	(void)state;
	start("cfa svc::a svc::b svc::c\n", "monitor svc::b 1\n", 60000);
	die("b.up");
	await("file", "b.up");
	await("logged", "all resources of group svc::a run again");
	assert_string_equal(text_of("calls"), "b status c stop b stop b status b start c status c start");
	assert_logged("ERROR: svc::b of group svc::a does not run any more: its status exits with 3: the exit code means that it is "
		      "stopped; it last ran ");
	assert_logged("it is restarted here, with what is right of it (restart 1 of 3 within 600 s)");
	assert_string_equal(failures, "");
	assert_int_equal(end_count, 1);
	await("called", "c start b status"); /* and it is watched again */
}

static void after_too_many_restarts_the_group_has_failed(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::a 1 restarts 1 within 10min\n", 60000);
	die("a.up");
	await("file", "a.up");
	await("logged", "run again");
	die("a.up");
	await("failed", "0: svc::a: its status exits with 3: the exit code means that it is stopped; ");
	assert_logged("it was restarted 1 of 1 times within 600 s: the group is released, and the other node is asked to run it");
	run_for(1500); /* what follows is the order of the daemon */
	assert_string_equal(text_of("calls"), "a status");
	assert_string_equal(failures, "0: svc::a: its status exits with 3: the exit code means that it is stopped; ");
	stop_all(1);
}

static void with_on_fail_move_the_first_death_is_a_failure(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 on-fail move\n", 60000);
	die("a.up");
	await("failed", "0: svc::a: ");
	assert_logged("; the group is released, and the other node is asked to run it");
}

static void with_on_fail_ignore_a_death_is_logged_once(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 on-fail ignore\n", 60000);
	die("a.up");
	await("called", "a status a status a status");
	assert_int_equal(count_logged("does not run any more"), 1);
	assert_logged("nothing follows (on-fail ignore)");
	flag("a.up");
	await("logged", "svc::a of group svc::a runs");
	assert_string_equal(failures, "");
	assert_null(strstr(text_of("calls"), "start"));
}

static void a_status_that_hangs_is_killed_and_counts_as_a_failure(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 timeout 1 restarts 0 within 60\n", 60000);
	flag("a.hang_status");
	await("failed", "0: svc::a: its status has not answered within 1000 ms, and was killed; ");
	assert_logged("svc::a of group svc::a does not answer: ");
}

static void a_script_that_cannot_be_executed_changes_nothing(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 on-fail move\n", 60000);
	assert_int_equal(chmod(path_of("svc"), 0777), 0);
	await("logged", "svc::a of group svc::a cannot be asked: script ");
	run_for(1500);
	assert_int_equal(count_logged("cannot be asked"), 1);
	assert_int_equal(chmod(path_of("svc"), 0755), 0);
	await("logged", "svc::a of group svc::a runs");
	assert_string_equal(failures, "");
}

static void a_restart_whose_start_fails_is_a_failure(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc 1\n", 60000);
	flag("a.fail_start");
	die("a.up");
	await("failed", "0: start of svc::a: exit code 5; ");
	assert_int_equal(end_count, 1);
	stop_all(1);
	assert_false(is_flagged("b.up"));
}

static void a_restart_whose_stop_fails_is_a_failure(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::a 1\n", 60000);
	flag("b.fail_stop");
	die("a.up");
	await("failed", "0: stop of svc::b: exit code 7; svc::b still runs after 1 stops; ");
	unflag("b.fail_stop");
	stop_all(1);
}

/* --- halted groups ---------------------------------------------------------------------------- */

static void with_on_fail_stop_the_group_is_stopped_until_an_operator_acts(void **state)
{
	struct watch_view view;
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::b 1 on-fail stop\n", 60000);
	die("b.up");
	await("logged", "CRIT: group svc::a is stopped here (on-fail stop), and no other node runs it: \"hb_cleanup svc::a\" starts it");
	assert_string_equal(text_of("calls"), "b status b stop a stop");
	assert_int_equal(end_count, 1); /* for the daemon it is held */
	assert_string_equal(failures, "");
	assert_true(exec_watch(e, 0, &view));
	assert_true(view.halted);
	assert_int_equal(view.watch->failures, 1);
	run_for(1500);
	assert_string_equal(text_of("calls"), "b status b stop a stop");
	exec_group_clean(e, 0);
	await("logged", "all resources of group svc::a run again");
	assert_true(is_flagged("b.up"));
	assert_int_equal(view.watch->failures, 0);
	await("called", "b start b status");
}

static void a_halted_group_can_be_stopped(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::b 1 on-fail stop\n", 60000);
	die("b.up");
	await("logged", "on-fail stop), and");
	stop_all(1);
	exec_group_clean(e, 0); /* of what is not here: nothing starts */
	run_for(200);
	assert_false(is_flagged("a.up"));
}

static bool is_noted_as_halted(void)
{
	return halted_groups_has(&halted, resources->groups[0].id);
}

/* The engine dies, and the next one adopts what it held. */
static void change_engine(const char *file, const char *lines)
{
	bool interrupted = repairing;
	exec_free(e);
	haresources_free(resources);
	ha_cf_free(conf);
	unflag("calls");
	repairing = false;
	more_lines = lines;
	make_exec(file, 60000, 1);
	if (is_noted_as_halted())
		exec_group_adopt_halted(e, 0, interrupted);
	else
		exec_group_adopt(e, 0);
}

static void the_next_engine_leaves_a_halted_group_stopped(void **state)
{
	static const char file[] = "cfa 10.9.0.101/24/hbv0 svc::b\n", lines[] = "monitor svc::b 1 on-fail stop\n";
	struct watch_view view;
	(void)state;
	assert_int_equal(system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv1 up && ip link set hbv0 up"), 0);
	watched = interfaces_new();
	assert_int_equal(interfaces_read(watched), 0);
	start(file, lines, 60000);
	assert_false(is_noted_as_halted());
	die("b.up");
	await("logged", "on-fail stop), and");
	change_engine(file, lines);
	exec_interfaces_changed(e); /* the address is not added behind the service that is stopped */
	assert_int_not_equal(system("ip -o addr show dev hbv0 | grep -q 10.9.0.101/"), 0);
	assert_true(exec_watch(e, 0, &view));
	assert_true(view.halted);
	run_for(1500);
	assert_string_equal(text_of("calls"), "");
	change_engine(file, lines); /* and the one after it */
	exec_group_clean(e, 0);
	await("logged", "all resources of group 10.9.0.101/24/hbv0 run again");
	assert_false(is_noted_as_halted());
	stop_all(1);
	exec_free(e);
	e = NULL;
	interfaces_free(watched);
	watched = NULL;
	assert_int_equal(system("ip link del hbv0"), 0);
}

static void an_order_to_stop_ends_the_halt_for_the_next_engine_too(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::b 1 on-fail stop\n", 60000);
	die("b.up");
	await("logged", "on-fail stop), and");
	assert_true(is_noted_as_halted());
	stop_all(1);
	assert_false(is_noted_as_halted());
}

static void a_start_ends_what_an_earlier_engine_has_left(void **state)
{
	(void)state;
	make_exec("cfa svc::a\n", 60000, 1);
	halted_groups_set(&halted, resources->groups[0].id, true);
	exec_group_start(e, 0);
	await_ends(1);
	assert_false(is_noted_as_halted());
}

static void a_halt_that_was_interrupted_is_completed(void **state)
{
	struct watch_view view;
	static const char file[] = "cfa svc::a svc::b\n", lines[] = "monitor svc::b 1 on-fail stop\n";
	(void)state;
	start(file, lines, 60000);
	flag("a.hang_stop");
	die("b.up");
	await("called", "a stop");
	unflag("a.hang_stop");
	assert_true(is_flagged("a.up"));
	change_engine(file, lines);
	await("logged", "on-fail stop), and");
	assert_string_equal(text_of("calls"), "b stop a stop");
	assert_true(exec_watch(e, 0, &view));
	assert_true(view.halted);
}

/* --- orders meanwhile ------------------------------------------------------------------------- */

static void a_stop_during_the_stops_of_a_restart_goes_on_to_the_left(void **state)
{
	(void)state;
	start("cfa svc::a svc::b svc::c\n", "monitor svc::b 1\n", 60000);
	flag("c.slow_stop");
	die("b.up");
	await("called", "c stop");
	exec_group_start(e, 0); /* nothing is started behind the stop for that */
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	run_for(1500);
	assert_string_equal(text_of("calls"), "b status c stop b stop a stop");
	assert_int_equal(end_count, 2);
}

static void a_stop_during_the_starts_of_a_restart_cancels_them(void **state)
{
	(void)state;
	start("cfa svc::a svc::b svc::c\n", "monitor svc::b 1\n", 60000);
	flag("b.hang_start");
	die("b.up");
	await("called", "b start");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "b status c stop b stop b status b start c stop b stop a stop");
	assert_string_equal(failures, "");
	assert_false(exec_is_repairing(e));
}

/* The daemon orders none; if it did, a later stop must not be followed by a start. */
static void a_start_during_a_restart_is_not_kept_for_later(void **state)
{
	(void)state;
	start("cfa svc::a svc::b\n", "monitor svc::a 1\n", 60000);
	flag("b.slow_stop");
	die("a.up");
	await("called", "b stop");
	exec_group_start(e, 0);
	await("logged", "run again");
	unflag("calls");
	stop_all(1);
	run_for(200);
	assert_string_equal(text_of("calls"), "b stop a stop");
	assert_int_equal(end_count, 2);
}

static void an_address_that_heartbeat_did_not_add_stays_during_a_restart(void **state)
{
	(void)state;
	assert_int_equal(system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv1 up && ip link set hbv0 up && "
				"ip addr add 10.9.0.100/24 dev hbv0"), 0);
	start("cfa svc::a 10.9.0.100/24/hbv0 svc::b\n", "monitor svc::a 1\n", 60000);
	die("a.up");
	await("logged", "run again");
	assert_string_equal(failures, "");
	assert_string_equal(text_of("calls"), "a status b stop a stop a status a start b status b start");
	assert_int_equal(system("ip -o addr show dev hbv0 | grep -q 10.9.0.100 && ip link del hbv0"), 0);
	stop_all(1);
}

static void hold_an_address_that_stays(const char *line)
{
	assert_int_equal(system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv1 up && ip link set hbv0 up && "
				"ip addr add 10.9.0.100/24 dev hbv0"), 0);
	more_lines = line;
	make_exec("cfa svc::a 10.9.0.100/24/hbv0 svc::b\n", 60000, 5);
	exec_group_start(e, 0);
	await_ends(1);
	flag("a.fail_stop");
	die("a.up");
	await("logged", "Retrying failed stop operation [svc::a]");
}

/* The restart leaves the address here and goes on to the left; the stop that is ordered then must not end as if the
 * address was gone. */
static void stop_with_the_address(void)
{
	exec_group_stop(e, 0);
	unflag("a.fail_stop");
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	assert_string_equal(ends[1].why, "10.9.0.100 stays on hbv0: it was there before the group started");
	assert_false(is_flagged("a.up"));
	assert_int_equal(system("ip link del hbv0"), 0);
	stop_all(2);
}

static void a_stop_in_a_pause_of_a_restart_does_not_release_an_address_that_stays(void **state)
{
	(void)state;
	hold_an_address_that_stays("monitor svc::a 1\n");
	stop_with_the_address();
}

static void a_stop_in_a_pause_of_a_halt_does_not_release_an_address_that_stays(void **state)
{
	(void)state;
	hold_an_address_that_stays("monitor svc::a 1 on-fail stop\n");
	stop_with_the_address();
}

static void what_a_group_that_is_restarted_needs_is_not_stopped_by_another_one(void **state)
{
	(void)state;
	more_lines = "monitor svc::a 1\n";
	make_exec("cfa svc::s svc::a svc::b\ncfa svc::s2 svc::s\n", 60000, 1);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	flag("b.slow_stop");
	die("a.up");
	await("called", "b stop");
	assert_true(exec_is_repairing(e));
	exec_group_stop(e, 1);
	await_ends(3);
	assert_end(2, 1, EXEC_STOP, true, false);
	await("logged", "run again");
	assert_false(exec_is_repairing(e));
	assert_true(is_flagged("s.up"));
}

/* The engine dies in the middle of a restart; the next one finds the mark. */
static void a_restart_that_was_interrupted_is_completed(void **state)
{
	(void)state;
	more_lines = "monitor svc::a 1\n";
	make_exec("cfa svc::a svc::b\ncfa svc::c\n", 60000, 1);
	assert_false(repairing);
	flag("a.up");
	exec_group_adopt_interrupted(e, 0);
	exec_group_adopt_interrupted(e, 1); /* nothing of it is watched */
	assert_true(repairing);
	await("logged", "run again");
	assert_false(repairing);
	assert_string_equal(text_of("calls"), "a status b status b start");
	assert_int_equal(end_count, 0);
	unflag("a.up");
	await("called", "b stop");
	assert_true(repairing);
	unflag("calls");
	stop_all(0);
	assert_false(repairing);
}

static void a_stop_does_not_wait_for_a_status_that_hangs(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 timeout 10min\n", 0);
	flag("a.hang_status");
	await("called", "a status");
	stop_all(1);
	assert_string_equal(text_of("calls"), "a status a stop");
	assert_string_equal(failures, "");
}

static void a_group_that_is_stuck_is_not_asked(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1\n", 60000);
	flag("a.fail_stop");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	unflag("calls");
	run_for(1500);
	assert_string_equal(text_of("calls"), "");
}

/* --- other groups, other configurations ------------------------------------------------------------ */

static void what_two_groups_share_is_restarted_for_both(void **state)
{
	(void)state;
	more_lines = "monitor svc::s 1\n";
	make_exec("cfa svc::s svc::a\ncfa svc::s2 svc::s\n", 60000, 1);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	die("s.up");
	await("logged", "run again");
	assert_string_equal(text_of("calls"), "s status a stop s stop s status s start a status a start");
	assert_string_equal(failures, "");
	exec_group_stop(e, 0);
	await_ends(3);
	unflag("calls");
	await("called", "s status"); /* for the other group */
	assert_true(is_flagged("s.up"));
}

static void reconfigure(const char *lines)
{
	struct ha_cf *old = conf;
	more_lines = lines;
	conf = parse_conf();
	struct exec_config config = {.resources = resources, .conf = conf, .node = "cfa", .deadline = span_ms(60000),
		.script_directories = directories, .native_ipaddr = native, .stop_attempts = 1,
		.repairing = &repairing, .halted = &halted};
	exec_reconfigure(e, &config);
	ha_cf_free(old);
}

static void counts_and_halted_groups_outlive_a_reload(void **state)
{
	struct watch_view view;
	(void)state;
	start("cfa svc::a\n", "monitor svc 1 restarts 1 within 10min\n", 60000);
	die("a.up");
	await("logged", "run again");
	flag("a.hang_status");
	unflag("calls");
	await("called", "a status");
	unflag("a.hang_status");
	reconfigure("monitor svc 1 restarts 1 within 10min on-fail restart\n"); /* ends the call */
	assert_true(exec_watch(e, 0, &view));
	assert_int_equal(view.watch->restarts, 1);
	die("a.up");
	await("failed", "0: svc::a: ");
	stop_all(1);
	assert_false(exec_watch(e, 1, &view));

	exec_group_start(e, 0);
	await_ends(3);
	reconfigure("monitor svc 1 on-fail stop\n");
	die("a.up");
	await("logged", "on-fail stop), and");
	reconfigure("monitor svc 2 on-fail stop\n");
	assert_true(exec_watch(e, 0, &view));
	assert_true(view.halted);
	assert_true(is_noted_as_halted());
	run_for(200);
	assert_false(is_flagged("a.up"));
}

/* Nothing would show that it is stopped. */
static void a_halted_group_is_started_when_no_line_watches_it_any_more(void **state)
{
	static const char file[] = "cfa svc::a\n", lines[] = "monitor svc 1 on-fail stop\n";
	(void)state;
	start(file, lines, 60000);
	die("a.up");
	await("logged", "on-fail stop), and");
	reconfigure("");
	await("file", "a.up");
	await("logged", "all resources of group svc::a run again");
	assert_logged("group svc::a is started: no monitor line watches it any more");
	assert_false(is_noted_as_halted());

	reconfigure(lines);
	die("a.up");
	await("called", "a stop");
	await("no file", "a.up");
	run_for(100);
	change_engine(file, ""); /* the same when the file is read by the next engine */
	await("file", "a.up");
}

/* Its stop has been ordered and has failed: nothing may start it again. */
static void a_reload_does_not_watch_a_group_that_is_stuck(void **state)
{
	(void)state;
	start("cfa svc::a\n", "monitor svc 1\n", 60000);
	flag("a.fail_stop");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	die("a.up");
	reconfigure("monitor svc 1 restarts 2 within 10min\n");
	run_for(1500);
	assert_string_equal(text_of("calls"), "");
	unflag("a.fail_stop");
	stop_all(2);
}

/* A question about what both have is under way, and is then ended by the stop of the other group. */
static void a_halted_group_does_not_wait_for_the_status_of_another_group(void **state)
{
	(void)state;
	more_lines = "monitor svc::a 1 on-fail stop\nmonitor svc::s 1 timeout 10min\n";
	make_exec("cfa svc::s svc::a\ncfa svc::s2 svc::s\n", 60000, 1);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	die("a.up");
	await("logged", "on-fail stop), and");
	flag("s.hang_status");
	unflag("calls");
	await("called", "s status");
	unflag("s.hang_status");
	exec_group_clean(e, 0);
	exec_group_stop(e, 1);
	await_ends(3);
	await("logged", "all resources of group svc::s run again");
	assert_true(is_flagged("a.up"));
}

static void addresses_are_not_asked(void **state)
{
	struct watch_view view;
	(void)state;
	more_lines = "monitor * 1\n";
	make_exec("cfa 192.0.2.1/24/lo svc::a\n", 60000, 1);
	assert_true(exec_watch(e, 0, &view));
	assert_string_equal(view.resource, "svc::a");
	assert_string_equal(view.group, "192.0.2.1/24/lo");
	assert_false(exec_watch(e, 1, &view));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_line_nothing_is_asked),
		CASE(what_has_died_is_restarted_with_what_is_right_of_it),
		CASE(after_too_many_restarts_the_group_has_failed),
		CASE(with_on_fail_move_the_first_death_is_a_failure),
		CASE(with_on_fail_ignore_a_death_is_logged_once),
		CASE(a_status_that_hangs_is_killed_and_counts_as_a_failure),
		CASE(a_script_that_cannot_be_executed_changes_nothing),
		CASE(a_restart_whose_start_fails_is_a_failure),
		CASE(a_restart_whose_stop_fails_is_a_failure),
		CASE(with_on_fail_stop_the_group_is_stopped_until_an_operator_acts),
		CASE(a_halted_group_can_be_stopped),
		CASE(the_next_engine_leaves_a_halted_group_stopped),
		CASE(an_order_to_stop_ends_the_halt_for_the_next_engine_too),
		CASE(a_start_ends_what_an_earlier_engine_has_left),
		CASE(a_halt_that_was_interrupted_is_completed),
		CASE(a_stop_during_the_stops_of_a_restart_goes_on_to_the_left),
		CASE(a_stop_during_the_starts_of_a_restart_cancels_them),
		CASE(a_start_during_a_restart_is_not_kept_for_later),
		CASE(an_address_that_heartbeat_did_not_add_stays_during_a_restart),
		CASE(a_stop_in_a_pause_of_a_restart_does_not_release_an_address_that_stays),
		CASE(a_stop_in_a_pause_of_a_halt_does_not_release_an_address_that_stays),
		CASE(what_a_group_that_is_restarted_needs_is_not_stopped_by_another_one),
		CASE(a_restart_that_was_interrupted_is_completed),
		CASE(a_stop_does_not_wait_for_a_status_that_hangs),
		CASE(a_group_that_is_stuck_is_not_asked),
		CASE(what_two_groups_share_is_restarted_for_both),
		CASE(counts_and_halted_groups_outlive_a_reload),
		CASE(a_reload_does_not_watch_a_group_that_is_stuck),
		CASE(a_halted_group_is_started_when_no_line_watches_it_any_more),
		CASE(a_halted_group_does_not_wait_for_the_status_of_another_group),
		CASE(addresses_are_not_asked),
	};
	if (!open_lab())
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return close_lab() ? failed : 1;
}
