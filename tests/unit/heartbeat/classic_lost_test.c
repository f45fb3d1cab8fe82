// SPDX-License-Identifier: MIT
/* The standby exchange of the classic dialect when a message is lost, duplicated or late.  doc/protocol.md 7.5. */
#include "tests/unit/heartbeat/classic_pair.h"

#include <stdio.h>

/* Alpha has offered web, and has released it; beta has not reported that it took it. */
static struct pair *released(void)
{
	struct pair *p = stable(NULL);
	pair_move(p, ALPHA, false, HALF_LOCAL, 5);
	pair_say(p, ASK("local", "other"));
	pair_run(p, 100);
	assert_before(p, ALPHA, "stopped web", ALPHA, "send ask_resources rsc_hold=local info=done");
	pair_mark(p);
	return p;
}

static void a_giver_is_done_when_the_taker_has_the_group_though_its_message_is_lost(void **state)
{
	(void)state;
	struct pair *p = released();
	pair_run(p, 11000);
	pair_say(p, RESOURCE("all", "1"));
	assert_seen(p, ALPHA, "log info Other node completed standby takeover of local resources.");
	pair_run(p, 10000);
	assert_seen(p, ALPHA, "moved 5 ok");
	assert_unseen(p, ALPHA, "do start");
	pair_free(p);
}

static void a_taker_takes_nothing_when_the_giver_is_at_rest_and_keeps_the_group(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	pair_run(p, 11000);
	pair_say(p, RESOURCE("local", "1"));
	pair_say(p, ASK("local", "done")); /* ends nothing: the exchange is over */
	pair_run(p, 10000);
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void an_offer_that_is_repeated_is_answered_again(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	pair_say(p, ASK("local", "me")); /* our answer was lost */
	assert_sent(p, ALPHA, "ask_resources rsc_hold=local info=other, ask_resources rsc_hold=local info=other");
	pair_say(p, ASK("all", "me")); /* another half is another offer, in the middle of the first */
	assert_seen(p, ALPHA, "log WARN standby message [me] from beta ignored.");
	assert_times(p, ALPHA, "info=other", 2);
	pair_say(p, ASK("local", "done"));
	pair_run(p, 100);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_done_from_before_the_offer_that_is_sent_again_starts_nothing(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	char offer[128], late[128];
	p->voice.beat = NULL; /* no status may take the numbers between */
	(void)snprintf(late, sizeof late, ASK("local", "done") "|seq=%llx", (unsigned long long)p->voice.seq + 1);
	(void)snprintf(offer, sizeof offer, ASK("local", "me") "|seq=%llx", (unsigned long long)p->voice.seq + 2);
	pair_say(p, offer);
	assert_seen(p, ALPHA, "info=other");
	pair_say(p, late); /* fills the gap: its answer was asked for in another exchange */
	assert_unseen(p, ALPHA, "acquire foreign HA resources");
	assert_unseen(p, ALPHA, "do start db");
	p->voice.seq += 2;
	pair_say(p, ASK("local", "done"));
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_node_that_leaves_before_it_was_up_reports_and_asks_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct adopted web = {.group_id = p->side[ALPHA].resources->groups[0].id, .epoch = 1, .clean_up = true};
	p->side[ALPHA].script[0].hang = true; /* this keeps it from leaving at once */
	pair_boot_adopting(p, ALPHA, &web, 1);
	pair_say(p, ACTIVE);
	pair_shutdown(p, ALPHA);
	assert_unseen(p, ALPHA, "gone");
	pair_mark(p);
	pair_say(p, "starting");
	pair_say(p, RESOURCE("none", "1"));
	pair_say(p, ASK("local", "me"));
	pair_run(p, 1000); /* later it asks a peer that has become silent for a sign of life */
	assert_sent(p, ALPHA, "");
	assert_unseen(p, ALPHA, "do start");
	assert_unseen(p, ALPHA, "gone");
	pair_free(p);
}

static void nothing_that_nobody_runs_is_claimed_during_a_standby(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, RESOURCE("none", "1")); /* db could not be started there */
	pair_move(p, ALPHA, false, HALF_LOCAL, 5);
	pair_say(p, ASK("local", "other"));
	pair_run(p, 100);
	assert_seen(p, ALPHA, "stopped web");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

/* Plan classic-resent-before-the-rest. */
static void a_report_that_was_sent_again_while_later_ones_are_missing_is_asked_for_again(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	char report[128];
	(void)snprintf(report, sizeof report, RESOURCE("all", "1") "|seq=%llx", (unsigned long long)p->voice.seq + 1);
	p->voice.seq += 2; /* two are lost */
	pair_say(p, ACTIVE);
	pair_mark(p);
	pair_say(p, report);
	assert_unseen(p, ALPHA, "Both machines own");
	assert_seen(p, ALPHA, "send starting");
	pair_say(p, RESOURCE("local", "1"));
	assert_unseen(p, ALPHA, "Both machines own");
	pair_free(p);
}

static void a_report_that_comes_after_a_later_one_changes_nothing(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	char late[128];
	(void)snprintf(late, sizeof late, RESOURCE("all", "1") "|seq=%llx", (unsigned long long)++p->voice.seq);
	pair_say(p, RESOURCE("local", "1"));
	pair_mark(p);
	pair_say(p, late);
	assert_unseen(p, ALPHA, "Both machines own");
	pair_run(p, 100);
	assert_sent(p, ALPHA, "");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_giver_is_done_when_the_taker_has_the_group_though_its_message_is_lost),
		cmocka_unit_test(a_taker_takes_nothing_when_the_giver_is_at_rest_and_keeps_the_group),
		cmocka_unit_test(an_offer_that_is_repeated_is_answered_again),
		cmocka_unit_test(a_done_from_before_the_offer_that_is_sent_again_starts_nothing),
		cmocka_unit_test(nothing_that_nobody_runs_is_claimed_during_a_standby),
		cmocka_unit_test(a_node_that_leaves_before_it_was_up_reports_and_asks_nothing),
		cmocka_unit_test(a_report_that_was_sent_again_while_later_ones_are_missing_is_asked_for_again),
		cmocka_unit_test(a_report_that_comes_after_a_later_one_changes_nothing),
	};
	return cmocka_run_group_tests_name("classic, lost words", tests, NULL, NULL);
}
