// SPDX-License-Identifier: MIT
/* A check asks for a part of the weight, or to drain the server.  doc/ldirectord.md 11.16 */
#include "tests/unit/ldirectord/pooling.h"

#define HUNDRED "virtual=" V "\n\treal=" R1 " masq 100\n\treal=" R2 " masq 50\n\tchecktype=connect\n\temailalert=root\n"

static void asks(const char *real, unsigned share)
{
	struct pool_check c;
	struct lb_address a = lab_address(real);

	for (size_t i = 0; i < pool_check_count(w->pool); i++) {
		pool_check(w->pool, i, &c);
		if (lb_address_equal(&c.r->address, &a))
			world_event(w, (struct pool_event){
					       .kind = POOL_RESULT, .check = i, .up = true, .share = share, .why = "connected; agent"});
	}
}

static void the_weight_is_a_part_of_that_in_the_file_and_never_0_by_rounding(void **state)
{
	(void)state;
	world_start(w, HUNDRED);
	asks(R1, 75);
	asks(R2, 75);
	assert_int_equal(weight(R1), 75);
	assert_int_equal(weight(R2), 38);
	asks(R2, 1);
	assert_int_equal(weight(R2), 1);
	asks(R2, LB_SHARE_FULL);
	assert_int_equal(weight(R2), 50);
	world_reload(w, ONE, true);
	asks(R1, 1);
	assert_int_equal(weight(R1), 1);
}

static void the_table_is_written_only_when_the_weight_changes_and_nobody_gets_mail(void **state)
{
	(void)state;
	world_start(w, HUNDRED);
	asks(R1, 75);
	asks(R2, 100);
	world_clear_notes(w);
	asks(R1, 75);
	assert_int_equal(w->op_count, 0);
	asks(R1, 60);
	assert_int_equal(w->op_count, 1);
	assert_true(noted("L Changed real server: " R1 " (" V ") (Weight set to 60): connected; agent\n"));
	assert_false(noted("M "));
	asks(R2, 99);
	world_clear_notes(w);
	asks(R2, 100); /* 49.5 and 50 are the same weight */
	assert_int_equal(w->op_count, 0);
}

static void a_check_that_says_nothing_keeps_the_part(void **state)
{
	(void)state;
	world_start(w, HUNDRED);
	asks(R1, 30);
	asks(R1, LB_SHARE_NONE);
	assert_int_equal(weight(R1), 30);
	down(R1);
	assert_int_equal(weight(R1), -1);
	up(R1);
	assert_int_equal(weight(R1), 30);
	world_reload(w, HUNDRED "\tscheduler=wlc\n", true);
	assert_int_equal(weight(R1), 30);
	assert_int_equal(view(0, 0).share, 30);
}

static void without_its_agent_a_server_has_its_whole_weight_again(void **state)
{
	(void)state;
	world_start(w, HUNDRED "\tagentport=9777\n");
	asks(R1, LB_SHARE_DRAIN);
	asks(R2, 10);
	world_reload(w, HUNDRED "\tagentport=9777\n\tcheckport=81\n", true); /* another check, but the same agent */
	assert_int_equal(weight(R1), 0);
	assert_int_equal(weight(R2), 5);
	world_reload(w, HUNDRED "\tagentport=9778\n", true);
	assert_int_equal(weight(R1), 100);
	asks(R1, LB_SHARE_DRAIN);
	asks(R2, 10);
	world_reload(w, HUNDRED, true);
	assert_int_equal(weight(R1), 100);
	assert_int_equal(weight(R2), 50);
	assert_int_equal(view(0, 0).share, LB_SHARE_FULL);
}

#define SCRIPT "virtual=" V "\n\treal=" R1 " masq 100\n\tchecktype=external\n\tcheckcommand="

static void without_dynamicweight_a_server_has_its_whole_weight_again(void **state)
{
	(void)state;
	world_start(w, SCRIPT "/bin/a\n\tdynamicweight=yes\n");
	asks(R1, 1);
	world_reload(w, SCRIPT "/bin/b\n\tdynamicweight=yes\n", true);
	assert_int_equal(weight(R1), 1);
	world_reload(w, SCRIPT "/bin/b\n", true);
	assert_int_equal(weight(R1), 100);
}

static void drain_is_weight_0_and_does_not_count_as_up(void **state)
{
	(void)state;
	world_start(w, HUNDRED BACKUP);
	asks(R1, 50);
	asks(R2, 50);
	world_clear_notes(w);
	asks(R1, LB_SHARE_DRAIN);
	assert_int_equal(weight(R1), 0);
	assert_true(noted("L Quiescent real server: " R1 " (" V ") (Weight set to 0): connected; agent\n"));
	assert_true(noted("M Quiescent real server: " R1));
	assert_int_equal(weight("127.0.0.1:80"), -1);
	asks(R2, LB_SHARE_DRAIN);
	assert_int_equal(weight("127.0.0.1:80"), 1);
	asks(R1, 50);
	assert_int_equal(weight(R1), 50);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	assert_true(noted("L Restored real server: " R1 " (" V ") (Weight set to 50): connected; agent\n"));
}

static void a_server_with_weight_0_in_the_file_keeps_it(void **state)
{
	(void)state;
	world_start(w, "virtual=" V "\n\treal=" R1 " masq 0\n\tchecktype=connect\n");
	asks(R1, 50);
	assert_int_equal(weight(R1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_weight_is_a_part_of_that_in_the_file_and_never_0_by_rounding),
		CASE(the_table_is_written_only_when_the_weight_changes_and_nobody_gets_mail),
		CASE(a_check_that_says_nothing_keeps_the_part),
		CASE(without_its_agent_a_server_has_its_whole_weight_again),
		CASE(without_dynamicweight_a_server_has_its_whole_weight_again),
		CASE(drain_is_weight_0_and_does_not_count_as_up),
		CASE(a_server_with_weight_0_in_the_file_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
