// SPDX-License-Identifier: MIT
/* A reload in place: what is refused, what survives, what is new afterwards; keys change without a refused packet. */
#include "tests/unit/heartbeat/pair.h"

#include <string.h>

#define ON "auto_failback on\n"
#define RESOURCES "alpha web\nbeta db\n"

static void refused(struct pair *p, int side, const char *lines, const char *resources, const char *because)
{
	const char *why = pair_reload(p, side, lines, resources, NULL);
	if (!why || !strstr(why, because))
		pair_fails(p, "expected a refusal with \"%s\", got: %s\n", because, why ? why : "none");
}

static void accepted(struct pair *p, int side, const char *lines, const char *resources, const char *keys)
{
	const char *why = pair_reload(p, side, lines, resources, keys);
	if (why)
		pair_fails(p, "the reload is refused: %s\n", why);
}

static size_t unauthentic(const struct pair *p)
{
	size_t sum = 0;
	for (int i = 0; i < SIDES; i++) {
		struct core_counters counters;
		core_counters(p->side[i].core, &counters);
		sum += counters.unauthentic;
	}
	return sum;
}

/* --- what is refused --- */

static void a_group_that_is_held_here_must_stay_as_it_is(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	refused(p, ALPHA, NULL, "beta db\n", "group web: its line in haresources is gone, but the group is held here");
	refused(p, ALPHA, NULL, "alpha web more\nbeta db\n", "group web: its line in haresources is changed");
	refused(p, ALPHA, NULL, "beta web\nbeta db\n", "Give it to the other node first (hb_standby)");
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "do st");
	assert_unseen(p, BETA, "do st");
	pair_free(p);
}

static void a_group_that_moves_must_stay_as_it_is(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->side[ALPHA].script[0].hang = true;
	pair_move(p, ALPHA, false, HALF_LOCAL, 1);
	pair_run(p, 100);
	assert_state(p, ALPHA, "web", OWN_STOPPING);
	refused(p, ALPHA, NULL, "beta db\n", "the group is moving (here it is stopping)");
	accepted(p, ALPHA, "keepalive 500ms\n", RESOURCES, NULL); /* what moves is the same as before */
	p->side[ALPHA].script[0].hang = false;
	pair_run(p, 3000);
	assert_seen(p, ALPHA, "moved 1 ok");
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

static void a_group_whose_move_is_followed_must_stay_as_it_is(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->side[BETA].script_ms = 5000;
	pair_move(p, ALPHA, false, HALF_LOCAL, 1);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_NONE);
	refused(p, ALPHA, NULL, "beta db\n", "the group is moving (here it is none)");
	pair_run(p, 6000);
	assert_seen(p, ALPHA, "moved 1 ok");
	accepted(p, ALPHA, NULL, "beta db\n", NULL);
	pair_free(p);
}

static void a_group_that_could_not_be_stopped_must_stay_as_it_is(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->side[ALPHA].script[0].fail_stops = PAIR_ALWAYS;
	pair_move(p, ALPHA, false, HALF_LOCAL, 1);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	refused(p, ALPHA, NULL, "beta db\n", "the group is stuck here");
	pair_free(p);
}

static void the_nodes_of_the_cluster_cannot_change(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	refused(p, ALPHA, "node alpha beta gamma\n", RESOURCES, "node gamma is new in ha.cf");
	refused(p, ALPHA, "node alpha\n", "alpha web\n", "node beta is gone from ha.cf");
	p->side[ALPHA].name = "beta";
	refused(p, ALPHA, NULL, RESOURCES, "started with the name alpha and has the name beta now");
	p->side[ALPHA].name = "alpha";
	accepted(p, ALPHA, "node beta alpha\n", RESOURCES, NULL); /* only their order */
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "do st");
	assert_unseen(p, BETA, "do st");
	assert_unseen(p, BETA, "WARN");
	pair_free(p);
}

static void a_node_that_shuts_down_reloads_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->side[ALPHA].script[0].hang = true;
	pair_shutdown(p, ALPHA);
	refused(p, ALPHA, NULL, RESOURCES, "this node is shutting down");
	pair_free(p);
}

static void legacy_failback_cannot_change_beside_a_classic_peer(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, RESOURCES);
	pair_boot(p, ALPHA);
	accepted(p, ALPHA, "auto_failback legacy\n", RESOURCES, NULL);
	pair_say(p, "status|st=up|protocol=1|dt=fa0");
	refused(p, ALPHA, NULL, RESOURCES, "auto_failback legacy: beta runs Heartbeat 3.0.6");
	pair_free(p);
}

static void an_abandoned_change_leaves_no_trace(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	char why[CORE_WHY_MAX];
	struct core_config config = {.conf = p->side[BETA].conf,
		.resources = p->side[BETA].resources,
		.keys = &p->keys,
		.node = "alpha"};
	core_change_abandon(core_prepare(p->side[ALPHA].core, &config, why));
	core_change_abandon(NULL);
	pair_run(p, 10000);
	assert_unseen(p, ALPHA, "do st");
	assert_unseen(p, BETA, "WARN");
	pair_free(p);
}

/* --- what survives --- */

static void a_reload_is_no_new_life(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	struct core *core = p->side[ALPHA].core;
	uint64_t generation = core->generation, seq = core->seq;
	accepted(p, ALPHA, NULL, RESOURCES, NULL);
	assert_ptr_equal(core, p->side[ALPHA].core);
	assert_int_equal(core->generation, generation);
	assert_int_equal(core->seq, seq + 1);
	assert_times(p, ALPHA, "send status", 1); /* at once */
	pair_run(p, 20000);
	assert_unseen(p, BETA, "Heartbeat restart");
	assert_unseen(p, BETA, "WARN");
	assert_unseen(p, ALPHA, "WARN");
	assert_unseen(p, ALPHA, "do ");
	assert_unseen(p, BETA, "do ");
	pair_free(p);
}

static void lost_numbers_from_before_are_still_sent_again(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->side[ALPHA].lose = 2;
	pair_run(p, 2500);
	accepted(p, ALPHA, NULL, RESOURCES, NULL);
	pair_run(p, 1000);
	assert_seen(p, BETA, "No pkts missing from alpha");
	assert_unseen(p, BETA, "seqno");
	pair_free(p);
}

static void a_running_start_ends_as_it_would_have(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, RESOURCES);
	p->side[ALPHA].script_ms = 3000;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_until(p, 5000, ALPHA, "do start web");
	accepted(p, ALPHA, NULL, "alpha first\nbeta db\nalpha web\n", NULL);
	pair_run(p, 8000);
	assert_times(p, ALPHA, "do start web", 1);
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_true(pair_runs(p, ALPHA, "first"));
	pair_free(p);
}

static void groups_keep_their_state_whatever_their_order_in_the_file(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_move(p, BETA, false, HALF_LOCAL, 1);
	pair_run(p, 2000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	accepted(p, ALPHA, NULL, "beta db\nalpha web\n", NULL);
	accepted(p, BETA, NULL, "beta db\nalpha web\n", NULL);
	pair_run(p, 20000);
	assert_state(p, ALPHA, "db", OWN_HELD);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_unseen(p, ALPHA, "do ");
	assert_unseen(p, BETA, "do ");
	pair_free(p);
}

/* --- failback --- */

static void switching_failback_on_moves_no_group_with_its_home_back(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_boot(p, BETA);
	pair_run(p, 6000);
	pair_mark(p);
	accepted(p, ALPHA, ON, RESOURCES, NULL);
	accepted(p, BETA, ON, RESOURCES, NULL);
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "do ");
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_crash(p, BETA); /* a return of the node moves it */
	pair_run(p, 6000);
	pair_boot(p, BETA);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void what_waits_for_its_home_goes_there_when_failback_was_switched_on_meanwhile(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	accepted(p, ALPHA, ON, RESOURCES, NULL);
	pair_boot(p, BETA);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void an_order_of_an_operator_stays(void **state)
{
	(void)state;
	struct pair *p = pair_settled(ON, RESOURCES);
	pair_move(p, BETA, false, HALF_LOCAL, 1);
	pair_run(p, 3000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	for (int i = 0; i < SIDES; i++) {
		accepted(p, i, NULL, RESOURCES, NULL);
		pair_run(p, 10000);
		accepted(p, i, ON, RESOURCES, NULL);
		pair_run(p, 10000);
	}
	assert_unseen(p, ALPHA, "do ");
	assert_unseen(p, BETA, "do ");
	pair_free(p);
}

/* --- what is new --- */

static void a_new_group_is_claimed_by_its_home_and_started_once(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	accepted(p, BETA, NULL, "alpha mail\nalpha web\nbeta db\n", NULL);
	pair_run(p, 3000);
	accepted(p, ALPHA, NULL, "alpha mail\nalpha web\nbeta db\n", NULL);
	pair_run(p, 3000);
	assert_times(p, ALPHA, "do start", 1);
	assert_seen(p, ALPHA, "Group mail: none -> claim");
	assert_unseen(p, BETA, "do start");
	assert_true(pair_runs(p, ALPHA, "mail"));
	assert_state(p, BETA, "mail", OWN_NONE);
	pair_free(p);
}

static void a_new_group_starts_at_once_where_the_other_node_is_dead(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	accepted(p, ALPHA, NULL, "alpha web\nbeta db\nbeta mail\n", NULL);
	assert_seen(p, ALPHA, "do start mail");
	pair_free(p);
}

static void a_group_that_is_not_here_may_go_or_change(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	accepted(p, ALPHA, NULL, "alpha web\nbeta db more\n", NULL);
	pair_run(p, 2000);
	assert_seen(p, ALPHA, "ERROR haresources is not the same here and on beta");
	accepted(p, ALPHA, NULL, "alpha web\n", NULL);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

static void a_longer_deadtime_counts_for_what_was_heard_before(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_crash(p, BETA);
	pair_run(p, 3500);
	accepted(p, ALPHA, "deadtime 30\nwarntime 10\ninitdead 60\n", RESOURCES, NULL);
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "is dead");
	pair_run(p, 10000);
	assert_seen(p, ALPHA, "node beta: is dead");
	pair_free(p);
}

static void a_shorter_deadtime_counts_as_soon_as_the_other_node_has_it_too(void **state)
{
	(void)state;
	struct pair *p = pair_settled("deadtime 30\nwarntime 10\ninitdead 60\n", RESOURCES);
	accepted(p, ALPHA, "deadtime 4\n", RESOURCES, NULL);
	accepted(p, BETA, "deadtime 4\n", RESOURCES, NULL);
	pair_run(p, 1500);
	pair_crash(p, BETA);
	pair_run(p, 4500);
	assert_seen(p, ALPHA, "node beta: is dead");
	pair_free(p);
}

static void a_shorter_keepalive_counts_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_settled("keepalive 2\ndeadtime 10\nwarntime 5\n", RESOURCES);
	accepted(p, ALPHA, "keepalive 200ms\ndeadtime 10\nwarntime 5\n", RESOURCES, NULL);
	assert_seen(p, ALPHA, "log info The new configuration is in use, keepalive 200 ms; what runs here goes on");
	pair_mark(p);
	pair_run(p, 1000);
	assert_times(p, ALPHA, "send status", 5);
	pair_free(p);
}

static void a_shorter_initdead_ends_the_wait_sooner(void **state)
{
	(void)state;
	struct pair *p = pair_new("initdead 60\n", RESOURCES);
	pair_boot(p, ALPHA);
	pair_run(p, 2000);
	accepted(p, ALPHA, "initdead 10\n", RESOURCES, NULL);
	pair_run(p, 7999);
	assert_unseen(p, ALPHA, "do start");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static bool link_up(const struct pair *p, size_t node, size_t index)
{
	struct link_view view;
	return core_link_view(p->side[ALPHA].core, node, index, &view) && view.up;
}

static void a_link_keeps_its_state_and_a_new_one_comes_up(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	static const char two[] = "bcast eth1\nbcast eth0\n";
	assert_true(link_up(p, 1, 0));
	accepted(p, ALPHA, two, RESOURCES, NULL);
	assert_seen(p, ALPHA, "in use, new medium bcast eth1; what runs");
	assert_false(link_up(p, 1, 0));
	assert_true(link_up(p, 1, 1));
	accepted(p, BETA, two, RESOURCES, NULL);
	pair_run(p, 1500);
	assert_true(link_up(p, 1, 0));
	accepted(p, ALPHA, "bcast eth1\n", RESOURCES, NULL);
	assert_true(link_up(p, 1, 0));
	assert_unseen(p, ALPHA, "WARN");
	pair_free(p);
}

static void ping_nodes_may_come_and_go(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.8\n", RESOURCES);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 15000);
	pair_mark(p);
	accepted(p, ALPHA, "bcast eth0\nping 10.0.0.9\n", RESOURCES, NULL);
	assert_int_equal(core_node_count(p->side[ALPHA].core), 3);
	struct node_view view;
	core_node_view(p->side[ALPHA].core, 2, &view);
	assert_string_equal(view.name, "10.0.0.9");
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.9");
	assert_non_null(ping);
	pair_datagram(p, ALPHA, 1, ping->data, ping->len);
	core_node_view(p->side[ALPHA].core, 2, &view);
	assert_string_equal(view.status, "ping");
	accepted(p, ALPHA, "bcast eth0\n", RESOURCES, NULL);
	assert_int_equal(core_node_count(p->side[ALPHA].core), 2);
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "do st");
	pair_free(p);
}

/* --- fencing --- */

static void a_dead_peer_is_fenced_as_soon_as_stonith_lines_are_there(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	assert_true(pair_runs(p, ALPHA, "db"));
	accepted(p, ALPHA, "stonith_host * null beta\n", RESOURCES, NULL);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_fence_done(p, ALPHA, true);
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void without_stonith_lines_nothing_waits_for_fencing_any_more(void **state)
{
	(void)state;
	struct pair *p = pair_settled("stonith_host * null beta\n", RESOURCES);
	pair_crash(p, BETA);
	pair_until(p, 6000, ALPHA, "do fence beta");
	pair_fence_done(p, ALPHA, false);
	pair_run(p, 1000);
	accepted(p, ALPHA, NULL, RESOURCES, NULL);
	assert_seen(p, ALPHA, "do start db");
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

/* --- keys --- */

#define OLD "1 sha1 " PAIR_KEY
#define NEW "2 md5 OtherSecret"

static const char *const steps[] = {
	"auth 1\n" OLD " accept\n" NEW " accept\n", "auth 2\n" OLD " accept\n" NEW " accept\n", "auth 2\n" NEW "\n"};

static void change_keys(const int *order)
{
	struct pair *p = pair_settled(NULL, RESOURCES);
	for (size_t step = 0; step < 3; step++)
		for (int i = 0; i < SIDES; i++) {
			int side = order[step] ? SIDES - 1 - i : i;
			accepted(p, side, NULL, RESOURCES, steps[step]);
			pair_run(p, 7000);
		}
	assert_int_equal(unauthentic(p), 0);
	assert_times(p, ALPHA, "node beta signs with key 2 now", 1);
	assert_times(p, BETA, "node alpha signs with key 2 now", 1);
	assert_unseen(p, ALPHA, "another key now");
	assert_unseen(p, ALPHA, "is dead");
	assert_unseen(p, BETA, "is dead");
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

static void keys_change_in_any_order_of_the_nodes_without_a_refused_packet(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		change_keys((int[]){i & 1, i >> 1 & 1, i >> 2});
}

static void what_was_lost_before_is_sent_again_with_the_new_key(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	accepted(p, ALPHA, NULL, RESOURCES, steps[0]);
	accepted(p, BETA, NULL, RESOURCES, steps[0]);
	p->side[ALPHA].lose = 1;
	pair_run(p, 1000);
	p->side[BETA].cut = true; /* its requests do not arrive yet */
	for (size_t step = 1; step < 3; step++)
		for (int i = 0; i < SIDES; i++) {
			accepted(p, i, NULL, RESOURCES, steps[step]);
			pair_run(p, 300);
		}
	assert_unseen(p, BETA, "No pkts missing from alpha");
	p->side[BETA].cut = false;
	pair_run(p, 2000);
	assert_seen(p, BETA, "No pkts missing from alpha");
	assert_int_equal(unauthentic(p), 0);
	pair_free(p);
}

static void a_key_of_the_file_is_not_accepted_unless_it_is_marked_accept(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, RESOURCES);
	p->may_double = true;
	accepted(p, ALPHA, NULL, RESOURCES, "auth 2\n" OLD "\n" NEW "\n");
	assert_seen(p, ALPHA, "WARN Packets are signed with another key now");
	assert_seen(p, ALPHA, "reload beta too, within deadtime (4 s)");
	pair_run(p, 2000);
	assert_true(unauthentic(p) > 0);
	pair_free(p);
}

static void a_longer_initdead_counts_for_a_node_that_was_heard_before_the_cluster_is_up(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, RESOURCES);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=up|dt=fa0|protocol=1"); /* and nothing else: the cluster waits for it */
	pair_run(p, 1000);
	accepted(p, ALPHA, "initdead 20\n", RESOURCES, NULL);
	pair_run(p, 18000);
	assert_unseen(p, ALPHA, "node beta: is dead");
	assert_unseen(p, ALPHA, "do start");
	pair_run(p, 1100);
	assert_seen(p, ALPHA, "do start");
	pair_free(p);
}

static void a_longer_deadping_counts_for_a_ping_node_that_has_answered(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.8\ndeadping 3\n", RESOURCES);
	pair_boot(p, ALPHA);
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.8");
	pair_datagram(p, ALPHA, 1, ping->data, ping->len);
	pair_run(p, 1000);
	accepted(p, ALPHA, "bcast eth0\nping 10.0.0.8\ndeadping 5\n", RESOURCES, NULL);
	pair_run(p, 3999);
	assert_unseen(p, ALPHA, "node 10.0.0.8: is dead");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "node 10.0.0.8: is dead");
	pair_free(p);
}

static void a_sign_of_life_of_a_node_whose_statuses_are_lost_still_counts(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, RESOURCES, "@web:n:0 @db:n:0");
	pair_run(p, 1000);
	p->voice.beat = NULL;
	pair_run(p, 3000);
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	accepted(p, ALPHA, "warntime 3\n", RESOURCES, NULL);
	pair_run(p, 3900);
	assert_unseen(p, ALPHA, "node beta: is dead");
	pair_run(p, 100);
	assert_seen(p, ALPHA, "node beta: is dead");
	pair_free(p);
}

static void the_home_of_a_group_that_is_not_here_may_change(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, RESOURCES, "@web:n:0 @db:h:1");
	pair_run(p, 1000);
	size_t db = pair_group(p, "db");
	assert_false(p->side[ALPHA].core->groups[db].mine);
	accepted(p, ALPHA, NULL, "alpha web\nalpha db\n", NULL);
	assert_true(p->side[ALPHA].core->groups[db].mine);
	pair_free(p);
}

static void a_new_ping_node_that_does_not_answer_is_dead_after_deadping(void **state)
{
	(void)state;
	struct pair *p = pair_settled("bcast eth0\n", RESOURCES);
	accepted(p, ALPHA, "bcast eth0\nping 10.0.0.8\ndeadping 3\n", RESOURCES, NULL);
	pair_run(p, 2999);
	assert_unseen(p, ALPHA, "node 10.0.0.8: is dead");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "node 10.0.0.8: is dead");
	pair_free(p);
}

static void a_longer_deadtime_counts_for_a_link_as_well(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice("bcast eth0 eth1\n", RESOURCES, "@web:n:0 @db:n:0");
	pair_say_on(p, 1, "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:n:0");
	assert_true(link_up(p, 1, 1));
	accepted(p, ALPHA, "bcast eth0 eth1\ndeadtime 8\n", RESOURCES, NULL);
	pair_run(p, 7900);
	assert_true(link_up(p, 1, 1));
	pair_run(p, 200);
	assert_false(link_up(p, 1, 1));
	pair_free(p);
}

static void a_ping_node_keeps_its_medium_when_another_one_comes_before_it(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.8\ndeadping 3\n", RESOURCES);
	pair_boot(p, ALPHA);
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.8");
	pair_datagram(p, ALPHA, 1, ping->data, ping->len);
	accepted(p, ALPHA, "bcast eth0\nbcast eth1\nping 10.0.0.8\ndeadping 3\n", RESOURCES, NULL);
	pair_run(p, 2000);
	ping = pair_last(p, ALPHA, "ping 10.0.0.8");
	pair_datagram(p, ALPHA, 2, ping->data, ping->len);
	pair_run(p, 2000);
	assert_unseen(p, ALPHA, "node 10.0.0.8: is dead");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_that_is_held_here_must_stay_as_it_is),
		cmocka_unit_test(a_group_that_moves_must_stay_as_it_is),
		cmocka_unit_test(a_group_whose_move_is_followed_must_stay_as_it_is),
		cmocka_unit_test(a_group_that_could_not_be_stopped_must_stay_as_it_is),
		cmocka_unit_test(the_nodes_of_the_cluster_cannot_change),
		cmocka_unit_test(a_node_that_shuts_down_reloads_nothing),
		cmocka_unit_test(legacy_failback_cannot_change_beside_a_classic_peer),
		cmocka_unit_test(an_abandoned_change_leaves_no_trace),
		cmocka_unit_test(a_reload_is_no_new_life),
		cmocka_unit_test(lost_numbers_from_before_are_still_sent_again),
		cmocka_unit_test(a_running_start_ends_as_it_would_have),
		cmocka_unit_test(groups_keep_their_state_whatever_their_order_in_the_file),
		cmocka_unit_test(switching_failback_on_moves_no_group_with_its_home_back),
		cmocka_unit_test(what_waits_for_its_home_goes_there_when_failback_was_switched_on_meanwhile),
		cmocka_unit_test(an_order_of_an_operator_stays),
		cmocka_unit_test(a_new_group_is_claimed_by_its_home_and_started_once),
		cmocka_unit_test(a_new_group_starts_at_once_where_the_other_node_is_dead),
		cmocka_unit_test(a_group_that_is_not_here_may_go_or_change),
		cmocka_unit_test(a_longer_deadtime_counts_for_what_was_heard_before),
		cmocka_unit_test(a_shorter_deadtime_counts_as_soon_as_the_other_node_has_it_too),
		cmocka_unit_test(a_shorter_keepalive_counts_at_once),
		cmocka_unit_test(a_shorter_initdead_ends_the_wait_sooner),
		cmocka_unit_test(a_link_keeps_its_state_and_a_new_one_comes_up),
		cmocka_unit_test(ping_nodes_may_come_and_go),
		cmocka_unit_test(a_dead_peer_is_fenced_as_soon_as_stonith_lines_are_there),
		cmocka_unit_test(without_stonith_lines_nothing_waits_for_fencing_any_more),
		cmocka_unit_test(keys_change_in_any_order_of_the_nodes_without_a_refused_packet),
		cmocka_unit_test(what_was_lost_before_is_sent_again_with_the_new_key),
		cmocka_unit_test(a_key_of_the_file_is_not_accepted_unless_it_is_marked_accept),
		cmocka_unit_test(a_longer_initdead_counts_for_a_node_that_was_heard_before_the_cluster_is_up),
		cmocka_unit_test(a_longer_deadping_counts_for_a_ping_node_that_has_answered),
		cmocka_unit_test(a_sign_of_life_of_a_node_whose_statuses_are_lost_still_counts),
		cmocka_unit_test(the_home_of_a_group_that_is_not_here_may_change),
		cmocka_unit_test(a_new_ping_node_that_does_not_answer_is_dead_after_deadping),
		cmocka_unit_test(a_longer_deadtime_counts_for_a_link_as_well),
		cmocka_unit_test(a_ping_node_keeps_its_medium_when_another_one_comes_before_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
