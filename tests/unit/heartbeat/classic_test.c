// SPDX-License-Identifier: MIT
/* The classic dialect, message by message: alpha is a core, the test speaks for a Heartbeat 3.0.6 that is called beta.
 * doc/protocol.md 7.2, 7.4, 7.5, 7.7, 7.8 and 11. */
#include "heartbeat/core/classic/classic.h"
#include "tests/unit/heartbeat/classic_pair.h"

#include <stdlib.h>
#include <string.h>

/* --- start-up --- */

static void a_starter_waits_10_s_for_a_peer_that_moves_and_then_takes_its_own(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	assert_seen(p, ALPHA, "log info beta speaks the classic (Heartbeat 3.0.6 or older) dialect");
	pair_mark(p);
	pair_say(p, "starting");
	assert_sent(p, ALPHA, "resource rsc_hold=none rtype=full isstable=0, starting");
	pair_say(p, RESOURCE("local", "0"));
	pair_run(p, 9999);
	assert_unseen(p, ALPHA, "do start");
	pair_mark(p);
	pair_run(p, 1);
	assert_seen(p, ALPHA, "do start web");
	assert_seen(p, ALPHA, "log info local resource transition completed.");
	assert_seen(p, ALPHA, "log info Initial resource acquisition complete (T_RESOURCES(us))");
	assert_sent(p, ALPHA,
		"resource rsc_hold=none rtype=full isstable=0, resource rsc_hold=local rtype=full isstable=1");
	pair_say(p, RESOURCE("local", "1"));
	assert_seen(p, ALPHA, "log info remote resource transition completed.");
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "do start db");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void a_starting_node_takes_its_own_groups_at_once_when_the_peer_is_stable(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	assert_sent(p, ALPHA, "reqnodes dest=beta, starting");
	pair_mark(p);
	pair_say(p, RESOURCE("local", "1"));
	assert_seen(p, ALPHA, "log info Initial resource acquisition complete (T_RESOURCES(them))");
	assert_seen(p, ALPHA, "do start web");
	assert_unseen(p, ALPHA, "do start db");
	/* Seen: 3.0.6 that took over while it started gives our groups back only when it sees us become stable. */
	assert_sent(p, ALPHA,
		"resource rsc_hold=none rtype=full isstable=0, resource rsc_hold=local rtype=full isstable=1");
	pair_free(p);
}

static void a_starter_leaves_what_its_stable_peer_holds(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback off\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "do start");
	assert_seen(p, ALPHA, "send resource rsc_hold=none rtype=full isstable=1");
	assert_string_equal(core_holdings(p->side[ALPHA].core), "none");
	pair_free(p);
}

/* Seen: "T_STARTING received during takeover", and 3.0.6 kept permanently what it took over in that moment. */
static void a_peer_that_forgets_our_return_is_asked_for_our_groups(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback on\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_mark(p);
	pair_run(p, 9990);
	assert_unseen(p, ALPHA, "send hb_takeover");
	pair_run(p, 20);
	assert_seen(p, ALPHA, "log info beta has not given back the groups whose home is here: asking for them (auto_failback)");
	assert_seen(p, ALPHA, "none -> claim: its home is here (auto_failback)");
	assert_unseen(p, ALPHA, "operator");
	assert_sent(p, ALPHA, "hb_takeover rsc_hold=local");
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, ASK("foreign", "me"));
	pair_say(p, RESOURCE("local", "0"));
	pair_say(p, ASK("foreign", "done"));
	pair_run(p, 100);
	assert_seen(p, ALPHA, "do start web");
	pair_mark(p);
	pair_say(p, RESOURCE("local", "1"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
}

static void a_busy_peer_is_asked_later(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback on\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 5000);
	pair_say(p, RESOURCE("all", "0"));
	pair_mark(p);
	pair_run(p, 12000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 10000);
	assert_seen(p, ALPHA, "has not given back");
	pair_free(p);
}

static void nothing_is_asked_for_that_is_not_at_the_peer(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback on\n", NULL);
	pair_say(p, RESOURCE("local", "1"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
	p = met("auto_failback on\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 5000);
	pair_move(p, ALPHA, false, HALF_LOCAL, 9); /* an operator does not want it here */
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
	p = met("auto_failback off\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
}

static void the_first_to_be_stable_triggers_the_other(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	pair_say(p, "starting");
	pair_run(p, 4000);
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, RESOURCE("local", "1"));
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static void nothing_about_resources_is_acted_on_before_the_cluster_is_up(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=active|dt=fa0|protocol=1");
	pair_mark(p);
	pair_say(p, "starting");
	pair_say(p, RESOURCE("none", "1"));
	pair_say(p, ASK("all", "me"));
	pair_say(p, "hb_takeover|rsc_hold=all");
	pair_say(p, "shutdone|st=dead");
	assert_sent(p, ALPHA, "");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	assert_sent(p, ALPHA, "starting");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do start");
	pair_free(p);
}

static void a_stable_node_answers_starting_with_what_it_holds(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, "starting");
	assert_sent(p, ALPHA, "resource rsc_hold=local rtype=full isstable=1");
	pair_free(p);
}

static void a_report_in_part_adds_to_what_was_known(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback off\n", NULL);
	pair_say(p, RESOURCE("local", "0"));
	pair_say(p, "resource|rsc_hold=foreign|info=mach_down");
	pair_say(p, "resource|rsc_hold=local|isstable=1"); /* all, by now */
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do start");
	pair_free(p);
}

static void unknown_values_change_nothing(void **state)
{
	(void)state;
	static const char *const broken[] = {
		"resource|rsc_hold=everything|rtype=full|isstable=1",
		"resource|rtype=full|isstable=1",
		ASK("everything", "me"),
		ASK("all", "you"),
		"ask_resources|rsc_hold=all",
		"ask_resources",
		ASK("local", "done"),
		ASK("local", "other"),
		"ip-request|ipaddr=web",
		"ip-request-resp|dest=alpha|ipaddr=db|ok=OK|weown=no",
	};
	struct pair *p = stable(NULL);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		pair_say(p, broken[i]);
	pair_run(p, 100);
	assert_sent(p, ALPHA, "");
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

/* --- giving --- */

static void giving_is_me_other_release_done_done(void **state)
{
	(void)state;
	/* 3.0.6 numbers its report behind its done and sends it before */
	for (unsigned report_first = 0; report_first < 2; report_first++) {
		struct pair *p = stable(NULL);
		pair_move(p, ALPHA, false, HALF_LOCAL, 5);
		assert_sent(p, ALPHA, "ask_resources rsc_hold=local info=me");
		assert_unseen(p, ALPHA, "do stop");
		pair_mark(p);
		pair_say(p, ASK("local", "other"));
		assert_seen(p, ALPHA, "log info give up local HA resources (standby).");
		assert_seen(p, ALPHA, "do stop web");
		assert_unseen(p, ALPHA, "info=done");
		pair_run(p, 100);
		assert_before(p, ALPHA, "send resource rsc_hold=", ALPHA, "stopped web");
		assert_before(p, ALPHA, "stopped web", ALPHA, "send ask_resources rsc_hold=local info=done");
		assert_seen(p, ALPHA, "log info local HA resource release completed (standby).");
		assert_seen(p, ALPHA, "log info Local standby process completed [local].");
		pair_mark(p);
		if (report_first)
			pair_say(p, RESOURCE("all", "1"));
		pair_say(p, ASK("local", "done"));
		if (!report_first)
			pair_say(p, RESOURCE("all", "1"));
		assert_seen(p, ALPHA, "log info Other node completed standby takeover of local resources.");
		pair_run(p, 3000);
		assert_seen(p, ALPHA, "send resource rsc_hold=none rtype=full isstable=1");
		assert_seen(p, ALPHA, "moved 5 ok");
		assert_unseen(p, ALPHA, "do start");
		assert_string_equal(core_holdings(p->side[ALPHA].core), "none");
		pair_free(p);
	}
}

static void an_offer_that_is_not_answered_is_cancelled_after_10_s(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	int64_t started = pair_ms(p);
	pair_move(p, ALPHA, false, HALF_LOCAL, 6);
	pair_until(p, 15000, ALPHA, "moved 6 not");
	assert_int_equal(pair_when(p, ALPHA, "moved 6 not") - started, 10000);
	assert_seen(p, ALPHA, "log WARN No reply to standby request.  Standby request cancelled.");
	assert_unseen(p, ALPHA, "do stop");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void a_release_that_fails_is_never_reported_as_done(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->side[ALPHA].script[0].fail_stops = PAIR_ALWAYS;
	pair_move(p, ALPHA, false, HALF_LOCAL, 7);
	pair_say(p, ASK("local", "other"));
	pair_run(p, 120000);
	assert_unseen(p, ALPHA, "info=done");
	assert_seen(p, ALPHA, "moved 7 not");
	pair_free(p);
}

static void a_giver_takes_the_group_back_when_the_taker_dies(void **state)
{
	(void)state;
	for (unsigned step = 0; step < 3; step++) {
		struct pair *p = stable(NULL);
		pair_move(p, ALPHA, false, HALF_LOCAL, 0);
		if (step > 0)
			pair_say(p, ASK("local", "other"));
		if (step > 1)
			pair_run(p, 100);
		p->voice.beat = NULL;
		pair_run(p, 6000);
		assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
		pair_free(p);
	}
}

/* --- taking --- */

static void taking_is_me_other_done_start_report_done(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	assert_sent(p, ALPHA, "ask_resources rsc_hold=local info=other");
	assert_seen(p, ALPHA, "log info beta wants to go standby [local]");
	pair_say(p, "resource|rsc_hold=none|rtype=full|isstable=0|info=standby");
	pair_run(p, 2000);
	assert_unseen(p, ALPHA, "do start"); /* not before it is released */
	pair_mark(p);
	pair_say(p, ASK("local", "done"));
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "log info acquire foreign HA resources (standby).");
	pair_run(p, 100);
	assert_before(p, ALPHA, "started db", ALPHA, "send ask_resources rsc_hold=local info=done");
	assert_before(p, ALPHA, "send resource rsc_hold=all rtype=full isstable=1", ALPHA,
		"send ask_resources rsc_hold=local info=done");
	assert_seen(p, ALPHA, "log info Standby resource acquisition done [local].");
	assert_string_equal(core_holdings(p->side[ALPHA].core), "all");
	pair_say(p, RESOURCE("none", "1"));
	pair_run(p, 10000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_taker_ends_the_exchange_also_when_its_start_fails(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->side[ALPHA].script[1].fail_starts = PAIR_ALWAYS;
	pair_say(p, ASK("local", "me"));
	pair_say(p, ASK("local", "done"));
	pair_run(p, 100);
	assert_times(p, ALPHA, "do start db", 1);
	assert_state(p, ALPHA, "db", OWN_FAILED);
	assert_seen(p, ALPHA, "send ask_resources rsc_hold=local info=done");
	assert_seen(p, ALPHA, "send resource rsc_hold=local rtype=full isstable=1");
	pair_free(p);
}

static void an_offer_is_not_taken_while_something_moves_here(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	p->side[ALPHA].script[0].hang = true;
	pair_say(p, RESOURCE("local", "1"));
	assert_state(p, ALPHA, "web", OWN_STARTING);
	pair_say(p, ASK("local", "me"));
	assert_seen(p, ALPHA, "log WARN standby message [me] from beta ignored.");
	assert_unseen(p, ALPHA, "info=other");
	pair_free(p);

	p = stable(NULL); /* also while we give a group away */
	pair_move(p, ALPHA, false, HALF_LOCAL, 0);
	pair_say(p, ASK("local", "me"));
	assert_seen(p, ALPHA, "log WARN standby message [me] from beta ignored.");
	assert_unseen(p, ALPHA, "info=other");
	pair_free(p);
}

static void a_taker_starts_the_group_after_deadtime_when_the_giver_dies(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	p->voice.beat = NULL;
	pair_run(p, 3800);
	assert_unseen(p, ALPHA, "do start db");
	pair_run(p, 1000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_giver_that_never_finishes_is_waited_for_an_hour(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	pair_run(p, 3599000);
	assert_unseen(p, ALPHA, "Standby request cancelled");
	assert_unseen(p, ALPHA, "do start db");
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "log WARN No reply to standby request.  Standby request cancelled.");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

/* Seen: the scripts of 3.0.6 on a busy machine took longer than 10 s.  Meanwhile it reports itself as stable, and the
 * groups that it starts or releases are not on its list. */
static void a_slow_taker_is_waited_for_whatever_it_reports(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_move(p, ALPHA, false, HALF_LOCAL, 9);
	pair_say(p, ASK("local", "other"));
	pair_run(p, 100);
	assert_seen(p, ALPHA, "send ask_resources rsc_hold=local info=done");
	pair_mark(p);
	for (unsigned i = 0; i < 60; i++) {
		pair_run(p, 1000);
		pair_say(p, RESOURCE("local", "1"));
	}
	assert_seen(p, ALPHA, "send starting"); /* it is asked, in case its "done" is lost */
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, RESOURCE("all", "1"));
	assert_seen(p, ALPHA, "log info Other node completed standby takeover of local resources.");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do start");
	pair_free(p);
}

static void a_slow_giver_is_waited_for_whatever_it_reports(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, ASK("local", "me"));
	pair_say(p, "resource|rsc_hold=none|rtype=full|isstable=0|info=standby");
	for (unsigned i = 0; i < 60; i++) {
		pair_run(p, 1000);
		pair_say(p, RESOURCE("none", "1"));
	}
	assert_unseen(p, ALPHA, "do start db");
	pair_say(p, ASK("local", "done"));
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

/* --- operators' takeovers: the halves are mirrored --- */

static void a_takeover_there_makes_us_give_the_mirrored_half(void **state)
{
	(void)state;
	static const struct {
		const char *heard, *sent;
	} halves[] = {
		{"hb_takeover|rsc_hold=all", "ask_resources rsc_hold=all info=me"},
		{"hb_takeover|rsc_hold=foreign", "ask_resources rsc_hold=local info=me"},
		{"hb_takeover|rsc_hold=local", "ask_resources rsc_hold=foreign info=me"},
		{"hb_takeover", "ask_resources rsc_hold=all info=me"},
	};
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		struct pair *p = stable(NULL);
		pair_say(p, halves[i].heard);
		pair_run(p, 0);
		assert_sent(p, ALPHA, halves[i].sent);
		pair_free(p);
	}
}

static void a_takeover_here_is_sent_once_and_answered_by_an_offer(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_move(p, ALPHA, true, HALF_FOREIGN, 8);
	assert_sent(p, ALPHA, "hb_takeover rsc_hold=foreign");
	pair_run(p, 3000);
	assert_sent(p, ALPHA, "hb_takeover rsc_hold=foreign");
	pair_run(p, 2000); /* 3.0.6 may have lost it in its own FIFO */
	assert_sent(p, ALPHA, "hb_takeover rsc_hold=foreign, hb_takeover rsc_hold=foreign");
	pair_mark(p);
	pair_say(p, ASK("local", "me"));
	assert_sent(p, ALPHA, "ask_resources rsc_hold=local info=other");
	pair_say(p, ASK("local", "done"));
	pair_run(p, 100);
	assert_true(pair_runs(p, ALPHA, "db"));
	assert_seen(p, ALPHA, "moved 8 ok");
	pair_free(p);
}

static void a_group_that_fails_at_home_is_not_asked_for_again(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback on\n", "beta db\nalpha web\n");
	p->side[ALPHA].script[1].fail_starts = PAIR_ALWAYS;
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 10010);
	assert_seen(p, ALPHA, "has not given back");
	pair_say(p, ASK("foreign", "me"));
	pair_say(p, RESOURCE("local", "0"));
	pair_say(p, ASK("foreign", "done"));
	pair_run(p, 100);
	assert_seen(p, ALPHA, "failed web");
	pair_mark(p);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
}

static void a_takeover_that_is_ordered_again_is_sent_again(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_move(p, ALPHA, true, HALF_FOREIGN, 8);
	pair_run(p, 1000);
	pair_move(p, ALPHA, true, HALF_FOREIGN, 9);
	assert_sent(p, ALPHA, "hb_takeover rsc_hold=foreign, hb_takeover rsc_hold=foreign");
	pair_free(p);
}

static void what_has_come_home_is_not_asked_for_though_the_peer_reports_it_too(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback on\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 10010);
	assert_seen(p, ALPHA, "has not given back");
	pair_say(p, ASK("foreign", "me"));
	pair_say(p, RESOURCE("local", "0"));
	pair_say(p, ASK("foreign", "done"));
	pair_run(p, 100);
	assert_seen(p, ALPHA, "do start web");
	pair_mark(p);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "has not given back");
	pair_free(p);
}

static void a_half_is_relied_on_when_a_part_of_it_runs_and_none_of_it_is_being_stopped(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "beta db\nbeta mail\nalpha web\n");
	pair_boot(p, ALPHA);
	struct core *c = p->side[ALPHA].core;
	c->dialect = &dialect_classic;
	c->classic.state = CLASSIC_STABLE;
	static const enum group_state relied_on[] = {OWN_HELD, OWN_STARTING, OWN_GIVING, OWN_STUCK};
	static const enum group_state not_relied_on[] = {OWN_NONE, OWN_CLAIM, OWN_FAILED, OWN_STOPPING, OWN_UNKNOWN};
	for (size_t i = 0; i < sizeof relied_on / sizeof *relied_on; i++) {
		c->groups[0].state = relied_on[i];
		assert_true(c->dialect->peer_relies_on(c, 1));
		assert_false(c->dialect->peer_relies_on(c, 2)); /* the other half */
	}
	for (size_t i = 0; i < sizeof not_relied_on / sizeof *not_relied_on; i++) {
		c->groups[0].state = not_relied_on[i];
		assert_false(c->dialect->peer_relies_on(c, 1));
		bool stops = not_relied_on[i] == OWN_STOPPING || not_relied_on[i] == OWN_UNKNOWN;
		assert_int_equal(classic_stops_nothing(c), !stops);
	}
	pair_free(p);
}

static void the_end_of_a_transition_there_is_answered_with_our_report(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, RESOURCE("local", "0"));
	pair_mark(p);
	pair_say(p, RESOURCE("local", "1"));
	assert_sent(p, ALPHA, "resource rsc_hold=local rtype=full isstable=1");
	pair_free(p);
}

static void a_group_that_has_failed_here_is_not_asked_for_when_the_time_comes(void **state)
{
	(void)state;
	for (unsigned failed = 0; failed < 2; failed++) {
		struct pair *p = met("auto_failback on\n", "beta db\nalpha web\n");
		pair_say(p, RESOURCE("all", "1"));
		pair_run(p, 5000);
		if (failed) {
			p->side[ALPHA].core->groups[1].state = OWN_FAILED;
			p->side[ALPHA].core->groups[1].deadline = MONO_FAR;
		}
		pair_run(p, 30000);
		assert_int_equal(pair_count(p, ALPHA, "has not given back") > 0, !failed);
		pair_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_starter_waits_10_s_for_a_peer_that_moves_and_then_takes_its_own),
		cmocka_unit_test(a_starting_node_takes_its_own_groups_at_once_when_the_peer_is_stable),
		cmocka_unit_test(a_starter_leaves_what_its_stable_peer_holds),
		cmocka_unit_test(a_peer_that_forgets_our_return_is_asked_for_our_groups),
		cmocka_unit_test(a_busy_peer_is_asked_later),
		cmocka_unit_test(nothing_is_asked_for_that_is_not_at_the_peer),
		cmocka_unit_test(the_first_to_be_stable_triggers_the_other),
		cmocka_unit_test(nothing_about_resources_is_acted_on_before_the_cluster_is_up),
		cmocka_unit_test(a_stable_node_answers_starting_with_what_it_holds),
		cmocka_unit_test(a_report_in_part_adds_to_what_was_known),
		cmocka_unit_test(unknown_values_change_nothing),
		cmocka_unit_test(giving_is_me_other_release_done_done),
		cmocka_unit_test(an_offer_that_is_not_answered_is_cancelled_after_10_s),
		cmocka_unit_test(a_release_that_fails_is_never_reported_as_done),
		cmocka_unit_test(a_giver_takes_the_group_back_when_the_taker_dies),
		cmocka_unit_test(taking_is_me_other_done_start_report_done),
		cmocka_unit_test(a_taker_ends_the_exchange_also_when_its_start_fails),
		cmocka_unit_test(an_offer_is_not_taken_while_something_moves_here),
		cmocka_unit_test(a_taker_starts_the_group_after_deadtime_when_the_giver_dies),
		cmocka_unit_test(a_giver_that_never_finishes_is_waited_for_an_hour),
		cmocka_unit_test(a_slow_taker_is_waited_for_whatever_it_reports),
		cmocka_unit_test(a_slow_giver_is_waited_for_whatever_it_reports),
		cmocka_unit_test(a_takeover_there_makes_us_give_the_mirrored_half),
		cmocka_unit_test(a_takeover_here_is_sent_once_and_answered_by_an_offer),
		cmocka_unit_test(a_group_that_fails_at_home_is_not_asked_for_again),
		cmocka_unit_test(a_takeover_that_is_ordered_again_is_sent_again),
		cmocka_unit_test(what_has_come_home_is_not_asked_for_though_the_peer_reports_it_too),
		cmocka_unit_test(a_half_is_relied_on_when_a_part_of_it_runs_and_none_of_it_is_being_stopped),
		cmocka_unit_test(the_end_of_a_transition_there_is_answered_with_our_report),
		cmocka_unit_test(a_group_that_has_failed_here_is_not_asked_for_when_the_time_comes),
	};
	return cmocka_run_group_tests_name("classic", tests, NULL, NULL);
}
