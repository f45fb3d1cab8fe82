// SPDX-License-Identifier: MIT
/* ipfail: which node reaches more ping nodes, and what moves because of that. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <string.h>

#define ROUTERS "ping 10.0.0.1 10.0.0.2\ndeadping 3\nipfail on\n"
#define LATE_ROUTERS "ping 10.0.0.1 10.0.0.2\ndeadping 12\nipfail on\n" /* they are dead long after the peer */

/* keepalive 1, so that counts must be steady for 2 s; deadping 3 */
enum { NOTICED_MS = 8000, GOES_HOME_MS = 14000 };

static void routers(struct pair *p, size_t alpha, size_t beta)
{
	p->side[ALPHA].pings_answer = alpha;
	p->side[BETA].pings_answer = beta;
}

/* Both nodes are up and reach both routers; each runs its own group. */
static struct pair *with_routers(const char *lines)
{
	struct pair *p = pair_new(lines, NULL);
	routers(p, 2, 2);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 5000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_state(p, BETA, "db", OWN_HELD);
	pair_mark(p);
	return p;
}

static size_t starts(const struct pair *p)
{
	return pair_count(p, ALPHA, "do start") + pair_count(p, BETA, "do start");
}

static void the_node_with_fewer_ping_nodes_gives_everything_up(void **state)
{
	(void)state;
	for (size_t left = 0; left < 2; left++) {
		struct pair *p = with_routers(ROUTERS);
		routers(p, left, 2);
		pair_run(p, NOTICED_MS);
		assert_seen(p, ALPHA, "log info Giving up because we have less visible ping nodes.");
		assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
		pair_run(p, 60000);
		assert_int_equal(starts(p), 1);
		pair_free(p);
	}
}

static void when_both_lose_the_same_nothing_moves(void **state)
{
	(void)state;
	for (size_t left = 0; left < 2; left++) {
		struct pair *p = with_routers(ROUTERS);
		routers(p, left, 2);
		pair_run(p, 1500); /* the other node loses it half a deadping later */
		routers(p, left, left);
		pair_run(p, 60000);
		assert_int_equal(starts(p), 0);
		pair_free(p);
	}
}

static void without_ipfail_nothing_moves(void **state)
{
	(void)state;
	struct pair *p = with_routers("ping 10.0.0.1 10.0.0.2\ndeadping 3\n");
	routers(p, 0, 2);
	pair_run(p, 60000);
	assert_int_equal(starts(p), 0);
	pair_free(p);
}

static void with_auto_failback_the_groups_go_home_once_it_is_balanced_for_a_while(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS "auto_failback on\n");
	routers(p, 0, 2);
	pair_run(p, NOTICED_MS);
	assert_true(pair_runs(p, BETA, "web"));
	pair_run(p, 30000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_mark(p);
	routers(p, 2, 2);
	pair_until(p, 5000, ALPHA, "log info Ping node count is balanced.");
	int64_t balanced = pair_when(p, ALPHA, "log info Ping node count is balanced.");
	pair_until(p, GOES_HOME_MS, ALPHA, "do start web");
	assert_true(pair_when(p, ALPHA, "do start web") - balanced >= 10000);
	pair_free(p);
}

static void without_auto_failback_the_groups_stay(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 0, 2);
	pair_run(p, NOTICED_MS);
	pair_mark(p);
	routers(p, 2, 2);
	pair_run(p, 60000);
	assert_int_equal(starts(p), 0);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

/* A router that comes and goes moves each group once at most, or more and more rarely. */
static void a_path_that_flaps_moves_rarely(void **state)
{
	(void)state;
	for (int64_t period = 100; period < 60000; period *= 2) {
		struct pair *p = with_routers(ROUTERS "auto_failback on\n");
		for (int64_t t = 0; t < 600000; t += period) {
			routers(p, t / period % 2 ? 2 : 0, 2);
			pair_run(p, period);
		}
		size_t there = pair_count(p, BETA, "do start web"), back = pair_count(p, ALPHA, "do start web");
		if (there > (period < 10000 ? 1 : 4) || back > there)
			pair_fails(p, "period %lld ms: %zu moves\n", (long long)period, there + back);
		pair_free(p);
	}
}

static void an_operator_may_take_the_groups_all_the_same(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 0, 2);
	pair_run(p, NOTICED_MS);
	pair_mark(p);
	pair_move(p, ALPHA, true, HALF_ALL, 0);
	pair_run(p, 120000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	assert_int_equal(starts(p), 2);
	pair_free(p);
}

static void a_node_that_comes_back_without_routers_takes_nothing_home(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS "auto_failback on\n");
	pair_crash(p, ALPHA);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "web"));
	routers(p, 0, 2);
	pair_boot(p, ALPHA);
	pair_run(p, 60000);
	assert_true(pair_runs(p, BETA, "web"));
	assert_unseen(p, ALPHA, "do start");
	routers(p, 2, 2);
	pair_run(p, 20000);
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

/* Nobody runs its groups, and the home reaches no router: the other node starts them. */
static void the_better_node_starts_what_nobody_runs(void **state)
{
	(void)state;
	struct pair *p = pair_new(ROUTERS "initdead 10\n", "alpha web\n");
	routers(p, 0, 2);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 40000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

/* Beta sends this count; alpha has lost both routers. */
static struct pair *beside_a_count(const char *lines, const char *count)
{
	static char text[256];
	struct pair *p = pair_new(lines, NULL);
	routers(p, 2, 0);
	pair_boot(p, ALPHA);
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 1000);
	(void)snprintf(text, sizeof text,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4ping=%s|h4hold=@web:n:0 @db:h:1",
		count);
	p->voice.beat = text;
	pair_run(p, 3000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	routers(p, 0, 0);
	pair_run(p, 20000);
	return p;
}

static void counts_of_different_sets_are_not_compared(void **state)
{
	(void)state;
	struct pair *p = beside_a_count(ROUTERS, "3:3");
	assert_times(p, ALPHA, "log ERROR ipfail: this node has 2 ping nodes, and beta has 3", 1);
	assert_unseen(p, ALPHA, "Giving up");
	pair_free(p);
}

static void what_the_peer_sends_is_checked(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2", ":2", "2:", "3:2", "x:2", "2:65", "-1:2", "99999999999999999999:2"};
	struct pair *p = beside_a_count(ROUTERS, "1:2");
	assert_seen(p, ALPHA, "Giving up");
	pair_free(p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		p = beside_a_count(ROUTERS, bad[i]);
		assert_times(p, ALPHA, "log WARN ipfail: beta does not report how many ping nodes it reaches", 1);
		assert_unseen(p, ALPHA, "Giving up");
		pair_free(p);
	}
}

/* --- a 3.0.6 that runs its own ipfail program --- */

#define COUNT(n) "num_ping_nodes|num_ping=" n "|dest=alpha|from_id=ipfail|to_id=ipfail|client_gen=0"
#define VERDICT(type) type "|dest=alpha|from_id=ipfail|to_id=ipfail|client_gen=0"

/* Alpha runs web and reaches both routers; the test acts as a 3.0.6 that reaches as many as alpha, so far. */
static struct pair *beside_ipfail(const char *lines)
{
	struct pair *p = pair_new(lines, "alpha web\n");
	routers(p, 2, 0);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	p->voice.beat = "status|st=active|dt=fa0|protocol=1";
	p->voice.next_beat = p->now;
	pair_run(p, 0);
	for (int i = 0; i < 2; i++) {
		pair_say(p, "resource|rsc_hold=local|rtype=full|isstable=1");
		pair_run(p, 2000);
	}
	assert_state(p, ALPHA, "web", OWN_HELD);
	return p;
}

static void its_program_is_asked_for_its_count(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail(ROUTERS);
	assert_times(p, ALPHA, "send hbapi-clstat st=join info=signon from_id=ipfail to_id=ipfail client_gen=0", 1);
	assert_times(p, ALPHA, "send num_ping_nodes dest=beta num_ping=2 from_id=ipfail to_id=ipfail client_gen=0", 1);
	pair_say(p, "hbapi-clstat|st=join|from_id=ipfail|to_id=ipfail|info=signon|client_gen=0");
	pair_run(p, 10);
	assert_times(p, ALPHA, "send num_ping_nodes dest=beta num_ping=2", 2);
	pair_free(p);
}

static void it_is_answered_as_it_answers(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail(ROUTERS);
	pair_say(p, COUNT("2"));
	pair_run(p, 10);
	assert_times(p, ALPHA, "send abort_giveup dest=beta from_id=ipfail", 1);
	pair_mark(p);
	pair_say(p, COUNT("1"));
	pair_run(p, 4500);
	assert_unseen(p, ALPHA, "send you_are_dead"); /* alpha may lose the same router in a moment */
	pair_run(p, 1500);
	assert_times(p, ALPHA, "send you_are_dead dest=beta from_id=ipfail", 1);
	pair_run(p, 10000);
	assert_times(p, ALPHA, "send you_are_dead", 1);
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void with_fewer_than_its_program_everything_is_given_up(void **state)
{
	(void)state;
	/* its count came before, with the loss, or only as its verdict */
	for (int kind = 0; kind < 3; kind++) {
		struct pair *p = beside_ipfail(ROUTERS);
		if (kind == 0)
			pair_say(p, COUNT("2"));
		pair_mark(p);
		routers(p, 0, 0);
		pair_until(p, NOTICED_MS, ALPHA, "send num_ping_nodes dest=beta num_ping=0");
		if (kind > 0)
			pair_say(p, kind == 1 ? COUNT("2") : VERDICT("you_are_dead"));
		assert_unseen(p, ALPHA, "send ask_resources");
		pair_run(p, 7000);
		assert_seen(p, ALPHA, "Giving up because we have less visible ping nodes.");
		assert_seen(p, ALPHA, "send ask_resources rsc_hold=all info=me");
		pair_free(p);
	}
}

static void a_loss_that_its_program_has_as_well_moves_nothing(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail(ROUTERS);
	pair_say(p, COUNT("2"));
	pair_mark(p);
	routers(p, 0, 0);
	pair_until(p, NOTICED_MS, ALPHA, "send num_ping_nodes dest=beta num_ping=0");
	pair_say(p, VERDICT("you_are_dead"));
	pair_run(p, 4000); /* it notices it later, by its own clock */
	pair_say(p, COUNT("0"));
	pair_say(p, VERDICT("abort_giveup"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "send ask_resources");
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void a_verdict_about_an_earlier_count_changes_nothing(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail(ROUTERS);
	pair_say(p, COUNT("2"));
	pair_mark(p);
	pair_say(p, VERDICT("you_are_dead")); /* alpha has reported all there are */
	pair_say(p, COUNT("x"));
	pair_say(p, COUNT("4000000000"));
	pair_run(p, 30000);
	assert_unseen(p, ALPHA, "Giving up");
	assert_unseen(p, ALPHA, "log ERROR");
	pair_free(p);
}

static void without_an_ipfail_program_there_the_log_says_so(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail(ROUTERS);
	pair_run(p, 4000);
	assert_unseen(p, ALPHA, "does not report how many ping nodes it reaches");
	pair_run(p, 20000);
	assert_times(p, ALPHA, "log WARN ipfail: beta does not report how many ping nodes it reaches", 1);
	pair_free(p);
}

static void without_ipfail_its_messages_are_for_clients_only(void **state)
{
	(void)state;
	struct pair *p = beside_ipfail("ping 10.0.0.1 10.0.0.2\ndeadping 3\n");
	pair_say(p, COUNT("0"));
	pair_run(p, 10000);
	assert_seen(p, ALPHA, "notify");
	assert_unseen(p, ALPHA, "send num_ping_nodes");
	assert_unseen(p, ALPHA, "send you_are_dead");
	assert_unseen(p, ALPHA, "send hbapi-clstat");
	pair_free(p);
}

/* --- a node that is cut off --- */

static void a_node_without_peer_and_routers_takes_nothing_over(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 2, 0);
	p->side[ALPHA].cut = p->side[BETA].cut = true;
	pair_run(p, 2500); /* beta's routers are lost before its peer is dead, or it would act on what it knew */
	pair_run(p, 30000);
	assert_times(p, BETA, "log CRIT ipfail: alpha is silent", 1);
	assert_unseen(p, BETA, "do start web");
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	assert_state(p, BETA, "db", OWN_NONE); /* isolated_demote */
	routers(p, 2, 2);
	p->side[ALPHA].cut = p->side[BETA].cut = false;
	p->may_double = true; /* alpha took db while beta was releasing it */
	pair_run(p, 20000);
	assert_times(p, BETA, "not cut off any more", 1);
	pair_free(p);
}

static void isolated_demote_is_an_option(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS "isolated_demote off\n");
	p->may_double = true;
	routers(p, 2, 0);
	p->side[ALPHA].cut = p->side[BETA].cut = true;
	pair_run(p, 30000);
	assert_state(p, BETA, "db", OWN_HELD);
	assert_unseen(p, BETA, "do start web");
	pair_free(p);
}

static void one_ping_node_alone_is_no_evidence(void **state)
{
	(void)state;
	struct pair *p = with_routers("ping 10.0.0.1\ndeadping 3\nipfail on\n");
	routers(p, 0, 0);
	pair_run(p, 8000);
	pair_crash(p, ALPHA);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void a_node_that_was_left_in_order_is_replaced_without_routers(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 0, 0);
	pair_run(p, 8000);
	pair_shutdown(p, ALPHA);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void an_operator_may_take_over_on_a_node_that_is_cut_off(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 0, 0);
	pair_run(p, 8000);
	pair_crash(p, ALPHA);
	pair_run(p, 30000);
	assert_false(pair_runs(p, BETA, "web"));
	pair_move(p, BETA, true, HALF_ALL, 7);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	assert_seen(p, BETA, "moved 7 ok");
	pair_free(p);
}

/* It was no order to take over from a silent node.  No change of the view has ended it: the counts are not compared. */
static void an_order_from_before_does_not_count_when_the_cable_fails(void **state)
{
	(void)state;
	struct pair *p = beside_a_count(LATE_ROUTERS, "3:3");
	routers(p, 2, 0);
	pair_run(p, 5000);
	pair_move(p, ALPHA, true, HALF_LOCAL, 0);
	pair_run(p, 5000);
	routers(p, 0, 0);
	p->voice.beat = NULL;
	pair_run(p, 30000);
	assert_seen(p, ALPHA, "node beta: is dead");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

/* The routers answer before the first heartbeat of the other node arrives. */
static void a_cable_that_is_back_makes_no_second_owner(void **state)
{
	(void)state;
	for (int64_t cut = 4100; cut < 12000; cut += 700) { /* also before deadping has passed */
		struct pair *p = with_routers(ROUTERS "isolated_demote off\n");
		routers(p, 2, 0);
		p->side[ALPHA].cut = p->side[BETA].cut = true;
		pair_run(p, cut);
		p->may_double = true; /* alpha takes db: beta keeps it without isolated_demote */
		routers(p, 2, 2);
		pair_run(p, 900);
		p->side[ALPHA].cut = p->side[BETA].cut = false;
		pair_run(p, 10000);
		assert_unseen(p, BETA, "do start web");
		pair_free(p);
	}
}

static void a_router_that_answers_again_ends_the_isolation(void **state)
{
	(void)state;
	struct pair *p = with_routers(ROUTERS);
	routers(p, 0, 0);
	pair_run(p, 8000);
	pair_crash(p, ALPHA);
	pair_run(p, 30000);
	routers(p, 0, 1);
	pair_run(p, 7000);
	assert_true(pair_runs(p, BETA, "web") && pair_runs(p, BETA, "db"));
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_node_with_fewer_ping_nodes_gives_everything_up),
		cmocka_unit_test(when_both_lose_the_same_nothing_moves),
		cmocka_unit_test(without_ipfail_nothing_moves),
		cmocka_unit_test(with_auto_failback_the_groups_go_home_once_it_is_balanced_for_a_while),
		cmocka_unit_test(without_auto_failback_the_groups_stay),
		cmocka_unit_test(a_path_that_flaps_moves_rarely),
		cmocka_unit_test(an_operator_may_take_the_groups_all_the_same),
		cmocka_unit_test(a_node_that_comes_back_without_routers_takes_nothing_home),
		cmocka_unit_test(the_better_node_starts_what_nobody_runs),
		cmocka_unit_test(counts_of_different_sets_are_not_compared),
		cmocka_unit_test(what_the_peer_sends_is_checked),
		cmocka_unit_test(a_node_without_peer_and_routers_takes_nothing_over),
		cmocka_unit_test(isolated_demote_is_an_option),
		cmocka_unit_test(one_ping_node_alone_is_no_evidence),
		cmocka_unit_test(a_node_that_was_left_in_order_is_replaced_without_routers),
		cmocka_unit_test(an_operator_may_take_over_on_a_node_that_is_cut_off),
		cmocka_unit_test(an_order_from_before_does_not_count_when_the_cable_fails),
		cmocka_unit_test(a_cable_that_is_back_makes_no_second_owner),
		cmocka_unit_test(a_router_that_answers_again_ends_the_isolation),
		cmocka_unit_test(its_program_is_asked_for_its_count),
		cmocka_unit_test(it_is_answered_as_it_answers),
		cmocka_unit_test(with_fewer_than_its_program_everything_is_given_up),
		cmocka_unit_test(a_loss_that_its_program_has_as_well_moves_nothing),
		cmocka_unit_test(a_verdict_about_an_earlier_count_changes_nothing),
		cmocka_unit_test(without_an_ipfail_program_there_the_log_says_so),
		cmocka_unit_test(without_ipfail_its_messages_are_for_clients_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
