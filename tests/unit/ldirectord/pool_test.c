// SPDX-License-Identifier: MIT
/* The rules of the pool, one by one.  Other tests are about failed operations, recordings and random events. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "ldirectord/pool/pool_private.h"
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

static void a_real_in_the_table_stays_as_it_is_until_its_first_verdict(void **state)
{
	(void)state;
	have("-A -t " V " -s wrr");
	have("-a -t " V " -r " R1 " -m -w 9");
	have("-a -t " V " -r 127.0.2.9:1 -m -w 9");
	world_start(w, TWO BACKUP);
	assert_int_equal(weight(R1), 9);
	assert_int_equal(weight("127.0.2.9:1"), -1);
	assert_true(noted("L Purged real server (start): 127.0.2.9:1 (" V ")\n"));
	up(R1);
	assert_int_equal(weight(R1), 3);
	assert_true(noted("L Restored real server: " R1 " (" V ") (Weight set to 3): connected\n"));
	assert_int_equal(weight("127.0.0.1:80"), -1);
}

static void a_real_found_in_the_table_stays_until_failurecount_is_reached(void **state)
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

static void checktype_on_is_in_the_table_at_once_and_checktype_off_never(void **state)
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

static void the_fallback_waits_for_first_verdicts_but_not_permanently(void **state)
{
	(void)state;
	world_start(w, TWO BACKUP "\tfallbackcommand=x\n");
	down(R1);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	world_pass(w, 2900);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	world_pass(w, 200);
	assert_int_equal(weight("127.0.0.1:80"), 1);
	assert_true(noted("C start\n"));
	world_clear_notes(w);
	up(R2);
	assert_int_equal(weight("127.0.0.1:80"), -1);
	assert_true(noted("C stop\n"));
}

static void a_start_sends_one_mail(void **state)
{
	(void)state;
	world_start(w, TWO "\temailalert=a@b\n\temailalertfreq=5\n\tservicename=Web\n");
	up(R1);
	down(R2);
	size_t count;
	const struct pool_action *last = pool_actions(w->pool, &count);
	assert_true(count > 0 && last[count - 1].kind == POOL_MAIL && last[count - 1].summary);
	assert_string_equal(strstr(w->notes, "M "),
		"M [Web] Checked virtual server: " V ": 1 of 2 real servers up\n"
		"M [Web] Deleted real server: " R2 " (" V "): connection refused\n");
	world_clear_notes(w);
	down(R1);
	assert_true(noted("L Deleted real server: " R1 " (" V "): connection refused\n"));
	assert_true(noted("M [Web] Deleted real server: " R1 " (" V ")\n"));
	world_pass(w, 5100);
	assert_true(noted("M [Web] Inaccessible real server: " R1 " (" V ")\n"));
	world_order(w, V, R1, POOL_DISABLE);
	world_clear_notes(w);
	world_pass(w, 5100);
	assert_false(noted(R1)); /* the operator knows */
	assert_true(noted("M [Web] Inaccessible real server: " R2 " (" V ")\n"));
}

static void a_real_that_is_down_from_its_first_check_on_is_reported_with_the_reason(void **state)
{
	(void)state;
	world_start(w, TWO "\temailalert=a@b\nvirtual=10.9.0.1:81\n\tchecktype=connect\n\tquiescent=yes\n\treal=" R2 " masq 2\n");
	up(R1);
	down(R2);
	assert_true(noted("L Deleted real server: " R2 " (" V "): connection refused\n"));
	assert_true(noted("L Quiescent real server: " R2 " (10.9.0.1:81) (Weight set to 0): connection refused\n"));
	world_clear_notes(w);
	down(R2);
	assert_false(noted("L ")); /* once */
}

static void a_late_first_verdict_is_a_separate_mail(void **state)
{
	(void)state;
	world_start(w, TWO "\temailalert=a@b\n");
	up(R1);
	world_pass(w, 3100);
	assert_true(noted("M Checked virtual server: " V ": 1 of 2 real servers up\nM Deleted real server: " R2 " (" V "): not checked yet\n"));
	world_clear_notes(w);
	assert_int_equal(world_result(w, R2, false, "timed out after 5 s"), 1);
	assert_true(noted("L Deleted real server: " R2 " (" V "): timed out after 5 s\n"));
	assert_true(noted("M Deleted real server: " R2 " (" V "): timed out after 5 s\n"));
}

static void a_real_in_maintenance_from_the_start_is_reported_and_a_disabled_one_is_not(void **state)
{
	(void)state;
	world_start(w, TWO);
	world_maintenance(w, R1, true);
	assert_true(noted("L Deleted real server: " R1 " (" V "): Server in maintenance\n"));
	world_order(w, V, R2, POOL_DISABLE);
	world_clear_notes(w);
	down(R2);
	assert_false(noted("L "));
}

static void a_real_whose_address_another_real_serves_is_reported_as_down(void **state)
{
	(void)state;
	world_start(w, "virtual=" V "\n\tchecktype=connect\n\treal=127.0.2.1:8001 gate 3\n\treal=127.0.2.1:8002 gate 4\n");
	assert_int_equal(world_result(w, "127.0.2.1:8001", true, "connected"), 1);
	world_clear_notes(w);
	assert_int_equal(world_result(w, "127.0.2.1:8002", false, "connection refused"), 1);
	assert_true(noted("L Real server is down: 127.0.2.1:8002 (" V "): connection refused\n"));
}

static void without_emailalertfreq_nobody_is_reminded(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n");
	up(R1);
	down(R1);
	world_pass(w, 100000);
	assert_false(noted("Inaccessible"));
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void a_reload_can_start_reminders_make_them_sooner_and_end_them(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n");
	up(R1);
	down(R1);
	world_reload(w, ONE "\temailalert=a@b\n\temailalertfreq=100\n", true);
	world_pass(w, 99000);
	assert_false(noted("Inaccessible"));
	world_pass(w, 1100);
	assert_true(noted("M Inaccessible real server: " R1 " (" V ")\n"));
	world_reload(w, ONE "\temailalert=a@b\n\temailalertfreq=5\n", true);
	world_clear_notes(w);
	world_pass(w, 5100);
	assert_true(noted("Inaccessible"));
	world_reload(w, ONE "\temailalert=a@b\n", true);
	world_clear_notes(w);
	world_pass(w, 100000);
	assert_false(noted("Inaccessible"));
}

static void reminders_continue_after_maintenance(void **state)
{
	(void)state;
	world_start(w, ONE "\temailalert=a@b\n\temailalertfreq=5\n");
	up(R1);
	down(R1);
	world_maintenance(w, R1, true);
	world_clear_notes(w);
	world_pass(w, 20000);
	assert_false(noted("Inaccessible")); /* the operator knows */
	world_maintenance(w, R1, false);
	world_pass(w, 20000);
	assert_false(noted("Inaccessible")); /* it may be up again */
	down(R1);
	world_pass(w, 5100);
	assert_true(noted("M Inaccessible real server: " R1 " (" V ")\n"));
}

/* --- states ----------------------------------------------------------------------------------- */

static void a_shared_check_is_counted_once_and_each_virtual_has_its_own_failurecount(void **state)
{
	(void)state;
	world_start(w, ONE "\tfailurecount=2\nvirtual=10.9.0.1:81\n\tchecktype=connect\n\tfailurecount=3\n\treal=" R1
			   " masq 3\n");
	assert_int_equal(pool_check_count(w->pool), 1);
	up(R1);
	down(R1);
	assert_true(noted("L Soft failure real server: " R1 " (tcp:" V ") failure 1/2: connection refused\n"));
	down(R1);
	assert_int_equal(weight(R1), -1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), 3);
	down(R1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), -1);
	assert_int_equal(view(0, 0).failures, 3);
}

static void risecount_applies_only_to_a_real_that_was_down(void **state)
{
	(void)state;
	world_start(w, ONE "\trisecount=3\n");
	up(R1);
	assert_int_equal(weight(R1), 3);
	down(R1);
	up(R1);
	up(R1);
	assert_int_equal(view(0, 0).successes, 2);
	down(R1);
	assert_int_equal(view(0, 0).successes, 0);
	up(R1);
	up(R1);
	assert_int_equal(weight(R1), -1);
	up(R1);
	assert_int_equal(weight(R1), 3);
}

#define R3 "127.0.2.3:80"
#define R4 "127.0.2.4:80"
#define HELPER "127.0.0.1:80"
#define FOUR TWO "\treal=" R3 " masq\n\treal=" R4 " masq\n" BACKUP "\tfallbackcommand=x\n\temailalert=root\n"

static void below_the_quorum_the_fallback_joins_and_hysteresis_keeps_it_there(void **state)
{
	(void)state;
	world_start(w, FOUR "\tquorum=3\n\tquorumhysteresis=1\n");
	up(R1);
	up(R2);
	assert_int_equal(weight(HELPER), -1); // the others are awaited
	up(R3);
	up(R4);
	world_clear_notes(w);
	down(R1);
	down(R2);
	assert_int_equal(weight(HELPER), -1); // 2 are not below 3 - 1
	assert_false(noted("Quorum"));
	down(R3);
	assert_int_equal(weight(HELPER), 1);
	assert_int_equal(weight(R4), 1); // it joins
	assert_true(noted("L Quorum lost: " V ": 1 of 4 real servers up, quorum 3\n"));
	assert_true(noted("M Quorum lost: " V ": 1 of 4 real servers up, quorum 3\n"));
	assert_true(noted("C start\n"));
	up(R3);
	up(R2);
	assert_int_equal(weight(HELPER), 1); // 3 are not 3 + 1
	assert_false(noted("Quorum regained"));
	up(R1);
	assert_int_equal(weight(HELPER), -1);
	assert_true(noted("L Quorum regained: " V ": 4 of 4 real servers up, quorum 3\n"));
	assert_true(noted("C stop\n"));
}

static void a_server_that_is_drained_does_not_count_for_the_quorum(void **state)
{
	(void)state;
	world_start(w, FOUR "\tquorum=4\n");
	up(R1);
	up(R2);
	up(R3);
	up(R4);
	assert_int_equal(weight(HELPER), -1);
	world_order(w, V, R1, POOL_DRAIN);
	assert_int_equal(weight(HELPER), 1);
	world_order(w, V, R1, POOL_ENABLE);
	assert_int_equal(weight(HELPER), -1);
	// a reload decides again, from where it was
	world_reload(w, FOUR "\tquorum=3\n\tquorumhysteresis=1\n", true);
	down(R1);
	down(R2);
	assert_int_equal(weight(HELPER), -1);
	world_reload(w, FOUR "\tquorum=3\n", true);
	assert_int_equal(weight(HELPER), 1);
}

static void without_any_server_the_fallback_comes_whatever_the_hysteresis(void **state)
{
	(void)state;
	world_start(w, FOUR "\tquorumhysteresis=2\n");
	up(R1);
	down(R2);
	down(R3);
	down(R4);
	assert_int_equal(weight(HELPER), -1);
	down(R1);
	assert_int_equal(weight(HELPER), 1);
}

static void maintenance_takes_a_real_down_without_counting_and_a_good_result_brings_it_back(void **state)
{
	(void)state;
	world_start(w, ONE "\tfailurecount=3\n\tquiescent=yes\nreaddquiescent=yes\n");
	assert_true(noted("L Readd Quiescent real server: " R1));
	up(R1);
	world_maintenance(w, R1, true);
	assert_int_equal(weight(R1), 0);
	assert_true(noted("(Weight set to 0): Server in maintenance\n"));
	assert_true(view(0, 0).in_maintenance);
	up(R1);
	assert_int_equal(weight(R1), 0);
	world_maintenance(w, R1, false);
	assert_int_equal(weight(R1), 0);
	up(R1);
	assert_int_equal(weight(R1), 3);
}

static void an_order_has_priority_over_the_verdict_and_a_reload_keeps_it(void **state)
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

static void the_fallback_is_added_after_a_failed_real_is_deleted_and_deleted_after_a_good_one_is_added(void **state)
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

static void a_real_named_twice_with_two_weights_is_deleted_in_one_operation(void **state)
{
	(void)state;
	world_start(w, ONE "\treal=" R1 " masq 5\n");
	assert_int_equal(world_result(w, R1, true, ""), 2);
	assert_int_equal(weight(R1), 3); /* that of the first one in the file */
	world_clear_notes(w);
	world_maintenance(w, R1, true);
	assert_int_equal(w->op_count, 1);
	assert_int_equal(weight(R1), -1);
}

/* --- reload and stop -------------------------------------------------------------------------- */

static void a_reload_keeps_states_counters_and_checks_of_reals_that_stay(void **state)
{
	(void)state;
	struct pool_check c;

	world_start(w, ONE "\tfailurecount=3\n");
	up(R1);
	down(R1);
	world_clear_notes(w);
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
	assert_true(noted("L Purged virtual server (start): " V "\n"));
	assert_int_equal(w->kernel.service_count, 1);
	assert_int_equal(weight_in("10.9.0.1:81", R1), -1); /* in this virtual it is new */
}

static void a_reload_corrects_what_was_changed_by_hand(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	have("-e -t " V " -r " R1 " -m -w 7");
	have("-a -t " V " -r 127.0.2.9:1 -m -w 1");
	up(R1);
	assert_int_equal(weight(R1), 7); /* not corrected while the state does not change */
	world_reload(w, ONE, true);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight("127.0.2.9:1"), -1);
}

/* --- other programs --------------------------------------------------------------------------- */

static int always(struct world *world, const struct table_op *op)
{
	(void)world, (void)op;
	return -EIO;
}

static size_t lines(const char *text)
{
	size_t count = 0;

	for (const char *at = w->notes; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

static void a_change_by_another_program_is_corrected_with_one_line(void **state)
{
	(void)state;
	world_start(w, TWO);
	up(R1);
	up(R2);
	world_clear_notes(w);
	world_observe(w);
	assert_int_equal(w->op_count, 0); /* nobody did anything */
	assert_true(kernel_line(&w->kernel, "-d -t " V " -r " R1));
	world_observe(w);
	assert_int_equal(weight(R1), 3);
	assert_true(noted("L Added real server: " R1 " (" V ") (Weight set to 3): another program had removed it\n"));
	assert_int_equal(lines("L "), 1);
	world_clear_notes(w);
	assert_true(kernel_line(&w->kernel, "-e -t " V " -r " R2 " -m -w 77"));
	have("-a -t " V " -r 127.0.2.9:80 -m -w 1");
	world_observe(w);
	assert_int_equal(weight(R2), 2);
	assert_int_equal(weight("127.0.2.9:80"), -1);
	assert_true(noted("L Restored real server: " R2 " (" V ") (Weight set to 2): another program had changed it\n"));
	assert_true(noted("L Purged real server: 127.0.2.9:80 (" V "): another program had added it\n"));
	assert_int_equal(lines("L "), 2);
	world_clear_notes(w);
	assert_true(kernel_line(&w->kernel, "-E -t " V " -s rr"));
	world_observe(w);
	assert_true(noted("L Changed virtual server: " V ": another program had changed it\n"));
	world_clear_notes(w);
	table_free(&w->kernel); /* ipvsadm -C */
	world_observe(w);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight(R2), 2);
	assert_true(noted("L Added virtual server: " V ": another program had removed it\n"));
	assert_int_equal(lines("L "), 3);
}

static void a_corrected_table_has_the_states_and_orders(void **state)
{
	(void)state;
	world_start(w, TWO "\tquiescent=yes\n" BACKUP);
	up(R1);
	down(R2);
	world_order(w, V, R1, POOL_DRAIN);
	table_free(&w->kernel);
	world_observe(w);
	assert_int_equal(weight(R1), 0);
	assert_int_equal(weight(R2), 0);
	assert_int_equal(weight("127.0.0.1:80"), 1);
	world_event(w, (struct pool_event){.kind = POOL_STOP});
	have("-A -t " V " -s wrr");
	world_observe(w);
	struct lb_service_id id = lab_id(V);
	assert_non_null(kernel_service(&w->kernel, &id)); /* stopped: it is nobody's business any more */
}

static void many_reals_of_another_program_are_deleted_and_forgotten(void **state)
{
	char line[96];

	(void)state;
	world_start(w, ONE);
	up(R1);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 60; i++) {
			(void)sprintf(line, "-a -t " V " -r 10.%u.0.%u:80 -m -w 1", round, i);
			have(line);
		}
		world_clear_notes(w);
		world_observe(w);
		world_pass(w, 60000);
		world_observe(w);
		assert_int_equal(w->op_count, 60);
		world_observe(w);
	}
	assert_int_equal(weight(R1), 3);
}

static void a_program_that_repeats_its_change_does_not_fill_the_log(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	world_clear_notes(w);
	for (unsigned second = 0; second < 300; second++) {
		assert_true(kernel_line(&w->kernel, "-e -t " V " -r " R1 " -m -w 77"));
		world_observe(w);
		world_pass(w, 1000);
	}
	assert_true(lines("L Restored") >= 8 && lines("L Restored") < 20);
	for (unsigned second = 0; second < 120; second++) { /* the other one gives up */
		world_observe(w);
		world_pass(w, 1000);
	}
	assert_int_equal(weight(R1), 3);
	world_clear_notes(w);
	assert_true(kernel_line(&w->kernel, "-e -t " V " -r " R1 " -m -w 77"));
	world_observe(w);
	assert_int_equal(weight(R1), 3); /* at once again */
}

static void a_correction_that_fails_is_reported_and_tried_again(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	assert_true(kernel_line(&w->kernel, "-d -t " V " -r " R1));
	w->trouble = always;
	world_clear_notes(w);
	world_observe(w);
	world_observe(w);
	assert_int_equal(lines("L Failed to add real server"), 1);
	assert_false(noted("L Added"));
	w->trouble = NULL;
	world_pass(w, 70000);
	assert_int_equal(weight(R1), 3);
}

static void flags_with_other_names_are_the_same(void **state)
{
	struct table_service a = {.schedflags = "sh-port,sh-fallback"}, b = {.schedflags = "sh-fallback,sh-port"},
			     c = {.schedflags = "flag-1,flag-2"}, d = {.schedflags = "sh-port"},
			     e = {.schedflags = "new-flag"};

	(void)state;
	assert_true(table_service_same(&a, &b) && table_service_same(&a, &c));
	assert_false(table_service_same(&a, &d));
	assert_false(table_service_same(&d, &e));
	assert_true(table_service_same(&e, &e));
}

static void after_the_stop_nothing_is_done(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	world_clear_notes(w);
	world_event(w, (struct pool_event){.kind = POOL_STOP});
	assert_true(noted("L Purged real server (stop): " R1 " (" V ")\nL Purged virtual server (stop): " V "\n"));
	world_clear_notes(w);
	down(R1);
	up(R1);
	assert_int_equal(w->op_count, 0);
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
	have("-A -t " V " -s rr"); /* by somebody else, after us */
	have("-a -t " V " -r " R1 " -m -w 1");
	world_observe(w);
	assert_int_equal(w->op_count, 0);
}

/* --- scale ------------------------------------------------------------------------------------ */

static double seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns the CPU time of a change of state, in microseconds; also measures a start and a reload.  Each virtual has a
 * hundred reals. */
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
		/* almost every result changes a real: 37 and the number of reals have no common divisor */
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
	/* The best of three, because other processes use the same caches. */
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
	assert_true(many < 20 * few + 5); /* more cache misses are allowed; 50 times: it would look at every real */
}

static void the_time_of_the_fallback_is_kept_over_a_reload(void **state)
{
	(void)state;
	world_start(w, ONE BACKUP);
	down(R1);
	world_pass(w, 10000);
	struct pool_view before = view(0, 1);
	assert_true(before.is_fallback && before.up);
	world_pass(w, 10000);
	world_reload(w, ONE BACKUP, true);
	assert_true(view(0, 1).since.ns == before.since.ns);
}

static void a_virtual_that_nobody_changed_is_not_called_changed_by_another_program(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	world_observe(w);
	world_clear_notes(w);
	world_reload(w, ONE "\tscheduler=wlc\n", false);
	assert_int_equal(lines("Changed virtual server"), 1);
	assert_int_equal(lines("another program"), 0);
}

static void a_check_that_has_changed_is_a_new_one_after_a_reload(void **state)
{
	(void)state;
	struct pool_check c;
	world_start(w, ONE);
	up(R1);
	world_reload(w, ONE "\tchecktimeout=9\n", true);
	pool_check(w->pool, 0, &c);
	assert_true(c.was == SIZE_MAX);
	assert_int_equal(weight(R1), 3);
}

static void each_real_has_its_own_reminder(void **state)
{
	(void)state;
	world_start(w, TWO "\temailalert=a@b\n\temailalertfreq=10\n");
	up(R1);
	up(R2);
	down(R1);
	world_pass(w, 5000);
	down(R2);
	world_clear_notes(w);
	world_pass(w, 5500);
	assert_int_equal(lines("M Inaccessible real server: " R1), 1);
	assert_int_equal(lines("M Inaccessible"), 1);
	world_pass(w, 5000);
	assert_int_equal(lines("M Inaccessible"), 2);
}

static void an_order_is_noted_with_its_time_and_an_order_for_an_unknown_virtual_is_nothing(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	assert_true(view(0, 0).since.ns == w->now.ns);
	world_pass(w, 5000);
	world_order(w, V, R1, POOL_DRAIN);
	assert_true(view(0, 0).since.ns == w->now.ns);
	struct mono drained = w->now;
	world_pass(w, 5000);
	world_order(w, V, R1, POOL_DRAIN); /* again */
	assert_true(view(0, 0).since.ns == drained.ns);
	world_order(w, "10.9.9.9:80", R1, POOL_DRAIN);
	assert_int_equal(weight(R1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_unchecked_real_is_not_in_the_table_or_has_weight_0),
		CASE(a_real_in_the_table_stays_as_it_is_until_its_first_verdict),
		CASE(a_real_found_in_the_table_stays_until_failurecount_is_reached),
		CASE(checktype_on_is_in_the_table_at_once_and_checktype_off_never),
		CASE(the_fallback_waits_for_first_verdicts_but_not_permanently),
		CASE(a_start_sends_one_mail),
		CASE(a_real_that_is_down_from_its_first_check_on_is_reported_with_the_reason),
		CASE(a_late_first_verdict_is_a_separate_mail),
		CASE(a_real_in_maintenance_from_the_start_is_reported_and_a_disabled_one_is_not),
		CASE(a_real_whose_address_another_real_serves_is_reported_as_down),
		CASE(without_emailalertfreq_nobody_is_reminded),
		CASE(a_reload_can_start_reminders_make_them_sooner_and_end_them),
		CASE(reminders_continue_after_maintenance),
		CASE(a_shared_check_is_counted_once_and_each_virtual_has_its_own_failurecount),
		CASE(risecount_applies_only_to_a_real_that_was_down),
		CASE(below_the_quorum_the_fallback_joins_and_hysteresis_keeps_it_there),
		CASE(a_server_that_is_drained_does_not_count_for_the_quorum),
		CASE(without_any_server_the_fallback_comes_whatever_the_hysteresis),
		CASE(maintenance_takes_a_real_down_without_counting_and_a_good_result_brings_it_back),
		CASE(an_order_has_priority_over_the_verdict_and_a_reload_keeps_it),
		CASE(the_fallback_is_added_after_a_failed_real_is_deleted_and_deleted_after_a_good_one_is_added),
		CASE(a_real_named_twice_is_one_entry),
		CASE(a_real_named_twice_with_two_weights_is_deleted_in_one_operation),
		CASE(a_reload_keeps_states_counters_and_checks_of_reals_that_stay),
		CASE(a_reload_corrects_what_was_changed_by_hand),
		CASE(a_change_by_another_program_is_corrected_with_one_line),
		CASE(a_corrected_table_has_the_states_and_orders),
		CASE(many_reals_of_another_program_are_deleted_and_forgotten),
		CASE(a_program_that_repeats_its_change_does_not_fill_the_log),
		CASE(a_correction_that_fails_is_reported_and_tried_again),
		cmocka_unit_test(flags_with_other_names_are_the_same),
		CASE(after_the_stop_nothing_is_done),
		cmocka_unit_test(a_change_costs_no_more_among_5000_reals_than_among_100),
		CASE(the_time_of_the_fallback_is_kept_over_a_reload),
		CASE(a_virtual_that_nobody_changed_is_not_called_changed_by_another_program),
		CASE(a_check_that_has_changed_is_a_new_one_after_a_reload),
		CASE(each_real_has_its_own_reminder),
		CASE(an_order_is_noted_with_its_time_and_an_order_for_an_unknown_virtual_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
