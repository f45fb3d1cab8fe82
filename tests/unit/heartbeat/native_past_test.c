// SPDX-License-Identifier: MIT
/* The native dialect: restarts, stalls, recordings, peers that are deaf. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- restarts --- */

static void a_node_that_restarts_within_deadtime_gets_its_own_groups_back_and_nothing_else_moves(void **state)
{
	(void)state;
	for (int64_t ms = 1; ms < 4000; ms += 444) {
		struct pair *p = pair_settled("auto_failback off\n", NULL);
		pair_crash(p, ALPHA);
		pair_run(p, ms);
		pair_boot(p, ALPHA);
		pair_run(p, 3000);
		assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
		assert_unseen(p, BETA, "do start ");
		assert_unseen(p, BETA, "do stop ");
		assert_seen(p, BETA, "Heartbeat restart on node alpha");
		pair_free(p);
	}
}

static void an_engine_that_adopts_what_runs_moves_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", NULL);
	struct adopted web = {.group_id = p->side[ALPHA].resources->groups[0].id, .epoch = 1};
	pair_lose_engine(p, ALPHA);
	pair_run(p, 500);
	pair_boot_adopting(p, ALPHA, &web, 1);
	pair_run(p, 30000);
	for (int side = 0; side < SIDES; side++) {
		assert_unseen(p, side, "do start ");
		assert_unseen(p, side, "do stop ");
	}
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_seen(p, ALPHA, "Group web already ran here before this engine started: it keeps running");
	pair_free(p);
}

static void what_is_adopted_to_be_cleaned_up_is_stopped_before_anybody_starts_it(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct adopted web = {.group_id = p->side[ALPHA].resources->groups[0].id, .epoch = 1, .clean_up = true};
	pair_lose_engine(p, ALPHA);
	p->side[ALPHA].script_ms = 6000; /* longer than deadtime */
	pair_boot_adopting(p, ALPHA, &web, 1);
	assert_state(p, ALPHA, "web", OWN_UNKNOWN);
	pair_run(p, 5900);
	assert_times(p, ALPHA, "do stop web", 1);
	assert_unseen(p, BETA, "do start web");
	assert_unseen(p, ALPHA, "do start web");
	pair_run(p, 10000);
	assert_before(p, ALPHA, "stopped web", ALPHA, "do start web");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void a_group_that_nobody_has_looked_at_is_not_started_anywhere_before_that_look_has_ended(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct adopted web = {
		.group_id = p->side[ALPHA].resources->groups[0].id, .clean_up = true, .unverified = true};
	p->side[ALPHA].script_ms = 9000;
	pair_boot_adopting(p, ALPHA, &web, 1);
	pair_boot(p, BETA);
	assert_state(p, ALPHA, "web", OWN_UNKNOWN);
	assert_unseen(p, ALPHA, "left behind"); /* that is not known yet */
	pair_run(p, 8900);
	assert_times(p, ALPHA, "do stop web", 1);
	assert_unseen(p, BETA, "do start web");
	assert_unseen(p, ALPHA, "do start web");
	pair_run(p, 20000);
	assert_before(p, ALPHA, "stopped web", ALPHA, "do start web");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void adopted_groups_of_another_file_are_left_alone(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct adopted unknown = {.group_id = 1, .epoch = 9};
	pair_boot_adopting(p, ALPHA, &unknown, 1);
	assert_state(p, ALPHA, "web", OWN_NONE);
	assert_state(p, ALPHA, "db", OWN_NONE);
	assert_unseen(p, ALPHA, "log info Group");
	pair_free(p);
}

/* --- standing still --- */

static void a_node_stalled_for_longer_than_deadtime_releases_before_it_sends_anything(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	p->may_double = true; /* a frozen node cannot prevent that */
	pair_freeze(p, ALPHA);
	pair_run(p, 6000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_mark(p);
	pair_thaw(p, ALPHA);
	assert_before(p, ALPHA, "do stop web", ALPHA, "send status");
	assert_seen(p, ALPHA, "log CRIT This node stood still for 6000 ms");
	assert_state(p, ALPHA, "web", OWN_STOPPING);
	pair_run(p, 10000);
	assert_unseen(p, ALPHA, "do start ");
	assert_true(!pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void a_node_stalled_for_less_keeps_what_it_has_and_gives_its_peer_time(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	pair_freeze(p, ALPHA);
	pair_run(p, 3900);
	pair_lose_flight(p); /* what the kernel had kept is lost */
	pair_thaw(p, ALPHA);
	pair_run(p, 5000);
	for (int side = 0; side < SIDES; side++) {
		assert_unseen(p, side, "do start ");
		assert_unseen(p, side, "do stop ");
		assert_unseen(p, side, "is dead");
	}
	pair_free(p);
}

static void a_node_stalled_while_its_dead_peer_came_back_waits_to_hear_it(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	p->may_double = true;
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_freeze(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 11000);
	assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	pair_lose_flight(p); /* what the kernel had kept is lost */
	pair_mark(p);
	p->delay_ms = 300; /* the answer comes after the stop scripts have ended */
	pair_thaw(p, ALPHA);
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "do start");
	assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	assert_false(pair_runs(p, ALPHA, "web") || pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_stall_does_not_shorten_the_time_that_an_unproven_node_delays_us(void **state)
{
	(void)state;
	static const char proven[] =
		"status|st=active|dt=4e20|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:n:0";
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	p->voice.beat = proven; /* its dt is 20 s */
	pair_run(p, 3000);
	p->voice.beat = NULL;
	pair_until(p, 21000, ALPHA, "is dead");
	pair_run(p, 3000);
	assert_true(pair_runs(p, ALPHA, "web"));
	for (int i = 0; i < 2; i++) { /* for example a recording: no start within 20 s of its last status */
		pair_run(p, 1000);
		pair_say(p, "status|st=active|dt=4e20|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:n:0 @db:n:0");
	}
	int64_t last = pair_ms(p);
	pair_freeze(p, ALPHA);
	pair_run(p, 6000);
	pair_mark(p);
	pair_thaw(p, ALPHA);
	assert_seen(p, ALPHA, "do stop web");
	pair_until(p, 30000, ALPHA, "do start web");
	assert_int_equal(pair_when(p, ALPHA, "do start web") - last, 20000);
	pair_free(p);
}

static void two_nodes_stalled_together_distribute_the_groups_again(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	pair_freeze(p, ALPHA);
	pair_freeze(p, BETA);
	pair_run(p, 60000);
	pair_thaw(p, ALPHA);
	pair_thaw(p, BETA);
	pair_run(p, 3000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	pair_free(p);
}

/* --- recordings, and peers that are deaf --- */

static void a_deaf_peer_that_reports_a_group_as_held_delays_its_start_for_three_initdeads(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->voice.beat = "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:h:1 @db:h:1";
	p->voice.next_beat = p->now;
	pair_boot(p, ALPHA);
	pair_run(p, 29999);
	assert_unseen(p, ALPHA, "do start ");
	assert_int_equal(pair_when(p, ALPHA, "Comm_now_up"), 10000); /* the peer exists after all */
	assert_times(p, ALPHA, "log CRIT node beta delays us: it is heard, but does not prove that it hears us", 1);
	pair_run(p, 4000);
	assert_seen(p, ALPHA, "do start web");
	pair_run(p, 60000);
	assert_times(p, ALPHA, "delays us", 1);
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void a_deaf_peer_that_becomes_silent_delays_us_no_longer_than_its_deadtime(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->voice.beat = "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:h:1 @db:h:1";
	p->voice.next_beat = p->now;
	pair_boot(p, ALPHA);
	pair_run(p, 15000);
	assert_unseen(p, ALPHA, "do start ");
	p->voice.beat = NULL;
	pair_run(p, 4100);
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static void one_recorded_status_does_not_move_a_boot_forward_or_back(void **state)
{
	(void)state;
	for (int64_t at = 500; at < 10000; at += 950) {
		struct pair *p = pair_new(NULL, NULL);
		pair_boot(p, ALPHA);
		pair_run(p, at);
		pair_say(p,
			"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=77:5|h4digest=@digest|h4hold=@web:h:1 @db:h:1|seq=999");
		pair_run(p, 10000 - at - 1);
		assert_unseen(p, ALPHA, "do start ");
		pair_run(p, 4001);
		assert_seen(p, ALPHA, "do start web");
		assert_seen(p, ALPHA, "do start db");
		pair_free(p);
	}
}

static void one_recorded_status_does_not_delay_a_retry(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "failed web");
	int64_t failed = pair_when(p, ALPHA, "failed web");
	pair_run(p, 29000);
	pair_mark(p);
	pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=77:5|h4digest=@digest|h4hold=@web:h:1 @db:h:1");
	pair_until(p, 5000, ALPHA, "do start web");
	assert_int_equal(pair_when(p, ALPHA, "do start web") - failed, RETRY_MS);
	pair_free(p);
}

static void recorded_statuses_never_make_an_owner_release(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 11000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	for (unsigned i = 0; i < 20; i++) {
		pair_say(p,
			"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=77:5|h4digest=@digest|h4hold=@web:h:9 @db:h:9");
		pair_run(p, 700);
	}
	assert_unseen(p, ALPHA, "do stop ");
	assert_unseen(p, ALPHA, "returning after partition");
	assert_unseen(p, ALPHA, "Status update for node beta: status active");
	pair_free(p);
}

static void what_was_sent_before_its_senders_death_does_not_wake_it(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 3000);
	uint8_t *frames[5];
	size_t len[5];
	for (size_t i = 0; i < 5; i++) /* held back on the way */
		frames[i] = pair_frame(p, p->voice.beat, &len[i]);
	p->voice.beat = NULL;
	pair_run(p, 4100);
	assert_seen(p, ALPHA, "node beta: is dead");
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	for (size_t i = 0; i < 5; i++) {
		pair_datagram(p, ALPHA, 0, frames[i], len[i]);
		pair_run(p, 300);
		free(frames[i]);
	}
	assert_unseen(p, ALPHA, "do stop ");
	assert_unseen(p, ALPHA, "returning after partition");
	pair_free(p);
}

/* Its claim was not read here, and our own retry may be due in the same moment: two owners, found by tests/model. */
static void a_claim_of_a_peer_that_is_not_believed_yet_gets_no_answer(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	char early[256];
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_until(p, 20000, ALPHA, "starting -> failed");
	pair_run(p, 100);
	/* The peer's first status that arrives: it knows of us only what we sent before initdead took it for dead. */
	(void)snprintf(early, sizeof early,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:1|h4digest=@digest|h4hold=@web:a:0",
		(unsigned long long)p->side[ALPHA].generation);
	pair_mark(p);
	pair_say(p, early);
	pair_run(p, 1000);
	assert_seen(p, ALPHA, ":u:");
	assert_unseen(p, ALPHA, ":f:");
	/* It names what it has heard since: now the claim is read, and answered. */
	pair_mark(p);
	pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:a:0");
	pair_run(p, 1);
	assert_seen(p, ALPHA, ":f:");
	pair_run(p, 60000);
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_of_a_peer_that_is_not_believed_yet_gets_no_answer),
		cmocka_unit_test(a_node_that_restarts_within_deadtime_gets_its_own_groups_back_and_nothing_else_moves),
		cmocka_unit_test(an_engine_that_adopts_what_runs_moves_nothing),
		cmocka_unit_test(what_is_adopted_to_be_cleaned_up_is_stopped_before_anybody_starts_it),
		cmocka_unit_test(a_group_that_nobody_has_looked_at_is_not_started_anywhere_before_that_look_has_ended),
		cmocka_unit_test(adopted_groups_of_another_file_are_left_alone),
		cmocka_unit_test(a_node_stalled_for_longer_than_deadtime_releases_before_it_sends_anything),
		cmocka_unit_test(a_node_stalled_for_less_keeps_what_it_has_and_gives_its_peer_time),
		cmocka_unit_test(a_node_stalled_while_its_dead_peer_came_back_waits_to_hear_it),
		cmocka_unit_test(a_stall_does_not_shorten_the_time_that_an_unproven_node_delays_us),
		cmocka_unit_test(two_nodes_stalled_together_distribute_the_groups_again),
		cmocka_unit_test(a_deaf_peer_that_reports_a_group_as_held_delays_its_start_for_three_initdeads),
		cmocka_unit_test(a_deaf_peer_that_becomes_silent_delays_us_no_longer_than_its_deadtime),
		cmocka_unit_test(one_recorded_status_does_not_move_a_boot_forward_or_back),
		cmocka_unit_test(one_recorded_status_does_not_delay_a_retry),
		cmocka_unit_test(recorded_statuses_never_make_an_owner_release),
		cmocka_unit_test(what_was_sent_before_its_senders_death_does_not_wake_it),
	};
	return cmocka_run_group_tests_name("native_past", tests, NULL, NULL);
}
