// SPDX-License-Identifier: MIT
/* Which node is up and which is dead, to the millisecond; links; ping nodes; coming up. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UP "status|st=up|protocol=1"
#define ACTIVE "status|st=active|protocol=1"

static void answer_ping(struct pair *p)
{
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.9");
	assert_non_null(ping);
	pair_datagram(p, ALPHA, p->side[ALPHA].conf->media_count - 1, ping->data, ping->len);
}

/* Alpha is a core, and the test sends for a classic beta; both are active.  The test sends each status of beta
 * itself. */
static struct pair *classic_pair(const char *lines)
{
	struct pair *p = pair_new(lines, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, UP "|dt=fa0");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	if (pair_find(p, ALPHA, "ping 10.0.0.9"))
		answer_ping(p);
	assert_seen(p, ALPHA, "Local status now set to: 'active'");
	pair_say(p, ACTIVE "|dt=fa0");
	pair_mark(p);
	return p;
}

static void dies_after(struct pair *p, int64_t ms)
{
	pair_run(p, ms - 1);
	assert_unseen(p, ALPHA, "node beta: is dead");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "log WARN node beta: is dead");
}

/* --- death --- */

static void a_node_is_dead_exactly_its_deadtime_after_its_last_status(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	pair_run(p, 1234);
	pair_say(p, ACTIVE "|dt=fa0");
	dies_after(p, 4000);
	pair_free(p);
}

static void the_deadtime_of_a_node_is_its_own_but_within_reason(void **state)
{
	(void)state;
	static const struct {
		const char *dt;
		int64_t ms;
	} times[] = {
		{"|dt=fa0", 4000},
		{"|dt=1770", 6000},
		{"|dt=0", 4000},
		{"|dt=1", 4000},
		{"|dt=ffffffffffffffff", 64000},
		{"|dt=fa00", 64000},
		{"", 4000},
		{"|dt=soon", 4000},
	};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct pair *p = classic_pair(NULL);
		char status[64];
		(void)snprintf(status, sizeof status, ACTIVE "%s", times[i].dt);
		pair_say(p, status);
		dies_after(p, times[i].ms);
		pair_free(p);
	}
}

static void a_status_without_dt_keeps_the_one_before(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	pair_say(p, ACTIVE "|dt=1770");
	pair_say(p, ACTIVE);
	dies_after(p, 6000);
	pair_free(p);
}

static void only_a_new_status_counts_as_life(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	size_t len;
	uint8_t *status = pair_frame(p, ACTIVE "|dt=fa0", &len);
	pair_datagram(p, ALPHA, 0, status, len);
	pair_run(p, 2000);
	pair_datagram(p, ALPHA, 0, status, len); /* again */
	pair_say(p, "ifmsg|text=hello");
	pair_say(p, "NS_ackmsg|dest=alpha|ackseq=1");
	dies_after(p, 2000);
	free(status);
	pair_free(p);
}

static void an_older_status_that_comes_late_is_no_news(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	size_t len;
	uint8_t *old = pair_frame(p, UP "|dt=ffff", &len);
	pair_say(p, ACTIVE "|dt=fa0");
	pair_run(p, 1000);
	pair_datagram(p, ALPHA, 0, old, len); /* fills the gap and has no other effect */
	assert_unseen(p, ALPHA, "status up");
	dies_after(p, 3000);
	free(old);
	pair_free(p);
}

static void the_death_of_a_node_is_reported_to_clients_and_hooks(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	pair_run(p, 4000);
	assert_seen(p, ALPHA, "hook status HA_t=status HA_src=beta HA_st=dead HA_OSTATUS=active");
	assert_seen(p, ALPHA, "notify >>>\nt=status\nst=dead\nsrc=beta\n<<<\n");
	assert_seen(p, ALPHA, "log WARN No STONITH device configured.");
	assert_seen(p, ALPHA, "log WARN Shared disks are not protected.");
	assert_seen(p, ALPHA, "log info Resources being acquired from beta.");
	assert_seen(p, ALPHA, "do start db");
	pair_run(p, 60000);
	assert_times(p, ALPHA, "is dead", 1);
	pair_free(p);
}

static void a_late_status_is_warned_about(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	pair_run(p, 2000);
	pair_say(p, ACTIVE);
	assert_unseen(p, ALPHA, "Late heartbeat");
	pair_run(p, 2001);
	pair_say(p, ACTIVE);
	assert_seen(p, ALPHA, "log WARN Late heartbeat: Node beta: interval 2001 ms");
	assert_unseen(p, ALPHA, "(> deadtime)");
	pair_run(p, 5000);
	pair_say(p, ACTIVE);
	assert_seen(p, ALPHA, "log CRIT Late heartbeat: Node beta: interval 5000 ms (> deadtime)");
	assert_seen(p, ALPHA, "log CRIT Cluster node beta returning after partition.");
	assert_seen(p, ALPHA, "log WARN Deadtime value may be too small.");
	pair_free(p);
}

static void what_was_heard_before_a_death_does_not_bring_the_node_back(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	size_t len, question_len;
	uint8_t *question = pair_frame(p, "reqnodes|dest=alpha", &question_len); /* lost at first */
	uint8_t *status = pair_frame(p, ACTIVE "|dt=fa0", &len);
	pair_datagram(p, ALPHA, 0, status, len);
	dies_after(p, 4000);
	pair_datagram(p, ALPHA, 0, status, len);
	pair_datagram(p, ALPHA, 0, question, question_len);
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "returning after partition");
	assert_unseen(p, ALPHA, "send repnodes");
	assert_unseen(p, ALPHA, "Link beta:eth0 up.");
	free(question);
	assert_unseen(p, ALPHA, "Status update for node beta");
	free(status);
	pair_free(p);
}

/* --- lives --- */

static void a_restart_is_a_larger_generation_in_a_status(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	assert_unseen(p, ALPHA, "Heartbeat restart");
	pair_voice_restart(p);
	pair_say(p, "starting"); /* ignored: no status of this life so far */
	assert_unseen(p, ALPHA, "Heartbeat restart");
	pair_say(p, UP "|dt=fa0"); /* nor beside the life before, which is still heard, without a proof */
	assert_unseen(p, ALPHA, "Heartbeat restart");
	pair_run(p, 1501);
	pair_say(p, UP "|dt=fa0");
	assert_seen(p, ALPHA, "log info Heartbeat restart on node beta");
	assert_seen(p, ALPHA, "log info Status update for node beta: status up");
	assert_unseen(p, ALPHA, "is dead");
	pair_free(p);
}

static void a_message_of_a_former_life_is_called_a_replay(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	struct core_counters counters;
	pair_say(p, ACTIVE "|hg=ff|seq=50");
	assert_seen(
		p, ALPHA, "log WARN should_drop_message: attempted replay attack [beta]? [gen = 255, curgen = 256]");
	core_counters(p->side[ALPHA].core, &counters);
	assert_int_equal(counters.replayed, 1);
	dies_after(p, 4000);
	pair_free(p);
}

static void an_unknown_status_is_at_least_a_sign_of_life(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	dies_after(p, 4000);
	pair_say(p, "status|st=dancing|dt=fa0");
	struct node_view view;
	core_node_view(p->side[ALPHA].core, 1, &view);
	assert_string_equal(view.status, "up");
	pair_free(p);
}

/* --- links --- */

static const char two_media[] = "bcast eth0 eth1\n";

static void a_link_is_dead_after_the_limit_of_its_own_node(void **state)
{
	(void)state;
	struct pair *p = classic_pair("bcast eth0 eth1\nping 10.0.0.9\ndeadping 20\n");
	pair_say(p, ACTIVE "|dt=1770");
	pair_say_on(p, 1, ACTIVE "|dt=1770");
	assert_seen(p, ALPHA, "log info Link beta:eth1 up.");
	for (unsigned i = 0; i < 5; i++) {
		pair_run(p, 1000);
		pair_say(p, ACTIVE "|dt=1770");
	}
	pair_run(p, 999);
	assert_unseen(p, ALPHA, "Link beta:eth1 dead.");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "log info Link beta:eth1 dead.");
	assert_seen(p, ALPHA, "notify >>>\nt=ifstat\nnode=beta\nifname=eth1\nst=dead\n<<<\n");
	assert_unseen(p, ALPHA, "Link beta:eth0 dead.");
	assert_unseen(p, ALPHA, "is dead");
	pair_free(p);
}

static void the_copy_of_a_datagram_on_another_medium_keeps_that_link_up(void **state)
{
	(void)state;
	struct pair *p = classic_pair(two_media);
	for (unsigned i = 0; i < 10; i++) {
		size_t len;
		uint8_t *status = pair_frame(p, ACTIVE "|dt=fa0", &len);
		pair_datagram(p, ALPHA, 0, status, len);
		pair_datagram(p, ALPHA, 1, status, len);
		free(status);
		pair_run(p, 1000);
	}
	assert_times(p, ALPHA, "Link beta:eth1 up.", 1);
	assert_unseen(p, ALPHA, "Link beta:eth1 dead.");
	assert_unseen(p, ALPHA, "is dead");
	pair_free(p);
}

static void an_old_number_keeps_no_link_up(void **state)
{
	(void)state;
	struct pair *p = classic_pair(two_media);
	size_t len;
	uint8_t *status = pair_frame(p, ACTIVE "|dt=fa0", &len);
	pair_datagram(p, ALPHA, 0, status, len);
	pair_say(p, ACTIVE "|dt=fa0");
	pair_datagram(p, ALPHA, 1, status, len);
	assert_unseen(p, ALPHA, "Link beta:eth1 up.");
	free(status);
	pair_free(p);
}

static void own_datagrams_that_come_back_show_the_own_link(void **state)
{
	(void)state;
	struct pair *p = classic_pair(NULL);
	pair_run(p, 1000);
	const struct pair_record *own = pair_last(p, ALPHA, "send status");
	pair_datagram(p, ALPHA, 0, own->data, own->len);
	assert_seen(p, ALPHA, "log info Link alpha:eth0 up.");
	pair_run(p, 4000);
	assert_seen(p, ALPHA, "log info Link alpha:eth0 dead.");
	pair_free(p);
}

/* What waits in the sockets is read before every timer but this one. */
static void only_a_heartbeat_is_no_decision(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	const struct core *c = p->side[ALPHA].core;
	unsigned beats = 0;
	for (unsigned i = 0; i < 100; i++) {
		struct mono next = core_deadline(c);
		if (!core_decides(c, next)) {
			beats++;
			assert_int_equal(next.ns, c->beat.next.ns);
		}
		pair_run(p, 100);
	}
	assert_in_range(beats, 50, 100);
	assert_true(core_decides(c, c->nodes[c->peer].deadline));
	pair_free(p);
}

static void report_to_self(struct pair *p, bool on)
{
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_TO_SELF, .to_self = {.medium = 1, .on = on}});
	assert_int_equal(core_to_self(p->side[ALPHA].core, 1), on);
}

static void a_medium_that_leads_to_this_machine_shows_the_own_link(void **state)
{
	(void)state;
	struct pair *p = classic_pair(two_media);
	pair_run(p, 1000);
	report_to_self(p, true);
	assert_seen(p, ALPHA, "log info Link alpha:eth1 up.");
	assert_seen(p, ALPHA, "notify >>>\nt=ifstat\nnode=alpha\nifname=eth1\nst=up\n<<<\n");
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "Link alpha:eth1 dead.");
	report_to_self(p, false);
	assert_seen(p, ALPHA, "log info Link alpha:eth1 dead.");
	pair_free(p);
}

/* A packet that was on its way when the address came has set a limit. */
static void the_core_asks_again_whether_a_medium_leads_here_after_an_own_packet(void **state)
{
	(void)state;
	struct pair *p = classic_pair(two_media);
	pair_run(p, 1000);
	report_to_self(p, true);
	const struct pair_record *own = pair_last(p, ALPHA, "send status");
	pair_datagram(p, ALPHA, 1, own->data, own->len);
	assert_false(core_to_self(p->side[ALPHA].core, 1));
	report_to_self(p, true);
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "Link alpha:eth1 dead.");
	pair_free(p);
}

/* --- ping nodes --- */

static void a_ping_node_lives_as_long_as_it_answers_and_deadping_longer(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\ndeadping 3\n", NULL);
	pair_boot(p, ALPHA);
	for (unsigned i = 0; i < 20; i++) {
		answer_ping(p);
		pair_run(p, 1000);
	}
	assert_times(p, ALPHA, "log info Status update for node 10.0.0.9: status ping", 1);
	assert_times(p, ALPHA, "log info Link 10.0.0.9:10.0.0.9 up.", 1);
	assert_unseen(p, ALPHA, "node 10.0.0.9: is dead");
	answer_ping(p);
	pair_run(p, 2999);
	assert_unseen(p, ALPHA, "node 10.0.0.9: is dead");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "log WARN node 10.0.0.9: is dead");
	assert_seen(p, ALPHA, "log info Link 10.0.0.9:10.0.0.9 dead.");
	assert_unseen(p, ALPHA, "STONITH of 10");
	answer_ping(p);
	assert_times(p, ALPHA, "log info Status update for node 10.0.0.9: status ping", 2);
	pair_free(p);
}

static void only_our_own_ping_payload_is_an_answer(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"NS_st|st=ping|info=ping|src=10.0.0.8",
		"NS_st|st=ping|info=ping_group|src=10.0.0.9",
		"status|st=ping|info=ping|src=10.0.0.9",
		ACTIVE "|dt=fa0",
	};
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\n", NULL);
	pair_boot(p, ALPHA);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		pair_say_on(p, 1, wrong[i]);
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.9");
	pair_datagram(p, ALPHA, 0, ping->data, ping->len); /* on the wrong medium */
	assert_unseen(p, ALPHA, "Status update");
	assert_unseen(p, ALPHA, "Link 10.0.0.9");
	answer_ping(p);
	assert_seen(p, ALPHA, "Status update for node 10.0.0.9: status ping");
	pair_free(p);
}

static void a_ping_goes_out_with_every_status(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\n", NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 5000);
	assert_true(pair_count(p, ALPHA, "ping 10.0.0.9") >= 6);
	assert_int_equal(pair_count(p, ALPHA, "ping 10.0.0.9"), pair_count(p, ALPHA, "send status"));
	/* doc/protocol.md 9 */
	const struct pair_record *ping = pair_last(p, ALPHA, "ping 10.0.0.9");
	static const char fields[] = "###\n10:(0)t=NS_st,10:(0)st=ping,12:(0)info=ping,15:(0)src=10.0.0.9,";
	assert_true(ping->len > sizeof fields);
	assert_memory_equal(ping->data, fields, sizeof fields - 1);
	pair_free(p);
}

static void the_cluster_waits_for_its_ping_nodes_too(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\ndeadping 5\n", NULL);
	pair_boot(p, ALPHA);
	pair_hold(p, "@web:n:0 @db:n:0");
	pair_run(p, 4999);
	assert_unseen(p, ALPHA, "Comm_now_up");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "Comm_now_up");
	pair_free(p);

	p = pair_new("bcast eth0\nping 10.0.0.9\n", NULL);
	pair_boot(p, ALPHA);
	pair_hold(p, "@web:n:0 @db:n:0");
	pair_run(p, 1500);
	answer_ping(p);
	assert_seen(p, ALPHA, "Comm_now_up");
	pair_free(p);
}

/* --- coming up --- */

static void a_node_that_hears_nobody_is_up_alone_at_initdead(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 9999);
	assert_unseen(p, ALPHA, "is dead");
	assert_unseen(p, ALPHA, "Comm_now_up");
	pair_run(p, 1);
	assert_before(p, ALPHA, "node beta: is dead", ALPHA, "log info Comm_now_up(): updating status to active");
	assert_seen(p, ALPHA, "log info Local status now set to: 'active'");
	assert_seen(p, ALPHA, "do start web");
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void before_the_cluster_is_up_no_node_is_dead_before_initdead(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, UP "|dt=fa0");
	pair_run(p, 9999);
	assert_unseen(p, ALPHA, "is dead");
	assert_unseen(p, ALPHA, "do start");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "is dead");
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static void a_classic_peer_is_asked_for_the_nodes_every_second_until_it_answers(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 300);
	p->voice.beat = UP "|dt=fa0";
	p->voice.next_beat = p->now;
	pair_run(p, 3500);
	assert_times(p, ALPHA, "send reqnodes dest=beta", 4);
	assert_unseen(p, ALPHA, "Comm_now_up");
	pair_say(p, "repnodes|dest=beta|nodelist=alpha beta |delnodelist= "); /* for somebody else */
	assert_unseen(p, ALPHA, "Comm_now_up");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta gamma |delnodelist= ");
	assert_seen(p, ALPHA, "Comm_now_up");
	assert_seen(p, ALPHA, "log info beta speaks the classic (Heartbeat 3.0.6 or older) dialect");
	assert_int_equal(core_node_count(p->side[ALPHA].core), 2); /* ha.cf lists the nodes */
	pair_run(p, 5000);
	assert_times(p, ALPHA, "send reqnodes", 4);
	pair_free(p);
}

static void a_classic_peer_that_never_answers_delays_until_initdead_only(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	p->voice.beat = UP "|dt=fa0";
	p->voice.next_beat = p->now;
	pair_run(p, 10000);
	assert_seen(p, ALPHA, "Comm_now_up");
	assert_unseen(p, ALPHA, "is dead");
	pair_free(p);
}

static void a_native_peer_counts_once_it_hears_us(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=up|dt=fa0|protocol=1|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:n:0 @db:n:0");
	assert_unseen(p, ALPHA, "Comm_now_up");
	assert_unseen(p, ALPHA, "send reqnodes");
	pair_say(p, "status|st=up|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:n:0 @db:n:0");
	assert_seen(p, ALPHA, "Comm_now_up");
	pair_free(p);
}

static void a_node_without_others_is_up_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_new("node alpha\n", "alpha web\n");
	pair_boot(p, ALPHA);
	assert_seen(p, ALPHA, "Comm_now_up");
	assert_seen(p, ALPHA, "do start web");
	pair_run(p, 1000);
	pair_shutdown(p, ALPHA);
	pair_run(p, 100);
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

/* --- setting up --- */

static void more_than_two_nodes_with_groups_are_refused(void **state)
{
	(void)state;
	struct pair *p = pair_new("node alpha beta gamma\n", NULL);
	struct core_config config = {.conf = p->side[ALPHA].conf,
		.resources = p->side[ALPHA].resources,
		.keys = &p->keys,
		.node = "alpha",
		.generation = 1};
	const char *why = NULL;
	assert_null(core_new(&config, &why));
	assert_non_null(strstr(why, "exactly two nodes"));
	config.node = "delta";
	assert_null(core_new(&config, &why));
	assert_non_null(strstr(why, "not among the node lines"));
	pair_free(p);

	p = pair_new("node alpha beta gamma\n", "");
	pair_boot(p, ALPHA);
	assert_int_equal(core_node_count(p->side[ALPHA].core), 3);
	pair_run(p, 20000);
	assert_seen(p, ALPHA, "node beta: is dead");
	assert_seen(p, ALPHA, "node gamma: is dead");
	pair_free(p);
}

static void after_the_cluster_is_up_a_node_is_dead_after_its_own_time(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_say(p, UP "|dt=fa0");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	assert_seen(p, ALPHA, "Local status now set to: 'active'");
	dies_after(p, 4000); /* not at initdead */
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_dead_exactly_its_deadtime_after_its_last_status),
		cmocka_unit_test(the_deadtime_of_a_node_is_its_own_but_within_reason),
		cmocka_unit_test(a_status_without_dt_keeps_the_one_before),
		cmocka_unit_test(only_a_new_status_counts_as_life),
		cmocka_unit_test(an_older_status_that_comes_late_is_no_news),
		cmocka_unit_test(the_death_of_a_node_is_reported_to_clients_and_hooks),
		cmocka_unit_test(a_late_status_is_warned_about),
		cmocka_unit_test(what_was_heard_before_a_death_does_not_bring_the_node_back),
		cmocka_unit_test(a_restart_is_a_larger_generation_in_a_status),
		cmocka_unit_test(a_message_of_a_former_life_is_called_a_replay),
		cmocka_unit_test(an_unknown_status_is_at_least_a_sign_of_life),
		cmocka_unit_test(a_link_is_dead_after_the_limit_of_its_own_node),
		cmocka_unit_test(the_copy_of_a_datagram_on_another_medium_keeps_that_link_up),
		cmocka_unit_test(an_old_number_keeps_no_link_up),
		cmocka_unit_test(own_datagrams_that_come_back_show_the_own_link),
		cmocka_unit_test(only_a_heartbeat_is_no_decision),
		cmocka_unit_test(a_medium_that_leads_to_this_machine_shows_the_own_link),
		cmocka_unit_test(the_core_asks_again_whether_a_medium_leads_here_after_an_own_packet),
		cmocka_unit_test(a_ping_node_lives_as_long_as_it_answers_and_deadping_longer),
		cmocka_unit_test(only_our_own_ping_payload_is_an_answer),
		cmocka_unit_test(a_ping_goes_out_with_every_status),
		cmocka_unit_test(the_cluster_waits_for_its_ping_nodes_too),
		cmocka_unit_test(a_node_that_hears_nobody_is_up_alone_at_initdead),
		cmocka_unit_test(before_the_cluster_is_up_no_node_is_dead_before_initdead),
		cmocka_unit_test(a_classic_peer_is_asked_for_the_nodes_every_second_until_it_answers),
		cmocka_unit_test(a_classic_peer_that_never_answers_delays_until_initdead_only),
		cmocka_unit_test(a_native_peer_counts_once_it_hears_us),
		cmocka_unit_test(a_node_without_others_is_up_at_once),
		cmocka_unit_test(more_than_two_nodes_with_groups_are_refused),
		cmocka_unit_test(after_the_cluster_is_up_a_node_is_dead_after_its_own_time),
	};
	return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
