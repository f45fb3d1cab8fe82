// SPDX-License-Identifier: MIT
/* A list of fallbacks: all but the last one are checked, and the first one that is up serves.
 * doc/ldirectord.md 11.14 */
#include "tests/unit/ldirectord/pooling.h"

#define F1 "127.0.3.1:80"
#define F2 "127.0.3.2:80"
#define F3 "127.0.3.3:80"
#define LIST "\tfallback=" F1 " masq, " F2 " masq, " F3 " masq\n"

static bool only(const char *fallback)
{
	static const char *const all[] = {F1, F2, F3};
	bool good = true;

	for (size_t i = 0; i < 3; i++)
		good = good && weight(all[i]) == (fallback && strcmp(all[i], fallback) == 0 ? 1 : -1);
	return good;
}

static void the_first_fallback_that_is_up_serves(void **state)
{
	(void)state;
	world_start(w, ONE LIST);
	up(F1);
	up(F2);
	up(R1);
	assert_true(only(NULL));
	down(R1);
	assert_true(only(F1));
	down(F1);
	assert_true(only(F2));
	assert_true(noted("L Fallback server is down: " F1 " (" V "): connection refused\n"));
	assert_true(noted("L Deleted fallback server: " F1 " (" V ")\n"));
	assert_true(noted("L Added fallback server: " F2 " (" V ") (Weight set to 1)\n"));
	up(F1);
	assert_true(noted("L Fallback server is up: " F1 " (" V ")\n"));
	assert_true(only(F1)); /* in the order of the list, not the one that came last */
	assert_true(view(0, 1).up && !view(0, 2).up && view(0, 2).checked);
	up(R1);
	assert_true(only(NULL));
}

static void the_last_fallback_is_not_checked_and_serves_when_no_other_is_up(void **state)
{
	(void)state;
	world_start(w, ONE LIST);
	assert_int_equal(pool_check_count(w->pool), 3); /* one real, two fallbacks */
	down(F1);
	down(F2);
	down(R1);
	assert_true(only(F3));
	assert_false(view(0, 3).checked);
	assert_int_equal(world_result(w, F3, false, "refused"), 0); /* it has no check */
	world_reload(w, ONE BACKUP, true); /* the classic form */
	assert_int_equal(pool_check_count(w->pool), 1);
	assert_int_equal(weight("127.0.0.1:80"), 1);
}

static void a_fallback_waits_for_its_first_verdict_but_not_permanently(void **state)
{
	(void)state;
	world_start(w, ONE LIST);
	down(R1);
	assert_true(only(NULL)); /* F1 may be up: no need for a server that leaves at once */
	up(F1);
	down(F2);
	assert_true(only(F1));
	world_end(w);
	table_free(&w->kernel);
	world_start(w, ONE LIST);
	down(R1);
	world_pass(w, 3100);
	assert_true(only(F3)); /* a black hole does not keep users away */
}

static void a_restart_and_a_reload_do_not_switch_the_fallback_that_serves(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " F2 " -m -w 1");
	world_start(w, ONE LIST);
	assert_true(only(F2));
	down(R1);
	world_pass(w, 3100);
	assert_true(only(F2)); /* F1 has no verdict; F2 has none either, but it serves */
	down(F1);
	up(F2);
	world_clear_notes(w);
	world_reload(w, ONE LIST "\tscheduler=wlc\n", true);
	assert_true(only(F2));
	assert_int_equal(w->op_count, 1);
	world_reload(w, ONE "\tfallback=" F2 " masq\n", true); /* it becomes the last one, and then the first one again */
	world_reload(w, ONE LIST "\tscheduler=wlc\n", true);
	assert_true(only(F2));
}

static void maintenance_and_failurecount_apply_to_a_fallback_that_is_checked(void **state)
{
	(void)state;
	world_start(w, ONE LIST "\tfailurecount=2\n");
	up(F1);
	up(F2);
	down(R1);
	assert_true(only(F1));
	down(F1);
	assert_true(noted("L Soft failure fallback server: " F1 " (tcp:" V ") failure 1/2: connection refused\n"));
	assert_true(only(F1));
	up(F1);
	world_maintenance(w, F1, true);
	assert_true(noted("L Fallback server is down: " F1 " (" V "): Server in maintenance\n"));
	assert_true(only(F2));
	world_maintenance(w, F1, false);
	assert_true(only(F2));
	up(F1);
	assert_true(only(F1));
}

static void without_checks_the_first_fallback_serves(void **state)
{
	(void)state;
	world_start(w, "virtual=" V "\n\treal=" R1 " masq\n\tchecktype=off\n" LIST);
	assert_true(only(F1));
	world_maintenance(w, F1, true);
	assert_true(only(F2));
	world_maintenance(w, F1, false);
	assert_true(only(F1));
}

static void a_fallback_that_is_a_real_too_shares_its_check(void **state)
{
	(void)state;
	world_start(w, "virtual=" V "\n\treal=" R1 " masq\n\tchecktype=connect\n\tfallback=" F1 " masq, " F3 " masq\n"
		       "virtual=10.9.0.1:81\n\treal=" F1 " masq\n\tchecktype=connect\n");
	assert_int_equal(pool_check_count(w->pool), 2);
	down(R1);
	up(F1);
	assert_int_equal(weight(F1), 1);
	assert_int_equal(weight_in("10.9.0.1:81", F1), 1);
	down(F1);
	assert_int_equal(weight(F3), 1);
	assert_int_equal(weight_in("10.9.0.1:81", F1), -1);
}

static void says(const char *fallback, unsigned share)
{
	struct pool_check c;
	struct lb_address a = lab_address(fallback);

	for (size_t i = 0; i < pool_check_count(w->pool); i++) {
		pool_check(w->pool, i, &c);
		if (lb_address_equal(&c.r->address, &a))
			world_event(w, (struct pool_event){
					       .kind = POOL_RESULT, .check = i, .up = true, .share = share, .why = "agent"});
	}
}

static void a_fallback_that_its_agent_drains_is_skipped(void **state)
{
	(void)state;
	world_start(w, ONE LIST "\tagentport=9777\n");
	says(F1, LB_SHARE_DRAIN);
	says(F2, 100);
	down(R1);
	assert_true(only(F2));
	assert_true(!view(0, 1).up && view(0, 2).up);
	says(F1, 1);
	assert_true(only(F1)); /* a fallback has no parts of its weight */
	says(F1, LB_SHARE_DRAIN);
	says(F2, LB_SHARE_DRAIN);
	assert_true(only(F3));
	world_reload(w, ONE LIST "\tagentport=9777\n\tscheduler=wlc\n", true);
	assert_true(only(F3));
	world_reload(w, ONE LIST, true);
	assert_true(only(F1));
}

/* It is a real of the same virtual too. */
#define BOTH ONE "\treal=" R2 " masq 1\n"
static void a_fallback_that_is_disabled_or_drained_is_skipped_unless_it_is_the_last_one(void **state)
{
	static const enum pool_order orders[] = {POOL_DISABLE, POOL_DRAIN};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		world_start(w, BOTH "\tquorum=2\n\tfallback=" R2 " masq, " F3 " masq\n");
		up(R2);
		down(R1);
		assert_int_equal(weight(R2), 1);
		assert_int_equal(weight(F3), -1);
		world_order(w, V, R2, orders[i]);
		assert_int_equal(weight(R2), orders[i] == POOL_DRAIN ? 0 : -1);
		assert_int_equal(weight(F3), 1);
		assert_int_equal(view(0, 2).order, orders[i]);
		world_reload(w, BOTH "\tquorum=2\n\tfallback=" R2 " masq, " F1 " masq, " F3 " masq\n", true);
		up(F1);
		assert_int_equal(weight(R2), orders[i] == POOL_DRAIN ? 0 : -1);
		assert_int_equal(weight(F1), 1);
		world_order(w, V, R2, POOL_ENABLE);
		assert_int_equal(weight(R2), 1);
		assert_int_equal(weight(F1), -1);
		world_order(w, V, R2, orders[i]);
		world_reload(w, BOTH "\tquorum=2\n\tfallback=" F1 " masq, " R2 " masq\n", true);
		down(F1);
		assert_int_equal(weight(R2), 1); /* as the fallback */
		world_end(w);
		table_free(&w->kernel);
	}
	world_start(w, ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_first_fallback_that_is_up_serves),
		CASE(the_last_fallback_is_not_checked_and_serves_when_no_other_is_up),
		CASE(a_fallback_waits_for_its_first_verdict_but_not_permanently),
		CASE(a_restart_and_a_reload_do_not_switch_the_fallback_that_serves),
		CASE(maintenance_and_failurecount_apply_to_a_fallback_that_is_checked),
		CASE(without_checks_the_first_fallback_serves),
		CASE(a_fallback_that_is_a_real_too_shares_its_check),
		CASE(a_fallback_that_its_agent_drains_is_skipped),
		CASE(a_fallback_that_is_disabled_or_drained_is_skipped_unless_it_is_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
