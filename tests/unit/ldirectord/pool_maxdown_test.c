// SPDX-License-Identifier: MIT
/* maxdown: a check that is broken does not remove all servers.  doc/ldirectord.md 11.15 */
#include "tests/unit/ldirectord/pooling.h"

#define R3 "127.0.2.3:80"
#define R4 "127.0.2.4:80"
#define FOUR TWO "\treal=" R3 " masq\n\treal=" R4 " masq\n" BACKUP "\temailalert=root\n"

static void all_up(void)
{
	up(R1);
	up(R2);
	up(R3);
	up(R4);
	world_clear_notes(w);
}

static void the_last_good_servers_stay_when_too_many_fail(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=50%\n");
	all_up();
	down(R1);
	down(R2);
	assert_int_equal(weight(R1), -1);
	assert_int_equal(weight(R2), -1);
	world_clear_notes(w);
	down(R3);
	down(R4);
	assert_int_equal(weight(R3), 1);
	assert_int_equal(weight(R4), 1);
	assert_int_equal(weight("127.0.0.1:80"), -1); /* two serve: no fallback */
	assert_true(noted("L Kept real server: " R3 " (" V "): maxdown: 2 of 4 are down or not checked yet, limit 2; its check: connection refused\n"));
	assert_true(noted("M Kept real server: " R4 " (" V ")"));
	assert_true(view(0, 2).up && view(0, 2).held && !view(0, 0).held);
	world_clear_notes(w);
	down(R3);
	assert_false(noted("Kept")); /* once, not once a check */
}

static void a_place_that_becomes_free_is_used_at_the_next_failure(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=1\n");
	all_up();
	down(R1);
	down(R2);
	down(R3);
	assert_int_equal(weight(R2), 2);
	up(R1);
	assert_int_equal(weight(R1), 3);
	world_clear_notes(w);
	up(R2);
	assert_true(noted("L Real server is good again: " R2 " (" V "): maxdown had kept it\n"));
	assert_false(view(0, 1).held);
	down(R3);
	assert_int_equal(weight(R3), -1);
	assert_true(noted("L Deleted real server: " R3 " (" V "): connection refused\n"));
}

static void servers_taken_out_by_the_operator_do_not_count(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=1\n");
	all_up();
	world_maintenance(w, R1, true);
	world_order(w, V, R2, POOL_DISABLE);
	down(R3);
	assert_int_equal(weight(R3), -1);
	down(R4);
	assert_int_equal(weight(R4), 1);
	world_order(w, V, R4, POOL_DISABLE); /* orders have no limit */
	assert_int_equal(weight(R4), -1);
}

static void a_server_that_never_was_good_is_not_added(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=1\n");
	down(R1);
	down(R2);
	down(R3);
	down(R4);
	assert_int_equal(weight(R4), -1);
	assert_int_equal(weight("127.0.0.1:80"), 1);
}

static void servers_found_in_the_table_are_kept_after_a_restart_with_a_broken_check(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 3");
	have("-a -t " V " -r " R2 " -m -w 2");
	world_start(w, TWO "\tmaxdown=1\n");
	down(R1);
	down(R2);
	assert_int_equal(weight(R1), -1);
	assert_int_equal(weight(R2), 2);
	world_reload(w, TWO "\tmaxdown=1\n\tscheduler=wlc\n", true);
	assert_int_equal(weight(R2), 2);
	assert_true(view(0, 1).held);
	world_reload(w, TWO, true); /* no limit any more */
	down(R2);
	assert_int_equal(weight(R2), -1);
}

static void what_counts_for_the_limit_is_in_the_log(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 3");
	world_start(w, FOUR "\tmaxdown=1\n");
	world_maintenance(w, R4, true);
	down(R1);
	assert_int_equal(weight(R1), 3);
	assert_true(noted("L Kept real server: " R1 " (" V "): maxdown: 2 of 3 are down or not checked yet, limit 1; its check: connection refused\n"));
}

static void after_a_restart_those_that_serve_stay_whichever_check_ends_first(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 3");
	have("-a -t " V " -r " R2 " -m -w 2");
	world_start(w, FOUR "\tmaxdown=50%\n");
	down(R1);
	down(R2);
	down(R3);
	down(R4);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight(R2), 2);
	up(R3);
	down(R1);
	assert_int_equal(weight(R1), -1);
}

static void a_reload_that_decides_the_state_itself_keeps_none(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=1\n");
	all_up();
	down(R1);
	down(R2);
	down(R3);
	assert_true(view(0, 1).held && view(0, 2).held);
	world_reload(w, FOUR "\tmaxdown=1\n\tchecktype=connect\n\tscheduler=wlc\n", true);
	assert_true(view(0, 1).held && view(0, 2).held);
	world_reload(w, FOUR "\tmaxdown=1\n\tchecktype=on\n", true);
	assert_false(view(0, 1).held || view(0, 2).held);
	world_reload(w, FOUR "\tmaxdown=1\n", true);
	assert_false(view(0, 1).held || view(0, 2).held);
}

static void quiescent_servers_count_too(void **state)
{
	(void)state;
	world_start(w, FOUR "\tmaxdown=1\n\tquiescent=yes\n");
	all_up();
	down(R1);
	down(R2);
	assert_int_equal(weight(R1), 0);
	assert_int_equal(weight(R2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_last_good_servers_stay_when_too_many_fail),
		CASE(a_place_that_becomes_free_is_used_at_the_next_failure),
		CASE(servers_taken_out_by_the_operator_do_not_count),
		CASE(a_server_that_never_was_good_is_not_added),
		CASE(servers_found_in_the_table_are_kept_after_a_restart_with_a_broken_check),
		CASE(what_counts_for_the_limit_is_in_the_log),
		CASE(after_a_restart_those_that_serve_stay_whichever_check_ends_first),
		CASE(a_reload_that_decides_the_state_itself_keeps_none),
		CASE(quiescent_servers_count_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
