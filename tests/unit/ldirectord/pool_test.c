// SPDX-License-Identifier: MIT
/* The rules of the pool one by one; failed operations, recorded lives and random ones have tests of their own. */
#include <stdio.h>
#include <time.h>

#include "tests/unit/ldirectord/pooling.h"

/* --- start ------------------------------------------------------------------------------------ */

static void an_unchecked_real_is_not_in_the_table_or_has_weight_0(void **state)
{
	(void)state;
	world_start(w, TWO "virtual=10.9.0.1:81\n\tchecktype=connect\n\tquiescent=yes\n\treal=" R1 " masq 3\n");
	assert_int_equal(weight(R1), -1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), 0);
	up(R1); /* one check for both */
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight_in("10.9.0.1:81", R1), 3);
	assert_int_equal(pool_check_count(w->pool), 2);
}

static void what_is_in_the_table_stays_as_it_is_until_its_first_verdict(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 9");
	have("-a -t " V " -r 127.0.2.9:1 -m -w 9");
	world_start(w, TWO BACKUP);
	assert_int_equal(weight(R1), 9);
	assert_int_equal(weight("127.0.2.9:1"), -1);
	assert_true(said("L Purged real server (start): 127.0.2.9:1 (" V ")\n"));
	up(R1);
	assert_int_equal(weight(R1), 3);
	assert_true(said("L Restored real server: " R1 " (" V ") (Weight set to 3): connected\n"));
	assert_int_equal(weight("127.0.0.1:80"), -1);
}

static void one_found_serving_has_its_soft_failures(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 9");
	world_start(w, ONE "\tfailurecount=2\n");
	down(R1);
	assert_int_equal(weight(R1), 9);
	down(R1);
	assert_int_equal(weight(R1), -1);
}

static void checktype_on_is_in_at_once_and_off_never(void **state)
{
	(void)state;
	world_start(w, "virtual=" V "\n\tchecktype=on\n\treal=" R1
		       " masq 3\nvirtual=10.9.0.1:81\n\tchecktype=off\n\tquiescent=yes\n\treal=" R1 " masq 3\n");
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight_in("10.9.0.1:81", R1), -1);
	assert_int_equal(pool_check_count(w->pool), 0);
	world_maintenance(w, R1, true);
	assert_int_equal(weight(R1), -1);
	world_maintenance(w, R1, false);
	assert_int_equal(weight(R1), 3);
}

static void the_fallback_waits_for_first_verdicts_but_not_for_ever(void **state)
{
	(void)state;
	world_start(w, TWO BACKUP "\tfallbackcommand=x\n");
	down(R1);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	world_pass(w, 2900);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	world_pass(w, 200);
	assert_int_equal(weight("127.0.0.1:80"), 1);
	assert_true(said("C start\n"));
	world_hush(w);
	up(R2);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	assert_true(said("C stop\n"));
}

static void a_start_is_one_mail(void **state)
{
	(void)state;
	world_start(w, TWO "\temailalert=a@b\n\temailalertfreq=5\n\tservicename=Web\n");
	up(R1);
	down(R2);
	size_t count;
	const struct pool_action *last = pool_actions(w->pool, &count);
	assert_true(count > 0 && last[count - 1].kind == POOL_MAIL && last[count - 1].summary);
	assert_string_equal(strstr(w->said, "M "), "M [Web] Checked virtual server: " V ": 1 of 2 real servers up\n");
	world_hush(w);
	down(R1);
	assert_true(said("L Deleted real server: " R1 " (" V "): connection refused\n"));
	assert_true(said("M [Web] Deleted real server: " R1 " (" V ")\n"));
	world_pass(w, 5100);
	assert_true(said("M [Web] Inaccessible real server: " R1 " (" V ")\n"));
	world_order(w, V, R1, POOL_DISABLE);
	world_hush(w);
	world_pass(w, 5100);
	assert_false(said(R1)); /* the operator knows */
	assert_true(said("M [Web] Inaccessible real server: " R2 " (" V ")\n"));
}

static void without_emailalertfreq_nobody_is_reminded(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n");
	up(R1);
	down(R1);
	world_pass(w, 100000);
	assert_false(said("Inaccessible"));
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void a_reload_may_bring_reminders_make_them_sooner_and_take_them_away(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n");
	up(R1);
	down(R1);
	world_reload(w, ONE "\temailalert=a@b\n\temailalertfreq=100\n", true);
	world_pass(w, 99000);
	assert_false(said("Inaccessible"));
	world_pass(w, 1100);
	assert_true(said("M Inaccessible real server: " R1 " (" V ")\n"));
	world_reload(w, ONE "\temailalert=a@b\n\temailalertfreq=5\n", true);
	world_hush(w);
	world_pass(w, 5100);
	assert_true(said("Inaccessible"));
	world_reload(w, ONE "\temailalert=a@b\n", true);
	world_hush(w);
	world_pass(w, 100000);
	assert_false(said("Inaccessible"));
}

static void reminders_go_on_after_maintenance(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n\temailalertfreq=5\n");
	up(R1);
	down(R1);
	world_maintenance(w, R1, true);
	world_hush(w);
	world_pass(w, 20000);
	assert_false(said("Inaccessible")); /* who named it knows */
	world_maintenance(w, R1, false);
	world_pass(w, 20000);
	assert_false(said("Inaccessible")); /* it may be up again */
	down(R1);
	world_pass(w, 5100);
	assert_true(said("M Inaccessible real server: " R1 " (" V ")\n"));
}

/* --- states ----------------------------------------------------------------------------------- */

static void a_shared_check_is_counted_once_and_each_virtual_judges_by_its_own_failurecount(void **state)
{
	(void)state;
	world_start(w, ONE "\tfailurecount=2\nvirtual=10.9.0.1:81\n\tchecktype=connect\n\tfailurecount=3\n\treal=" R1
			   " masq 3\n");
	assert_int_equal(pool_check_count(w->pool), 1);
	up(R1);
	down(R1);
	assert_true(said("L Soft failure real server: " R1 " (tcp:" V ") failure 1/2: connection refused\n"));
	down(R1);
	assert_int_equal(weight(R1), -1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), 3);
	down(R1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), -1);
	assert_int_equal(view(0, 0).failures, 3);
}

static void risecount_is_for_those_that_come_back(void **state)
{
	(void)state;
	world_start(w, ONE "\trisecount=3\n");
	up(R1);
	assert_int_equal(weight(R1), 3);
	down(R1);
	up(R1);
	up(R1);
	down(R1);
	up(R1);
	up(R1);
	assert_int_equal(weight(R1), -1);
	up(R1);
	assert_int_equal(weight(R1), 3);
}

static void maintenance_forces_down_without_counting_and_a_result_brings_back(void **state)
{
	(void)state;
	world_start(w, ONE "\tfailurecount=3\n\tquiescent=yes\nreaddquiescent=yes\n");
	assert_true(said("L Readd Quiescent real server: " R1));
	up(R1);
	world_maintenance(w, R1, true);
	assert_int_equal(weight(R1), 0);
	assert_true(said("(Weight set to 0): Server in maintenance\n"));
	assert_true(view(0, 0).in_maintenance);
	up(R1);
	assert_int_equal(weight(R1), 0);
	world_maintenance(w, R1, false);
	assert_int_equal(weight(R1), 0);
	up(R1);
	assert_int_equal(weight(R1), 3);
}

static void orders_lie_over_the_verdict_and_outlive_a_reload(void **state)
{
	(void)state;
	world_start(w, ONE BACKUP);
	up(R1);
	world_order(w, V, R1, POOL_DRAIN);
	assert_int_equal(weight(R1), 0);
	assert_int_equal(weight("127.0.0.1:80"), 1);
	world_reload(w, TWO BACKUP, true);
	assert_int_equal(weight(R1), 0);
	world_order(w, V, R1, POOL_DISABLE);
	assert_int_equal(weight(R1), -1);
	down(R1);
	up(R1);
	world_order(w, V, R1, POOL_ENABLE);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight("127.0.0.1:80"), -1);
}

static char order_of_ops[256];

static void note_op(struct world *world, const struct table_op *op)
{
	char where[64];

	(void)world;
	lb_address_text(&op->real.address, where, sizeof where);
	strcat(order_of_ops, op->kind == TABLE_REAL_DELETE ? "-" : "+");
	strcat(order_of_ops, where);
	strcat(order_of_ops, " ");
}

static void a_failed_real_goes_before_the_fallback_comes_and_a_good_one_comes_before_it_goes(void **state)
{
	(void)state;
	world_start(w, ONE BACKUP);
	up(R1);
	order_of_ops[0] = 0;
	w->after = note_op;
	down(R1);
	up(R1);
	assert_string_equal(order_of_ops, "-" R1 " +127.0.0.1:80 +" R1 " -127.0.0.1:80 ");
}

static void a_real_named_twice_is_one_entry(void **state)
{
	(void)state;
	world_start(w, ONE "\treal=" R1 " masq 3\n");
	assert_int_equal(pool_check_count(w->pool), 1);
	up(R1);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(w->failed_count, 0);
}

static void one_named_twice_with_two_weights_goes_in_one_operation(void **state)
{
	(void)state;
	world_start(w, ONE "\treal=" R1 " masq 5\n");
	assert_int_equal(world_result(w, R1, true, ""), 2);
	assert_int_equal(weight(R1), 3); /* the first of the file */
	world_hush(w);
	world_maintenance(w, R1, true);
	assert_int_equal(w->op_count, 1);
	assert_int_equal(weight(R1), -1);
}

/* --- reload and stop -------------------------------------------------------------------------- */

static void a_reload_keeps_states_counters_and_checks_of_what_stays(void **state)
{
	(void)state;
	struct pool_check c;

	world_start(w, ONE "\tfailurecount=3\n");
	up(R1);
	down(R1);
	world_hush(w);
	world_reload(w,
		"virtual=" V "\n\tchecktype=connect\n\treal=127.0.1.1:1 masq\n\tfailurecount=3\n\treal=" R1 " masq 3\n",
		true);
	assert_int_equal(w->op_count, 0);
	assert_int_equal(view(0, 1).failures, 1);
	pool_check(w->pool, 1, &c);
	assert_int_equal(c.was, 0);
	assert_true(c.down);
	world_reload(w, "virtual=" V "\n\tchecktype=connect\n\tfailurecount=3\n\treal=" R1 " masq 5\n", true);
	assert_int_equal(weight(R1), 5);
	world_reload(w, "virtual=10.9.0.1:81\n\tchecktype=connect\n\treal=" R1 " masq 5\n", true);
	assert_true(said("L Purged virtual server (start): " V "\n"));
	assert_int_equal(w->kernel.service_count, 1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), -1); /* there it is new */
}

static void a_reload_puts_right_what_was_changed_by_hand(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	have("-e -t " V " -r " R1 " -m -w 7");
	have("-a -t " V " -r 127.0.2.9:1 -m -w 1");
	up(R1);
	assert_int_equal(weight(R1), 7); /* no change of state, no correction */
	world_reload(w, ONE, true);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight("127.0.2.9:1"), -1);
}

static void after_the_stop_nothing_is_done(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	world_hush(w);
	world_event(w, (struct pool_event){.kind = POOL_STOP});
	assert_true(said("L Purged real server (stop): " R1 " (" V ")\nL Purged virtual server (stop): " V "\n"));
	world_hush(w);
	down(R1);
	up(R1);
	assert_int_equal(w->op_count, 0);
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

/* --- scale ------------------------------------------------------------------------------------ */

static double seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU microseconds of a change of state, and of all that a start and a reload need, with so many virtuals of a hundred
 * reals. */
static double cost_of_a_change(unsigned virtuals, double *start_ms, double *reload_ms)
{
	enum { A_VIRTUAL = 100, CHANGES = 20000 };
	char *text = malloc((size_t)virtuals * A_VIRTUAL * 64), *at = text;
	size_t count;

	assert_non_null(text);
	for (unsigned i = 0; i < virtuals; i++) {
		at += sprintf(at, "virtual=10.9.%u.1:80\n\tchecktype=connect\n\tfallback=127.0.0.1:80\n", i);
		for (unsigned j = 0; j < A_VIRTUAL; j++)
			at += sprintf(at, "\treal=10.0.%u.%u:80 masq\n", i, j);
	}
	struct lb_config *c = lab_config(text), *same = lab_config(text);
	struct table empty = {0};
	double begin = seconds();
	struct pool *p = pool_new(c, &empty, (struct mono){1});
	assert_non_null(p);
	*start_ms = 1e3 * (seconds() - begin);
	assert_int_equal(pool_check_count(p), virtuals * A_VIRTUAL);
	begin = seconds();
	for (size_t i = 0; i < CHANGES; i++) {
		struct pool_event e = {.kind = POOL_RESULT,
			.check = i * 37 % (virtuals * A_VIRTUAL),
			.up = i / (virtuals * A_VIRTUAL) % 2 == 0,
			.why = ""};
		pool_event(p, &e, (struct mono){2});
		/* each changes its real, or nearly: 37 and the number have no common divisor */
		(void)pool_actions(p, &count);
		assert_true(count > 0);
	}
	double change_us = 1e6 * (seconds() - begin) / CHANGES;
	begin = seconds();
	assert_true(pool_reload(p, same, NULL, (struct mono){3}));
	*reload_ms = 1e3 * (seconds() - begin);
	pool_free(p);
	lab_config_free(c);
	lab_config_free(same);
	free(text);
	return change_us;
}

static void a_change_costs_no_more_among_5000_reals_than_among_100(void **state)
{
	double start_ms, reload_ms, few, many;

	(void)state;
	/* The best of three: others use the same caches. */
	few = many = 1e9;
	for (int i = 0; i < 3; i++) {
		double among_few = cost_of_a_change(1, &start_ms, &reload_ms),
		       among_many = cost_of_a_change(50, &start_ms, &reload_ms);
		few = among_few < few ? among_few : few;
		many = among_many < many ? among_many : many;
	}
	print_message(
		"a change: %.2f us among 100 reals, %.2f us among 5000; with 5000 a start %.1f ms, a reload %.1f ms\n",
		few, many, start_ms, reload_ms);
	assert_true(many < 20 * few + 5); /* its memory is colder; fifty times would be all reals */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_unchecked_real_is_not_in_the_table_or_has_weight_0),
		CASE(what_is_in_the_table_stays_as_it_is_until_its_first_verdict),
		CASE(one_found_serving_has_its_soft_failures),
		CASE(checktype_on_is_in_at_once_and_off_never),
		CASE(the_fallback_waits_for_first_verdicts_but_not_for_ever),
		CASE(a_start_is_one_mail),
		CASE(without_emailalertfreq_nobody_is_reminded),
		CASE(a_reload_may_bring_reminders_make_them_sooner_and_take_them_away),
		CASE(reminders_go_on_after_maintenance),
		CASE(a_shared_check_is_counted_once_and_each_virtual_judges_by_its_own_failurecount),
		CASE(risecount_is_for_those_that_come_back),
		CASE(maintenance_forces_down_without_counting_and_a_result_brings_back),
		CASE(orders_lie_over_the_verdict_and_outlive_a_reload),
		CASE(a_failed_real_goes_before_the_fallback_comes_and_a_good_one_comes_before_it_goes),
		CASE(a_real_named_twice_is_one_entry),
		CASE(one_named_twice_with_two_weights_goes_in_one_operation),
		CASE(a_reload_keeps_states_counters_and_checks_of_what_stays),
		CASE(a_reload_puts_right_what_was_changed_by_hand),
		CASE(after_the_stop_nothing_is_done),
		cmocka_unit_test(a_change_costs_no_more_among_5000_reals_than_among_100),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
