// SPDX-License-Identifier: MIT
/* Operations that fail or that may have failed: what the pool logs, and when it tries them again. */
#include <errno.h>

#include "tests/unit/ldirectord/pooling.h"

static int error_now;

static int fails(struct world *world, const struct table_op *op)
{
	(void)world, (void)op;
	return error_now;
}

static size_t lines_with(const char *text)
{
	size_t n = 0;

	for (const char *at = w->notes; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void a_failed_operation_is_logged_once_and_tried_again_after_growing_pauses(void **state)
{
	(void)state;
	world_start(w, ONE);
	w->trouble = fails;
	error_now = -EIO;
	world_clear_notes(w);
	up(R1);
	assert_string_equal(
		w->notes, "L Failed to add real server: " R1 " (" V "): Input/output error; next try in 1 s\n");
	assert_string_equal(view(0, 0).trouble, "Input/output error");
	assert_false(view(0, 0).in_table);
	world_pass(w, 500);
	assert_int_equal(w->failed_count, 1);
	world_pass(w, 600);
	assert_int_equal(w->failed_count, 2);
	world_pass(w, 1500);
	assert_int_equal(w->failed_count, 2); /* the next ones follow after 2 s, 4 s ... */
	world_pass(w, 600000);
	assert_in_range(w->failed_count, 12, 20);
	assert_int_equal(lines_with("Failed"), 1);
	assert_false(noted("Added"));
	error_now = 0;
	world_pass(w, 60000);
	assert_int_equal(weight(R1), 3);
	assert_true(noted("L Added real server: " R1 " (" V ") (Weight set to 3): connected\n"));
	assert_string_equal(view(0, 0).trouble, "");
}

static int the_first_virtual_fails(struct world *world, const struct table_op *op)
{
	(void)world;
	return op->kind == TABLE_SERVICE_ADD && op->service.id.address.port == 80 ? error_now : 0;
}

static void a_virtual_is_refused_when_it_was_refused_twice(void **state)
{
	size_t index = 99;
	const char *why = "";
	bool once;

	(void)state;
	w->trouble = the_first_virtual_fails;
	error_now = -ENOENT;
	world_start(w, "virtual=10.9.0.1:81\n\tchecktype=connect\n" ONE);
	assert_int_equal(pool_refused(w->pool, &index, &why, &once), 1);
	assert_true(once);
	world_pass(w, 1500);
	assert_int_equal(pool_refused(w->pool, &index, &why, &once), 1);
	assert_false(once);
	assert_int_equal(index, 1);
	assert_string_equal(why, strerror(ENOENT));
	error_now = 0;
	world_pass(w, 5000);
	assert_int_equal(pool_refused(w->pool, &index, &why, &once), 0);
	assert_false(once);
}

static void a_virtual_that_cannot_be_added_is_one_log_line_for_all_its_reals(void **state)
{
	(void)state;
	w->trouble = fails;
	error_now = -ENOPROTOOPT;
	world_start(w, TWO "\tquiescent=yes\n");
	assert_int_equal(lines_with("Failed"), 1);
	assert_true(view(0, 1).trouble[0]);
	up(R1);
	up(R2);
	assert_int_equal(lines_with("Failed"), 1);
	error_now = 0;
	world_pass(w, 1100);
	assert_int_equal(weight(R1), 3);
	assert_int_equal(weight(R2), 2);
}

static void an_entry_deleted_by_hand_is_added_again_with_the_next_change(void **state)
{
	(void)state;
	world_start(w, TWO "\tquiescent=yes\n");
	up(R2);
	have("-d -t " V " -r " R1);
	up(R1);
	assert_int_equal(weight(R1), 3);
	have("-D -t " V);
	down(R1);
	assert_int_equal(weight(R1), 0);
	assert_int_equal(weight(R2), 2);
	have("-d -t " V " -r " R2);
	world_order(w, V, R2, POOL_DISABLE); /* it is gone already: nothing must be tried again */
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void a_failed_operation_does_not_delay_a_different_one(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	w->trouble = fails;
	error_now = -EIO;
	world_order(w, V, R1, POOL_DRAIN);
	assert_int_equal(weight(R1), 3);
	error_now = 0;
	world_order(w, V, R1, POOL_DISABLE);
	assert_int_equal(weight(R1), -1);
}

/* --- an operation with an unknown result: it may have been carried out --- */

static void a_real_that_may_have_been_added_is_deleted_when_its_check_fails(void **state)
{
	(void)state;
	world_start(w, ONE);
	w->trouble = fails;
	error_now = LAB_UNKNOWN;
	up(R1);
	assert_int_equal(weight(R1), 3);
	assert_false(view(0, 0).in_table);
	error_now = 0;
	down(R1);
	assert_int_equal(weight(R1), -1);
	assert_true(noted("L Deleted real server: " R1 " (" V ")"));
	world_clear_notes(w);
	world_pass(w, 1100);
	assert_int_equal(w->op_count, 0);
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void a_real_that_may_have_been_deleted_is_added_when_its_check_succeeds(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	w->trouble = fails;
	error_now = LAB_UNKNOWN;
	down(R1);
	assert_int_equal(weight(R1), -1);
	assert_true(view(0, 0).in_table);
	world_clear_notes(w);
	error_now = 0;
	up(R1);
	world_pass(w, 10);
	assert_int_equal(weight(R1), 3);
	/* the kernel's error for this change is no failure: it only shows what the kernel has */
	assert_int_equal(lines_with("Failed"), 0);
	assert_true(noted("L Added real server: " R1));
}

static void a_virtual_that_may_have_been_added_is_deleted_by_a_reload_and_by_the_stop(void **state)
{
	(void)state;
	for (int stops = 0; stops < 2; stops++) {
		w->trouble = fails;
		error_now = LAB_UNKNOWN;
		if (stops == 0)
			world_start(w, ONE);
		else
			world_reload(w, ONE, false);
		assert_int_equal(w->kernel.service_count, 1);
		error_now = 0;
		if (stops)
			world_event(w, (struct pool_event){.kind = POOL_STOP});
		else
			world_reload(w, "checkinterval=1\n", false);
		assert_int_equal(w->kernel.service_count, 0);
	}
}

static void a_virtual_that_could_not_be_added_waits_for_its_next_try_whatever_its_reals_do(void **state)
{
	(void)state;
	w->trouble = the_first_virtual_fails;
	error_now = -EIO;
	world_start(w, ONE);
	assert_int_equal(w->failed_count, 1);
	for (unsigned i = 0; i < 5; i++) {
		up(R1);
		down(R1);
	}
	assert_int_equal(w->failed_count, 1);
	world_pass(w, 1100);
	assert_int_equal(w->failed_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_failed_operation_is_logged_once_and_tried_again_after_growing_pauses),
		CASE(a_virtual_is_refused_when_it_was_refused_twice),
		CASE(a_virtual_that_cannot_be_added_is_one_log_line_for_all_its_reals),
		CASE(an_entry_deleted_by_hand_is_added_again_with_the_next_change),
		CASE(a_failed_operation_does_not_delay_a_different_one),
		CASE(a_real_that_may_have_been_added_is_deleted_when_its_check_fails),
		CASE(a_real_that_may_have_been_deleted_is_added_when_its_check_succeeds),
		CASE(a_virtual_that_may_have_been_added_is_deleted_by_a_reload_and_by_the_stop),
		CASE(a_virtual_that_could_not_be_added_waits_for_its_next_try_whatever_its_reals_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
