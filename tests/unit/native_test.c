// SPDX-License-Identifier: MIT
/* The native dialect: claims and answers, ties, conflicts after a partition, leaving, failback, restarts, stalls, recordings. */
#include "tests/unit/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- claims and answers --- */

static void both_nodes_start_their_own_group_soon_after_boot(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 100);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	assert_times(p, ALPHA, "do start ", 1);
	assert_times(p, BETA, "do start ", 1);
	pair_free(p);
}

static void a_claim_is_published_and_answered_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_until(p, 1000, ALPHA, "none -> claim");
	int64_t claimed = pair_when(p, ALPHA, "none -> claim");
	pair_until(p, 1000, ALPHA, "claim -> starting");
	/* there and back, no waiting for a keepalive */
	assert_int_equal(pair_when(p, ALPHA, "claim -> starting") - claimed, 2 * p->delay_ms);
	pair_free(p);
}

static void a_start_waits_for_an_answer_that_names_the_claim(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	char early[256];
	assert_seen(p, ALPHA, "do start web"); /* the second status of the voice named it */
	pair_free(p);

	p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	(void)snprintf(early, sizeof early, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:1|h4digest=@digest|h4hold=@web:n:0 @db:h:1",
	               (unsigned long long)p->side[ALPHA].generation);
	for (unsigned i = 0; i < 5; i++) {
		pair_say(p, early); /* knows our first status, not the claim */
		pair_run(p, 500);
	}
	assert_state(p, ALPHA, "web", OWN_CLAIM);
	pair_hold(p, "@web:n:0 @db:h:1");
	assert_state(p, ALPHA, "web", OWN_STARTING);
	pair_free(p);
}

static void an_answer_that_was_overtaken_by_a_later_status_does_not_count(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:h:1");
	assert_state(p, ALPHA, "web", OWN_CLAIM);
	size_t len;
	uint8_t *yes = pair_frame(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:h:1", &len);
	pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:h:1 @db:h:1");
	assert_state(p, ALPHA, "web", OWN_NONE);
	pair_datagram(p, ALPHA, 0, yes, len);
	assert_state(p, ALPHA, "web", OWN_NONE);
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "do start web");
	pair_free(p);
	free(yes);
}

static void an_answer_to_a_former_life_does_not_count(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:u:0 @db:h:1");
	char former[256];
	p->voice.beat = NULL;
	pair_hold(p, "@web:n:0 @db:h:1");
	assert_state(p, ALPHA, "web", OWN_CLAIM);
	(void)snprintf(former, sizeof former, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:ffff|h4digest=@digest|h4hold=@web:n:0 @db:h:1",
	               (unsigned long long)p->side[ALPHA].generation - 1);
	p->voice.beat = NULL;
	for (unsigned i = 0; i < 3; i++) {
		pair_say(p, former);
		pair_run(p, 1000);
	}
	assert_state(p, ALPHA, "web", OWN_CLAIM);
	pair_free(p);
}

static void both_start_in_the_same_millisecond_and_only_the_home_runs_it(void **state)
{
	(void)state;
	for (int64_t delay = 0; delay <= 800; delay = 2 * delay + 1) {
		struct pair *p = pair_new(NULL, "alpha web\n");
		p->delay_ms = delay;
		pair_boot(p, ALPHA);
		pair_boot(p, BETA);
		pair_run(p, 20000);
		assert_true(pair_runs(p, ALPHA, "web"));
		assert_unseen(p, BETA, "do start web");
		pair_free(p);
	}
}

static void when_the_files_differ_a_tie_goes_to_the_lower_name(void **state)
{
	(void)state;
	for (unsigned both_foreign = 0; both_foreign < 2; both_foreign++) {
		struct pair *p = pair_new(NULL, both_foreign ? "beta web\n" : "alpha web\n");
		pair_resources(p, BETA, both_foreign ? "alpha web\n" : "beta web\n");
		pair_boot(p, ALPHA);
		pair_boot(p, BETA);
		pair_run(p, 10000);
		assert_true(pair_runs(p, ALPHA, "web"));
		assert_unseen(p, BETA, "do start web");
		assert_times(p, ALPHA, "log ERROR haresources is not the same here and on beta", 1);
		assert_times(p, BETA, "log ERROR haresources is not the same here and on alpha", 1);
		pair_free(p);
	}
}

static void a_digest_that_is_absent_or_no_number_is_not_compared(void **state)
{
	(void)state;
	static const char *const none[] = {"", "|h4digest=", "|h4digest=everything"};
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	char status[160];
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		(void)snprintf(status, sizeof status, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears%s|h4hold=@web:n:0 @db:%c:1", none[i], i % 2 ? 'n' : 'h');
		pair_say(p, status);
		assert_int_equal(ownership_column(p->side[ALPHA].core, pair_group(p, "db")), i % 2 ? PEER_NONE : PEER_HELD); /* the rest of it counts */
	}
	assert_unseen(p, ALPHA, "haresources is not the same");
	pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=1|h4hold=@web:n:0 @db:h:1");
	assert_times(p, ALPHA, "log ERROR haresources is not the same here and on beta", 1);
	pair_free(p);
}

static void a_group_that_only_one_file_names_runs_on_that_node(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\nalpha extra\n");
	pair_resources(p, BETA, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "extra"));
	pair_free(p);
}

static void a_peer_that_does_not_hear_us_yet_is_answered_at_once_but_not_in_a_storm(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 100);
	pair_mark(p);
	for (unsigned i = 0; i < 100; i++) {
		pair_say(p, "status|st=up|dt=fa0|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:n:0 @db:n:0");
		pair_run(p, 5);
	}
	assert_in_range(pair_count(p, ALPHA, "send status"), 2, 4);
	pair_free(p);
}

static void a_status_that_loses_its_native_fields_says_nothing_about_groups(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	struct group_view view;
	core_group_view(p->side[ALPHA].core, 1, &view);
	assert_true(view.peer_known && view.peer_state == OWN_HELD);
	pair_say(p, "status|st=active|dt=fa0|protocol=1");
	core_group_view(p->side[ALPHA].core, 1, &view);
	assert_false(view.peer_known);
	assert_seen(p, ALPHA, "status of beta lacks the fields that it had before");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void broken_holdings_count_as_not_listed_and_harm_nothing(void **state)
{
	(void)state;
	static const char *const broken[] = {"", "x", ":::", "1:h:1 ", "@web:h", "@web:hh:1", "@web:h:1:2", "@web:?:1", "100000000:h:1", "@web:h:fffffffffffffffff", "@web::1", "  @web:h:1"};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct pair *p = pair_with_voice(NULL, NULL, broken[i]);
		pair_run(p, 100);
		assert_true(pair_runs(p, ALPHA, "web") != (strcmp(broken[i], "  @web:h:1") == 0));
		pair_free(p);
	}
}

static void lost_datagrams_are_repaired_by_the_next_status(void **state)
{
	(void)state;
	for (unsigned lost = 1; lost < 12; lost++) {
		struct pair *p = pair_new(NULL, NULL);
		p->side[ALPHA].lose = lost;
		p->side[BETA].lose = lost / 2;
		pair_boot(p, ALPHA);
		pair_boot(p, BETA);
		pair_run(p, 15000);
		assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
		pair_free(p);
	}
}

/* --- failures of scripts --- */

static void a_failed_start_is_tried_by_the_peer_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = PAIR_ALWAYS;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_until(p, 1000, ALPHA, "failed web");
	int64_t failed = pair_when(p, ALPHA, "failed web");
	pair_until(p, 1000, BETA, "do start web");
	assert_in_range(pair_when(p, BETA, "do start web") - failed, 0, 10);
	pair_run(p, 120000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_times(p, ALPHA, "do start web", 1);
	pair_free(p);
}

static void starts_that_fail_on_both_nodes_are_bounded(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = p->side[BETA].script[0].fail_starts = PAIR_ALWAYS;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 600000);
	assert_in_range(pair_count(p, ALPHA, "do start web"), 1, START_ATTEMPTS);
	assert_in_range(pair_count(p, BETA, "do start web"), 1, START_ATTEMPTS);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	pair_mark(p);
	pair_run(p, 600000);
	assert_unseen(p, ALPHA, "do start web");
	assert_unseen(p, BETA, "do start web");
	assert_true(pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void a_group_that_failed_here_is_tried_again_when_the_peer_that_ran_it_dies(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 1000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_crash(p, BETA);
	pair_run(p, 4100);
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void what_is_stuck_is_never_started_elsewhere_while_its_node_lives(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].fail_stops = PAIR_ALWAYS;
	pair_move(p, BETA, true, HALF_ALL, 1);
	pair_run(p, 300000);
	assert_unseen(p, BETA, "do start web");
	assert_seen(p, BETA, "moved 1 not");
	/* nor when it leaves: it may not say good-bye */
	pair_shutdown(p, ALPHA);
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "gone");
	assert_seen(p, ALPHA, "Leaving without a good-bye");
	assert_unseen(p, ALPHA, "send shutdone");
	pair_run(p, 2000);
	assert_unseen(p, BETA, "do start web");
	pair_free(p);
}

/* --- moves --- */

static void standby_goes_give_accept_release_start(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, ALPHA, false, HALF_ALL, 7);
	pair_run(p, 500);
	assert_before(p, ALPHA, "Group web: held -> giving", BETA, "Group web: none -> claim");
	assert_before(p, BETA, "Group web: none -> claim", ALPHA, "do stop web");
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_before(p, BETA, "started web", ALPHA, "moved 7 ok");
	assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	assert_times(p, ALPHA, "do start ", 0);
	pair_free(p);
}

static void a_takeover_asks_and_starts_only_after_the_release(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_move(p, BETA, true, HALF_FOREIGN, 8);
	assert_seen(p, BETA, "send status");
	assert_state(p, BETA, "web", OWN_CLAIM);
	pair_run(p, 500);
	assert_before(p, BETA, "Group web: none -> claim: an operator asks for it here", ALPHA, "do stop web");
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_seen(p, BETA, "moved 8 ok");
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void two_takeovers_that_wait_do_not_answer_each_other_without_end(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script_ms = p->side[BETA].script_ms = 3000;
	pair_move(p, ALPHA, true, HALF_FOREIGN, 7);
	pair_move(p, BETA, true, HALF_FOREIGN, 8);
	pair_run(p, 100);
	pair_mark(p);
	pair_run(p, 2000); /* both claim, both stop */
	assert_times(p, ALPHA, "send status", 2);
	assert_times(p, BETA, "send status", 2);
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "db") && pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void a_takeover_waits_for_a_slow_stop(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script_ms = 60000;
	pair_move(p, BETA, true, HALF_FOREIGN, 8);
	pair_run(p, 59000);
	assert_state(p, BETA, "web", OWN_CLAIM);
	assert_unseen(p, BETA, "moved");
	pair_run(p, 2000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void a_move_that_no_start_follows_goes_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[BETA].script[0].fail_starts = PAIR_ALWAYS;
	pair_move(p, ALPHA, false, HALF_LOCAL, 9);
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_seen(p, ALPHA, "moved 9 not");
	assert_times(p, BETA, "do start web", 1);
	pair_free(p);
}

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
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "web") && pair_runs(p, ALPHA, "db") && pair_runs(p, BETA, "db"));
	pair_mark(p);
	pair_run(p, 3000);
	/* each took the other's last: a higher epoch */
	assert_true(!pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "web") && pair_runs(p, ALPHA, "db") && !pair_runs(p, BETA, "db"));
	for (int side = 0; side < SIDES; side++) {
		assert_unseen(p, side, "do start ");
		assert_times(p, side, "do stop ", 1);
		assert_times(p, side, "do announce ", 2); /* at once, and when the other has let go */
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

static void two_nodes_that_ask_each_other_do_not_answer_for_ever(void **state)
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
		assert_true(pair_count(p, side, "send status") < 12); /* the budget of a keepalive is 64: what is left of it carries the news */
	pair_run(p, 60);
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, BETA, "do start web");
	pair_free(p);
}

static void addresses_are_announced_when_the_other_has_let_go_though_it_never_said_that_it_held(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 100);
	pair_mark(p);
	pair_hold(p, "@web:r:1 @db:h:1"); /* it lets go in the step in which it hears of us */
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
	assert_true(pair_runs(p, ALPHA, "web") && !pair_runs(p, BETA, "web") && !pair_runs(p, ALPHA, "db") && pair_runs(p, BETA, "db"));
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
	assert_string_equal(core_waiting_for(p->side[ALPHA].core), "group www is stopping");
	p->side[ALPHA].script[1].hang = false;
	pair_run(p, 1000);
	assert_before(p, ALPHA, "stopped www", BETA, "do start www");
	assert_true(pair_runs(p, BETA, "www"));
	assert_seen(p, ALPHA, "gone");
	assert_seen(p, ALPHA, "log info alpha Heartbeat shutdown complete.");
	assert_seen(p, BETA, "log info Received shutdown notice from 'alpha'.");
	pair_run(p, 10000);
	assert_seen(p, BETA, "log info Dead node alpha gave up resources.");
	assert_unseen(p, BETA, "STONITH");
	pair_free(p);
}

static void a_leave_is_complete_within_a_blink_when_the_peer_answers(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	int64_t began = pair_ms(p);
	p->side[BETA].script_ms = 5000; /* it need not have finished */
	pair_shutdown(p, ALPHA);
	pair_until(p, 1000, ALPHA, "gone");
	assert_in_range(pair_when(p, ALPHA, "gone") - began, 0, 100);
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
	assert_string_equal(core_waiting_for(p->side[ALPHA].core), "the other node to notice");
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

static void what_an_operator_moved_goes_home_when_its_home_comes_anew(void **state)
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

static void a_failback_that_the_home_cannot_take_stays_and_is_not_tried_for_ever(void **state)
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
	assert_seen(p, ALPHA, "Group web runs here since before this engine: it goes on");
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

static void a_node_that_stood_still_longer_than_deadtime_releases_before_it_says_anything(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	p->may_double = true; /* the frozen one cannot help it */
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

static void a_node_that_stood_still_for_less_keeps_what_it_has_and_gives_its_peer_time(void **state)
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

static void a_node_that_stood_still_while_its_dead_peer_came_back_waits_to_hear_of_it(void **state)
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

static void two_nodes_that_stood_still_together_share_out_the_groups_again(void **state)
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

static void a_deaf_peer_that_says_it_holds_a_group_keeps_us_from_starting_it(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->voice.beat = "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:h:1 @db:h:1";
	p->voice.next_beat = p->now;
	pair_boot(p, ALPHA);
	pair_run(p, 120000);
	assert_unseen(p, ALPHA, "do start ");
	assert_int_equal(pair_when(p, ALPHA, "Comm_now_up"), 10000); /* it is there, after all */
	/* and when it falls silent, its time is its deadtime, not longer */
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
		pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=77:5|h4digest=@digest|h4hold=@web:h:1 @db:h:1|seq=999");
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
		pair_say(p, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=77:5|h4digest=@digest|h4hold=@web:h:9 @db:h:9");
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
	/* The peer's first status that arrives: it knows of us only what we said before initdead took it for dead. */
	(void)snprintf(early, sizeof early, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:1|h4digest=@digest|h4hold=@web:a:0",
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
		cmocka_unit_test(both_nodes_start_their_own_group_soon_after_boot),
		cmocka_unit_test(a_claim_is_published_and_answered_at_once),
		cmocka_unit_test(a_start_waits_for_an_answer_that_names_the_claim),
		cmocka_unit_test(an_answer_that_was_overtaken_by_a_later_status_does_not_count),
		cmocka_unit_test(an_answer_to_a_former_life_does_not_count),
		cmocka_unit_test(a_claim_of_a_peer_that_is_not_believed_yet_gets_no_answer),
		cmocka_unit_test(both_start_in_the_same_millisecond_and_only_the_home_runs_it),
		cmocka_unit_test(when_the_files_differ_a_tie_goes_to_the_lower_name),
		cmocka_unit_test(a_digest_that_is_absent_or_no_number_is_not_compared),
		cmocka_unit_test(a_group_that_only_one_file_names_runs_on_that_node),
		cmocka_unit_test(a_peer_that_does_not_hear_us_yet_is_answered_at_once_but_not_in_a_storm),
		cmocka_unit_test(a_status_that_loses_its_native_fields_says_nothing_about_groups),
		cmocka_unit_test(broken_holdings_count_as_not_listed_and_harm_nothing),
		cmocka_unit_test(lost_datagrams_are_repaired_by_the_next_status),
		cmocka_unit_test(a_failed_start_is_tried_by_the_peer_at_once),
		cmocka_unit_test(starts_that_fail_on_both_nodes_are_bounded),
		cmocka_unit_test(a_group_that_failed_here_is_tried_again_when_the_peer_that_ran_it_dies),
		cmocka_unit_test(what_is_stuck_is_never_started_elsewhere_while_its_node_lives),
		cmocka_unit_test(standby_goes_give_accept_release_start),
		cmocka_unit_test(a_takeover_asks_and_starts_only_after_the_release),
		cmocka_unit_test(two_takeovers_that_wait_do_not_answer_each_other_without_end),
		cmocka_unit_test(a_takeover_waits_for_a_slow_stop),
		cmocka_unit_test(a_move_that_no_start_follows_goes_back),
		cmocka_unit_test(after_a_partition_the_higher_epoch_keeps_and_nobody_starts_again),
		cmocka_unit_test(the_loser_of_a_conflict_stops_in_the_step_that_hears_of_it),
		cmocka_unit_test(the_winner_of_a_conflict_announces_once),
		cmocka_unit_test(two_nodes_that_ask_each_other_do_not_answer_for_ever),
		cmocka_unit_test(addresses_are_announced_when_the_other_has_let_go_though_it_never_said_that_it_held),
		cmocka_unit_test(equal_epochs_leave_it_at_home),
		cmocka_unit_test(an_owner_that_hears_its_successor_releases_though_it_is_not_heard),
		cmocka_unit_test(a_leaving_nodes_groups_start_on_the_peer_one_by_one_as_they_are_released),
		cmocka_unit_test(a_leave_is_complete_within_a_blink_when_the_peer_answers),
		cmocka_unit_test(a_leave_that_loses_datagrams_still_hands_over_before_deadtime),
		cmocka_unit_test(a_leave_that_nobody_hears_ends_after_its_grace),
		cmocka_unit_test(both_leaving_at_once_stop_everything_and_start_nothing),
		cmocka_unit_test(a_second_shutdown_order_changes_nothing),
		cmocka_unit_test(a_start_under_way_is_cancelled_by_a_shutdown),
		cmocka_unit_test(with_failback_on_a_group_goes_home_in_order),
		cmocka_unit_test(with_failback_off_a_group_stays),
		cmocka_unit_test(what_an_operator_moved_does_not_fail_back),
		cmocka_unit_test(what_an_operator_moved_goes_home_when_its_home_comes_anew),
		cmocka_unit_test(an_offer_to_the_home_that_was_not_answered_is_made_again),
		cmocka_unit_test(a_failback_that_the_home_cannot_take_stays_and_is_not_tried_for_ever),
		cmocka_unit_test(a_node_that_restarts_within_deadtime_gets_its_own_groups_back_and_nothing_else_moves),
		cmocka_unit_test(an_engine_that_adopts_what_runs_moves_nothing),
		cmocka_unit_test(what_is_adopted_to_be_cleaned_up_is_stopped_before_anybody_starts_it),
		cmocka_unit_test(adopted_groups_of_another_file_are_left_alone),
		cmocka_unit_test(a_node_that_stood_still_longer_than_deadtime_releases_before_it_says_anything),
		cmocka_unit_test(a_node_that_stood_still_for_less_keeps_what_it_has_and_gives_its_peer_time),
		cmocka_unit_test(a_node_that_stood_still_while_its_dead_peer_came_back_waits_to_hear_of_it),
		cmocka_unit_test(two_nodes_that_stood_still_together_share_out_the_groups_again),
		cmocka_unit_test(a_deaf_peer_that_says_it_holds_a_group_keeps_us_from_starting_it),
		cmocka_unit_test(one_recorded_status_does_not_move_a_boot_forward_or_back),
		cmocka_unit_test(one_recorded_status_does_not_delay_a_retry),
		cmocka_unit_test(recorded_statuses_never_make_an_owner_release),
		cmocka_unit_test(what_was_sent_before_its_senders_death_does_not_wake_it),
	};
	return cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
