// SPDX-License-Identifier: MIT
/* The native dialect: claims and answers, ties, scripts that fail, moves. */
#include "tests/unit/heartbeat/pair.h"

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
	/* the claim and its answer; no waiting for a keepalive */
	assert_int_equal(pair_when(p, ALPHA, "claim -> starting") - claimed, 2 * p->delay_ms);
	pair_free(p);
}

static void a_start_waits_for_an_answer_that_names_the_claim(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	char early[256];
	assert_seen(p, ALPHA, "do start web"); /* the second status of beta names it */
	pair_free(p);

	p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	(void)snprintf(early, sizeof early,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:1|h4digest=@digest|h4hold=@web:n:0 @db:h:1",
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
	uint8_t *yes = pair_frame(p,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:h:1",
		&len);
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
	(void)snprintf(former, sizeof former,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=%llx:ffff|h4digest=@digest|h4hold=@web:n:0 @db:h:1",
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
		(void)snprintf(status, sizeof status,
			"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears%s|h4hold=@web:n:0 @db:%c:1", none[i],
			i % 2 ? 'n' : 'h');
		pair_say(p, status);
		/* the rest of it counts */
		assert_int_equal(
			ownership_column(p->side[ALPHA].core, pair_group(p, "db")), i % 2 ? PEER_NONE : PEER_HELD);
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

static void a_status_without_its_native_fields_reports_nothing_about_groups(void **state)
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
	assert_seen(p, ALPHA, "status of beta lacks the fields of the native dialect, which it had before");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void broken_holdings_count_as_not_listed_and_harm_nothing(void **state)
{
	(void)state;
	static const char *const broken[] = {"", "x", ":::", "1:h:1 ", "@web:h", "@web:hh:1", "@web:h:1:2", "@web:?:1",
		"100000000:h:1", "@web:h:fffffffffffffffff", "@web::1", "  @web:h:1"};
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

static void starts_that_fail_on_both_nodes_are_tried_on_each_in_turn_ever_more_rarely(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = p->side[BETA].script[0].fail_starts = PAIR_ALWAYS;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 100000);
	assert_in_range(pair_count(p, ALPHA, "do start web"), 1, START_ATTEMPTS);
	assert_in_range(pair_count(p, BETA, "do start web"), 1, START_ATTEMPTS);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	pair_mark(p);
	pair_run(p, 10 * LATER_MS);
	assert_in_range(pair_count(p, ALPHA, "do start web"), 10, 12);
	assert_in_range(pair_count(p, BETA, "do start web"), 10, 12);
	assert_true(pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void what_failed_on_both_nodes_runs_where_it_is_repaired_first(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].script[0].fail_starts = PAIR_ALWAYS;
	p->side[BETA].script[0].fail_starts = 2;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 100000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_times(p, BETA, "do start web", 3);
	pair_mark(p);
	pair_run(p, 10 * LATER_MS);
	assert_unseen(p, ALPHA, "do start web");
	assert_unseen(p, BETA, "do stop web");
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
	/* nor while it leaves: it must not send "leaving" */
	pair_shutdown(p, ALPHA);
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "gone");
	assert_seen(p, ALPHA, "Leaving without a shutdown notice");
	assert_unseen(p, ALPHA, "send shutdone");
	pair_run(p, 2000);
	assert_unseen(p, BETA, "do start web");
	pair_free(p);
}

/* --- values of ha.cf that must agree --- */

#define DIFFERS "log WARN ha.cf is not the same here and on "

static void pair_of_files(struct pair *p, const char *lines)
{
	assert_null(pair_reload(p, BETA, lines, NULL, NULL));
	pair_run(p, 5000);
}

static void values_that_differ_are_logged_once_on_both_nodes(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", NULL);
	assert_unseen(p, ALPHA, DIFFERS);
	pair_of_files(p, "auto_failback off\ndeadtime 5\nwarntime 3\n");
	assert_times(p, ALPHA, DIFFERS "beta: auto_failback on here, off there; warntime 2000ms here, 3000ms there; "
		"deadtime 4000ms here, 5000ms there.", 1);
	assert_times(p, BETA, DIFFERS "alpha: auto_failback off here, on there; warntime 3000ms here, 2000ms there; "
		"deadtime 5000ms here, 4000ms there.", 1);
	pair_run(p, 60000);
	assert_times(p, ALPHA, DIFFERS, 1);
	assert_times(p, BETA, DIFFERS, 1);
	pair_of_files(p, "auto_failback on\nkeepalive 1500ms\ninitdead 20\n");
	assert_times(p, ALPHA, DIFFERS "beta: keepalive 1000ms here, 1500ms there; initdead 10000ms here, 20000ms there.", 1);
	pair_of_files(p, "auto_failback legacy\n");
	assert_times(p, ALPHA, "The values in ha.cf agree with those on beta again", 1);
	assert_times(p, BETA, "The values in ha.cf agree with those on alpha again", 1);
	assert_times(p, ALPHA, DIFFERS, 2);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	assert_unseen(p, ALPHA, "do stop");
	assert_unseen(p, BETA, "do stop");
	pair_free(p);
}

static void values_are_sent_in_each_eighth_status(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_mark(p);
	pair_run(p, 32000);
	assert_times(p, ALPHA, "send status", 32);
	assert_times(p, ALPHA, "h4conf=", 4);
	pair_free(p);
}

static void values_that_are_missing_unknown_or_malformed_are_not_compared(void **state)
{
	static const char *const lists[] = {"", " ", ":", "deadtime", "deadtime:", "deadtime:x", "deadtime:-4",
		"deadtime:99999999999999999999999", "deadtime=4", "DEADTIME:9", "quorum:1 votes:9", "deadtime:4000 colour:7", "auto_failback:2",
		"keepalive:1000 warntime:2000 deadtime:4000 initdead:10000 auto_failback:0"};
	(void)state;
	struct pair *p = pair_with_voice(NULL, "alpha web\nbeta db", "@web:n:0 @db:h:1"); /* an older node: no h4conf */
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, DIFFERS);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		char text[256];
		(void)snprintf(text, sizeof text,
			"status|st=active|dt=fa0|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:h:1|h4conf=%s", lists[i]);
		pair_say(p, text);
	}
	assert_unseen(p, ALPHA, DIFFERS);
	pair_say(p, "status|st=active|dt=fa0|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:h:1|"
		"h4conf=colour:7 deadtime:9 auto_failback:1");
	assert_times(p, ALPHA, DIFFERS "beta: auto_failback off here, on there; deadtime 4000ms here, 9ms there.", 1);
	assert_state(p, ALPHA, "web", OWN_HELD);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_nodes_start_their_own_group_soon_after_boot),
		cmocka_unit_test(a_claim_is_published_and_answered_at_once),
		cmocka_unit_test(a_start_waits_for_an_answer_that_names_the_claim),
		cmocka_unit_test(an_answer_that_was_overtaken_by_a_later_status_does_not_count),
		cmocka_unit_test(an_answer_to_a_former_life_does_not_count),
		cmocka_unit_test(both_start_in_the_same_millisecond_and_only_the_home_runs_it),
		cmocka_unit_test(when_the_files_differ_a_tie_goes_to_the_lower_name),
		cmocka_unit_test(a_digest_that_is_absent_or_no_number_is_not_compared),
		cmocka_unit_test(a_group_that_only_one_file_names_runs_on_that_node),
		cmocka_unit_test(a_peer_that_does_not_hear_us_yet_is_answered_at_once_but_not_in_a_storm),
		cmocka_unit_test(a_status_without_its_native_fields_reports_nothing_about_groups),
		cmocka_unit_test(broken_holdings_count_as_not_listed_and_harm_nothing),
		cmocka_unit_test(lost_datagrams_are_repaired_by_the_next_status),
		cmocka_unit_test(a_failed_start_is_tried_by_the_peer_at_once),
		cmocka_unit_test(starts_that_fail_on_both_nodes_are_tried_on_each_in_turn_ever_more_rarely),
		cmocka_unit_test(what_failed_on_both_nodes_runs_where_it_is_repaired_first),
		cmocka_unit_test(a_group_that_failed_here_is_tried_again_when_the_peer_that_ran_it_dies),
		cmocka_unit_test(what_is_stuck_is_never_started_elsewhere_while_its_node_lives),
		cmocka_unit_test(values_that_differ_are_logged_once_on_both_nodes),
		cmocka_unit_test(values_are_sent_in_each_eighth_status),
		cmocka_unit_test(values_that_are_missing_unknown_or_malformed_are_not_compared),
		cmocka_unit_test(standby_goes_give_accept_release_start),
		cmocka_unit_test(a_takeover_asks_and_starts_only_after_the_release),
		cmocka_unit_test(two_takeovers_that_wait_do_not_answer_each_other_without_end),
		cmocka_unit_test(a_takeover_waits_for_a_slow_stop),
		cmocka_unit_test(a_move_that_no_start_follows_goes_back),
	};
	return cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
