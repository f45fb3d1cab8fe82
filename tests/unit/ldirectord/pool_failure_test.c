// SPDX-License-Identifier: MIT
/* Operations that fail, surely or perhaps: what the pool says of them, and when it tries again. */
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

	for (const char *at = w->said; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void a_failed_operation_is_one_truthful_line_and_is_tried_again_ever_slower(void **state)
{
	(void)state;
	world_start(w, ONE);
	w->trouble = fails;
	error_now = -EIO;
	world_hush(w);
	up(R1);
	assert_string_equal(
		w->said, "L Failed to add real server: " R1 " (" V "): Input/output error; next try in 1 s\n");
	assert_string_equal(view(0, 0).trouble, "Input/output error");
	assert_false(view(0, 0).in_table);
	world_pass(w, 500);
	assert_int_equal(w->failed_count, 1);
	world_pass(w, 600);
	assert_int_equal(w->failed_count, 2);
	world_pass(w, 1500);
	assert_int_equal(w->failed_count, 2); /* then after 2 s, 4 s ... */
	world_pass(w, 600000);
	assert_in_range(w->failed_count, 12, 20);
	assert_int_equal(lines_with("Failed"), 1);
	assert_false(said("Added"));
	error_now = 0;
	world_pass(w, 60000);
	assert_int_equal(weight(R1), 3);
	assert_true(said("L Added real server: " R1 " (" V ") (Weight set to 3): connected\n"));
	assert_string_equal(view(0, 0).trouble, "");
}

static void a_virtual_that_fails_is_one_line_for_all_its_reals(void **state)
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

static void what_was_deleted_by_hand_comes_back_at_once_with_the_next_change(void **state)
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
	world_order(w, V, R2, POOL_DISABLE); /* is gone: nothing to be tried again */
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void what_failed_does_not_hold_up_another_wish(void **state)
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

/* --- an operation whose outcome nobody heard: it may have been done --- */

static void one_that_may_be_there_all_the_same_is_taken_out_when_it_fails_now(void **state)
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
	assert_true(said("L Deleted real server: " R1 " (" V ")"));
	world_hush(w);
	world_pass(w, 1100);
	assert_int_equal(w->op_count, 0);
	assert_true(pool_deadline(w->pool).ns == MONO_FAR.ns);
}

static void one_that_may_be_gone_all_the_same_is_put_in_when_it_serves_again(void **state)
{
	(void)state;
	world_start(w, ONE);
	up(R1);
	w->trouble = fails;
	error_now = LAB_UNKNOWN;
	down(R1);
	assert_int_equal(weight(R1), -1);
	assert_true(view(0, 0).in_table);
	world_hush(w);
	error_now = 0;
	up(R1);
	world_pass(w, 10);
	assert_int_equal(weight(R1), 3);
	/* what the kernel says to the change is no failure, but an answer at last */
	assert_int_equal(lines_with("Failed"), 0);
	assert_true(said("L Added real server: " R1));
}

static void a_virtual_that_may_be_there_is_not_left_behind_by_a_reload_or_the_stop(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_failed_operation_is_one_truthful_line_and_is_tried_again_ever_slower),
		CASE(a_virtual_that_fails_is_one_line_for_all_its_reals),
		CASE(what_was_deleted_by_hand_comes_back_at_once_with_the_next_change),
		CASE(what_failed_does_not_hold_up_another_wish),
		CASE(one_that_may_be_there_all_the_same_is_taken_out_when_it_fails_now),
		CASE(one_that_may_be_gone_all_the_same_is_put_in_when_it_serves_again),
		CASE(a_virtual_that_may_be_there_is_not_left_behind_by_a_reload_or_the_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
