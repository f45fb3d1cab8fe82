// SPDX-License-Identifier: MIT
/* How many messages one link has lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/core/link_loss.h"

static void assert_loss(const struct link_loss *l, uint64_t newest, unsigned lost, unsigned of)
{
	unsigned found_lost, found_of;
	link_loss_view(l, newest, &found_lost, &found_of);
	assert_int_equal(found_lost, lost);
	assert_int_equal(found_of, of);
}

static void a_link_that_was_never_heard_knows_nothing(void **state)
{
	(void)state;
	struct link_loss l = {0};
	assert_loss(&l, 100, 0, 0);
}

static void a_gap_is_loss_also_when_it_is_filled_later(void **state)
{
	(void)state;
	struct link_loss l = {0};
	link_loss_heard(&l, 7, 10);
	link_loss_heard(&l, 7, 11);
	assert_loss(&l, 11, 0, 2);
	link_loss_heard(&l, 7, 14);
	assert_loss(&l, 14, 2, 5);
	link_loss_heard(&l, 7, 12); /* sent again */
	link_loss_heard(&l, 7, 14); /* repeated */
	assert_loss(&l, 14, 2, 5);
}

static void what_came_on_another_link_only_is_loss(void **state)
{
	(void)state;
	struct link_loss l = {0};
	link_loss_heard(&l, 7, 10);
	assert_loss(&l, 13, 3, 4);
	assert_loss(&l, 10, 0, 1); /* to look changes nothing */
}

static void only_the_last_messages_count(void **state)
{
	(void)state;
	struct link_loss l = {0};
	for (uint64_t seq = 1; seq <= 200; seq++)
		if (seq != 150 && seq != 100)
			link_loss_heard(&l, 7, seq);
	assert_loss(&l, 200, 1, LINK_LOSS_WINDOW);
	assert_loss(&l, 213, 14, LINK_LOSS_WINDOW); /* 150 is still in the window */
	assert_loss(&l, 214, 14, LINK_LOSS_WINDOW); /* and now it is not */
	assert_loss(&l, 100000, LINK_LOSS_WINDOW, LINK_LOSS_WINDOW);
	link_loss_heard(&l, 7, UINT64_MAX);
	assert_loss(&l, UINT64_MAX, LINK_LOSS_WINDOW - 1, LINK_LOSS_WINDOW);
}

static void a_new_life_of_the_node_begins_again(void **state)
{
	(void)state;
	struct link_loss l = {0};
	link_loss_heard(&l, 7, 10);
	link_loss_heard(&l, 7, 20);
	link_loss_heard(&l, 8, 3);
	assert_loss(&l, 3, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_was_never_heard_knows_nothing),
		cmocka_unit_test(a_gap_is_loss_also_when_it_is_filled_later),
		cmocka_unit_test(what_came_on_another_link_only_is_loss),
		cmocka_unit_test(only_the_last_messages_count),
		cmocka_unit_test(a_new_life_of_the_node_begins_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
