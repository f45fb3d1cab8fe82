// SPDX-License-Identifier: MIT
/* How an operator's order ends: refused with a reason, done, failed, or ended because it took too long. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <string.h>

/* --- orders that cannot start --- */

static void a_move_is_refused_while_the_node_still_starts(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_move(p, ALPHA, false, HALF_ALL, 1);
	pair_move(p, ALPHA, true, HALF_ALL, 2);
	assert_seen(p, ALPHA, "moved 1 not this node is still starting");
	assert_seen(p, ALPHA, "moved 2 not this node is still starting");
	pair_free(p);
}

static void a_move_is_refused_while_the_node_leaves(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].hang = true;
	pair_shutdown(p, ALPHA);
	pair_move(p, ALPHA, true, HALF_ALL, 1);
	assert_seen(p, ALPHA, "moved 1 not this node is shutting down");
	pair_free(p);
}

static void a_standby_is_refused_when_nobody_could_take_over(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	pair_mark(p);
	pair_move(p, ALPHA, false, HALF_ALL, 1);
	assert_seen(p, ALPHA,
		"moved 1 not standby message [me] from alpha ignored: the other node beta is dead, nobody could take over");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);

	p = pair_new("node alpha\n", "alpha web\n");
	pair_boot(p, ALPHA);
	pair_run(p, 100);
	pair_move(p, ALPHA, false, HALF_ALL, 2);
	assert_seen(p, ALPHA, "moved 2 not there is no other node to take the resources");
	pair_free(p);
}

static void a_takeover_works_when_the_other_node_is_dead(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	pair_move(p, ALPHA, true, HALF_ALL, 1);
	assert_seen(p, ALPHA, "moved 1 ok");
	pair_free(p);
}

static void a_ninth_move_at_a_time_is_refused(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].hang = true;
	for (unsigned id = 1; id <= CORE_MOVES_MAX; id++)
		pair_move(p, ALPHA, false, HALF_LOCAL, id);
	assert_unseen(p, ALPHA, "moved");
	pair_move(p, ALPHA, false, HALF_LOCAL, 9);
	assert_seen(p, ALPHA, "moved 9 not too many moves are in progress");
	p->side[ALPHA].script[0].hang = false;
	pair_run(p, 1000);
	for (unsigned id = 1; id <= CORE_MOVES_MAX; id++) {
		char text[32];
		(void)snprintf(text, sizeof text, "moved %u ok", id);
		assert_seen(p, ALPHA, text);
	}
	pair_free(p);
}

/* --- halves --- */

static void a_half_means_the_groups_with_their_home_here_or_there(void **state)
{
	(void)state;
	static const struct {
		enum half half;
		const char *moves, *stays;
	} halves[] = {{HALF_LOCAL, "web", "db"}, {HALF_FOREIGN, "db", "web"}};
	for (size_t i = 0; i < 2; i++) {
		struct pair *p = pair_settled(NULL, NULL);
		pair_move(p, ALPHA, true, HALF_ALL, 0);
		pair_run(p, 1000);
		assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
		pair_move(p, ALPHA, false, halves[i].half, 5);
		pair_run(p, 1000);
		assert_true(pair_runs(p, BETA, halves[i].moves) && pair_runs(p, ALPHA, halves[i].stays));
		assert_seen(p, ALPHA, "moved 5 ok the other node runs them");
		pair_free(p);
	}
}

static void an_order_that_changes_nothing_is_done_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, ALPHA, false, HALF_FOREIGN, 1);
	assert_seen(p, ALPHA, "moved 1 ok");
	pair_move(p, ALPHA, true, HALF_LOCAL, 2);
	assert_seen(p, ALPHA, "moved 2 ok");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do ");
	assert_unseen(p, BETA, "do ");
	pair_free(p);
}

static void a_move_without_id_is_reported_to_the_log_only(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "moved");
	assert_seen(p, ALPHA, "log info alpha wants to go standby [all]");
	assert_seen(p, ALPHA, "log info Standby [all] completed: the other node runs them");
	assert_seen(p, ALPHA, "log info Other node completed standby takeover of all resources.");
	assert_seen(p, BETA, "log info alpha wants to go standby [local]");
	assert_seen(p, BETA, "log info standby: acquire [local] resources from alpha");
	assert_seen(p, ALPHA, "log info standby: beta can take our local resources");
	pair_free(p);
}

static void a_standby_ordered_during_a_start_waits_for_its_end(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script_ms = 3000;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STARTING);
	pair_move(p, ALPHA, false, HALF_ALL, 6);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STARTING);
	pair_run(p, 6000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_seen(p, ALPHA, "moved 6 ok");
	pair_free(p);
}

static void a_takeover_ordered_during_a_start_ends_with_it(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script_ms = 3000;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 1000);
	pair_move(p, ALPHA, true, HALF_LOCAL, 6);
	assert_unseen(p, ALPHA, "moved");
	pair_run(p, 1900);
	assert_unseen(p, ALPHA, "moved");
	pair_run(p, 200);
	assert_seen(p, ALPHA, "moved 6 ok");
	assert_times(p, ALPHA, "do start web", 1);
	pair_free(p);
}

static void a_takeover_ordered_while_the_group_leaves_fetches_it_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script_ms = 1000;
	pair_move(p, ALPHA, false, HALF_LOCAL, 5);
	pair_run(p, 500);
	assert_state(p, ALPHA, "web", OWN_STOPPING);
	pair_move(p, ALPHA, true, HALF_LOCAL, 6);
	assert_unseen(p, ALPHA, "moved 6");
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_unseen(p, BETA, "do start web");
	assert_seen(p, ALPHA, "moved 5 not");
	assert_seen(p, ALPHA, "moved 6 ok they run here");
	pair_free(p);
}

static void a_takeover_ordered_while_the_offer_is_out_takes_it_back(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	pair_move(p, ALPHA, false, HALF_LOCAL, 5);
	assert_state(p, ALPHA, "web", OWN_GIVING);
	pair_move(p, ALPHA, true, HALF_LOCAL, 6);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_seen(p, ALPHA, "moved 5 not");
	assert_seen(p, ALPHA, "moved 6 ok");
	pair_hold(p, "@web:c:0 @db:h:1"); /* the answer to the offer comes late */
	pair_run(p, 500);
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void a_standby_ordered_while_the_group_comes_sends_it_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script_ms = 1000;
	pair_move(p, BETA, true, HALF_FOREIGN, 5);
	pair_run(p, 500);
	assert_state(p, BETA, "web", OWN_CLAIM);
	pair_move(p, BETA, false, HALF_FOREIGN, 6);
	assert_unseen(p, BETA, "moved 6");
	pair_run(p, 8000);
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_seen(p, BETA, "moved 6 ok the other node runs them");
	pair_free(p);
}

static void an_order_for_a_group_that_is_stuck_fails_with_the_reason(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[pair_group(p, "web")].fail_stops = PAIR_ALWAYS;
	pair_move(p, ALPHA, false, HALF_LOCAL, 5);
	pair_run(p, 2000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	pair_move(p, ALPHA, false, HALF_LOCAL, 6);
	pair_move(p, ALPHA, true, HALF_LOCAL, 7);
	assert_seen(p, ALPHA, "moved 6 not group web is stuck here");
	assert_seen(p, ALPHA, "moved 7 not group web is stuck here");
	pair_free(p);
}

/* --- what can go wrong --- */

static void a_standby_that_nobody_answers_is_cancelled_after_10_s(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	int64_t started = pair_ms(p);
	pair_move(p, ALPHA, false, HALF_ALL, 7);
	assert_state(p, ALPHA, "web", OWN_GIVING);
	pair_until(p, 11000, ALPHA, "moved 7 not");
	assert_int_equal(pair_when(p, ALPHA, "moved 7 not") - started, ASK_MS);
	assert_seen(p, ALPHA, "log WARN No reply to standby request.  Standby request cancelled.");
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void a_takeover_that_nobody_answers_fails_after_10_s(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	int64_t started = pair_ms(p);
	pair_move(p, ALPHA, true, HALF_FOREIGN, 8);
	pair_until(p, 11000, ALPHA, "moved 8 not");
	assert_int_equal(pair_when(p, ALPHA, "moved 8 not") - started, ASK_MS);
	assert_state(p, ALPHA, "db", OWN_NONE);
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_standby_reports_that_its_release_failed(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].fail_stops = 1;
	pair_move(p, ALPHA, false, HALF_ALL, 7);
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "moved 7 not group web is stuck here: exit status 1, on the other node: claims it");
	pair_free(p);
}

static void a_standby_reports_that_the_taker_died_and_the_group_runs_again(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[BETA].script[0].hang = true;
	pair_move(p, ALPHA, false, HALF_ALL, 7);
	pair_until(p, 1000, BETA, "do start web");
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_seen(p, ALPHA, "moved 7 not");
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_takeover_reports_that_its_start_failed_and_the_group_goes_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[BETA].script[0].fail_starts = PAIR_ALWAYS;
	pair_move(p, BETA, true, HALF_FOREIGN, 8);
	pair_run(p, 1000);
	assert_seen(p, BETA, "moved 8 not group web is failed here: exit status 1");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void a_move_ends_after_an_hour_at_the_latest(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].hang = true;
	pair_move(p, ALPHA, false, HALF_ALL, 7);
	pair_run(p, MOVE_MS - 1);
	assert_unseen(p, ALPHA, "moved");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "moved 7 not not finished within an hour");
	pair_free(p);
}

static void two_standbys_at_once_leave_each_group_running_once(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, ALPHA, false, HALF_ALL, 1);
	pair_move(p, BETA, false, HALF_ALL, 2);
	pair_run(p, 30000);
	assert_true(pair_runs(p, ALPHA, "web") != pair_runs(p, BETA, "web"));
	assert_true(pair_runs(p, ALPHA, "db") != pair_runs(p, BETA, "db"));
	assert_seen(p, ALPHA, "moved 1");
	assert_seen(p, BETA, "moved 2");
	pair_free(p);
}

static void two_takeovers_at_once_leave_each_group_running_once(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, ALPHA, true, HALF_ALL, 1);
	pair_move(p, BETA, true, HALF_ALL, 2);
	pair_run(p, 30000);
	assert_true(pair_runs(p, ALPHA, "web") != pair_runs(p, BETA, "web"));
	assert_true(pair_runs(p, ALPHA, "db") != pair_runs(p, BETA, "db"));
	assert_seen(p, ALPHA, "moved 1");
	assert_seen(p, BETA, "moved 2");
	pair_free(p);
}

/* --- by message --- */

static void say_locally(struct pair *p, const char *type, const char *half)
{
	static uint8_t arena[4096];
	struct message m;
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", type);
	if (half)
		message_add(&m, "rsc_hold", half);
	message_add(&m, "info", "me");
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_MESSAGE, .message.message = &m});
}

static void orders_from_the_fifo_start_moves(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	say_locally(p, "ask_resources", "local");
	pair_run(p, 1000);
	assert_true(pair_runs(p, BETA, "web"));
	say_locally(p, "hb_takeover", "failback"); /* our groups come home */
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	say_locally(p, "hb_takeover", NULL); /* all */
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	say_locally(p, "ask_resources", "failback"); /* the groups of the other node leave */
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	assert_unseen(p, ALPHA, "send ask_resources"); /* native: nothing of it on the wire */
	pair_free(p);
}

static void an_order_for_no_half_that_exists_is_refused(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	say_locally(p, "ask_resources", "everything");
	say_locally(p, "hb_takeover", "x");
	assert_seen(p, ALPHA,
		"log WARN ask_resources from the FIFO was ignored: rsc_hold must be all, local, foreign or failback");
	assert_seen(p, ALPHA, "log WARN hb_takeover from the FIFO was ignored");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_is_refused_while_the_node_still_starts),
		cmocka_unit_test(a_move_is_refused_while_the_node_leaves),
		cmocka_unit_test(a_standby_is_refused_when_nobody_could_take_over),
		cmocka_unit_test(a_takeover_works_when_the_other_node_is_dead),
		cmocka_unit_test(a_ninth_move_at_a_time_is_refused),
		cmocka_unit_test(a_half_means_the_groups_with_their_home_here_or_there),
		cmocka_unit_test(an_order_that_changes_nothing_is_done_at_once),
		cmocka_unit_test(a_move_without_id_is_reported_to_the_log_only),
		cmocka_unit_test(a_standby_ordered_during_a_start_waits_for_its_end),
		cmocka_unit_test(a_takeover_ordered_during_a_start_ends_with_it),
		cmocka_unit_test(a_takeover_ordered_while_the_group_leaves_fetches_it_back),
		cmocka_unit_test(a_takeover_ordered_while_the_offer_is_out_takes_it_back),
		cmocka_unit_test(a_standby_ordered_while_the_group_comes_sends_it_back),
		cmocka_unit_test(an_order_for_a_group_that_is_stuck_fails_with_the_reason),
		cmocka_unit_test(a_standby_that_nobody_answers_is_cancelled_after_10_s),
		cmocka_unit_test(a_takeover_that_nobody_answers_fails_after_10_s),
		cmocka_unit_test(a_standby_reports_that_its_release_failed),
		cmocka_unit_test(a_standby_reports_that_the_taker_died_and_the_group_runs_again),
		cmocka_unit_test(a_takeover_reports_that_its_start_failed_and_the_group_goes_back),
		cmocka_unit_test(a_move_ends_after_an_hour_at_the_latest),
		cmocka_unit_test(two_standbys_at_once_leave_each_group_running_once),
		cmocka_unit_test(two_takeovers_at_once_leave_each_group_running_once),
		cmocka_unit_test(orders_from_the_fifo_start_moves),
		cmocka_unit_test(an_order_for_no_half_that_exists_is_refused),
	};
	return cmocka_run_group_tests_name("moves", tests, NULL, NULL);
}
