// SPDX-License-Identifier: MIT
/* The native dialect: two owners after a partition, leaving, failback. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- two owners after a partition --- */

static struct pair *split(const char *lines, int64_t ms)
{
	struct pair *p = pair_settled(lines, NULL);
	p->may_double = true;
	p->side[ALPHA].cut = p->side[BETA].cut = true;
	pair_run(p, ms);
	p->side[ALPHA].cut = p->side[BETA].cut = false;
	return p;
}

static void after_a_partition_the_higher_epoch_keeps_and_nobody_starts_again(void **state)
{
	(void)state;
	struct pair *p = split(NULL, 10000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "web") && pair_runs(p, ALPHA, "db") &&
		    pair_runs(p, BETA, "db"));
	pair_mark(p);
	pair_run(p, 3000);
	/* each has taken the group over: a higher epoch */
	assert_true(!pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "web") && pair_runs(p, ALPHA, "db") &&
		    !pair_runs(p, BETA, "db"));
	for (int side = 0; side < SIDES; side++) {
		assert_unseen(p, side, "do start ");
		assert_times(p, side, "do stop ", 1);
		assert_times(p, side, "do announce ", 2); /* at once, and after the other node has released it */
		assert_times(p, side, "log CRIT Cluster node ", 1);
		assert_times(p, side, "log CRIT Both machines own group web", 1);
	}
	assert_seen(p, ALPHA, "do announce db");
	assert_seen(p, BETA, "do announce web");
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "do start ");
	assert_unseen(p, BETA, "do start ");
	pair_free(p);
}

static void the_loser_of_a_conflict_stops_in_the_step_that_hears_of_it(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_mark(p);
	pair_hold(p, "@web:s:7 @db:h:1"); /* starting there counts as held */
	assert_seen(p, ALPHA, "do stop web");
	assert_before(p, ALPHA, "do stop web", ALPHA, "send status");
	assert_seen(p, ALPHA, "Both machines own group web: our epoch is 1, that of beta is 7; we release it now");
	assert_unseen(p, ALPHA, "announce");
	pair_free(p);
}

static void the_winner_of_a_conflict_announces_once(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	pair_mark(p);
	for (unsigned i = 0; i < 10; i++) {
		pair_hold(p, "@web:h:0 @db:h:1");
		pair_run(p, 100);
	}
	assert_times(p, ALPHA, "do announce web", 1);
	assert_times(p, ALPHA, "log CRIT Both machines own group web", 1);
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void two_nodes_that_ask_each_other_do_not_answer_without_end(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script_ms = p->side[BETA].script_ms = 900;
	pair_run(p, 500);
	pair_mark(p);
	pair_move(p, ALPHA, true, HALF_ALL, 1);
	pair_move(p, BETA, true, HALF_ALL, 2);
	pair_run(p, 850);
	for (int side = 0; side < SIDES; side++)
		/* at most 64 statuses in one keepalive: the rest of them reports the change */
		assert_true(pair_count(p, side, "send status") < 12);
	pair_run(p, 60);
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, BETA, "do start web");
	pair_free(p);
}

static void addresses_are_announced_when_the_peer_has_released_though_it_never_reported_to_hold(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	pair_mark(p);
	pair_hold(p, "@web:r:1 @db:h:1"); /* it releases in the step in which it receives our status */
	pair_run(p, 1500);
	assert_unseen(p, ALPHA, "do announce ");
	pair_hold(p, "@web:n:1 @db:h:1");
	assert_times(p, ALPHA, "do announce web", 1);
	pair_run(p, 5000);
	assert_times(p, ALPHA, "do announce ", 1);
	assert_unseen(p, ALPHA, "do stop ");
	pair_free(p);
}

static void equal_epochs_leave_it_at_home(void **state)
{
	(void)state;
	struct adopted both[] = {{.epoch = 4}, {.epoch = 4}};
	struct pair *p = pair_new(NULL, NULL);
	for (size_t g = 0; g < 2; g++) {
		both[g].group_id = p->side[ALPHA].resources->groups[g].id;
		p->side[ALPHA].script[g].runs = p->side[BETA].script[g].runs = true;
	}
	p->may_double = true;
	pair_boot_adopting(p, ALPHA, both, 2);
	pair_boot_adopting(p, BETA, both, 2);
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web") && !pair_runs(p, BETA, "web") && !pair_runs(p, ALPHA, "db") &&
		    pair_runs(p, BETA, "db"));
	assert_unseen(p, ALPHA, "do start ");
	assert_unseen(p, BETA, "do start ");
	pair_free(p);
}

static void an_owner_that_hears_its_successor_releases_though_it_is_not_heard(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->may_double = true;
	p->side[ALPHA].cut = true;
	pair_until(p, 6000, BETA, "do start web");
	pair_until(p, 10, ALPHA, "do stop web");
	pair_run(p, 1000);
	assert_false(pair_runs(p, ALPHA, "web"));
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

/* --- leaving --- */

static void a_leaving_nodes_groups_start_on_the_peer_one_by_one_as_they_are_released(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\nalpha www\nbeta db\n");
	p->side[ALPHA].script[1].hang = true;
	pair_shutdown(p, ALPHA);
	pair_run(p, 1000);
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_true(pair_runs(p, BETA, "web"));
	assert_unseen(p, BETA, "do start www");
	assert_unseen(p, ALPHA, "send shutdone");
	assert_state(p, ALPHA, "www", OWN_STOPPING);
	p->side[ALPHA].script[1].hang = false;
	pair_run(p, 1000);
	assert_before(p, ALPHA, "stopped www", BETA, "do start www");
	assert_true(pair_runs(p, BETA, "www"));
	assert_seen(p, ALPHA, "gone");
	assert_seen(p, ALPHA, "log info alpha Heartbeat shutdown complete.");
	assert_seen(p, BETA, "log info Received shutdown notice from 'alpha'.");
	assert_seen(p, BETA, "log info Resources being acquired from alpha.");
	assert_unseen(p, BETA, "standby");
	pair_run(p, 10000);
	assert_seen(p, BETA, "log info Dead node alpha gave up resources.");
	assert_unseen(p, BETA, "STONITH");
	pair_free(p);
}

static void a_leave_waits_only_for_the_answer_of_the_peer(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	int64_t started = pair_ms(p);
	p->side[BETA].script_ms = 5000; /* alpha does not wait for this start */
	pair_shutdown(p, ALPHA);
	pair_until(p, 1000, ALPHA, "gone");
	assert_in_range(pair_when(p, ALPHA, "gone") - started, 0, 100);
	pair_free(p);
}

static bool loses_shutdone(struct pair *p, int from, const struct message *m)
{
	(void)p, (void)from;
	return message_is(m, "t", "shutdone");
}

static void a_leave_that_loses_datagrams_still_hands_over_before_deadtime(void **state)
{
	(void)state;
	for (unsigned lost = 0; lost <= 2; lost++)
		for (unsigned unsaid = 0; unsaid < 2; unsaid++) {
			struct pair *p = pair_settled(NULL, NULL);
			p->loses = unsaid ? loses_shutdone : NULL;
			pair_shutdown(p, ALPHA);
			pair_until(p, 1000, ALPHA, "stopped web");
			p->side[ALPHA].lose = lost;
			pair_run(p, 2000);
			assert_true(pair_runs(p, BETA, "web"));
			pair_free(p);
		}
}

static void a_leave_that_nobody_hears_ends_after_its_grace(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].cut = true;
	pair_shutdown(p, ALPHA);
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "gone");
	pair_run(p, 600);
	assert_seen(p, ALPHA, "gone");
	pair_run(p, 4000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void both_leaving_at_once_stop_everything_and_start_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_shutdown(p, ALPHA);
	pair_shutdown(p, BETA);
	pair_run(p, 3000);
	for (int side = 0; side < SIDES; side++) {
		assert_seen(p, side, "gone");
		assert_unseen(p, side, "do start ");
		assert_times(p, side, "do stop ", 1);
	}
	pair_free(p);
}

static void a_second_shutdown_order_changes_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_shutdown(p, ALPHA);
	pair_shutdown(p, ALPHA);
	pair_until(p, 3000, ALPHA, "gone");
	assert_times(p, ALPHA, "Heartbeat shutdown in progress.", 1);
	assert_times(p, ALPHA, "do stop web", 1);
	pair_free(p);
}

static void a_start_under_way_is_cancelled_by_a_shutdown(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script_ms = 5000;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_until(p, 1000, ALPHA, "do start web");
	pair_shutdown(p, ALPHA);
	assert_seen(p, ALPHA, "do stop web");
	pair_until(p, 6000, BETA, "started web");
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	pair_free(p);
}

/* --- failback --- */

static void with_failback_on_a_group_goes_home_in_order(void **state)
{
	(void)state;
	static const char *const modes[] = {"auto_failback on\n", "auto_failback legacy\n"};
	for (size_t i = 0; i < 2; i++) {
		struct pair *p = pair_settled(modes[i], NULL);
		pair_crash(p, ALPHA);
		pair_run(p, 6000);
		assert_true(pair_runs(p, BETA, "web"));
		pair_mark(p);
		pair_boot(p, ALPHA);
		pair_run(p, 3000);
		assert_before(p, BETA, "stopped web", ALPHA, "do start web");
		assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
		assert_times(p, BETA, "do stop ", 1);
		pair_free(p);
	}
}

static void with_failback_off_a_group_stays(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	pair_crash(p, ALPHA);
	pair_run(p, 6000);
	pair_mark(p);
	pair_boot(p, ALPHA);
	pair_run(p, 30000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_unseen(p, BETA, "do stop ");
	assert_unseen(p, ALPHA, "do start ");
	pair_free(p);
}

static void what_an_operator_moved_does_not_fail_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", NULL);
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 60000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void what_an_operator_moved_goes_home_when_its_home_starts_again(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", NULL);
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 1000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_crash(p, ALPHA);
	pair_run(p, 1000);
	pair_boot(p, ALPHA);
	pair_run(p, 3000);
	assert_true(pair_runs(p, ALPHA, "web") && !pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void an_offer_to_the_home_that_was_not_answered_is_made_again(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice("auto_failback on\n", NULL, "@web:n:0 @db:h:1");
	p->voice.beat = NULL;
	pair_run(p, 6000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_voice_restart(p);
	pair_hold(p, "@web:n:0 @db:n:0"); /* back, but it does not take what it is offered */
	pair_run(p, 35000);
	assert_times(p, ALPHA, "Group db: held -> giving: its home is back", 4);
	assert_times(p, ALPHA, "No reply to standby request.", 3);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_group_that_its_home_cannot_start_stays_and_failback_stops_trying(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", NULL);
	pair_crash(p, ALPHA);
	pair_run(p, 6000);
	p->side[ALPHA].script[0].fail_starts = PAIR_ALWAYS;
	pair_mark(p);
	pair_boot(p, ALPHA);
	pair_run(p, 600000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_in_range(pair_count(p, BETA, "do stop web"), 1, START_ATTEMPTS);
	pair_free(p);
}

static void a_leave_waits_for_the_answer_about_each_group(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, "alpha web\nalpha www\n", "@web:n:0 @www:n:0");
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "www"));
	pair_shutdown(p, ALPHA);
	pair_until(p, 1000, ALPHA, "send shutdone");
	pair_hold(p, "@web:h:9 @www:n:0");
	pair_run(p, 200);
	assert_unseen(p, ALPHA, "gone");
	pair_hold(p, "@web:h:9 @www:s:9");
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_partition_the_higher_epoch_keeps_and_nobody_starts_again),
		cmocka_unit_test(the_loser_of_a_conflict_stops_in_the_step_that_hears_of_it),
		cmocka_unit_test(the_winner_of_a_conflict_announces_once),
		cmocka_unit_test(two_nodes_that_ask_each_other_do_not_answer_without_end),
		cmocka_unit_test(addresses_are_announced_when_the_peer_has_released_though_it_never_reported_to_hold),
		cmocka_unit_test(equal_epochs_leave_it_at_home),
		cmocka_unit_test(an_owner_that_hears_its_successor_releases_though_it_is_not_heard),
		cmocka_unit_test(a_leaving_nodes_groups_start_on_the_peer_one_by_one_as_they_are_released),
		cmocka_unit_test(a_leave_waits_only_for_the_answer_of_the_peer),
		cmocka_unit_test(a_leave_that_loses_datagrams_still_hands_over_before_deadtime),
		cmocka_unit_test(a_leave_that_nobody_hears_ends_after_its_grace),
		cmocka_unit_test(both_leaving_at_once_stop_everything_and_start_nothing),
		cmocka_unit_test(a_second_shutdown_order_changes_nothing),
		cmocka_unit_test(a_start_under_way_is_cancelled_by_a_shutdown),
		cmocka_unit_test(with_failback_on_a_group_goes_home_in_order),
		cmocka_unit_test(with_failback_off_a_group_stays),
		cmocka_unit_test(what_an_operator_moved_does_not_fail_back),
		cmocka_unit_test(what_an_operator_moved_goes_home_when_its_home_starts_again),
		cmocka_unit_test(an_offer_to_the_home_that_was_not_answered_is_made_again),
		cmocka_unit_test(a_group_that_its_home_cannot_start_stays_and_failback_stops_trying),
		cmocka_unit_test(a_leave_waits_for_the_answer_about_each_group),
	};
	return cmocka_run_group_tests_name("native_owners", tests, NULL, NULL);
}
